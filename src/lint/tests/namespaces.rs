//! Namespaces, in repositories that are messier than the guide's.

use super::guide::{CLUSTER, DATABASE, Guide, KUSTOMIZATION, SEALED};

/// The namespace of the SealedSecret, with the line before it, which is there once.
const OWN: &str = "  name: my-shop-db-creds\n  namespace: postgres\n  labels:\n    app";
const MOVED: &str = "  name: my-shop-db-creds\n  namespace: shop\n  labels:\n    app";
const MADE: &str = "      namespace: postgres\n      labels:\n";
const MADE_MOVED: &str = "      namespace: shop\n      labels:\n";

/// The guide's repository with the credential in the application's namespace.
fn moved() -> Guide {
    Guide::new()
        .replace(SEALED, OWN, MOVED)
        .replace(SEALED, MADE, MADE_MOVED)
}

/// What the rules about namespaces find.
fn found(guide: &Guide) -> Vec<String> {
    let mut found = guide.findings();
    found.retain(|finding| finding.starts_with("PGDB1"));
    found
}

#[test]
fn a_credential_elsewhere_is_found_once() {
    assert_eq!(
        moved().findings(),
        [
            "PGDB101 error my-shop-secrets-sealed.yaml:5:14 the Secret my-shop-db-creds is made in the namespace shop, but the \
             Cluster postgres-shared is in postgres, where CNPG looks for it"
        ]
    );
}

#[test]
fn a_file_that_is_listed_nowhere_is_not_moved() {
    let database = "apiVersion: postgresql.cnpg.io/v1
kind: Database
metadata: {name: blog-db, namespace: postgres}
spec: {name: blog, owner: my_shop, cluster: {name: postgres-shared}}
";
    let with = |resources: &str| {
        let guide = Guide::new().write("apps/blog/db.yaml", database);
        let kustomization = format!("namespace: blog\nresources:\n{resources}");
        found(&guide.write("apps/blog/kustomization.yaml", &kustomization))
    };
    assert_eq!(
        with("  - deployment.yaml\n  # - db.yaml\n"),
        [] as [&str; 0]
    );
    assert_eq!(with("  - db.yaml\n").len(), 1);
}

#[test]
fn a_credential_that_is_copied_is_not_elsewhere() {
    let allowed = "reflection-allowed-namespaces: \"shop\"";
    let automatic = "reflection-auto-namespaces: \"shop\"";
    let mirrored = moved()
        .replace(
            SEALED,
            allowed,
            "reflection-allowed-namespaces: \"postgres\"",
        )
        .replace(
            SEALED,
            automatic,
            "reflection-auto-namespaces: \"postgres\"",
        );
    assert_eq!(found(&mirrored), [] as [&str; 0]);
    let may_ask = moved().replace(
        SEALED,
        allowed,
        "reflection-allowed-namespaces: \"postgres,shop\"",
    );
    assert_eq!(found(&may_ask), [] as [&str; 0]);
    let replicated = moved().replace(
        SEALED,
        "        reflector.v1.k8s.emberstack.com/reflection-allowed: \"true\"\n",
        "        replicator.v1.mittwald.de/replicate-to: postgres\n",
    );
    assert_eq!(found(&replicated), [] as [&str; 0]);
    let patched = moved().replace(
        KUSTOMIZATION,
        "resources:\n",
        "patches:\n  - patch: |\n      - op: add\n        path: /spec/template/metadata/annotations/reflector.v1.k8s.emberstack.com~1reflection-allowed-namespaces\n        value: postgres\nresources:\n",
    );
    assert_eq!(found(&patched), [] as [&str; 0]);
}

#[test]
fn one_secret_sealed_once_for_each_namespace_is_not_elsewhere() {
    let guide = moved();
    let copy = Guide::new();
    let own = copy.snapshot().text(&SEALED.parse().unwrap()).unwrap();
    let guide = guide.write("infra/databases/postgres/copy-sealed.yaml", own);
    assert_eq!(found(&guide), [] as [&str; 0]);
}

#[test]
fn other_makers_of_the_secret_count() {
    for maker in [
        "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: shop\n  namespace: postgres\nspec:\n  target:\n    name: my-shop-db-creds\n",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: my-shop-db-creds\n  namespace: postgres\n  annotations:\n    replicator.v1.mittwald.de/replicate-from: shop/my-shop-db-creds\n",
        "apiVersion: secretgenerator.mittwald.de/v1alpha1\nkind: StringSecret\nmetadata:\n  name: my-shop-db-creds\n  namespace: ${NAMESPACE:=postgres}\n",
    ] {
        let guide = moved().write("infra/databases/postgres/other.yaml", maker);
        assert_eq!(found(&guide), [] as [&str; 0], "{maker}");
    }
    let generated = moved().replace(
        KUSTOMIZATION,
        "resources:\n",
        "secretGenerator:\n  - name: my-shop-db-creds\n    envs: [shop.env]\nresources:\n",
    );
    assert_eq!(found(&generated), [] as [&str; 0]);
    let in_template = moved().write(
        "chart/templates/secret.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: my-shop-db-creds\n  namespace: {{ .Release.Namespace }}\n",
    );
    assert_eq!(found(&in_template), [] as [&str; 0]);
}

#[test]
fn a_namespace_that_kustomize_sets_counts() {
    let nowhere = Guide::new()
        .replace(SEALED, OWN, MOVED)
        .replace(DATABASE, "  namespace: postgres\n", "")
        .replace(CLUSTER, "  namespace: postgres\n", "  namespace: shop\n")
        .replace(
            KUSTOMIZATION,
            "resources:\n",
            "namespace: postgres\nresources:\n",
        );
    assert_eq!(found(&nowhere), [] as [&str; 0]);
}

