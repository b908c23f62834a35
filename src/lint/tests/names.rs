//! Names that lead nowhere, in repositories that are messier than the guide's.

use super::guide::{CLUSTER, DATABASE, Guide, KUSTOMIZATION, SEALED};

const NONE: [&str; 0] = [];
const OWNER: &str = "owner: my_shop";
const OTHER: &str = "owner: other";
const NAMED: &str = "    name: postgres-shared\n";
const TAKEN: &str = "          name: my-shop-db-creds\n";

/// What the rules about names find.
fn found(guide: &Guide) -> Vec<String> {
    let mut found = guide.findings();
    found.retain(|finding| finding.starts_with("PGDB2"));
    found
}

/// The text of a file of the guide's repository.
fn text(path: &str) -> String {
    let guide = Guide::new();
    guide
        .snapshot()
        .text(&path.parse().unwrap())
        .unwrap()
        .to_owned()
}

/// The guide's repository, with an owner that no role has.
fn orphan() -> Guide {
    Guide::new().replace(DATABASE, OWNER, OTHER)
}

const NO_OTHER: &str = "my-shop-db.yaml:13:10 no role of the Cluster postgres-shared is called \"other\", to which this database is to belong";

#[test]
fn an_owner_is_unknown_where_all_roles_are_known() {
    assert_eq!(found(&orphan()), [format!("PGDB201 error {NO_OTHER}")]);
}

#[test]
fn an_owner_may_come_from_what_is_not_declared() {
    let info = [format!("PGDB201 info {NO_OTHER}")];
    let begun = |bootstrap: &str| {
        let spec = format!("spec:\n  bootstrap:\n{bootstrap}  instances: 3\n");
        orphan().replace(CLUSTER, "spec:\n  instances: 3\n", &spec)
    };
    for bootstrap in [
        "    recovery:\n      source: old\n",
        "    pg_basebackup:\n      source: old\n",
        "    initdb:\n      import:\n        type: monolith\n",
        "    initdb:\n      postInitSQL:\n        - CREATE ROLE other\n",
    ] {
        assert_eq!(found(&begun(bootstrap)), info, "{bootstrap}");
    }
    assert_eq!(found(&begun("    initdb:\n      owner: other\n")), NONE);
    assert_eq!(found(&begun("    initdb:\n      database: other\n")), NONE);
    let by_alias = orphan().replace(
        CLUSTER,
        "  managed:\n    roles:\n",
        "  managed:\n    <<: *more\n    roles:\n",
    );
    let by_alias = by_alias.replace(CLUSTER, "  storage:", "  x: &more {}\n  storage:");
    assert_eq!(found(&by_alias), info);
    let in_template = orphan().write(
        "chart/templates/role.yaml",
        "apiVersion: postgresql.cnpg.io/v1\nkind: DatabaseRole\nmetadata:\n  name: other\n  namespace: {{ .Values.x }}\n",
    );
    assert_eq!(found(&in_template), info);
    let by_patch = orphan().replace(
        KUSTOMIZATION,
        "resources:\n",
        "patches:\n  - path: roles-patch.json\nresources:\n",
    );
    let by_patch = by_patch.write(
        "infra/databases/postgres/roles-patch.json",
        "[{\"op\": \"add\", \"path\": \"/spec/managed/roles/-\", \"value\": {\"name\": \"reader\"}}]",
    );
    assert_eq!(found(&by_patch), info);
}

#[test]
fn an_owner_may_be_declared_anywhere() {
    let role = "apiVersion: postgresql.cnpg.io/v1\nkind: DatabaseRole\nmetadata:\n  name: an-object\n  namespace: postgres\nspec:\n  name: other\n  cluster:\n    name: postgres-shared\n";
    assert_eq!(found(&orphan().write("apps/role.yaml", role)), NONE);
    let patch = "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata:\n  name: postgres-shared\nspec:\n  managed:\n    roles:\n      - name: other\n";
    assert_eq!(found(&orphan().write("infra/patch.yaml", patch)), NONE);
    let list = "apiVersion: v1\nkind: List\nitems:\n  - ";
    let role = format!("{list}{}", role.trim_end().replace('\n', "\n    "));
    assert_eq!(found(&orphan().write("apps/roles.yaml", &role)), NONE);
    let superuser = Guide::new().replace(DATABASE, OWNER, "owner: postgres");
    assert_eq!(found(&superuser), NONE);
}

