//! A table: what the repository says, and what comes next.

use super::{Asked, DROP, KEEP, planned, snapshot, told};
use crate::remove::{Requirement, Stage};

/// A Cluster with this entry among its roles.
fn cluster(entry: &str) -> String {
    format!(
        "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata:\n  name: pg\n  namespace: db\nspec:\n  instances: 1\n  bootstrap:\n    \
         initdb:\n      owner: boot\n      database: boot\n  managed:\n    roles:\n      - name: other\n        login: \
         true\n{entry}"
    )
}

const ACTIVE: &str = "      - name: shop\n        login: true\n        passwordSecret:\n          name: shop-db-creds\n";
const KEPT: &str = "      - name: shop\n        login: false\n        disablePassword: true\n";
const ABSENT: &str = "      - name: shop\n        ensure: absent\n        login: true\n        passwordSecret:\n          name: shop-db-creds\n";

/// The Database with more lines in its spec.
fn database(more: &str) -> String {
    named_database("shop", "shop", more)
}

fn named_database(name: &str, owner: &str, more: &str) -> String {
    format!(
        "apiVersion: postgresql.cnpg.io/v1\nkind: Database\nmetadata:\n  name: {name}-db\n  namespace: db\nspec:\n  name: \
         {name}\n  owner: {owner}\n  cluster:\n    name: pg\n{more}"
    )
}

fn database_role(more: &str) -> String {
    format!(
        "apiVersion: postgresql.cnpg.io/v1\nkind: DatabaseRole\nmetadata:\n  name: shop-role\n  namespace: db\nspec:\n  name: \
         shop\n  cluster:\n    name: pg\n{more}"
    )
}

const LOGS_IN: &str = "  login: true\n  passwordSecret:\n    name: shop-db-creds\n";

fn secret() -> String {
    "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: shop-db-creds\n  namespace: db\n  labels:\n    app.kubernetes.io/managed-by: kubectl-pgdb\n    app.kubernetes.io/part-of: shop\nspec:\n  \
     encryptedData:\n    username: AgU=\n    password: AgP=\n"
        .to_owned()
}

