//! What is put agrees with itself, as it does in a cluster where all went well.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::Pod;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Api, Client, Config};
use serde_json::{Value, json};

use crate::apiserver::ApiServer;
use crate::postgres::{self, Postgres, Tls};
use crate::support::{DATABASE, Repository, SEALED};
use crate::world::live::LiveCluster;
use crate::world::{World, manifests, platform};

/// All kinds that the world has objects of.
const KINDS: [&str; 10] = [
    "applications",
    "clusters",
    "customresourcedefinitions",
    "databaseroles",
    "databases",
    "deployments",
    "namespaces",
    "pods",
    "secrets",
    "sealedsecrets",
];

/// A value of a Secret.
fn value(secret: &Value, key: &str) -> String {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    let value = STANDARD.decode(secret["data"][key].as_str().unwrap());
    String::from_utf8(value.unwrap()).unwrap()
}

#[test]
fn every_link_of_the_chain_holds() {
    let (repository, server, world) = World::guide();
    let get = |kind: &str, namespace: &str, name: &str| server.get(kind, namespace, name).unwrap();
    let sealed = get("sealedsecrets", "postgres", "my-shop-db-creds");
    let manifest = repository.read(SEALED);
    let manifest: Value = serde_yaml::from_str(&manifest).unwrap();
    assert_eq!(sealed["spec"], manifest["spec"]);
    assert_eq!(
        sealed["metadata"]["annotations"],
        json!({
            "argocd.argoproj.io/sync-wave": "0",
            "argocd.argoproj.io/tracking-id": "databases:bitnami.com/SealedSecret:postgres/my-shop-db-creds",
        })
    );

    let secret = get("secrets", "postgres", "my-shop-db-creds");
    assert_eq!(
        secret["metadata"]["ownerReferences"][0]["uid"],
        sealed["metadata"]["uid"]
    );
    let password = repository.unsealed(SEALED)["password"].clone();
    assert_eq!(value(&secret, "username"), "my_shop");
    assert_eq!(value(&secret, "password"), password);
    assert_eq!(
        world.value("postgres", "my-shop-db-creds", "password"),
        password
    );
    assert_eq!(
        value(&secret, "uri"),
        format!("postgresql://my_shop:{password}@postgres-shared-rw.postgres.svc:5432/my_shop")
    );

    let version = &secret["metadata"]["resourceVersion"];
    let mirror = get("secrets", "shop", "my-shop-db-creds");
    let of_mirror = |name: &str| {
        &mirror["metadata"]["annotations"][format!("reflector.v1.k8s.emberstack.com/{name}")]
    };
    assert_eq!(of_mirror("reflects"), "postgres/my-shop-db-creds");
    assert_eq!(of_mirror("auto-reflects"), "True");
    assert_eq!(of_mirror("reflected-version"), version);
    assert_eq!(
        (&mirror["data"], &mirror["metadata"]["labels"]),
        (&secret["data"], &Value::Null)
    );

    let status = get("clusters", "postgres", "postgres-shared")["status"].clone();
    let roles = &status["managedRolesStatus"];
    assert_eq!(roles["byStatus"]["reconciled"], json!(["blog", "my_shop"]));
    assert_eq!(
        roles["passwordStatus"]["my_shop"],
        json!({"transactionID": 746, "resourceVersion": version})
    );
    assert_eq!(status["currentPrimary"], "postgres-shared-1");
    let primary = get("pods", "postgres", "postgres-shared-1");
    assert_eq!(
        primary["metadata"]["labels"]["cnpg.io/instanceRole"],
        "primary"
    );

    let database = get("databases", "postgres", "my-shop-db");
    assert_eq!(
        database["status"],
        json!({"applied": true, "observedGeneration": 1})
    );
    let application = get("applications", "argocd", "databases");
    let resources = application["status"]["resources"].as_array().unwrap();
    let names: Vec<&str> = resources
        .iter()
        .map(|one| one["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        ["shop", "my-shop-db", "my-shop-db-creds", "postgres-shared"]
    );
}

#[test]
fn lists_and_roles_of_their_own_are_applied_too() {
    let repository = Repository::guide();
    repository.run_ok(
        "new-app my-shop --app-namespace shop --yes --quiet --roles databaserole --extension pgcrypto --schema sales",
    );
    let server = ApiServer::start();
    World::of(&server, repository.path());
    let database = server.get("databases", "postgres", "my-shop-db").unwrap();
    assert_eq!(
        database["spec"]["extensions"],
        json!([{"name": "pgcrypto", "ensure": "present"}])
    );
    assert_eq!(
        database["status"],
        json!({
            "applied": true,
            "observedGeneration": 1,
            "extensions": [{"name": "pgcrypto", "applied": true}],
            "schemas": [{"name": "sales", "applied": true}],
        })
    );
    let role = &server.all("databaseroles")[0];
    let secret = server
        .get("secrets", "postgres", "my-shop-db-creds")
        .unwrap();
    let version = &secret["metadata"]["resourceVersion"];
    assert_eq!(&role["status"]["secretResourceVersion"], version);
    assert_eq!(&role["status"]["conditions"][0]["message"], version);
}

/// Asks the sealed-secrets controller through its Service; gives the text, or the code of a refusal.
pub(super) fn ask(
    server: &ApiServer,
    method: &str,
    path: &str,
    body: String,
) -> Result<String, u16> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(async {
        let config = Kubeconfig::read_from(server.kubeconfig()).unwrap();
        let config = Config::from_custom_kubeconfig(config, &KubeConfigOptions::default()).await;
        let client = Client::try_from(config.unwrap()).unwrap();
        let service =
            "/api/v1/namespaces/kube-system/services/http:sealed-secrets-controller:http/proxy";
        let request = hyper::Request::builder()
            .method(method)
            .uri(format!("{service}{path}"));
        let request = request.body(body.into_bytes()).unwrap();
        match client.request_text(request).await {
            Ok(text) => Ok(text),
            Err(kube::Error::Api(status)) => Err(status.code),
            Err(error) => panic!("{error}"),
        }
    })
}

