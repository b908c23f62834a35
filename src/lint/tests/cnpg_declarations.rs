//! What is declared to CNPG twice, or clashes, in the layouts that real repositories have.

use super::guide::{CLUSTER, DATABASE, Guide, KUSTOMIZATION};

const NOTHING: [&str; 0] = [];

/// A DatabaseRole of the guide's app.
const ROLE: &str = "apiVersion: postgresql.cnpg.io/v1
kind: DatabaseRole
metadata:
  name: my-shop-role
  namespace: postgres
  annotations:
    argocd.argoproj.io/sync-wave: \"1\"
spec:
  name: my_shop
  cluster:
    name: postgres-shared
  login: true
  passwordSecret:
    name: my-shop-db-creds
";
/// The managed roles of the guide's Cluster.
const MANAGED: &str = "  managed:
    roles:
      - name: my_shop
        login: true
        passwordSecret:
          name: my-shop-db-creds
";
/// A Cluster, and nothing that is asked of it here.
const SMALL_CLUSTER: &str = "apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata:
  name: postgres-shared
spec:
  instances: 1
";
/// A Database without a namespace.
const SMALL_DATABASE: &str = "apiVersion: postgresql.cnpg.io/v1
kind: Database
metadata:
  name: shop-db
spec:
  name: shop
  owner: shop
  cluster:
    name: postgres-shared
";

/// The findings of these rules.
fn of(guide: &Guide, codes: &[&str]) -> Vec<String> {
    let mut found = guide.findings();
    found.retain(|line| codes.iter().any(|code| line.starts_with(code)));
    found
}

/// A kustomization of these resources.
fn kustomization(resources: &str) -> String {
    format!("resources: [{resources}]\n")
}

/// The guide's repository with the role as a DatabaseRole in a file of its own.
fn with_object() -> Guide {
    Guide::new()
        .replace(
            KUSTOMIZATION,
            "  - my-shop-db.yaml\n",
            "  - my-shop-db.yaml\n  - role.yaml\n",
        )
        .write("infra/databases/postgres/role.yaml", ROLE)
}

#[test]
fn one_role_in_a_base_and_its_patch_is_no_duplicate() {
    let patch = format!("{}{MANAGED}", SMALL_CLUSTER.replace("  instances: 1\n", ""));
    let guide = Guide::new()
        .write("prod/patch.yaml", &patch)
        .write(
            "prod/kustomization.yaml",
            "resources: [../infra/databases/postgres]\npatches: [{path: patch.yaml}]\n",
        )
        .write(
            "staging/cluster.yaml",
            &format!("{SMALL_CLUSTER}{MANAGED}---\n{SMALL_CLUSTER}{MANAGED}"),
        );
    assert_eq!(of(&guide, &["PGDB701", "PGDB702"]), NOTHING);
}

#[test]
fn three_entries_of_one_name() {
    let entry = "      - name: readers\n";
    let roles = format!("{MANAGED}{entry}{entry}{entry}      - name: ${{ROLE:=readers}}\n");
    let guide = Guide::new().replace(CLUSTER, MANAGED, &roles);
    assert_eq!(
        of(&guide, &["PGDB701"]),
        [22, 23].map(|line| format!(
            "PGDB701 error postgres-cluster.yaml:{line}:15 another entry of this list is called \"readers\" too"
        ))
    );
    let related: Vec<usize> = guide
        .lint()
        .findings
        .iter()
        .filter(|finding| finding.code == "PGDB701")
        .flat_map(|finding| &finding.related)
        .map(|related| related.place.start.line)
        .collect();
    assert_eq!(related, [21, 21]);
}

#[test]
fn roles_that_are_objects_alone_are_fine() {
    let guide = with_object().replace(CLUSTER, MANAGED, "");
    assert_eq!(guide.findings(), NOTHING);
}