#[test]
fn databases_that_go_are_patches_or_are_placeholders_need_no_owner() {
    let gone = orphan().replace(DATABASE, OTHER, "owner: other\n  ensure: absent");
    assert_eq!(found(&gone), NONE);
    let open = Guide::new().replace(DATABASE, OWNER, "owner: ${OWNER:=other}");
    assert_eq!(found(&open), NONE);
    let patch = Guide::new()
        .write(
            "infra/prod/kustomization.yaml",
            "resources: [../databases/postgres]\npatches:\n  - path: db.yaml\n",
        )
        .write("infra/prod/db.yaml", &text(DATABASE).replace(OWNER, OTHER));
    assert_eq!(found(&patch), NONE);
    let elsewhere = orphan().remove(CLUSTER);
    assert_eq!(found(&elsewhere), NONE);
}

/// A Cluster of the same name with another role.
fn copy(namespace: &str) -> String {
    text(CLUSTER)
        .replace("namespace: postgres", &format!("namespace: {namespace}"))
        .replace("name: my_shop", "name: other")
        .replace("passwordSecret", "otherSecret")
}

#[test]
fn a_copy_of_the_cluster_elsewhere_declares_nothing() {
    let error = [format!(
        "PGDB201 error {NO_OTHER} (only another copy of the Cluster declares it)"
    )];
    let in_other_folder = orphan().write("archive/cluster.yaml", &copy("postgres"));
    assert_eq!(found(&in_other_folder), error);
    let in_other_namespace = orphan().write("infra/staging/cluster.yaml", &copy("staging"));
    assert_eq!(found(&in_other_namespace), error);
    let far = Guide::new()
        .remove(DATABASE)
        .write("infra/staging/cluster.yaml", &copy("staging"))
        .write("apps/shop/db.yaml", &text(DATABASE).replace(OWNER, OTHER));
    assert_eq!(
        found(&far),
        error.map(|text| text.replace("my-shop-db.yaml", "apps/shop/db.yaml"))
    );
}

#[test]
fn a_copy_counts_where_none_is_beside_the_database() {
    // Both Clusters are elsewhere, and nobody knows which one is meant.
    let guide = orphan()
        .remove(DATABASE)
        .write("archive/cluster.yaml", &copy("postgres"))
        .write("apps/shop/db.yaml", &text(DATABASE).replace(OWNER, OTHER));
    assert_eq!(found(&guide), NONE);
    // The base holds the Cluster, an overlay the Database.
    let overlay = Guide::new()
        .write(
            "infra/prod/kustomization.yaml",
            "resources: [../databases/postgres, more-db.yaml]\n",
        )
        .write("infra/prod/more-db.yaml", &text(DATABASE))
        .write("archive/cluster.yaml", &copy("postgres"));
    assert_eq!(found(&overlay), NONE);
}

#[test]
fn a_secret_is_unknown_only_where_others_are_made() {
    let guide = Guide::new().replace(
        CLUSTER,
        TAKEN,
        "          name: my-shop-db-creds\n      - name: other\n        passwordSecret:\n          name: elsewhere\n",
    );
    assert_eq!(
        found(&guide),
        [
            "PGDB202 info postgres-cluster.yaml:23:17 nothing in the repository makes the Secret \"elsewhere\", from which this \
             role of the Cluster postgres-shared takes its password"
        ]
    );
    assert_eq!(found(&Guide::new().remove(SEALED)), NONE);
}

#[test]
fn a_secret_may_come_from_elsewhere() {
    let named =
        |name: &str| Guide::new().replace(CLUSTER, TAKEN, &format!("          name: {name}\n"));
    let generated = named("my-shop-creds").replace(
        KUSTOMIZATION,
        "resources:\n",
        "secretGenerator:\n  - name: my-shop-creds\nresources:\n",
    );
    assert_eq!(found(&generated), NONE);
    assert_eq!(found(&named("${SECRET:=my-shop-creds}")), NONE);
    assert_eq!(found(&named("postgres-shared-app")), NONE);
    let numbered = named("my-shop-2-db-creds");
    let codes: Vec<String> = found(&numbered);
    assert_eq!(codes, NONE);
    let in_template = named("my-shop-creds").write(
        "chart/templates/secret.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: my-shop-creds\n  x: {{ .y }}\n",
    );
    assert_eq!(found(&in_template), NONE);
    let gone = named("my-shop-creds").replace(CLUSTER, "login: true", "ensure: absent");
    assert_eq!(found(&gone), NONE);
    let external = named("my-shop-creds").write(
        "apps/external.yaml",
        "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: my-shop-creds\n  namespace: postgres\n",
    );
    assert_eq!(found(&external), NONE);
}

