//! Argo CD, the SealedSecret and the Secret.

use serde_json::{Value, json};

use super::{Fault, all_of, broken, harmless};
use crate::apiserver::{ApiServer, Reach};
use crate::support::Repository;

/// The app's Secret and SealedSecret.
pub(super) const CREDS: &str = "my-shop-db-creds";
/// Long before any test runs.
pub(super) const LONG_AGO: &str = "2020-01-01T00:00:00Z";

const ARGO_CD: [Fault; 10] = [
    harmless("there is no Argo CD", |server| {
        server.uninstall("applications");
    }),
    harmless("Applications may not be read", |server| {
        server.forbid("list", "argoproj.io", "applications", Reach::Everywhere);
    }),
    broken(
        "the Database is OutOfSync",
        |server| out_of_sync(server, "my-shop-db"),
        "argo-cd",
        "out-of-sync",
    ),
    broken(
        "the last sync failed",
        |server| {
            argo_cd(server, |status| {
                status["operationState"]["phase"] = json!("Failed");
                status["operationState"]["message"] = json!(
                    "one or more objects failed to apply, reason: admission webhook denied the request"
                );
            });
        },
        "argo-cd",
        "sync-failed",
    ),
    broken(
        "the sync is running",
        |server| {
            argo_cd(server, |status| {
                status["operationState"]["phase"] = json!("Running");
                status["operationState"]["message"] = json!(
                    "waiting for healthy state of postgresql.cnpg.io/Cluster/postgres-shared"
                );
            });
        },
        "argo-cd",
        "syncing",
    ),
    broken(
        "no Application holds the app's own objects",
        |server| {
            argo_cd(server, |status| {
                let held = status["resources"].as_array_mut().unwrap();
                held.retain(|held| !held["name"].as_str().unwrap().starts_with("my-shop"));
            });
        },
        "argo-cd",
        "not-held",
    ),
    broken(
        "the Application was never synced",
        |server| {
            argo_cd(server, |status| {
                status.as_object_mut().unwrap().remove("operationState");
                status["sync"]["status"] = json!("OutOfSync");
            });
        },
        "argo-cd",
        "never-synced",
    ),
    broken(
        "Argo CD cannot compare",
        |server| {
            argo_cd(server, |status| {
                status["sync"]["status"] = json!("Unknown");
                status["conditions"] = json!([{
                    "type": "ComparisonError",
                    "message": "Failed to load target state: failed to generate manifest for source 1 of 1",
                }]);
            });
        },
        "argo-cd",
        "not-compared",
    ),
    broken(
        "the Application is OutOfSync, and no object is",
        |server| {
            argo_cd(server, |status| {
                status["sync"]["status"] = json!("OutOfSync")
            })
        },
        "argo-cd",
        "out-of-sync",
    ),
    harmless("an object of others is OutOfSync", |server| {
        out_of_sync(server, "shop");
    }),
];

const SEALED_SECRET: [Fault; 8] = [
    broken(
        "the SealedSecret is not there",
        |server| drop(server.delete("sealedsecrets", "postgres", CREDS)),
        "sealed-secret",
        "missing",
    ),
    broken(
        "the SealedSecret has no status",
        |server| {
            sealed(server, |sealed| {
                drop(sealed.as_object_mut().unwrap().remove("status"))
            })
        },
        "sealed-secret",
        "not-observed",
    ),
    broken(
        "the controller has looked at an older generation",
        |server| sealed(server, |sealed| sealed["metadata"]["generation"] = json!(2)),
        "sealed-secret",
        "not-observed",
    ),
    broken(
        "no key of the controller opens it",
        |server| refused(server, "no key could decrypt secret (password, username)"),
        "sealed-secret",
        "cannot-unseal",
    ),
    broken(
        "a Secret of the name is there that the controller did not make",
        |server| {
            refused(
                server,
                "failed update: Resource \"my-shop-db-creds\" already exists and is not managed by SealedSecret",
            );
        },
        "sealed-secret",
        "unmanaged-secret",
    ),
    broken(
        "the controller fails otherwise",
        |server| {
            refused(
                server,
                "secrets \"my-shop-db-creds\" is forbidden: exceeded quota",
            )
        },
        "sealed-secret",
        "not-synced",
    ),
    broken(
        "its sealed values are not the repository's",
        |server| {
            sealed(server, |sealed| {
                sealed["spec"]["encryptedData"]["password"] = json!("AgB=")
            })
        },
        "sealed-secret",
        "stale",
    ),
    broken(
        "a sealed value is there that the repository does not have",
        |server| {
            sealed(server, |sealed| {
                sealed["spec"]["encryptedData"]["host"] = json!("AgB=")
            })
        },
        "sealed-secret",
        "stale",
    ),
];