#[test]
fn an_object_and_an_entry_clash_where_they_are_deployed_together() {
    let clash = "PGDB702 error role.yaml:9:9 the Cluster's managed roles declare \"my_shop\" too, and win over this object";
    assert_eq!(of(&with_object(), &["PGDB702"]), [clash]);
    let elsewhere = Guide::new().write("other/role.yaml", ROLE);
    assert_eq!(of(&elsewhere, &["PGDB702"]), NOTHING);
    let unlisted = Guide::new().write("infra/databases/postgres/old-role.yaml", ROLE);
    assert_eq!(of(&unlisted, &["PGDB702"]), NOTHING);
    let of_another_cluster = ROLE.replace("name: postgres-shared", "name: postgres-other");
    let other = with_object().write("infra/databases/postgres/role.yaml", &of_another_cluster);
    assert_eq!(of(&other, &["PGDB702"]), NOTHING);
    let namespace = ROLE.replace("namespace: postgres", "namespace: other");
    let other = with_object().write("infra/databases/postgres/role.yaml", &namespace);
    assert_eq!(of(&other, &["PGDB702"]), NOTHING);
}

#[test]
fn two_objects_for_one_role() {
    let second = ROLE.replace("name: my-shop-role", "name: my-shop-owner");
    let guide = with_object().replace(CLUSTER, MANAGED, "").write(
        "infra/databases/postgres/role.yaml",
        &format!("{ROLE}---\n{second}"),
    );
    assert_eq!(
        of(&guide, &["PGDB702"]),
        ["PGDB702 error role.yaml:24:9 another DatabaseRole declares \"my_shop\" too"]
    );
}

#[test]
fn each_overlay_may_have_its_own_objects() {
    let guide = Guide::empty()
        .write("base/kustomization.yaml", &kustomization("cluster.yaml"))
        .write("base/cluster.yaml", SMALL_CLUSTER)
        .write(
            "prod/kustomization.yaml",
            &kustomization("../base, db.yaml"),
        )
        .write("prod/db.yaml", &format!("{SMALL_DATABASE}---\n{ROLE}"))
        .write(
            "staging/kustomization.yaml",
            &kustomization("../base, db.yaml"),
        )
        .write("staging/db.yaml", &format!("{SMALL_DATABASE}---\n{ROLE}"));
    assert_eq!(of(&guide, &["PGDB70"]), NOTHING);
    let all = guide.write("kustomization.yaml", &kustomization("prod, staging"));
    assert_eq!(of(&all, &["PGDB703"]).len(), 1);
}

#[test]
fn overlays_that_one_kustomization_builds_into_their_namespaces() {
    let overlay = |namespace| format!("namespace: {namespace}\nresources: [db.yaml]\n");
    let guide = Guide::empty()
        .write("kustomization.yaml", &kustomization("prod, staging"))
        .write("prod/kustomization.yaml", &overlay("prod"))
        .write("prod/db.yaml", SMALL_DATABASE)
        .write("staging/kustomization.yaml", &overlay("staging"))
        .write("staging/db.yaml", SMALL_DATABASE);
    assert_eq!(of(&guide, &["PGDB703"]), NOTHING);
}

#[test]
fn a_database_of_the_base_and_one_of_the_overlay_meet() {
    let second = SMALL_DATABASE.replace("shop-db", "shop-database");
    let guide = Guide::empty()
        .write("base/kustomization.yaml", &kustomization("db.yaml"))
        .write("base/db.yaml", SMALL_DATABASE)
        .write(
            "prod/kustomization.yaml",
            &kustomization("../base, db.yaml"),
        )
        .write("prod/db.yaml", &second);
    assert_eq!(
        of(&guide, &["PGDB703"]),
        ["PGDB703 error prod/db.yaml:6:9 the Database shop-db is for the database \"shop\" too"]
    );
}

