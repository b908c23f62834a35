//! An app with a DatabaseRole, an extension and a schema.

use serde_json::{Value, json};

use super::{Fault, all_of, broken, unknown};
use crate::apiserver::{ApiServer, Reach};
use crate::support::Repository;

const FAULTS: [Fault; 13] = [
    unknown(
        "DatabaseRoles may not be listed",
        |server| {
            server.forbid(
                "list",
                "postgresql.cnpg.io",
                "databaseroles",
                Reach::Everywhere,
            );
        },
        "role",
        "forbidden",
    ),
    unknown(
        "DatabaseRoles are not served",
        |server| server.uninstall("databaseroles"),
        "role",
        "not-served",
    ),
    broken(
        "the DatabaseRole is not there",
        |server| drop(server.delete("databaseroles", "postgres", "my-shop-role")),
        "role",
        "not-declared",
    ),
    broken(
        "PostgreSQL refuses the DatabaseRole",
        |server| {
            role(server, |role| {
                role["status"] = json!({"applied": false, "message": "while creating role: ERROR: permission denied"});
            });
        },
        "role",
        "cannot-reconcile",
    ),
    broken(
        "the Cluster declares the role too",
        |server| {
            role(server, |role| {
                role["status"] = json!({"applied": false, "message": "database role is already managed by the CNPG cluster"});
            });
        },
        "role",
        "declared-twice",
    ),
    broken(
        "an older generation of the DatabaseRole is applied",
        |server| role(server, |role| role["metadata"]["generation"] = json!(2)),
        "role",
        "outdated",
    ),
    broken(
        "CNPG has not looked at the DatabaseRole",
        |server| {
            role(server, |role| {
                drop(role.as_object_mut().unwrap().remove("status"))
            })
        },
        "role",
        "not-observed",
    ),
    broken(
        "the DatabaseRole has the password of an older version",
        |server| {
            role(server, |role| {
                role["status"]["secretResourceVersion"] = json!("7")
            })
        },
        "password",
        "outdated",
    ),
    broken(
        "PostgreSQL refuses the extension",
        |server| {
            database(server, |database| {
                database["status"]["applied"] = json!(false);
                database["status"]["message"] = json!("1 extension failed");
                database["status"]["extensions"][0] = json!({
                    "name": "pgcrypto",
                    "applied": false,
                    "message": "extension \"pgcrypto\" is not available",
                });
            });
        },
        "database",
        "not-applied",
    ),
    broken(
        "the schema is not applied",
        |server| {
            database(server, |database| {
                database["status"]["schemas"][0] = json!({"name": "sales", "applied": false, "message": "schema \"sales\" is owned by another role"});
            });
        },
        "database",
        "part-not-applied",
    ),
    broken(
        "CNPG has not come to the extension",
        |server| {
            database(server, |database| {
                database["status"]["extensions"] = json!([])
            })
        },
        "database",
        "part-not-applied",
    ),
    broken(
        "the live object lacks the schema",
        |server| {
            database(server, |database| {
                database["spec"].as_object_mut().unwrap().remove("schemas");
            });
        },
        "database",
        "stale",
    ),
    broken(
        "the DatabaseRole comes with the database",
        |server| {
            role(server, |role| {
                role["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"] = json!("2");
            });
        },
        "cluster",
        "waves",
    ),
];

fn role(server: &ApiServer, how: impl FnOnce(&mut Value)) {
    server.edit("databaseroles", "postgres", "my-shop-role", how);
}

fn database(server: &ApiServer, how: impl FnOnce(&mut Value)) {
    server.edit("databases", "postgres", "my-shop-db", how);
}

#[test]
fn a_role_of_its_own_and_parts_of_the_database_are_told_apart() {
    let repository = Repository::guide();
    repository.run_ok(
        "new-app my-shop --app-namespace shop --yes --quiet --roles databaserole --extension pgcrypto --schema sales",
    );
    insta::assert_snapshot!(all_of(&FAULTS, &repository, "my-shop"));
}
