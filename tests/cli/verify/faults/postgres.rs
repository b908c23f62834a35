//! The role, its password, the Database and the Cluster.

use serde_json::{Value, json};

use super::gitops::repository;
use super::{Fault, all_of, broken};
use crate::apiserver::ApiServer;

const ROLE: [Fault; 8] = [
    broken(
        "the live Cluster does not have the role",
        |server| {
            cluster(server, |cluster| {
                let roles = cluster["spec"]["managed"]["roles"].as_array_mut().unwrap();
                roles.retain(|role| role["name"] != "my_shop");
            });
        },
        "role",
        "not-declared",
    ),
    broken(
        "PostgreSQL refuses the role",
        |server| {
            roles(server, |roles| {
                roles["cannotReconcile"]["my_shop"] = json!([
                    "could not perform UPDATE_MEMBERSHIPS on role my_shop: role \"readers\" does not exist"
                ]);
            });
        },
        "role",
        "cannot-reconcile",
    ),
    broken(
        "CNPG is about to make the role",
        |server| by_status(server, "pending-reconciliation"),
        "role",
        "pending",
    ),
    broken(
        "CNPG has not looked at the role",
        |server| roles(server, |roles| *roles = json!({})),
        "role",
        "not-observed",
    ),
    broken(
        "CNPG reserves the name",
        |server| by_status(server, "reserved"),
        "role",
        "reserved",
    ),
    broken(
        "the role may not log in",
        |server| role(server, |role| role["login"] = json!(false)),
        "role",
        "no-login",
    ),
    broken(
        "the role takes its password from another Secret",
        |server| {
            role(server, |role| {
                role["passwordSecret"]["name"] = json!("blog-db-creds")
            })
        },
        "role",
        "other-secret",
    ),
    broken(
        "the role is declared as absent",
        |server| role(server, |role| role["ensure"] = json!("absent")),
        "role",
        "ensure-absent",
    ),
];

const PASSWORD: [Fault; 2] = [
    broken(
        "PostgreSQL has the password of an older version",
        |server| {
            roles(server, |roles| {
                roles["passwordStatus"]["my_shop"]["resourceVersion"] = json!("7");
            });
        },
        "password",
        "outdated",
    ),
    broken(
        "CNPG has set no password",
        |server| {
            roles(server, |roles| {
                roles["passwordStatus"]
                    .as_object_mut()
                    .unwrap()
                    .remove("my_shop");
            });
        },
        "password",
        "not-applied",
    ),
];

const DATABASE: [Fault; 11] = [
    broken(
        "the Database is not there",
        |server| drop(server.delete("databases", "postgres", "my-shop-db")),
        "database",
        "missing",
    ),
    broken(
        "PostgreSQL refuses the database",
        |server| {
            applied(
                server,
                json!({
                    "applied": false,
                    "message": "while creating database \"my_shop\": ERROR: permission denied to create database (SQLSTATE 42501)",
                }),
            );
        },
        "database",
        "not-applied",
    ),
    broken(
        "the role came late",
        |server| {
            applied(
                server,
                json!({
                    "applied": false,
                    "message": "while creating database \"my_shop\": ERROR: role \"my_shop\" does not exist (SQLSTATE 42704)",
                }),
            );
        },
        "database",
        "retrying",
    ),
    broken(
        "an older generation is applied",
        |server| {
            database(server, |database| {
                database["metadata"]["generation"] = json!(2)
            })
        },
        "database",
        "outdated",
    ),
    broken(
        "CNPG has not looked at it",
        |server| {
            database(server, |database| {
                drop(database.as_object_mut().unwrap().remove("status"))
            })
        },
        "database",
        "not-observed",
    ),
    broken(
        "another role owns it",
        |server| database(server, |database| database["spec"]["owner"] = json!("blog")),
        "database",
        "other-owner",
    ),
    broken(
        "it is for another Cluster",
        |server| {
            database(server, |database| {
                database["spec"]["cluster"]["name"] = json!("postgres-other")
            })
        },
        "database",
        "other-cluster",
    ),
    broken(
        "it is another database",
        |server| database(server, |database| database["spec"]["name"] = json!("shop")),
        "database",
        "other-name",
    ),
    broken(
        "another Database declares the same database",
        |server| {
            applied(
                server,
                json!({
                    "applied": false,
                    "message": "database \"my_shop\" is already managed by object \"shop-db\"",
                }),
            );
        },
        "database",
        "declared-twice",
    ),
    broken(
        "it is declared as absent",
        |server| {
            database(server, |database| {
                database["spec"]["ensure"] = json!("absent")
            })
        },
        "database",
        "ensure-absent",
    ),
    broken(
        "the Cluster is a replica of another one",
        |server| {
            applied(
                server,
                json!({"message": "waiting for the cluster to become primary"}),
            );
        },
        "database",
        "replica-cluster",
    ),
];