#[test]
fn placeholders_and_absent_namespaces_may_be_anything() {
    for namespace in ["  namespace: ${NAMESPACE:=shop}\n", ""] {
        let guide = Guide::new().replace(DATABASE, "  namespace: postgres\n", namespace);
        assert_eq!(found(&guide), [] as [&str; 0]);
        let guide = Guide::new().replace(CLUSTER, "  namespace: postgres\n", namespace);
        assert_eq!(found(&guide), [] as [&str; 0]);
    }
}

#[test]
fn roles_that_go_or_have_no_password_need_no_credential() {
    for role in [
        "      - name: my_shop\n        ensure: absent\n        passwordSecret:\n",
        "      - name: my_shop\n        login: true\n        otherSecret:\n",
    ] {
        let guide = moved().replace(
            CLUSTER,
            "      - name: my_shop\n        login: true\n        passwordSecret:\n",
            role,
        );
        assert_eq!(found(&guide), [] as [&str; 0], "{role}");
    }
}

const ROLE: &str = "apiVersion: postgresql.cnpg.io/v1\nkind: DatabaseRole\nmetadata:\n  name: my-shop\n  namespace: shop\n\
                    spec:\n  name: my_shop\n  login: true\n  cluster:\n    name: postgres-shared\n  passwordSecret:\n    name: my-shop-db-creds\n";

#[test]
fn a_database_role_elsewhere_is_one_finding_not_two() {
    let guide = Guide::new()
        .replace(
            CLUSTER,
            "  managed:\n    roles:\n      - name: my_shop\n        login: true\n        passwordSecret:\n          name: my-shop-db-creds\n",
            "",
        )
        .write("apps/shop/role.yaml", ROLE);
    assert_eq!(
        found(&guide),
        [
            "PGDB102 error apps/shop/role.yaml:5:14 this object is in the namespace shop, but the Cluster postgres-shared is in \
             postgres, and CNPG looks for it here alone"
        ]
    );
}

#[test]
fn objects_of_clusters_that_are_not_here_may_be_anywhere() {
    let guide = Guide::new()
        .remove(CLUSTER)
        .write("apps/shop/role.yaml", ROLE);
    let mut codes = found(&guide);
    codes.retain(|finding| finding.starts_with("PGDB102"));
    assert_eq!(codes, [] as [&str; 0]);
    let copy = Guide::new();
    let cluster = copy.snapshot().text(&CLUSTER.parse().unwrap()).unwrap();
    let of_two = Guide::new()
        .replace(DATABASE, "namespace: postgres", "namespace: staging")
        .write(
            "infra/staging/cluster.yaml",
            &cluster.replace("namespace: postgres", "namespace: staging"),
        );
    assert_eq!(found(&of_two), [] as [&str; 0]);
}

#[test]
fn a_cluster_may_also_be_a_template() {
    let guide = Guide::new()
        .replace(DATABASE, "namespace: postgres", "namespace: shop")
        .write(
            "chart/templates/cluster.yaml",
            "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata:\n  name: {{ .Values.name }}\n",
        );
    assert_eq!(
        found(&guide),
        [
            "PGDB102 info my-shop-db.yaml:5:14 this object is in the namespace shop, but the Cluster postgres-shared is in \
             postgres, and CNPG looks for it here alone"
        ]
    );
}

#[test]
fn patches_are_where_their_objects_are() {
    let overlay = "namespace: prod\nresources: [../databases/postgres]\npatches:\n  - path: patches/cluster.yaml\n  - path: patches/db.yaml\n";
    let guide = Guide::new()
        .write("infra/prod/kustomization.yaml", overlay)
        .write(
            "infra/prod/patches/cluster.yaml",
            "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata:\n  name: postgres-shared\n  namespace: base\nspec:\n  managed:\n    roles:\n      - name: more\n        login: true\n        passwordSecret:\n          name: my-shop-db-creds\n",
        )
        .write(
            "infra/prod/patches/db.yaml",
            "apiVersion: postgresql.cnpg.io/v1\nkind: Database\nmetadata:\n  name: my-shop-db\n  namespace: base\nspec:\n  cluster:\n    name: postgres-shared\n",
        );
    assert_eq!(found(&guide), [] as [&str; 0]);
}

#[test]
fn of_several_clusters_one_has_to_be_where_the_settings_say() {
    let copy = Guide::new();
    let cluster = copy.snapshot().text(&CLUSTER.parse().unwrap()).unwrap();
    let settings = "cluster: postgres-shared\nnamespace: postgres\n";
    let guide = Guide::new().write(".pgdb.yaml", settings).write(
        "infra/recovery/cluster.yaml",
        &cluster.replace("namespace: postgres", "namespace: recovery"),
    );
    assert_eq!(found(&guide), [] as [&str; 0]);
    let by_file = guide.write(
        ".pgdb.yaml",
        "clusterFile: infra/recovery/cluster.yaml\nnamespace: postgres\n",
    );
    assert_eq!(
        found(&by_file),
        [
            "PGDB103 error infra/recovery/cluster.yaml:6:14 .pgdb.yaml says that this Cluster is in the namespace postgres, but it \
             is in recovery"
        ]
    );
    let elsewhere = by_file.write(".pgdb.yaml", "cluster: other\nnamespace: elsewhere\n");
    assert_eq!(found(&elsewhere), [] as [&str; 0]);
    let open = elsewhere.write(".pgdb.yaml", "namespace: elsewhere\n");
    assert_eq!(found(&open), [] as [&str; 0]);
}
