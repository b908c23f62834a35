//! Apps with missing pieces, and references that lead elsewhere.

use super::*;

#[test]
fn each_piece_alone() {
    let files = [("x.yaml", database("shop-db", "shop"))];
    let files = files.each_ref().map(|(path, text)| (*path, text.as_str()));
    assert_eq!(
        found(&[], &files),
        ["shop: - shop-db - missing [Credential, Role]"]
    );
    assert_eq!(
        found(&[("my_shop", "shop-db-creds")], &[]),
        ["shop: my_shop - - missing [Credential, Database]"]
    );
    let sealed = sealed("shop-db-creds", "shop");
    assert_eq!(
        found(&[], &[("x.yaml", &sealed)]),
        ["shop: - - shop-db-creds missing [Role, Database]"]
    );
}

#[test]
fn each_piece_missing() {
    let database = database("shop-db", "shop");
    let sealed = sealed("shop-db-creds", "shop");
    let role = [("shop", "shop-db-creds")];
    assert_eq!(
        found(&role, &[("x.yaml", &database)]),
        ["shop: shop shop-db - missing [Credential]"]
    );
    assert_eq!(
        found(&role, &[("y.yaml", &sealed)]),
        ["shop: shop - shop-db-creds missing [Database]"]
    );
    assert_eq!(
        found(&[], &[("x.yaml", &database), ("y.yaml", &sealed)]),
        ["shop: - shop-db shop-db-creds missing [Role]"]
    );
}

#[test]
fn a_reference_that_leads_nowhere() {
    let credential = sealed("shop-db-creds", "shop");
    let files = [
        ("x.yaml", database("shop-db", "shop_typo")),
        ("y.yaml", credential),
    ];
    let files = files.each_ref().map(|(path, text)| (*path, text.as_str()));
    assert_eq!(
        found(&[("shop", "shop-db-creds")], &files),
        ["shop: shop shop-db shop-db-creds mismatch [Owner]"]
    );
    assert_eq!(
        found(&[("shop", "shop-credentials")], &files),
        ["shop: shop shop-db shop-db-creds mismatch [PasswordSecret, Owner]"]
    );
}

#[test]
fn names_alone_do_not_join_what_is_ambiguous() {
    let files = [
        ("x.yaml", database("shop-db", "typo")),
        ("y.yaml", database("shop", "typo_too")),
    ];
    let files = files.each_ref().map(|(path, text)| (*path, text.as_str()));
    assert_eq!(
        found(&[("shop", "shop-db-creds")], &files),
        [
            "shop: - shop - missing [Credential, Role]",
            "shop-db: - shop-db - missing [Credential, Role]",
            "shop-db-creds: shop - - missing [Credential, Database]",
        ]
    );
}

#[test]
fn what_is_no_app() {
    let group = "apiVersion: postgresql.cnpg.io/v1\nkind: DatabaseRole\nmetadata:\n  name: readers\nspec:\n  name: readers\n  cluster:\n    name: pg\n";
    let backup = "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: backup\nspec:\n  encryptedData:\n    access-key: AgA=\n  template:\n    metadata:\n      labels:\n        cnpg.io/reload: \"true\"\n";
    let pgadmin = "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: pgadmin\nspec:\n  encryptedData:\n    username: AgA=\n    password: AgA=\n  template:\n    type: kubernetes.io/basic-auth\n";
    let login = sealed("torrents-webui", "homepage");
    let open = database("${APP}-db", "${APP}");
    let superuser = sealed("superuser", "ops");
    let app = sealed("pg-app", "ops");
    let cluster = cluster(&[]).replace(
        "  instances: 3\n",
        "  instances: 3\n  superuserSecret:\n    name: superuser\n  bootstrap:\n    initdb:\n      owner: me\n      database: mine\n",
    );
    let files = [
        ("cluster.yaml", cluster.as_str()),
        ("a.yaml", group),
        ("b.yaml", backup),
        ("c.yaml", pgadmin),
        ("d.yaml", &superuser),
        ("e.yaml", &app),
        ("f.yaml", &login),
        ("g.yaml", &open),
    ];
    let mut declared = apps(&snapshot(&files), &target());
    let roles: Vec<String> = declared.roles.drain(..).map(|role| role.name).collect();
    assert_eq!(roles, ["readers", "me", "postgres"]);
    assert_eq!(declared, Declared::default());
}