#[test]
fn the_controller_tells_what_it_can_open() {
    let (repository, server, _) = World::guide();
    let ask = |method: &str, path: &str, body: String| ask(&server, method, path, body);
    assert_eq!(
        ask("GET", "/v1/cert.pem", String::new()),
        Ok(repository.read(crate::support::CERTIFICATE))
    );
    let mut sealed: Value = serde_yaml::from_str(&repository.read(SEALED)).unwrap();
    assert_eq!(
        ask("POST", "/v1/verify", sealed.to_string()),
        Ok(String::new())
    );
    sealed["metadata"]["namespace"] = json!("other");
    assert_eq!(ask("POST", "/v1/verify", sealed.to_string()), Err(409));
    assert_eq!(ask("POST", "/v1/verify", "{".to_owned()), Err(500));
}

#[test]
fn many_apps_have_a_repository_that_says_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let server = ApiServer::start();
    World::apps_of(&server, folder.path(), 1000);
    assert_eq!(server.all("databases").len(), 1000);
    // Each with its mirror.
    assert_eq!(server.all("secrets").len(), 2000);
    assert_eq!(manifests::read(folder.path()).len(), 2001);
    let sealed = folder
        .path()
        .join("infra/databases/postgres/app-0051-secrets-sealed.yaml");
    let sealed: Value = serde_yaml::from_str(&std::fs::read_to_string(sealed).unwrap()).unwrap();
    let live = server.get("sealedsecrets", "postgres", "app-0051-db-creds");
    assert_eq!(live.unwrap()["spec"], sealed["spec"]);
    let mirror = server.get("secrets", "team-01", "app-0051-db-creds");
    assert_eq!(value(&mirror.unwrap(), "username"), "app_0051");
}