const SECRET: [Fault; 8] = [
    broken(
        "the Secret is not there, nor its mirror",
        |server| {
            server.delete("secrets", "shop", CREDS);
            server.delete("secrets", "postgres", CREDS);
        },
        "secret",
        "missing",
    ),
    broken(
        "the SealedSecret does not own the Secret",
        |server| {
            secret(server, |secret| {
                secret["metadata"]["ownerReferences"] = json!([])
            })
        },
        "secret",
        "foreign-secret",
    ),
    broken(
        "another SealedSecret of the same name made it, before this one",
        |server| {
            secret(server, |secret| {
                secret["metadata"]["ownerReferences"][0]["uid"] = json!("older")
            })
        },
        "secret",
        "foreign-secret",
    ),
    broken(
        "a key is missing",
        |server| {
            secret(server, |secret| {
                drop(secret["data"].as_object_mut().unwrap().remove("uri"))
            })
        },
        "secret",
        "missing-key",
    ),
    broken(
        "the password is empty",
        |server| secret(server, |secret| secret["data"]["password"] = json!("")),
        "secret",
        "missing-key",
    ),
    broken(
        "the username is not the role",
        |server| {
            secret(server, |secret| {
                secret["data"]["username"] = json!("c2hvcA==")
            })
        },
        "secret",
        "username-mismatch",
    ),
    broken(
        "the label of CNPG is missing",
        |server| secret(server, |secret| secret["metadata"]["labels"] = json!({})),
        "secret",
        "no-reload-label",
    ),
    broken(
        "it is being deleted",
        |server| {
            secret(server, |secret| {
                secret["metadata"]["deletionTimestamp"] = json!(LONG_AGO)
            })
        },
        "secret",
        "deleting",
    ),
];

fn argo_cd(server: &ApiServer, how: impl FnOnce(&mut Value)) {
    server.edit("applications", "argocd", "databases", |application| {
        how(&mut application["status"]);
    });
}

fn out_of_sync(server: &ApiServer, name: &str) {
    argo_cd(server, |status| {
        status["sync"]["status"] = json!("OutOfSync");
        let held = status["resources"].as_array_mut().unwrap();
        let object = held.iter_mut().find(|held| held["name"] == name);
        object.unwrap()["status"] = json!("OutOfSync");
    });
}

fn sealed(server: &ApiServer, how: impl FnOnce(&mut Value)) {
    server.edit("sealedsecrets", "postgres", CREDS, how);
}

/// The controller cannot make the Secret, and says so.
fn refused(server: &ApiServer, message: &str) {
    sealed(server, |sealed| {
        let condition = &mut sealed["status"]["conditions"][0];
        condition["status"] = json!("False");
        condition["message"] = json!(message);
    });
}

pub(super) fn secret(server: &ApiServer, how: impl FnOnce(&mut Value)) {
    server.edit("secrets", "postgres", CREDS, how);
}

/// The guide's repository with my-shop.
pub(super) fn repository() -> Repository {
    let repository = Repository::guide();
    repository.run_ok("new-app my-shop --app-namespace shop --yes --quiet");
    repository
}

#[test]
fn argo_cd_is_told_apart() {
    insta::assert_snapshot!(all_of(&ARGO_CD, &repository(), "my-shop"));
}

#[test]
fn the_sealed_secret_is_told_apart() {
    insta::assert_snapshot!(all_of(&SEALED_SECRET, &repository(), "my-shop"));
}

#[test]
fn the_secret_is_told_apart() {
    insta::assert_snapshot!(all_of(&SECRET, &repository(), "my-shop"));
}
