//! Tokens, rules and reviews.

use k8s_openapi::api::authorization::v1::{
    ResourceAttributes, SelfSubjectAccessReview, SelfSubjectAccessReviewSpec,
};
use kube::api::{Api, DynamicObject, ListParams, PostParams};

use super::{client, client_of, refusal, resource, run, secret};
use crate::apiserver::{ApiServer, Reach, Requests};

#[test]
fn who_has_not_the_token_is_not_let_in() {
    let server = ApiServer::start();
    let refused = |kubeconfig: std::path::PathBuf| {
        run(async {
            let client = client_of(&kubeconfig).await;
            refusal(client.apiserver_version().await)
        })
    };
    let unauthorized = (401, "Unauthorized".to_owned(), "Unauthorized".to_owned());
    assert_eq!(refused(server.kubeconfig_with_token("other")), unauthorized);
    assert_eq!(refused(server.kubeconfig_with_token("")), unauthorized);
    server.accept_token("new");
    assert_eq!(refused(server.kubeconfig()), unauthorized);
    run(async {
        let client = client_of(&server.kubeconfig_with_token("new")).await;
        client.apiserver_version().await.unwrap();
    });
}

#[test]
fn an_exec_plugin_gives_the_token() {
    let server = ApiServer::start();
    run(async {
        let client = client_of(&server.kubeconfig_with_plugin()).await;
        client.apiserver_version().await.unwrap();
    });
    // kube asks it more than once for one client.
    assert!(server.plugin_runs() > 0);
    server.accept_token("new");
    run(async {
        let kubeconfig = server.kubeconfig_with_plugin();
        server.set_plugin_token("new");
        let client = client_of(&kubeconfig).await;
        client.apiserver_version().await.unwrap();
    });
}

#[test]
fn what_is_forbidden_is_said_in_kubernetes_words() {
    let server = ApiServer::start();
    server.put(secret("a"));
    server.forbid("list", "", "secrets", Reach::ClusterScope);
    server.forbid("get", "", "secrets", "shop");
    server.forbid("*", "postgresql.cnpg.io", "*", Reach::Everywhere);
    run(async {
        let client = client(&server).await;
        let list = ListParams::default();
        let secret = resource("", "v1", "Secret");
        let all: Api<DynamicObject> = Api::all_with(client.clone(), &secret);
        assert_eq!(
            refusal(all.list(&list).await),
            (
                403,
                "Forbidden".to_owned(),
                "secrets is forbidden: User \"tester\" cannot list resource \"secrets\" in API group \"\" at the \
                 cluster scope"
                    .to_owned()
            )
        );
        let shop: Api<DynamicObject> = Api::namespaced_with(client.clone(), "shop", &secret);
        assert_eq!(shop.list(&list).await.unwrap().items.len(), 1);
        assert_eq!(
            refusal(shop.get("a").await).2,
            "secrets \"a\" is forbidden: User \"tester\" cannot get resource \"secrets\" in API group \"\" in the \
             namespace \"shop\""
        );
        let cluster = resource("postgresql.cnpg.io", "v1", "Cluster");
        let clusters: Api<DynamicObject> =
            Api::namespaced_with(client.clone(), "postgres", &cluster);
        assert_eq!(
            refusal(clusters.list(&list).await).2,
            "clusters.postgresql.cnpg.io is forbidden: User \"tester\" cannot list resource \"clusters\" in API group \
             \"postgresql.cnpg.io\" in the namespace \"postgres\""
        );
        server.allow_all();
        assert_eq!(all.list(&list).await.unwrap().items.len(), 1);
    });
}

#[test]
fn reviews_answer_by_the_same_rules() {
    let server = ApiServer::start();
    server.forbid("list", "", "secrets", Reach::ClusterScope);
    server.forbid("create", "", "services/proxy", "kube-system");
    let is_allowed = |verb: &str, resource: &str, subresource: &str, namespace: &str| {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let attributes = ResourceAttributes {
            verb: text(verb),
            resource: text(resource),
            subresource: text(subresource),
            namespace: text(namespace),
            ..ResourceAttributes::default()
        };
        let review = SelfSubjectAccessReview {
            spec: SelfSubjectAccessReviewSpec {
                resource_attributes: Some(attributes),
                ..SelfSubjectAccessReviewSpec::default()
            },
            ..SelfSubjectAccessReview::default()
        };
        run(async {
            let reviews: Api<SelfSubjectAccessReview> = Api::all(client(&server).await);
            let answer = reviews.create(&PostParams::default(), &review).await;
            answer.unwrap().status.unwrap().allowed
        })
    };
    assert!(!is_allowed("list", "secrets", "", ""));
    assert!(is_allowed("list", "secrets", "", "shop"));
    assert!(is_allowed("get", "secrets", "", ""));
    assert!(!is_allowed("create", "services", "proxy", "kube-system"));
    assert!(is_allowed("create", "services", "proxy", "shop"));
    assert!(is_allowed("create", "services", "", "kube-system"));
    assert_eq!(
        server.count(&Requests::of("POST", "selfsubjectaccessreviews")),
        6
    );
}