/// The objects without what differs each time: versions, uids and times.
fn comparable(server: &ApiServer) -> BTreeMap<String, Vec<Value>> {
    fn strip(value: &mut Value, versions: &[String]) {
        match value {
            Value::Object(fields) => {
                fields.retain(|name, _| {
                    !["uid", "resourceVersion", "creationTimestamp"].contains(&name.as_str())
                        && !name.ends_with("reflected-at")
                        && !name.ends_with("Time")
                        && !name.ends_with("Timestamp")
                        && name != "reconciledAt"
                        && name != "finishedAt"
                        && name != "startedAt"
                        && name != "deployedAt"
                        && name != "deployStartedAt"
                });
                for field in fields.values_mut() {
                    strip(field, versions);
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| strip(item, versions)),
            Value::String(text) if versions.contains(text) => *text = "VERSION".to_owned(),
            _ => {}
        }
    }
    let version = |object: &Value| {
        let version = object["metadata"]["resourceVersion"].as_str();
        version.unwrap().to_owned()
    };
    let versions: Vec<String> = server.all("secrets").iter().map(version).collect();
    let kinds = KINDS.iter().map(|kind| {
        let mut objects = server.all(kind);
        objects
            .iter_mut()
            .for_each(|object| strip(object, &versions));
        ((*kind).to_owned(), objects)
    });
    kinds.collect()
}

#[test]
fn a_cluster_is_filled_through_its_api_alone() {
    let repository = Repository::guide();
    repository.run_ok("new-app my-shop --app-namespace shop --yes --quiet");
    let server = ApiServer::start();
    World::of(&server, repository.path());
    let filled = ApiServer::start();
    platform::put(&filled);
    let world = LiveCluster::of(&filled.kubeconfig()).deploy(repository.path());
    assert_eq!(comparable(&filled), comparable(&server));
    assert_eq!(
        world.value("postgres", "my-shop-db-creds", "username"),
        "my_shop"
    );
    // Once more changes nothing but the versions.
    LiveCluster::of(&filled.kubeconfig()).deploy(repository.path());
    assert_eq!(comparable(&filled), comparable(&server));
}

#[test]
fn an_app_logs_in_with_its_mirror_through_the_primary() {
    if !postgres::is_usable() {
        return;
    }
    let repository = Repository::guide();
    repository.run_ok("new-app world-login --app-namespace shop --yes --quiet");
    assert!(!repository.path().join(DATABASE).exists());
    let server = ApiServer::start();
    let world = World::of(&server, repository.path());
    let postgres = Postgres::shared(Tls::Off);
    world.log_in_to(&server, postgres);
    let mirror = server.get("secrets", "shop", "world-login-db-creds");
    let mirror = mirror.unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let owner = runtime.unwrap().block_on(async {
        let config = Kubeconfig::read_from(server.kubeconfig()).unwrap();
        let config = Config::from_custom_kubeconfig(config, &KubeConfigOptions::default()).await;
        let client = Client::try_from(config.unwrap()).unwrap();
        let pods: Api<Pod> = Api::namespaced(client, "postgres");
        let mut forward = pods.portforward("postgres-shared-1", &[5432]).await.unwrap();
        let mut config = tokio_postgres::Config::new();
        config.user(value(&mirror, "username"));
        config.password(value(&mirror, "password"));
        config.dbname(value(&mirror, "dbname"));
        let stream = forward.take_stream(5432).unwrap();
        let (client, connection) = config
            .connect_raw(stream, tokio_postgres::NoTls)
            .await
            .unwrap();
        tokio::spawn(connection);
        let statement = "SELECT pg_get_userbyid(datdba)::text FROM pg_database WHERE datname = current_database()";
        let row = client.query_one(statement, &[]).await.unwrap();
        row.get::<_, String>(0)
    });
    assert_eq!(owner, "world_login");
}