/// The guide's repository, whose Database names this Cluster.
fn on(cluster: &str) -> Guide {
    Guide::new().replace(DATABASE, NAMED, &format!("    name: {cluster}\n"))
}

#[test]
fn a_cluster_is_a_slip_or_elsewhere() {
    assert_eq!(
        found(&on("postgres-sahred")),
        [
            "PGDB203 error my-shop-db.yaml:15:11 no Cluster in the repository is called \"postgres-sahred\" (did you mean \
             \"postgres-shared\"?)"
        ]
    );
    for elsewhere in ["analytics", "postgres-shared-2"] {
        assert_eq!(
            found(&on(elsewhere)),
            [format!(
                "PGDB203 info my-shop-db.yaml:15:11 no Cluster in the repository is called {elsewhere:?}"
            )]
        );
    }
    assert_eq!(found(&on("postgres-sahred").remove(CLUSTER)), NONE);
    assert_eq!(found(&on("${CLUSTER:=postgres-sahred}")), NONE);
}

#[test]
fn a_cluster_may_be_named_elsewhere() {
    let renamed = on("prod-postgres-shared").replace(
        KUSTOMIZATION,
        "resources:\n",
        "namePrefix: prod-\nresources:\n",
    );
    assert_eq!(found(&renamed), NONE);
    let in_settings = on("postgres-sahred").write(".pgdb.yaml", "cluster: postgres-sahred\n");
    assert_eq!(found(&in_settings), NONE);
    let in_chart = on("postgres-sahred").replace(
        KUSTOMIZATION,
        "resources:\n",
        "helmCharts:\n  - name: cluster\n    releaseName: postgres-sahred\nresources:\n",
    );
    assert_eq!(found(&in_chart), NONE);
    let in_template = on("postgres-sahred").write(
        "chart/templates/cluster.yaml",
        "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata:\n  name: postgres-sahred\n  x: {{ .y }}\n",
    );
    assert_eq!(found(&in_template), NONE);
}

#[test]
fn a_template_differs_as_far_as_the_scope_lets_it() {
    let name = "      name: my-shop-db-creds\n";
    let namespace = "      namespace: postgres\n";
    let renamed = Guide::new().replace(SEALED, name, "      name: other\n");
    let message = "SEVERITY my-shop-secrets-sealed.yaml:LINE:13 the template's name is \"other\", but the SealedSecret's is \
                   \"my-shop-db-creds\", which the Secret gets";
    let help = " (the values can be opened only if they were sealed for the name my-shop-db-creds)";
    let shown = |severity: &str, line: &str| {
        let message = message.replace("SEVERITY", severity).replace("LINE", line);
        format!("PGDB204 {message}")
    };
    assert_eq!(found(&renamed), [shown("warning", "17") + help]);
    let annotations = "  annotations:\n    argocd.argoproj.io/sync-wave: \"0\"\nspec";
    for scope in ["namespace-wide", "cluster-wide"] {
        let scoped = format!(
            "  annotations:\n    sealedsecrets.bitnami.com/{scope}: \"true\"\n    argocd.argoproj.io/sync-wave: \"0\"\nspec"
        );
        let wide = renamed_with(annotations, &scoped, name, "      name: other\n");
        assert_eq!(found(&wide), [shown("info", "18")], "{scope}");
        let moved = renamed_with(annotations, &scoped, namespace, "      namespace: other\n");
        let severity = if scope == "cluster-wide" {
            "info"
        } else {
            "warning"
        };
        let help = if scope == "cluster-wide" {
            ""
        } else {
            " (the values can be opened only if they were sealed for the namespace postgres)"
        };
        assert_eq!(
            found(&moved),
            [format!(
                "PGDB204 {severity} my-shop-secrets-sealed.yaml:19:18 the template's namespace is \"other\", but the SealedSecret's \
                 is \"postgres\", which the Secret gets{help}"
            )]
        );
    }
}

