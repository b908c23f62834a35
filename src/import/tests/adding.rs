//! Apps that the repository lacks, and pieces that are missing.

use super::{World, changed_lines, files, outcomes};

const ALL_KINDS: &str = include_str!("../../../tests/fixtures/import/apps.yaml");
const USERS_JSON: &str = include_str!("../../../tests/fixtures/import/users.json");
const USERS_YAML: &str = include_str!("../../../tests/fixtures/import/users.yaml");

#[test]
fn apps_are_made_and_then_there() {
    let mut world = World::guide();
    let text = "- {name: my-shop, appNamespaces: [shop]}\n- {name: blog, appNamespaces: [web, www], comment: 'ours: \"x\"'}\n";
    let plan = world.import(text);
    assert_eq!(outcomes(&plan), ["added my-shop", "added blog"]);
    assert_eq!(
        files(&plan),
        [
            "my-shop-secrets-sealed.yaml",
            "blog-secrets-sealed.yaml",
            "postgres-cluster.yaml",
            "my-shop-db.yaml",
            "blog-db.yaml",
            "kustomization.yaml"
        ]
    );
    insta::assert_snapshot!(changed_lines(&plan));
    assert_eq!(world.findings(), [""; 0]);
    let again = world.planned(text);
    assert!(again.changes.is_empty());
    assert_eq!(outcomes(&again), ["unchanged my-shop", "unchanged blog"]);
}

#[test]
fn what_new_app_writes_import_writes() {
    use crate::domain::app::{App, AppRequest};
    use crate::new_app;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    let world = World::guide();
    let imported = world.planned("- {name: my-shop, appNamespaces: [shop], schemas: [audit]}");
    let mut options = world.defaults.options.clone();
    options.schemas = vec!["audit".parse().unwrap()];
    let app = App::new(AppRequest {
        name: "my-shop".parse().unwrap(),
        namespaces: vec!["shop".parse().unwrap()],
        role: None,
        database: None,
        secret: None,
        options,
    })
    .unwrap();
    let target = world.target();
    let inputs = new_app::Inputs {
        app: &app,
        target: &target,
        snapshot: &world.snapshot,
        templates: &world.templates,
        key: world.key.as_ref(),
    };
    let credential = new_app::Credential::Generate(world.defaults.password_length);
    let plan = new_app::plan(&inputs, credential, &mut StdRng::seed_from_u64(7)).unwrap();
    assert_eq!(imported.changes, plan.changes);
}

#[test]
fn all_keys_of_all_kinds_of_apps() {
    let mut world = World::guide();
    let plan = world.import(ALL_KINDS);
    assert_eq!(
        outcomes(&plan),
        ["added my-shop", "added shop-reports", "added shop-archive"]
    );
    insta::assert_snapshot!(changed_lines(&plan));
    assert_eq!(
        world.opened("my-shop-secrets-sealed.yaml", "postgres", "password"),
        "p w:\u{e9}\u{1f600}"
    );
    assert_eq!(world.findings(), [""; 0]);
    let again = world.planned(ALL_KINDS);
    assert!(again.changes.is_empty(), "{}", changed_lines(&again));
    assert_eq!(
        outcomes(&again),
        [
            "unchanged my-shop",
            "unchanged shop-reports",
            "unchanged shop-archive"
        ]
    );
}

#[test]
fn users_of_the_first_guide_become_apps_with_their_passwords() {
    let mut world = World::guide();
    world.defaults.namespaces = vec!["barycenter".parse().unwrap()];
    let plan = world.import(USERS_JSON);
    assert_eq!(outcomes(&plan), ["added alice", "added bob"]);
    assert_eq!(plan.sql, "");
    assert_eq!(
        world.opened(
            "alice-secrets-sealed.yaml",
            "postgres/alice-db-creds",
            "password"
        ),
        "correct-horse-battery-staple"
    );
    assert_eq!(
        world.opened(
            "bob-secrets-sealed.yaml",
            "postgres/bob-db-creds",
            "password"
        ),
        "another-strong-passphrase"
    );
    assert!(
        world
            .text("postgres-cluster.yaml")
            .contains("comment: alice@example.com\n")
    );
    assert_eq!(world.findings(), [""; 0]);
    let again = world.planned(USERS_JSON);
    assert!(again.changes.is_empty());
    assert_eq!(
        again.warnings,
        ["alice", "bob"].map(|name| format!(
            "the credential sealed in {name}-db-creds is kept; the password in the file is not used (--replace-passwords does)"
        ))
    );
}