#[test]
fn roles_that_need_no_credential() {
    let cluster = cluster(&[]).replace(
        "    roles:\n",
        "    roles:\n      - name: group\n      - name: certified\n        login: true\n        disablePassword: true\n      - name: forgotten\n        login: true\n",
    );
    let files = [
        ("cluster.yaml", cluster),
        ("a.yaml", database("a-db", "group")),
        ("b.yaml", database("b-db", "certified")),
        ("c.yaml", database("c-db", "forgotten")),
        // The owner that the bootstrap makes by default, and the superuser.
        ("d.yaml", database("d-db", "app")),
        ("e.yaml", database("e-db", "postgres")),
    ];
    let files = files.each_ref().map(|(path, text)| (*path, text.as_str()));
    let declared = apps(&snapshot(&files), &target());
    assert_eq!(
        shown(&declared),
        [
            "a: group a-db -",
            "b: certified b-db -",
            "c: forgotten c-db - missing [Credential]",
            "d: app d-db -",
            "e: postgres e-db -",
        ]
    );
    assert_eq!(
        declared.apps[3].role,
        Some(DeclaredRole {
            name: "app".to_owned(),
            source: RoleSource::Cluster,
            place: place("infra/pg/cluster.yaml", 1),
            password_secret: Some("pg-app".to_owned()),
            secret_origin: None,
            login: true,
            disables_password: false,
            is_bootstrapped: true,
            ensure: Ensure::Present,
            superuser: false,
            attributes: Vec::new(),
            in_roles: Vec::new(),
            comment: None,
            kept: None,
            app: None,
            again: Vec::new(),
        })
    );
}

#[test]
fn the_owner_of_the_bootstrap_has_a_database_and_a_password() {
    let cluster = cluster(&[("me", "me-creds"), ("other", "other-creds")]).replace(
        "  instances: 3\n",
        "  instances: 3\n  bootstrap:\n    initdb:\n      owner: me\n",
    );
    let secret = "        passwordSecret:\n          name: me-creds\n";
    let with = |cluster: &str, database: &str| {
        let files = [("cluster.yaml", cluster), ("x.yaml", database)];
        shown(&apps(&snapshot(&files), &target()))
    };
    let other = "other: other - - missing [Credential, Database]";
    assert_eq!(with(&cluster, ""), [other]);
    let database = database("me-db", "me");
    assert_eq!(
        with(&cluster, &database),
        ["me: me me-db - missing [Credential]", other]
    );
    // Without a Secret of its own the entry leaves the password to the bootstrap.
    assert_eq!(
        with(&cluster.replace(secret, ""), &database),
        ["me: me me-db -", other]
    );
}

#[test]
fn an_app_that_leaves_misses_nothing() {
    let cluster = cluster(&[("shop", "shop-db-creds")]).replace(
        "        login: true\n",
        "        login: true\n        ensure: absent\n",
    );
    let database = database("blog-db", "blog").replace("spec:\n", "spec:\n  ensure: absent\n");
    let files = [("cluster.yaml", cluster.as_str()), ("x.yaml", &database)];
    let declared = apps(&snapshot(&files), &target());
    assert_eq!(shown(&declared), ["blog: - blog-db -", "shop: shop - -"]);
    assert!(declared.apps.iter().all(DeclaredApp::is_leaving));
}

#[test]
fn a_role_twice() {
    let object = "apiVersion: postgresql.cnpg.io/v1\nkind: DatabaseRole\nmetadata:\n  name: shop-role\nspec:\n  name: shop\n  cluster:\n    name: pg\n  login: true\n  passwordSecret:\n    name: other\n";
    let cluster = cluster(&[("shop", "shop-db-creds"), ("shop", "again")]);
    let files = [("cluster.yaml", cluster.as_str()), ("x.yaml", object)];
    let mut declared = apps(&snapshot(&files), &target());
    let role = declared.apps.pop().unwrap().role.unwrap();
    assert_eq!(declared.apps, []);
    assert_eq!(
        (role.source, role.password_secret, role.again),
        (
            RoleSource::Managed,
            Some("shop-db-creds".to_owned()),
            vec![
                place("infra/pg/cluster.yaml", 14),
                place("infra/pg/x.yaml", 1)
            ]
        )
    );
}

#[test]
fn a_file_that_is_no_yaml() {
    let cluster = cluster(&[("shop", "shop-db-creds")]);
    let broken = format!("{}  bad: [\n", database("blog-db", "blog"));
    let template = database("{{ .Values.name }}", "x").replace("spec:", "{{- if x }}\nspec:");
    let files = [
        ("cluster.yaml", cluster.as_str()),
        ("broken.yaml", &broken),
        ("template.yaml", &template),
        ("elsewhere.yaml", "kind: ConfigMap\nbad: [\n"),
    ];
    let declared = apps(&snapshot(&files), &target());
    assert_eq!(
        shown(&declared),
        ["shop: shop - - missing [Credential, Database]"]
    );
    let found: Vec<_> = declared
        .unreadable
        .iter()
        .map(|file| (file.place.to_string(), file.is_template))
        .collect();
    assert_eq!(
        found,
        [
            ("infra/pg/broken.yaml:11".to_owned(), false),
            ("infra/pg/template.yaml:6".to_owned(), true)
        ]
    );
}
