//! Lists, pages, selectors, discovery.

use kube::api::{Api, DynamicObject, ListParams};
use serde_json::{Value, json};

use super::{client, names, refusal, resource, run, secret, secrets};
use crate::apiserver::{ApiServer, Requests};

fn with_secrets(names: &[&str]) -> ApiServer {
    let server = ApiServer::start();
    for name in names {
        server.put(secret(name));
    }
    server
}

#[test]
fn lists_come_in_pages_of_one_revision() {
    let server = with_secrets(&["a", "b", "c", "d", "e"]);
    run(async {
        let secrets = secrets(&server).await;
        let mut params = ListParams::default().limit(2);
        let first = secrets.list(&params).await.unwrap();
        assert_eq!(names(&first.items), ["a", "b"]);
        assert_eq!(first.metadata.remaining_item_count, Some(3));
        assert_eq!(first.metadata.resource_version.as_deref(), Some("1005"));

        // What happens between the pages is not seen by them.
        server.delete("secrets", "shop", "c");
        server.put(secret("bb"));
        params.continue_token = first.metadata.continue_;
        let second = secrets.list(&params).await.unwrap();
        assert_eq!(names(&second.items), ["c", "d"]);
        assert_eq!(second.metadata.resource_version.as_deref(), Some("1005"));
        params.continue_token = second.metadata.continue_;
        let third = secrets.list(&params).await.unwrap();
        assert_eq!(names(&third.items), ["e"]);
        assert_eq!(third.metadata.continue_, None);
        assert_eq!(third.metadata.remaining_item_count, None);
        assert_eq!(server.count(&Requests::lists("secrets")), 3);

        server.expire_continue_tokens();
        let (code, reason, message) = refusal(secrets.list(&params).await);
        assert_eq!((code, reason.as_str()), (410, "Expired"));
        assert!(
            message.starts_with("The provided continue parameter is too old"),
            "{message}"
        );
    });
}

#[test]
fn a_list_is_worded_as_kubernetes_words_it() {
    let server = with_secrets(&["a"]);
    server.put(json!({
        "apiVersion": "postgresql.cnpg.io/v1",
        "kind": "Database",
        "metadata": {"namespace": "postgres", "name": "db", "uid": "u", "creationTimestamp": "2026-01-01T00:00:00Z"},
    }));
    let raw = |path: &str| -> Value {
        run(async {
            let request = hyper::Request::get(path).body(Vec::new()).unwrap();
            client(&server).await.request(request).await.unwrap()
        })
    };
    let list = raw("/apis/postgresql.cnpg.io/v1/databases");
    let metadata = json!({
        "namespace": "postgres",
        "name": "db",
        "uid": "u",
        "creationTimestamp": "2026-01-01T00:00:00Z",
        "generation": 1,
        "resourceVersion": "1002",
    });
    let item =
        json!({"apiVersion": "postgresql.cnpg.io/v1", "kind": "Database", "metadata": metadata});
    assert_eq!(
        list,
        json!({
            "apiVersion": "postgresql.cnpg.io/v1",
            "kind": "DatabaseList",
            "metadata": {"resourceVersion": "1002"},
            "items": [item],
        })
    );
    // The items of built-in kinds do not say again what they are.
    let list = raw("/api/v1/namespaces/shop/secrets");
    let item = list["items"][0].as_object().unwrap();
    assert_eq!(
        item.keys().collect::<Vec<_>>(),
        ["metadata", "type"],
        "{list}"
    );
    assert_eq!(
        raw("/api/v1/namespaces/shop/secrets/a")["kind"],
        json!("Secret")
    );
}

