//! Pieces that are missing or left over, in repositories that are messier than the guide's.

use super::guide::{CLUSTER, DATABASE, Guide, KUSTOMIZATION, SEALED};

const NONE: [&str; 0] = [];
const TAKEN: &str = "        passwordSecret:\n          name: my-shop-db-creds\n";
const LABELS: &str = "  labels:\n    app.kubernetes.io/managed-by: kubectl-pgdb\n    app.kubernetes.io/part-of: my-shop\n";
const SEALED_LABELS: &str = "  labels:\n    app.kubernetes.io/managed-by: kubectl-pgdb\n    app.kubernetes.io/part-of: my-shop\n  annotations";

/// What the rules about pieces find.
fn found(guide: &Guide) -> Vec<String> {
    let mut found = guide.findings();
    found.retain(|finding| finding.starts_with("PGDB9"));
    found
}

/// The guide's repository with another role behind the app's.
fn with_role(fields: &str) -> Guide {
    let role = format!("{TAKEN}      - name: other\n{fields}");
    Guide::new().replace(CLUSTER, TAKEN, &role)
}

#[test]
fn an_app_of_the_product_lacks_its_database() {
    assert_eq!(
        Guide::new()
            .remove(DATABASE)
            .replace(KUSTOMIZATION, "  - my-shop-db.yaml\n", "")
            .findings(),
        [
            "PGDB901 warning postgres-cluster.yaml:17:15 the role \"my_shop\" logs in with a password, but no Database of the Cluster \
             postgres-shared belongs to it (`kubectl pgdb new-app my-shop` makes what is missing)"
        ]
    );
}

#[test]
fn another_role_without_a_database_is_for_information() {
    let role = "        login: true\n        passwordSecret:\n          name: elsewhere\n";
    assert_eq!(
        found(&with_role(role)),
        [
            "PGDB901 info postgres-cluster.yaml:21:15 the role \"other\" logs in with a password, but no Database of the Cluster \
             postgres-shared belongs to it"
        ]
    );
    // Where no Database is declared at all, they are made elsewhere.
    let by_hand = with_role(role)
        .remove(DATABASE)
        .replace(SEALED, SEALED_LABELS, "  annotations");
    assert_eq!(found(&by_hand), NONE);
}

#[test]
fn roles_that_are_no_apps_need_no_database() {
    for fields in [
        "        passwordSecret:\n          name: elsewhere\n",
        "        login: true\n",
        "        login: true\n        disablePassword: true\n        passwordSecret:\n          name: elsewhere\n",
        "        login: true\n        superuser: true\n        passwordSecret:\n          name: elsewhere\n",
        "        login: true\n        replication: true\n        passwordSecret:\n          name: elsewhere\n",
        "        login: true\n        inRoles: [pg_monitor]\n        passwordSecret:\n          name: elsewhere\n",
        "        login: true\n        ensure: absent\n        passwordSecret:\n          name: elsewhere\n",
    ] {
        assert_eq!(found(&with_role(fields)), NONE, "{fields}");
    }
}

#[test]
fn a_database_may_belong_to_a_role_in_other_ways() {
    let role = "        login: true\n        passwordSecret:\n          name: elsewhere\n";
    let database = |name: &str, cluster: &str, owner: &str| {
        format!(
            "apiVersion: postgresql.cnpg.io/v1\nkind: Database\nmetadata:\n  name: {name}\nspec:\n  name: {name}\n  owner: {owner}\n  cluster:\n    name: {cluster}\n"
        )
    };
    for (cluster, owner) in [
        ("postgres-shared", "other"),
        ("postgres-shared", "othre"),
        ("postgres-shared", "${OWNER}"),
        ("${CLUSTER}", "somebody"),
        ("postgres-elsewhere", "other"),
    ] {
        let guide = with_role(role).write("apps/db.yaml", &database("db", cluster, owner));
        assert_eq!(found(&guide), NONE, "{cluster} {owner}");
    }
    let renamed = Guide::new().replace(DATABASE, "owner: my_shop", "owner: shop_team");
    assert_eq!(found(&renamed), NONE);
    let two = Guide::new().write(
        "apps/db.yaml",
        &database("second", "postgres-shared", "my_shop"),
    );
    assert_eq!(two.findings(), NONE);
    let going = Guide::new().replace(
        DATABASE,
        "  name: my_shop\n",
        "  name: my_shop\n  ensure: absent\n",
    );
    assert_eq!(found(&going), NONE);
    let bootstrap = with_role(role).replace(
        CLUSTER,
        "spec:\n  instances",
        "spec:\n  bootstrap:\n    initdb:\n      owner: other\n  instances",
    );
    assert_eq!(found(&bootstrap), NONE);
    let by_sql = |statement: &str| {
        let bootstrap = format!(
            "spec:\n  bootstrap:\n    initdb:\n      postInitSQL:\n        - {statement}\n  instances"
        );
        found(&with_role(role).replace(CLUSTER, "spec:\n  instances", &bootstrap)).len()
    };
    assert_eq!(by_sql("CREATE DATABASE shop OWNER other;"), 0);
    assert_eq!(by_sql("create database shop with owner = \"other\""), 0);
    assert_eq!(by_sql("ALTER DATABASE shop OWNER TO other"), 0);
    assert_eq!(by_sql("CREATE DATABASE other OWNER another"), 1);
    let in_template = with_role(role).write(
        "chart/templates/db.yaml",
        "apiVersion: postgresql.cnpg.io/v1\nkind: Database\nspec:\n  owner: other\n  x: {{ .y }}\n",
    );
    assert_eq!(found(&in_template), NONE);
}