#[test]
fn users_of_the_second_guide_become_an_owner_and_a_reader() {
    let mut world = World::guide();
    world.defaults.namespaces = vec!["apps".parse().unwrap()];
    let plan = world.import(USERS_YAML);
    assert_eq!(outcomes(&plan), ["added newuser", "added app-reader"]);
    assert_eq!(
        files(&plan),
        [
            "newuser-secrets-sealed.yaml",
            "app-reader-secrets-sealed.yaml",
            "postgres-cluster.yaml",
            "newuser-db.yaml",
            "kustomization.yaml"
        ]
    );
    insta::assert_snapshot!(plan.sql);
    assert_eq!(
        plan.warnings,
        [
            "nothing in the repository declares the database reports, which app-reader is to log in to"
        ]
    );
    // As lint says too; with the database there is nothing to find.
    assert_eq!(world.findings().len(), 1);
    let mut whole = World::guide();
    whole.defaults.namespaces = world.defaults.namespaces.clone();
    let text = format!("{USERS_YAML}- name: reports\n");
    assert_eq!(whole.import(&text).warnings, [""; 0]);
    assert_eq!(whole.findings(), [""; 0]);
    let again = world.planned(USERS_YAML);
    assert!(again.changes.is_empty(), "{}", changed_lines(&again));
    assert_eq!(
        outcomes(&again),
        ["unchanged newuser", "unchanged app-reader"]
    );
    assert_eq!(again.sql, plan.sql);
}

#[test]
fn pieces_that_are_missing_are_made_and_the_others_kept() {
    let text = "- {name: my-shop, appNamespaces: [shop]}\n- {name: blog, appNamespaces: [web]}\n";
    for (file, expected) in [
        ("my-shop-secrets-sealed.yaml", "my-shop-secrets-sealed.yaml"),
        ("my-shop-db.yaml", "my-shop-db.yaml"),
    ] {
        let mut world = World::with(text);
        let before = world.snapshot.clone();
        world.snapshot.remove(&super::path(file));
        let plan = world.import(text);
        assert_eq!(
            outcomes(&plan),
            ["added my-shop", "unchanged blog"],
            "{file}"
        );
        assert_eq!(files(&plan), [expected], "{file}");
        if file.ends_with("db.yaml") {
            assert_eq!(world.snapshot, before);
        }
        assert_eq!(world.findings(), [""; 0]);
        assert!(world.planned(text).changes.is_empty());
    }
}

#[test]
fn an_empty_file_changes_nothing() {
    let plan = World::guide().planned("[]");
    assert!(plan.changes.is_empty());
    assert_eq!((plan.apps.len(), plan.warnings.len()), (0, 0));
}

#[test]
fn apps_that_the_file_does_not_name_are_left_alone() {
    let mut world = World::with("- {name: my-shop, appNamespaces: [shop]}\n");
    let before = world.snapshot.clone();
    let plan = world.import("- {name: blog, appNamespaces: [web]}\n");
    assert_eq!(outcomes(&plan), ["added blog"]);
    for name in ["my-shop-secrets-sealed.yaml", "my-shop-db.yaml"] {
        assert_eq!(Some(world.text(name)), before.text(&super::path(name)));
    }
    assert!(
        world
            .text("postgres-cluster.yaml")
            .contains("- name: my_shop\n")
    );
}