#[test]
fn selectors_select() {
    let server = with_secrets(&["a", "b", "c"]);
    server.edit("secrets", "shop", "c", |secret| {
        secret["type"] = json!("kubernetes.io/basic-auth");
    });
    run(async {
        let secrets = secrets(&server).await;
        for (labels, fields, expected) in [
            ("name=a", "", vec!["a"]),
            ("name==b", "", vec!["b"]),
            ("name!=b", "", vec!["a", "c"]),
            ("name in (a, c)", "", vec!["a", "c"]),
            ("name notin (a,c)", "", vec!["b"]),
            ("name", "", vec!["a", "b", "c"]),
            ("!name", "", vec![]),
            ("name in (a,b),name!=a", "", vec!["b"]),
            ("", "metadata.name=b", vec!["b"]),
            (
                "",
                "metadata.namespace=shop,metadata.name!=b",
                vec!["a", "c"],
            ),
            ("", "type=kubernetes.io/basic-auth", vec!["c"]),
            ("name=a", "type=kubernetes.io/basic-auth", vec![]),
        ] {
            let params = ListParams::default().labels(labels).fields(fields);
            let list = secrets.list(&params).await.unwrap();
            assert_eq!(names(&list.items), expected, "{labels} {fields}");
        }
        let params = ListParams::default().fields("data.x=y");
        let expected = "Unable to find \"/v1, Resource=secrets\" that match label selector \"\", field selector \
                        \"data.x=y\": field label not supported: data.x";
        assert_eq!(
            refusal(secrets.list(&params).await),
            (400, "BadRequest".to_owned(), expected.to_owned())
        );
    });
}

#[test]
fn what_is_not_there_is_said_not_to_be() {
    let server = with_secrets(&["a"]);
    server.uninstall("databaseroles");
    run(async {
        let client = client(&server).await;
        let secrets: Api<DynamicObject> =
            Api::namespaced_with(client.clone(), "shop", &resource("", "v1", "Secret"));
        assert_eq!(
            refusal(secrets.get("b").await),
            (
                404,
                "NotFound".to_owned(),
                "secrets \"b\" not found".to_owned()
            )
        );
        let database = resource("postgresql.cnpg.io", "v1", "Database");
        let databases: Api<DynamicObject> =
            Api::namespaced_with(client.clone(), "postgres", &database);
        assert_eq!(
            refusal(databases.get("db").await).2,
            "databases.postgresql.cnpg.io \"db\" not found"
        );
        let role = resource("postgresql.cnpg.io", "v1", "DatabaseRole");
        let roles: Api<DynamicObject> = Api::all_with(client.clone(), &role);
        let missing = refusal(roles.list(&ListParams::default()).await);
        assert_eq!((missing.0, missing.2.as_str()), (404, "404 page not found"));
    });
}

#[test]
fn discovery_names_what_is_served() {
    let server = ApiServer::start();
    server.uninstall("databaseroles");
    server.uninstall("applications");
    run(async {
        let client = client(&server).await;
        let version = client.apiserver_version().await.unwrap();
        assert_eq!(
            (version.git_version.as_str(), version.minor.as_str()),
            ("v1.34.1", "34")
        );
        let groups = client.list_api_groups().await.unwrap().groups;
        assert_eq!(
            groups.iter().map(|group| &group.name).collect::<Vec<_>>(),
            [
                "apps",
                "batch",
                "networking.k8s.io",
                "apiextensions.k8s.io",
                "discovery.k8s.io",
                "bitnami.com",
                "postgresql.cnpg.io",
                "authorization.k8s.io"
            ]
        );
        let resources = client.list_api_group_resources("postgresql.cnpg.io/v1");
        let resources = resources.await.unwrap().resources;
        assert_eq!(
            resources
                .iter()
                .map(|resource| &resource.name)
                .collect::<Vec<_>>(),
            [
                "clusters",
                "clusters/status",
                "databases",
                "databases/status",
                "poolers",
                "poolers/status"
            ]
        );
        let gone = client.list_api_group_resources("argoproj.io/v1alpha1");
        assert_eq!(refusal(gone.await).0, 404);
        server.install("databaseroles");
        let discovery = kube::Discovery::new(client).run().await.unwrap();
        assert!(discovery.has_group("postgresql.cnpg.io"));
        let role = kube::api::GroupVersionKind::gvk("postgresql.cnpg.io", "v1", "DatabaseRole");
        assert!(discovery.resolve_gvk(&role).is_some());
    });
}