#[test]
fn a_second_role_of_an_app_is_for_information() {
    let sealed = Guide::new();
    let sealed = sealed.snapshot().text(&SEALED.parse().unwrap()).unwrap();
    let second = sealed.replace("my-shop-db-creds", "my-shop-reader-creds");
    let role =
        "        login: true\n        passwordSecret:\n          name: my-shop-reader-creds\n";
    let guide = with_role(role).write("infra/databases/postgres/reader-sealed.yaml", &second);
    assert_eq!(
        found(&guide),
        [
            "PGDB901 info postgres-cluster.yaml:21:15 the role \"other\" logs in with a password, but no Database of the Cluster \
             postgres-shared belongs to it"
        ]
    );
}

/// The guide's repository, in which no role takes the credential.
fn unused() -> Guide {
    Guide::new().replace(CLUSTER, TAKEN, "")
}

const UNUSED: &str =
    "my-shop-secrets-sealed.yaml:4:9 no role takes its password from the Secret my-shop-db-creds";

#[test]
fn a_credential_is_unused() {
    assert_eq!(unused().findings(), [format!("PGDB902 warning {UNUSED}")]);
    let by_hand = unused().replace(SEALED, SEALED_LABELS, "  annotations");
    assert_eq!(found(&by_hand), [format!("PGDB902 info {UNUSED}")]);
}

#[test]
fn credentials_are_used_in_other_ways() {
    let spec = |added: &str| unused().replace(CLUSTER, "spec:\n", &format!("spec:\n{added}"));
    for added in [
        "  bootstrap:\n    initdb:\n      secret:\n        name: my-shop-db-creds\n",
        "  superuserSecret:\n    name: my-shop-db-creds\n",
        "  externalClusters:\n    - name: old\n      password:\n        name: my-shop-db-creds\n        key: password\n",
        "  backup:\n    barmanObjectStore:\n      s3Credentials:\n        accessKeyId:\n          name: my-shop-db-creds\n          key: username\n",
    ] {
        assert_eq!(found(&spec(added)), NONE, "{added}");
    }
    let mirror = |annotation: &str, value: &str| {
        unused().write(
            "apps/mirror.yaml",
            &format!("apiVersion: v1\nkind: Secret\nmetadata:\n  name: mirror\n  namespace: postgres\n  annotations:\n    {annotation}: {value}\n"),
        )
    };
    for annotation in [
        "reflector.v1.k8s.emberstack.com/reflects",
        "replicator.v1.mittwald.de/replicate-from",
    ] {
        assert_eq!(
            found(&mirror(annotation, "postgres/my-shop-db-creds")),
            NONE,
            "{annotation}"
        );
    }
}

#[test]
fn credentials_of_roles_that_nobody_can_read_may_be_used() {
    let by_alias = unused().replace(
        CLUSTER,
        "  managed:\n",
        "  x: &all {}\n  managed:\n    <<: *all\n",
    );
    assert_eq!(found(&by_alias), NONE);
    let by_patch = unused().replace(
        KUSTOMIZATION,
        "resources:\n",
        "patches:\n  - patch: |\n      - op: add\n        path: /spec/managed/roles/-\n        value: {}\nresources:\n",
    );
    assert_eq!(found(&by_patch), NONE);
    let in_template = unused().write(
        "chart/templates/role.yaml",
        "apiVersion: postgresql.cnpg.io/v1\nkind: DatabaseRole\nspec:\n  passwordSecret: {name: my-shop-db-creds}\n  x: {{ .y }}\n",
    );
    assert_eq!(found(&in_template), NONE);
    assert_eq!(found(&Guide::new().remove(CLUSTER)), NONE);
}

#[test]
fn credentials_of_what_is_no_database_are_left_alone() {
    let sealed = Guide::new();
    let sealed = sealed.snapshot().text(&SEALED.parse().unwrap()).unwrap();
    let mail = sealed
        .replace("my-shop-db-creds", "mail")
        .replace(LABELS, "")
        .replace("namespace: postgres", "namespace: mail");
    assert_eq!(found(&Guide::new().write("mail/sealed.yaml", &mail)), NONE);
    let nowhere = mail.replace("  namespace: mail\n", "");
    assert_eq!(
        found(&Guide::new().write("mail/sealed.yaml", &nowhere)),
        NONE
    );
}

#[test]
fn an_app_that_leaves_may_leave_its_credential_for_last() {
    let role = unused().replace(CLUSTER, "        login: true\n", "        ensure: absent\n");
    assert_eq!(found(&role), NONE);
    let database = unused().replace(
        DATABASE,
        "  name: my_shop\n",
        "  name: my_shop\n  ensure: absent\n",
    );
    assert_eq!(found(&database), NONE);
}

#[test]
fn a_slip_in_the_name_of_a_secret_is_one_finding() {
    let guide = Guide::new().replace(
        CLUSTER,
        "          name: my-shop-db-creds\n",
        "          name: my-shop-db-cred\n",
    );
    let codes: Vec<String> = guide.findings();
    assert_eq!(codes.len(), 1, "{codes:?}");
    assert!(codes[0].starts_with("PGDB202 warning"), "{codes:?}");
}
