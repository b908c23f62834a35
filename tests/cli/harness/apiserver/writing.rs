//! Writes over HTTP, as a test does them that shall run against any server.

use kube::api::{Api, DeleteParams, DynamicObject, Patch, PatchParams, PostParams};
use serde_json::{Value, json};

use super::{client, refusal, resource, run};
use crate::apiserver::ApiServer;

fn object(value: Value) -> DynamicObject {
    serde_json::from_value(value).unwrap()
}

fn database(owner: &str) -> DynamicObject {
    object(json!({
        "apiVersion": "postgresql.cnpg.io/v1",
        "kind": "Database",
        "metadata": {"name": "db"},
        "spec": {"owner": owner},
        "status": {"applied": true},
    }))
}

#[test]
fn objects_are_made_changed_and_removed() {
    let server = ApiServer::start();
    run(async {
        let client = client(&server).await;
        let kind = resource("postgresql.cnpg.io", "v1", "Database");
        let databases: Api<DynamicObject> = Api::namespaced_with(client.clone(), "postgres", &kind);
        let (post, patch) = (PostParams::default(), PatchParams::default());
        assert_eq!(
            refusal(databases.create(&post, &database("a")).await).2,
            "namespaces \"postgres\" not found"
        );
        let namespace = object(
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "postgres"}}),
        );
        let namespaces: Api<DynamicObject> =
            Api::all_with(client.clone(), &resource("", "v1", "Namespace"));
        let made = namespaces.create(&post, &namespace).await.unwrap();
        assert_eq!(made.data["status"], json!({"phase": "Active"}));

        // A new object has no status, and a status changes nothing else.
        let made = databases.create(&post, &database("a")).await.unwrap();
        assert_eq!(made.data.get("status"), None);
        assert_eq!(made.metadata.generation, Some(1));
        let status = Patch::Merge(json!({"spec": {"owner": "b"}, "status": {"applied": false}}));
        let patched = databases.patch_status("db", &patch, &status).await.unwrap();
        assert_eq!(
            patched.data,
            json!({"spec": {"owner": "a"}, "status": {"applied": false}})
        );
        assert_eq!(patched.metadata.generation, Some(1));

        // A specification that changes has a new generation and keeps the status.
        let owner = Patch::Merge(json!({"spec": {"owner": "b"}, "status": {"applied": true}}));
        let patched = databases.patch("db", &patch, &owner).await.unwrap();
        assert_eq!(
            patched.data,
            json!({"spec": {"owner": "b"}, "status": {"applied": false}})
        );
        assert_eq!(patched.metadata.generation, Some(2));
        let again = databases.patch("db", &patch, &owner).await.unwrap();
        assert_eq!(
            again.metadata.resource_version,
            patched.metadata.resource_version
        );

        let mut old = made;
        old.data["spec"]["owner"] = json!("c");
        assert_eq!(
            refusal(databases.replace("db", &post, &old).await),
            (
                409,
                "Conflict".to_owned(),
                "Operation cannot be fulfilled on databases.postgresql.cnpg.io \"db\": the object has been modified; \
                 please apply your changes to the latest version and try again"
                    .to_owned()
            )
        );
        old.metadata.resource_version = None;
        let replaced = databases.replace("db", &post, &old).await.unwrap();
        assert_eq!(replaced.metadata.generation, Some(3));
        assert_eq!(
            refusal(databases.create(&post, &database("a")).await).2,
            "databases.postgresql.cnpg.io \"db\" already exists"
        );

        let gone = databases.delete("db", &DeleteParams::default()).await;
        assert!(gone.unwrap().is_right());
        assert_eq!(server.get("databases", "postgres", "db"), None);
    });
}
