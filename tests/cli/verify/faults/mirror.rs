//! The copy that Reflector makes in the app's namespace.

use serde_json::{Value, json};

use super::gitops::{CREDS, LONG_AGO, repository, secret};
use super::{Fault, all_of, broken};
use crate::apiserver::ApiServer;

const MIRROR: [Fault; 11] = [
    broken(
        "the app's namespace is not there",
        |server| {
            server.delete("secrets", "shop", CREDS);
            server.delete("namespaces", "", "shop");
        },
        "mirror",
        "namespace-missing",
    ),
    broken(
        "the mirror is not made yet",
        |server| drop(server.delete("secrets", "shop", CREDS)),
        "mirror",
        "not-yet-made",
    ),
    broken(
        "Reflector does not run",
        |server| {
            server.delete("secrets", "shop", CREDS);
            let pods = server.all("pods");
            let pod = pods
                .iter()
                .find(|pod| pod["metadata"]["namespace"] == "reflector");
            let name = pod.unwrap()["metadata"]["name"].as_str().unwrap();
            server.edit("pods", "reflector", name, |pod| {
                pod["status"]["conditions"] = json!([])
            });
        },
        "mirror",
        "not-yet-made",
    ),
    broken(
        "somebody deleted the mirror",
        |server| {
            server.delete("secrets", "shop", CREDS);
            made_long_ago(server);
        },
        "mirror",
        "deleted",
    ),
    broken(
        "a Secret of the name is there that is no mirror",
        |server| {
            mirror(server, |mirror| {
                drop(
                    mirror["metadata"]
                        .as_object_mut()
                        .unwrap()
                        .remove("annotations"),
                )
            })
        },
        "mirror",
        "foreign-secret",
    ),
    broken(
        "it mirrors another Secret",
        |server| {
            mirror(server, |mirror| {
                mirror["metadata"]["annotations"][of_reflector("reflects")] = json!("other/creds")
            })
        },
        "mirror",
        "foreign-secret",
    ),
    broken(
        "the Secret has just changed",
        |server| {
            secret(server, |secret| {
                secret["metadata"]["annotations"]["touched"] = json!("true")
            })
        },
        "mirror",
        "catching-up",
    ),
    broken(
        "Reflector has stalled",
        |server| {
            secret(server, |secret| secret["data"]["password"] = json!("bmV3"));
            made_long_ago(server);
        },
        "mirror",
        "stalled",
    ),
    broken(
        "somebody changed the mirror",
        |server| mirror(server, |mirror| mirror["data"]["password"] = json!("bmV3")),
        "mirror",
        "data-differs",
    ),
    broken(
        "somebody took a key out of the mirror",
        |server| {
            mirror(server, |mirror| {
                drop(mirror["data"].as_object_mut().unwrap().remove("password"))
            })
        },
        "mirror",
        "data-differs",
    ),
    broken(
        "the Secret may not be mirrored there",
        |server| {
            secret(server, |secret| {
                secret["metadata"]["annotations"][of_reflector("reflection-auto-namespaces")] =
                    json!("web");
            });
        },
        "mirror",
        "not-allowed",
    ),
];

fn mirror(server: &ApiServer, how: impl FnOnce(&mut Value)) {
    server.edit("secrets", "shop", CREDS, how);
}

/// Nothing has changed for a long time.
fn made_long_ago(server: &ApiServer) {
    secret(server, |secret| {
        secret["metadata"]["creationTimestamp"] = json!(LONG_AGO)
    });
    server.edit("namespaces", "", "shop", |namespace| {
        namespace["metadata"]["creationTimestamp"] = json!(LONG_AGO);
    });
}

fn of_reflector(name: &str) -> String {
    format!("reflector.v1.k8s.emberstack.com/{name}")
}

#[test]
fn the_mirror_is_told_apart() {
    insta::assert_snapshot!(all_of(&MIRROR, &repository(), "my-shop"));
}
