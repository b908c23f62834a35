//! What is left of apps that were removed and whose data is kept.

use super::*;

/// The Cluster with more lines among its roles.
fn with(entries: &str) -> String {
    format!("{}{entries}", cluster(&[("blog", "blog-creds")]))
}

const KEPT: &str = "      - name: my_shop\n        login: false\n        disablePassword: true\n";

/// The apps, each with whether it is kept, and how many pieces are missing.
fn found(files: &[(&str, &str)]) -> Vec<(String, bool, usize)> {
    let apps = apps(&snapshot(files), &target()).apps.into_iter();
    apps.map(|app| (app.name.clone(), app.is_kept(), app.missing().len()))
        .collect()
}

#[test]
fn a_role_without_login_and_password_is_what_is_left_of_an_app() {
    let blog = ("blog".to_owned(), false, 2);
    let kept = ("my-shop".to_owned(), true, 0);
    assert_eq!(
        found(&[("cluster.yaml", &with(KEPT))]),
        [blog.clone(), kept.clone()]
    );
    let without_login = KEPT.replace("        login: false\n", "");
    assert_eq!(
        found(&[("cluster.yaml", &with(&without_login))]),
        [blog.clone(), kept]
    );
    let object = "apiVersion: postgresql.cnpg.io/v1\nkind: DatabaseRole\nmetadata:\n  name: my-shop-role\n  namespace: \
                  postgres\nspec:\n  name: my_shop\n  cluster:\n    name: pg\n  login: false\n  disablePassword: true\n";
    assert_eq!(
        found(&[("cluster.yaml", &with("")), ("role.yaml", object)]),
        [blog, ("my-shop".to_owned(), true, 0)]
    );
}

#[test]
fn what_is_more_or_less_than_that_is_not_kept() {
    let blog = ("blog".to_owned(), false, 2);
    for entry in [
        // It logs in without a password, by a certificate say.
        "      - name: my_shop\n        login: true\n        disablePassword: true\n",
        // It keeps its password.
        "      - name: my_shop\n        login: false\n",
        // It is to be dropped.
        "      - name: my_shop\n        ensure: absent\n        disablePassword: true\n",
        // It is a group.
        "      - name: my_shop\n        disablePassword: true\n      - name: reader\n        inRoles: [my_shop]\n",
    ] {
        assert_eq!(
            found(&[("cluster.yaml", &with(entry))]),
            std::slice::from_ref(&blog),
            "{entry}"
        );
    }
    // With its Database it is an app.
    let database = database("my-shop-db", "my_shop");
    assert_eq!(
        found(&[("cluster.yaml", &with(KEPT)), ("db.yaml", &database)]),
        [blog, ("my-shop".to_owned(), false, 0)]
    );
}