fn renamed_with(annotations: &str, scoped: &str, from: &str, to: &str) -> Guide {
    Guide::new()
        .replace(SEALED, annotations, scoped)
        .replace(SEALED, from, to)
}

#[test]
fn a_template_need_not_say_what_kustomize_sets() {
    let own = "  name: my-shop-db-creds\n  namespace: postgres\n  labels:\n    app";
    let set = Guide::new()
        .replace(SEALED, own, "  name: my-shop-db-creds\n  labels:\n    app")
        .replace(
            KUSTOMIZATION,
            "resources:\n",
            "namespace: postgres\nresources:\n",
        );
    assert_eq!(found(&set), NONE);
    let nowhere = Guide::new().replace(SEALED, own, "  name: my-shop-db-creds\n  labels:\n    app");
    assert_eq!(found(&nowhere), NONE);
    let prefixed = Guide::new()
        .replace(
            SEALED,
            "      name: my-shop-db-creds\n",
            "      name: prod-my-shop-db-creds\n",
        )
        .replace(
            KUSTOMIZATION,
            "resources:\n",
            "namePrefix: prod-\nresources:\n",
        );
    assert_eq!(found(&prefixed), NONE);
    let silent = Guide::new()
        .replace(SEALED, "      name: my-shop-db-creds\n", "")
        .replace(SEALED, "      namespace: postgres\n", "");
    assert_eq!(found(&silent), NONE);
}

const SECRET: &str =
    "apiVersion: v1\nkind: Secret\nmetadata:\n  name: my-shop-db-creds\n  namespace: postgres\n";

/// The guide's repository with another maker of the Secret.
fn made_by(maker: &str) -> Guide {
    Guide::new()
        .remove(SEALED)
        .write("infra/databases/postgres/maker.yaml", maker)
}

#[test]
fn keys_are_missing_where_all_are_known() {
    let plain = made_by(&format!("{SECRET}stringData:\n  user: x\n  password: y\n"));
    assert_eq!(
        found(&plain),
        [
            "PGDB205 error maker.yaml:4:9 the Secret my-shop-db-creds of a role's password has no key \"username\""
        ]
    );
}

#[test]
fn keys_may_come_from_elsewhere() {
    let filled = [
        SECRET.to_owned(),
        format!("{SECRET}  annotations:\n    replicator.v1.mittwald.de/replicate-from: a/b\ndata:\n  x: eA==\n"),
        format!("{SECRET}  annotations:\n    reflector.v1.k8s.emberstack.com/reflects: a/b\ndata:\n  x: eA==\n"),
        format!("{SECRET}x: &all\n  username: eA==\ndata:\n  <<: *all\n  password: eA==\n"),
        format!("x: &all\n  username: eA==\n{SECRET}data: *all\n"),
        "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: my-shop-db-creds\n  namespace: postgres\nspec:\n  target:\n    template:\n      data:\n        uri: x\n".to_owned(),
    ];
    for maker in filled {
        assert_eq!(found(&made_by(&maker)), NONE, "{maker}");
    }
    let by_two = made_by(&format!("{SECRET}data:\n  username: eA==\n")).write(
        "infra/databases/postgres/more.yaml",
        &format!("{SECRET}data:\n  password: eA==\n"),
    );
    assert_eq!(found(&by_two), NONE);
    let disabled = made_by(&format!("{SECRET}data:\n  x: eA==\n")).replace(
        CLUSTER,
        "login: true",
        "disablePassword: true",
    );
    assert_eq!(found(&disabled), NONE);
    let patch = "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: my-shop-db-creds\nspec:\n  encryptedData:\n    password: AgA=\n";
    let patched = Guide::new()
        .write(
            "infra/prod/kustomization.yaml",
            "resources: [../databases/postgres]\npatches:\n  - path: sealed.yaml\n",
        )
        .write("infra/prod/sealed.yaml", patch);
    assert_eq!(found(&patched), NONE);
}

#[test]
fn a_role_that_the_bootstrap_imports() {
    let importing = |roles: &str| {
        let bootstrap = format!(
            "  bootstrap:\n    initdb:\n      import:\n        type: monolith\n        roles: [{roles}]\n  managed:"
        );
        let guide = Guide::new().replace(DATABASE, OWNER, "owner: brought");
        found(&guide.replace(CLUSTER, "  managed:", &bootstrap)).len()
    };
    assert_eq!(importing("other, brought"), 0);
    assert_eq!(importing("other"), 1);
}
