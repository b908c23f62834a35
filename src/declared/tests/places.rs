//! Which objects are the target's: folders, namespaces, kustomizations, other Clusters.

use super::*;

/// The three pieces of the app `shop`, in one file.
fn shop() -> String {
    [database("shop-db", "shop"), sealed("shop-db-creds", "shop")].join("---\n")
}

#[test]
fn two_targets_side_by_side() {
    let files = [
        (
            "staging/cluster.yaml",
            cluster(&[("shop", "shop-db-creds")]),
        ),
        ("staging/apps/shop.yaml", shop()),
        ("prod/cluster.yaml", cluster(&[("blog", "blog-db-creds")])),
        ("prod/apps/blog.yaml", database("blog-db", "blog")),
    ];
    let files = files.each_ref().map(|(path, text)| (*path, text.as_str()));
    let snapshot = snapshot(&files);
    assert_eq!(
        shown(&apps(&snapshot, &target_in("staging"))),
        ["shop: shop shop-db shop-db-creds"]
    );
    assert_eq!(
        shown(&apps(&snapshot, &target_in("prod"))),
        ["blog: blog blog-db - missing [Credential]"]
    );
}

#[test]
fn two_clusters_in_one_namespace() {
    let other = cluster(&[("blog", "blog-db-creds")]).replace("name: pg\n", "name: other\n");
    let database = database("blog-db", "blog").replace("name: pg\n", "name: other\n");
    let files = [
        ("other.yaml", other.as_str()),
        ("blog.yaml", &database),
        ("secret.yaml", &sealed("blog-db-creds", "blog")),
        ("shop.yaml", &shop()),
    ];
    assert_eq!(
        found(&[("shop", "shop-db-creds")], &files),
        ["shop: shop shop-db shop-db-creds"]
    );
}

#[test]
fn other_namespaces() {
    let elsewhere = shop().replace("namespace: postgres", "namespace: elsewhere");
    assert_eq!(found(&[], &[("x.yaml", &elsewhere)]), [] as [&str; 0]);
    for text in ["", "  namespace: ${NAMESPACE:=pg}\n"] {
        let unsaid = shop().replace("\n  namespace: postgres\n", &format!("\n{text}"));
        assert_eq!(
            found(&[("shop", "shop-db-creds")], &[("x.yaml", &unsaid)]),
            ["shop: shop shop-db shop-db-creds"],
            "{text:?}"
        );
    }
}

#[test]
fn kustomize_sets_the_namespace() {
    let unsaid = shop().replace("\n  namespace: postgres\n", "\n");
    let elsewhere = shop().replace("namespace: postgres", "namespace: elsewhere");
    let app = ["shop: shop shop-db shop-db-creds"];
    let role = ["shop: shop - - missing [Credential, Database]"];
    for (namespace, resource, text, expected) in [
        ("postgres", "x.yaml", &unsaid, &app),
        ("postgres", "x.yaml", &elsewhere, &app),
        ("${PG}", "x.yaml", &elsewhere, &app),
        ("elsewhere", "x.yaml", &unsaid, &role),
        ("elsewhere", "x.yaml", &shop(), &role),
        ("elsewhere", "y.yaml", &unsaid, &role),
    ] {
        let kustomization = format!("namespace: {namespace}\nresources:\n  - {resource}\n");
        let files = [
            ("apps/kustomization.yaml", kustomization.as_str()),
            ("apps/x.yaml", text),
        ];
        assert_eq!(
            found(&[("shop", "shop-db-creds")], &files),
            *expected,
            "{kustomization}{text}"
        );
    }
}

