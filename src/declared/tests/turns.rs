//! Logins that take turns as an owner: which of them is the app's, and that none is an app of its own.

use super::*;

/// A DatabaseRole: its name, the role that it is a member of, and its Secret; closed where it has none and is to be.
fn role(name: &str, group: Option<&str>, secret: Option<&str>, logs_in: bool) -> String {
    let group = group.map_or(String::new(), |group| format!("  inRoles: [{group}]\n"));
    let password = match secret {
        Some(secret) => format!("  passwordSecret:\n    name: {secret}\n"),
        None if logs_in => String::new(),
        None => "  disablePassword: true\n".to_owned(),
    };
    let object = name.replace('_', "-");
    format!(
        "apiVersion: postgresql.cnpg.io/v1\nkind: DatabaseRole\nmetadata:\n  name: {object}-role\n  namespace: postgres\n\
         spec:\n  name: {name}\n  cluster:\n    name: pg\n  login: {logs_in}\n{group}{password}"
    )
}

const SECRET: &str = "shop-db-creds";
const NEXT: &str = "shop-db-creds-next";

/// The apps, each with its login, where the database of `shop` has these roles beside it.
fn logins(roles: &[String]) -> Vec<String> {
    let mut documents = vec![
        database("shop-db", "shop"),
        sealed(SECRET, "shop"),
        sealed(NEXT, "shop_b"),
    ];
    documents.extend(roles.iter().cloned());
    let text = documents.join("---\n");
    let cluster = cluster(&[]);
    let snapshot = snapshot(&[("cluster.yaml", cluster.as_str()), ("shop.yaml", &text)]);
    let found = apps(&snapshot, &target());
    let told = found.apps.iter().map(|app| {
        let name = |role: &Option<DeclaredRole>| role.as_ref().map(|role| role.name.clone());
        let secret = app.credential.as_ref().map(|secret| secret.name.as_str());
        let (role, login) = (name(&app.role), name(&app.login));
        assert_eq!(
            (app.missing(), app.mismatches()),
            (vec![], vec![]),
            "{}",
            app.name
        );
        format!(
            "{}: {} {} {}",
            app.name,
            role.unwrap_or_default(),
            login.unwrap_or("itself".to_owned()),
            secret.unwrap_or("nothing")
        )
    });
    told.collect()
}

#[test]
fn each_step_has_one_app_with_one_login() {
    let group = Some("shop");
    let owner = |secret, logs_in| role("shop", None, secret, logs_in);
    let a = |secret, logs_in| role("shop_a", group, secret, logs_in);
    let b = |secret, logs_in| role("shop_b", group, secret, logs_in);
    for (roles, login) in [
        (
            vec![owner(Some(SECRET), true), b(Some(NEXT), true)],
            "itself",
        ),
        (vec![owner(None, true), b(Some(SECRET), true)], "shop_b"),
        (vec![owner(None, false), b(Some(SECRET), true)], "shop_b"),
        (
            vec![
                owner(None, false),
                a(Some(NEXT), true),
                b(Some(SECRET), true),
            ],
            "shop_b",
        ),
        (
            vec![owner(None, false), a(Some(SECRET), true), b(None, true)],
            "shop_a",
        ),
        (
            vec![owner(None, false), a(Some(SECRET), true), b(None, false)],
            "shop_a",
        ),
        // Killed in the middle of the first switch.
        (
            vec![owner(Some(SECRET), true), b(Some(SECRET), true)],
            "itself",
        ),
    ] {
        let told = format!("shop: shop {login} {SECRET}");
        assert_eq!(logins(&roles), [told], "{roles:?}");
    }
}

#[test]
fn a_role_of_such_a_name_is_an_app_of_its_own_otherwise() {
    let owner = role("shop", None, Some(SECRET), true);
    for (other, text) in [
        // No member of the owner.
        ("shop_b", role("shop_b", None, Some("other"), true)),
        // A credential of its own.
        ("shop_b", role("shop_b", Some("shop"), Some("other"), true)),
        ("shop_c", role("shop_c", Some("shop"), Some("other"), true)),
    ] {
        let text = [
            database("shop-db", "shop"),
            sealed(SECRET, "shop"),
            sealed("other", other),
            owner.clone(),
            text,
        ]
        .join("---\n");
        let cluster = cluster(&[]);
        let snapshot = snapshot(&[("cluster.yaml", cluster.as_str()), ("shop.yaml", &text)]);
        let found = apps(&snapshot, &target());
        let names: Vec<Option<&str>> = found
            .apps
            .iter()
            .map(|app| app.role.as_ref().map(|role| role.name.as_str()))
            .collect();
        assert!(
            names.contains(&Some("shop")) && names.contains(&Some(other)),
            "{names:?}"
        );
    }
}