/// Each repository as its files' texts, what is asked for, and what comes.
fn rows() -> Vec<(&'static str, Asked<'static>, Vec<String>, &'static str)> {
    let role = |more: &str| vec![cluster(""), database_role(more), secret()];
    vec![
        (
            "all of it",
            KEEP,
            vec![cluster(ACTIVE), database(""), secret()],
            "close 1/1; if seen, the Database shop-db has databaseReclaimPolicy retain; role shop changes; Database shop-db goes; \
             SealedSecret shop-db-creds goes",
        ),
        (
            "data that goes with its object",
            KEEP,
            vec![
                cluster(ACTIVE),
                database("  databaseReclaimPolicy: delete\n"),
                secret(),
            ],
            "retain 1/2; Database shop-db changes; role shop stays; SealedSecret shop-db-creds stays",
        ),
        (
            "data that went with its object before",
            KEEP,
            vec![
                cluster(ACTIVE),
                database("").replace(
                    "  namespace: db\n",
                    "  namespace: db\n  annotations:\n    kubectl-pgdb/reclaim-policy-was: delete\n",
                ),
                secret(),
            ],
            "close 2/2; once the Database shop-db has databaseReclaimPolicy retain; role shop changes; Database shop-db goes; \
             SealedSecret shop-db-creds goes",
        ),
        (
            "only a part was closed",
            KEEP,
            vec![cluster(KEPT), database("")],
            "close 1/1; if seen, the Database shop-db has databaseReclaimPolicy retain; role shop stays; Database shop-db goes",
        ),
        (
            "the credential was left over",
            KEEP,
            vec![cluster(KEPT), secret()],
            "close 1/1; role shop stays; SealedSecret shop-db-creds goes",
        ),
        ("closed", KEEP, vec![cluster(KEPT)], "nothing left to do"),
        (
            "a role without a database of its own",
            KEEP,
            vec![cluster(ACTIVE), secret()],
            "close 1/1; role shop changes; SealedSecret shop-db-creds goes",
        ),
        (
            "a role that is nowhere",
            KEEP,
            vec![cluster(""), database("")],
            "detach 1/1; if seen, the Database shop-db has databaseReclaimPolicy retain; Database shop-db goes",
        ),
        (
            "a Secret with which another Cluster connects to this one",
            KEEP,
            vec![
                cluster(ACTIVE),
                database(""),
                secret(),
                "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata:\n  name: copy\n  namespace: db\nspec:\n  \
                 externalClusters:\n    - name: source\n      password:\n        name: shop-db-creds\n        key: password\n"
                    .to_owned(),
            ],
            "close 1/1; if seen, the Database shop-db has databaseReclaimPolicy retain; role shop changes; Database shop-db goes; \
             SealedSecret shop-db-creds stays",
        ),
        (
            "a role that logs in otherwise",
            KEEP,
            vec![
                cluster("      - name: shop\n        login: false\n"),
                database(""),
            ],
            "close 1/1; if seen, the Database shop-db has databaseReclaimPolicy retain; role shop changes; Database shop-db goes",
        ),
        (
            "all of it, with a DatabaseRole",
            KEEP,
            [role(LOGS_IN), vec![database("")]].concat(),
            "close 1/1; if seen, the Database shop-db has databaseReclaimPolicy retain; DatabaseRole shop-role changes; Database \
             shop-db goes; SealedSecret shop-db-creds goes",
        ),
        (
            "on its way out",
            KEEP,
            vec![cluster(ACTIVE), database("  ensure: absent\n"), secret()],
            "refused: the app shop is on its way out, with its data: 01.yaml:1 says `ensure: absent`",
        ),
        (
            "the Cluster's own",
            KEEP,
            vec![
                cluster("      - name: boot\n        login: true\n"),
                named_database("shop", "boot", ""),
            ],
            "refused: the role \"boot\" of the app shop belongs to the Cluster itself (00.yaml:16)",
        ),
        (
            "the superuser",
            KEEP,
            vec![cluster(""), named_database("shop", "postgres", "")],
            "refused: the role \"postgres\" of the app shop belongs to the Cluster itself (00.yaml:10)",
        ),
        (
            "a role of two databases",
            KEEP,
            vec![
                cluster(ACTIVE),
                database(""),
                named_database("more", "shop", ""),
                secret(),
            ],
            "detach 1/1; if seen, the Database shop-db has databaseReclaimPolicy retain; role shop stays; Database shop-db goes; \
             SealedSecret shop-db-creds stays",
        ),
        (
            "a Secret of two roles",
            KEEP,
            vec![
                cluster(&format!(
                    "{ACTIVE}      - name: twin\n        login: true\n        passwordSecret:\n          name: shop-db-creds\n"
                )),
                database(""),
                secret(),
            ],
            "close 1/1; if seen, the Database shop-db has databaseReclaimPolicy retain; role shop changes; Database shop-db goes; \
             SealedSecret shop-db-creds stays",
        ),
        (
            "all of it",
            DROP,
            vec![cluster(ACTIVE), database(""), secret()],
            "drop-database 1/3; Database shop-db changes; role shop stays; SealedSecret shop-db-creds stays",
        ),
        (
            "data that goes with its object",
            DROP,
            vec![
                cluster(ACTIVE),
                database("  databaseReclaimPolicy: delete\n"),
                secret(),
            ],
            "drop-database 1/3; Database shop-db changes; role shop stays; SealedSecret shop-db-creds stays",
        ),
        (
            "the database is to be dropped",
            DROP,
            vec![cluster(ACTIVE), database("  ensure: absent\n"), secret()],
            "drop-role 2/3; once the database of shop-db is dropped; role shop changes; Database shop-db stays; SealedSecret \
             shop-db-creds stays",
        ),
        (
            "the role is to be dropped too",
            DROP,
            vec![cluster(ABSENT), database("  ensure: absent\n"), secret()],
            "take-out 3/3; once the database of shop-db is dropped; once the role \"shop\" is dropped; role shop goes; Database \
             shop-db goes; SealedSecret shop-db-creds goes",
        ),
        (
            "the Database was taken out by hand",
            DROP,
            vec![cluster(ABSENT), secret()],
            "take-out 3/3; once the role \"shop\" is dropped; role shop goes; SealedSecret shop-db-creds goes",
        ),
        (
            "a DatabaseRole, and the database is to be dropped",
            DROP,
            [role(LOGS_IN), vec![database("  ensure: absent\n")]].concat(),
            "drop-role 2/3; once the database of shop-db is dropped; DatabaseRole shop-role changes; Database shop-db stays; \
             SealedSecret shop-db-creds stays",
        ),
        (
            "a DatabaseRole that is to go with its object",
            DROP,
            [
                role(&format!("{LOGS_IN}  databaseRoleReclaimPolicy: delete\n")),
                vec![database("  ensure: absent\n")],
            ]
            .concat(),
            "take-out 3/3; once the database of shop-db is dropped; once the role goes with shop-role; DatabaseRole shop-role goes; \
             Database shop-db goes; SealedSecret shop-db-creds goes",
        ),
        (
            "closed before",
            DROP,
            vec![cluster(KEPT)],
            "drop-database 1/3; Database shop-db made; role shop stays",
        ),
        (
            "closed before, and the database is to be dropped",
            DROP,
            vec![cluster(KEPT), database("  ensure: absent\n")],
            "drop-role 2/3; once the database of shop-db is dropped; role shop changes; Database shop-db stays",
        ),
        (
            "a role without a database of its own",
            DROP,
            vec![cluster(ACTIVE), secret()],
            "refused: nothing in the repository says which database the app shop had",
        ),
        (
            "a database that is named and another's",
            Asked {
                database: Some("more"),
                ..DROP
            },
            vec![cluster(KEPT), named_database("more", "other", "")],
            "refused: the database \"more\" is the app more's (01.yaml:1)",
        ),
        (
            "a database that is named and the Cluster's own",
            Asked {
                database: Some("boot"),
                ..DROP
            },
            vec![cluster(KEPT)],
            "refused: the database \"boot\" belongs to the Cluster itself (00.yaml:10)",
        ),
        (
            "a database that is named as what another app kept",
            Asked {
                database: Some("more"),
                ..DROP
            },
            vec![cluster(&format!("{KEPT}{}", KEPT.replace("shop", "more")))],
            "refused: the database \"more\" is the app more's (00.yaml:19)",
        ),
        (
            "a database that is named and not the declared one",
            Asked {
                database: Some("more"),
                ..DROP
            },
            vec![cluster(ACTIVE), database("")],
            "refused: the database of the app shop is \"shop\" (01.yaml:1), not \"more\"",
        ),
        (
            "a role of two databases",
            DROP,
            vec![
                cluster(ACTIVE),
                database("  ensure: absent\n"),
                named_database("more", "shop", ""),
                secret(),
            ],
            "take-out 2/2; once the database of shop-db is dropped; role shop stays; Database shop-db goes; SealedSecret \
             shop-db-creds stays",
        ),
        (
            "two Databases of one name",
            KEEP,
            vec![cluster(ACTIVE), database(""), database("")],
            "refused: the Database shop-db is declared more than once: 01.yaml:1, 02.yaml:1",
        ),
    ]
}