#[test]
fn a_patch_of_a_database_is_no_second_one() {
    let guide = Guide::new()
        .replace(
            KUSTOMIZATION,
            "resources:",
            "patches:\n  - path: patch.yaml\nresources:",
        )
        .write(
            "infra/databases/postgres/patch.yaml",
            &SMALL_DATABASE
                .replace("shop-db\n", "my-shop-db\n  namespace: postgres\n")
                .replace("name: shop\n", "name: my_shop\n"),
        );
    assert_eq!(of(&guide, &["PGDB703"]), NOTHING);
}

#[test]
fn two_patches_of_one_database_are_no_objects() {
    let guide = Guide::empty()
        .write(
            "prod/kustomization.yaml",
            "resources: [../base]\npatches: [{path: ../patches/one.yaml}, {path: ../patches/two.yaml}]\n",
        )
        .write("base/kustomization.yaml", &kustomization("db.yaml"))
        .write("base/db.yaml", SMALL_DATABASE)
        .write("patches/one.yaml", SMALL_DATABASE)
        .write("patches/two.yaml", SMALL_DATABASE);
    assert_eq!(of(&guide, &["PGDB703"]), NOTHING);
}

#[test]
fn two_objects_of_one_name() {
    let other = SMALL_DATABASE.replace("name: shop\n", "name: blog\n");
    let both = |folder: &str| {
        Guide::empty()
            .write(&format!("{folder}/one.yaml"), SMALL_DATABASE)
            .write(&format!("{folder}/two.yaml"), &other)
    };
    assert_eq!(
        of(&both("db"), &["PGDB703"]),
        ["PGDB703 error db/two.yaml:4:9 there is another Database shop-db beside this one"]
    );
    for folder in ["archive/2024", "_old", "db/Backups"] {
        assert_eq!(of(&both(folder), &["PGDB703"]), NOTHING, "{folder}");
    }
}

#[test]
fn a_role_may_own_two_databases() {
    let second = SMALL_DATABASE
        .replace("shop-db\n", "my-shop-archive\n  namespace: postgres\n")
        .replace("name: shop\n", "name: my_shop_archive\n")
        .replace("owner: shop\n", "owner: my_shop\n");
    let guide = Guide::new()
        .replace(
            KUSTOMIZATION,
            "  - my-shop-db.yaml\n",
            "  - my-shop-db.yaml\n  - second.yaml\n",
        )
        .write("infra/databases/postgres/second.yaml", &second);
    assert_eq!(of(&guide, &["PGDB7"]), NOTHING);
}

/// The guide's Cluster with this bootstrap, and with this said of the role.
fn bootstrapped(bootstrap: &str, role: &str) -> Guide {
    Guide::new()
        .replace(
            CLUSTER,
            "  monitoring:",
            &format!("{bootstrap}  monitoring:"),
        )
        .replace(CLUSTER, MANAGED, &format!("  managed:\n    roles:\n{role}"))
}

#[test]
fn a_role_that_the_bootstrap_owns() {
    let bootstrap = "  bootstrap:
    initdb:
      database: my_shop
      secret:
        name: my-shop-db-creds
";
    let start = "postgres-cluster.yaml:22:15 the bootstrap of the Cluster already owns the role \"my_shop\"";
    let entry = "      - name: my_shop\n";
    let secret = "        passwordSecret: {name: my-shop-db-creds}\n";
    let login = "        login: true\n";
    for (said, severity, clash) in [
        (
            secret.to_owned(),
            "warning",
            ", and this entry does not let it log in",
        ),
        (
            format!("{login}        disablePassword: true\n"),
            "error",
            ", and this entry takes its password away",
        ),
        (
            format!("{login}        passwordSecret: {{name: other}}\n"),
            "error",
            ", with the password of another Secret",
        ),
        (
            format!("{login}        passwordSecret: {{name: \"${{SECRET}}\"}}\n"),
            "info",
            ", perhaps with another password",
        ),
        (
            "        ensure: absent\n".to_owned(),
            "error",
            ", and this entry drops it",
        ),
    ] {
        let guide = bootstrapped(bootstrap, &format!("{entry}{said}"));
        assert_eq!(
            of(&guide, &["PGDB706"]),
            [format!("PGDB706 {severity} {start}{clash}")],
            "{said}"
        );
    }
    // The same password, or none, and attributes that the bootstrap cannot give.
    for said in [
        format!("{secret}{login}"),
        format!("{login}        createdb: true\n"),
        "        <<: {login: true}\n".to_owned(),
    ] {
        let guide = bootstrapped(bootstrap, &format!("{entry}{said}"));
        assert_eq!(of(&guide, &["PGDB706"]), NOTHING, "{said}");
    }
    let patched = bootstrapped(bootstrap, entry).replace(
        KUSTOMIZATION,
        "resources:",
        "patches:\n  - patch: '[{op: add, path: /spec/bootstrap/initdb/encoding, value: UTF8}]'\nresources:",
    );
    assert_eq!(of(&patched, &["PGDB706"]).len(), 1);
    let patched = bootstrapped(bootstrap, "").write("other/role.yaml", ROLE);
    assert_eq!(of(&patched, &["PGDB706"]), NOTHING);
}