const CLUSTER: [Fault; 11] = [
    broken(
        "the Cluster is not there",
        |server| drop(server.delete("clusters", "postgres", "postgres-shared")),
        "cluster",
        "missing",
    ),
    broken(
        "the Cluster is not ready",
        |server| {
            status(server, |status| {
                status["conditions"][0]["status"] = json!("False");
                status["phase"] = json!("Waiting for the instances to become active");
                status["phaseReason"] = json!("Some instances are not yet active. Please wait.");
                status["readyInstances"] = json!(1);
            });
        },
        "cluster",
        "not-ready",
    ),
    broken(
        "the Cluster has no status",
        |server| {
            cluster(server, |cluster| {
                let roles = cluster["status"]["managedRolesStatus"].clone();
                cluster["status"] = json!({"managedRolesStatus": roles});
            })
        },
        "cluster",
        "not-ready",
    ),
    broken(
        "there is no primary",
        |server| status(server, |status| status["currentPrimary"] = json!("")),
        "cluster",
        "no-primary",
    ),
    broken(
        "the primary is changing",
        |server| {
            status(server, |status| {
                status["targetPrimary"] = json!("postgres-shared-2")
            })
        },
        "cluster",
        "failing-over",
    ),
    broken(
        "the primary's pod is not there",
        |server| drop(server.delete("pods", "postgres", "postgres-shared-1")),
        "cluster",
        "no-primary",
    ),
    broken(
        "the primary's pod is not ready",
        |server| {
            server.edit("pods", "postgres", "postgres-shared-1", |pod| {
                pod["status"]["conditions"] = json!([{"type": "Ready", "status": "False"}]);
            });
        },
        "cluster",
        "primary-not-ready",
    ),
    broken(
        "the Cluster is hibernated",
        |server| annotated(server, "cnpg.io/hibernation", "on"),
        "cluster",
        "hibernated",
    ),
    broken(
        "the Cluster is being deleted",
        |server| {
            cluster(server, |cluster| {
                cluster["metadata"]["deletionTimestamp"] = json!("2020-01-01T00:00:00Z")
            })
        },
        "cluster",
        "deleting",
    ),
    broken(
        "the role comes after the database",
        |server| annotated(server, "argocd.argoproj.io/sync-wave", "5"),
        "cluster",
        "waves",
    ),
    broken(
        "a wave is no integer",
        |server| annotated(server, "argocd.argoproj.io/sync-wave", "one"),
        "cluster",
        "waves",
    ),
];

fn cluster(server: &ApiServer, how: impl FnOnce(&mut Value)) {
    server.edit("clusters", "postgres", "postgres-shared", how);
}

fn annotated(server: &ApiServer, annotation: &str, value: &str) {
    cluster(server, |cluster| {
        cluster["metadata"]["annotations"][annotation] = json!(value);
    });
}

fn status(server: &ApiServer, how: impl FnOnce(&mut Value)) {
    cluster(server, |cluster| how(&mut cluster["status"]));
}

fn roles(server: &ApiServer, how: impl FnOnce(&mut Value)) {
    status(server, |status| how(&mut status["managedRolesStatus"]));
}

/// The role my_shop has this status alone.
fn by_status(server: &ApiServer, state: &str) {
    roles(server, |roles| {
        roles["byStatus"]["reconciled"] = json!(["blog"]);
        roles["byStatus"][state] = json!(["my_shop"]);
    });
}

fn role(server: &ApiServer, how: impl FnOnce(&mut Value)) {
    cluster(server, |cluster| {
        let roles = cluster["spec"]["managed"]["roles"].as_array_mut().unwrap();
        how(roles
            .iter_mut()
            .find(|role| role["name"] == "my_shop")
            .unwrap());
    });
}

fn database(server: &ApiServer, how: impl FnOnce(&mut Value)) {
    server.edit("databases", "postgres", "my-shop-db", how);
}

fn applied(server: &ApiServer, status: Value) {
    database(server, |database| database["status"] = status);
}

#[test]
fn the_role_is_told_apart() {
    insta::assert_snapshot!(all_of(&ROLE, &repository(), "my-shop"));
}

#[test]
fn the_password_is_told_apart() {
    insta::assert_snapshot!(all_of(&PASSWORD, &repository(), "my-shop"));
}

#[test]
fn the_database_is_told_apart() {
    insta::assert_snapshot!(all_of(&DATABASE, &repository(), "my-shop"));
}

#[test]
fn the_cluster_is_told_apart() {
    insta::assert_snapshot!(all_of(&CLUSTER, &repository(), "my-shop"));
}