#[test]
fn a_role_that_is_dropped_by_then_blocks_nothing() {
    let absent = snapshot(&[
        ("cluster.yaml", &cluster(ABSENT)),
        ("db.yaml", &database("  ensure: absent\n")),
    ]);
    let object = database_role(&format!("{LOGS_IN}  databaseRoleReclaimPolicy: delete\n"));
    let with_object = snapshot(&[
        ("cluster.yaml", &cluster("")),
        ("role.yaml", &object),
        ("db.yaml", &database("  ensure: absent\n")),
    ]);
    for (snapshot, at_the_end) in [(absent, None), (with_object, Some("shop"))] {
        let plan = planned(DROP, "shop", &snapshot).unwrap();
        assert_eq!(plan.step.unwrap().stage, Stage::TakeOut);
        assert_eq!(plan.blocked(Stage::TakeOut).role, at_the_end);
        assert_eq!(plan.blocked(Stage::DropRole).role, Some("shop"));
    }
}

#[test]
fn what_the_repository_says_tells_the_stage() {
    let mut wrong = Vec::new();
    for (what, asked, texts, expected) in rows() {
        let paths = (0..texts.len()).map(|number| format!("{number:02}.yaml"));
        let paths: Vec<String> = paths.collect();
        let files = paths.iter().zip(&texts);
        let files = files.map(|(path, text)| (path.as_str(), text.as_str()));
        let snapshot = snapshot(&files.collect::<Vec<_>>());
        let found = told(planned(asked, "shop", &snapshot));
        if found != expected {
            wrong.push(format!(
                "{:?}, {what}:\n  found    {found}\n  expected {expected}",
                asked.goal
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_policy_that_an_overlay_may_set_has_to_be_seen() {
    let overlay = |target: &str, policy: &str| {
        format!(
            "resources:\n  - ../base\npatches:\n  - target:\n      {target}\n    patch: |-\n      - op: add\n        path: \
             /spec/{policy}\n        value: delete\n"
        )
    };
    let all = "kind: Database";
    let policy = "databaseReclaimPolicy";
    let rows = [
        (overlay(all, policy), true),
        (overlay("kind: Database\n      name: shop.*", policy), true),
        (overlay("labelSelector: tier=app", policy), true),
        (overlay("kind: .*", policy), true),
        (overlay(all, "connectionLimit"), false),
        (overlay("kind: DatabaseRole", policy), false),
        (overlay("kind: Database\n      name: other-db", policy), false),
        (
            "patches:\n  - path: policy.yaml\n    target:\n      kind: Database\n".to_owned(),
            true,
        ),
        (
            "replacements:\n  - targets:\n      - fieldPaths:\n          - spec.databaseReclaimPolicy\n".to_owned(),
            true,
        ),
    ];
    for (kustomization, must_be_seen) in rows {
        let snapshot = snapshot(&[
            ("base/cluster.yaml", &cluster(ACTIVE)),
            ("base/db.yaml", &database("")),
            ("prod/kustomization.yaml", &kustomization),
        ]);
        let plan = planned(KEEP, "shop", &snapshot).unwrap();
        let expected = Requirement::Retained {
            object: "shop-db".to_owned(),
            must_be_seen,
        };
        assert_eq!(plan.requirements, [expected], "{kustomization}");
    }
}