#[test]
fn the_owner_that_cnpg_gives_by_default() {
    let entry = |secret: &str| {
        format!(
            "      - name: app\n        login: true\n        passwordSecret:\n          name: {secret}\n"
        )
    };
    let found =
        |bootstrap: &str, secret: &str| of(&bootstrapped(bootstrap, &entry(secret)), &["PGDB706"]);
    let message = "the bootstrap of the Cluster already owns the role \"app\"";
    assert_eq!(
        found("", "app-creds"),
        [format!(
            "PGDB706 error postgres-cluster.yaml:17:15 {message}, with the password of another Secret"
        )]
    );
    assert_eq!(found("", "postgres-shared-app"), NOTHING);
    for bootstrap in [
        "  bootstrap: {initdb: {import: {type: monolith}}}\n",
        "  bootstrap: {recovery: {source: old}}\n",
        "  bootstrap: {pg_basebackup: {source: old}}\n",
        "  bootstrap: {initdb: {owner: \"${OWNER}\", database: \"${OWNER}\"}}\n",
    ] {
        assert_eq!(found(bootstrap, "app-creds"), NOTHING, "{bootstrap}");
    }
    let patched = bootstrapped("", &entry("app-creds")).replace(
        KUSTOMIZATION,
        "resources:",
        "patches:\n  - patch: '[{op: add, path: /spec/bootstrap, value: {recovery: {}}}]'\nresources:",
    );
    assert_eq!(of(&patched, &["PGDB706"]), NOTHING);
}

#[test]
fn roles_with_the_attributes_of_administrators() {
    let with = |said: &str| {
        let role = format!("        login: true\n{said}");
        Guide::new().replace(CLUSTER, "        login: true\n", &role)
    };
    let all = "        superuser: true
        replication: true
        bypassrls: true
        createrole: true
        createdb: true
        inherit: true
";
    let may = [
        "error postgres-cluster.yaml:19:20 with `superuser` the role of an app may do anything in all databases of the cluster",
        "warning postgres-cluster.yaml:20:22 with `replication` the role of an app may copy all databases of the cluster",
        "warning postgres-cluster.yaml:21:20 with `bypassrls` the role of an app may read rows that policies keep from it",
        "warning postgres-cluster.yaml:22:21 with `createrole` the role of an app may make roles that no manifest declares",
        "info postgres-cluster.yaml:23:19 with `createdb` the role of an app may make databases that no manifest declares",
    ];
    assert_eq!(
        with(all).findings(),
        may.map(|line| format!("PGDB707 {line}"))
    );
    assert_eq!(with("        superuser: false\n").findings(), NOTHING);
    let of_no_app = with(all).remove(DATABASE);
    assert_eq!(of(&of_no_app, &["PGDB707"]), NOTHING);
}