#[test]
fn overlays_of_one_base() {
    let sealed = sealed("shop-db-creds", "shop").replace("\n  namespace: postgres\n", "\n");
    let base = cluster(&[]).replace("\n  namespace: postgres\n", "\n");
    let patch = cluster(&[("shop", "shop-db-creds")])
        .replace("  instances: 3\n", "")
        .replace("\n  namespace: postgres\n", "\n");
    let overlay = |namespace: &str| {
        format!(
            "namespace: {namespace}\nresources: [../base, secret.yaml]\npatches:\n- path: roles.yaml\n"
        )
    };
    let database = database("shop-db", "shop").replace("\n  namespace: postgres\n", "\n");
    let files = [
        ("base/cluster.yaml", base.as_str()),
        ("base/db.yaml", &database),
        (
            "base/kustomization.yaml",
            "resources: [cluster.yaml, db.yaml]\n",
        ),
        ("prod/kustomization.yaml", &overlay("prod")),
        (
            "prod/roles.yaml",
            &patch.replace("name: shop\n", "name: shop_prod\n"),
        ),
        ("prod/secret.yaml", &sealed),
        ("staging/kustomization.yaml", &overlay("postgres")),
        ("staging/roles.yaml", &patch),
        ("staging/secret.yaml", &sealed),
    ];
    let declared = apps(&snapshot(&files), &target_in("base"));
    assert_eq!(shown(&declared), ["shop: shop shop-db shop-db-creds"]);
    let app = &declared.apps[0];
    assert_eq!(
        app.role.as_ref().unwrap().place,
        place("staging/roles.yaml", 8)
    );
    let credential = app.credential.as_ref().unwrap();
    assert_eq!(
        (&credential.place, credential.again.as_slice()),
        (&place("staging/secret.yaml", 1), &[][..])
    );
}

#[test]
fn the_nearest_of_one_name_counts() {
    let files = [
        ("a/archive/shop.yaml", shop()),
        ("infra/pg/apps/shop.yaml", shop()),
        ("zzz/shop.yaml", shop()),
    ];
    let files = files.each_ref().map(|(path, text)| (*path, text.as_str()));
    let roles = cluster(&[("shop", "shop-db-creds")]);
    let files = [&files[..], &[("cluster.yaml", roles.as_str())]].concat();
    let declared = apps(&snapshot(&files), &target());
    assert_eq!(shown(&declared), ["shop: shop shop-db shop-db-creds"]);
    let database = declared.apps[0].database.as_ref().unwrap();
    assert_eq!(
        (&database.place, database.again.as_slice()),
        (
            &place("infra/pg/apps/shop.yaml", 1),
            &[place("a/archive/shop.yaml", 1), place("zzz/shop.yaml", 1)][..]
        )
    );
}

#[test]
fn a_recovery_copy_beside_the_cluster_gives_no_roles() {
    let copy = cluster(&[("old", "old-db-creds")]);
    assert_eq!(
        found(&[("shop", "shop-db-creds")], &[("recovery.yaml", &copy)]),
        ["shop: shop - - missing [Credential, Database]"]
    );
}

#[test]
fn renaming_is_told() {
    let cluster = cluster(&[]);
    let files = [
        ("cluster.yaml", cluster.as_str()),
        (
            "prod/kustomization.yaml",
            "namePrefix: prod-\nresources: [../infra/pg/cluster.yaml]\n",
        ),
    ];
    assert_eq!(
        apps(&snapshot(&files), &target()).renamed_by,
        Some("prod/kustomization.yaml".parse().unwrap())
    );
}

#[test]
fn without_the_clusters_manifest() {
    let target = Target {
        manifest: None,
        ..target()
    };
    let role = "apiVersion: postgresql.cnpg.io/v1\nkind: DatabaseRole\nmetadata:\n  name: shop-role\nspec:\n  name: shop\n  cluster:\n    name: pg\n  login: true\n  passwordSecret:\n    name: shop-db-creds\n";
    let files = [("a.yaml", shop()), ("b.yaml", role.to_owned())];
    let files = files.each_ref().map(|(path, text)| (*path, text.as_str()));
    assert_eq!(
        shown(&apps(&snapshot(&files), &target)),
        ["shop: shop shop-db shop-db-creds"]
    );
}

#[test]
fn a_clusters_name_that_is_filled_in_later() {
    let placeholder = |text: String| text.replace("name: pg\n", "name: ${CLUSTER:=pg}\n");
    let files = [
        (
            "cluster.yaml",
            placeholder(cluster(&[("shop", "shop-db-creds")])),
        ),
        ("db.yaml", placeholder(database("shop-db", "shop"))),
        ("other.yaml", database("blog-db", "blog")),
        ("secret.yaml", sealed("shop-db-creds", "shop")),
    ];
    let files = files.each_ref().map(|(path, text)| (*path, text.as_str()));
    assert_eq!(
        shown(&apps(&snapshot(&files), &target())),
        [
            "blog: - blog-db - missing [Credential, Role]",
            "shop: shop shop-db shop-db-creds"
        ]
    );
}
