//! Passwords of the file: kept or replaced.

use super::{World, changed_lines, outcomes};

const FILE: &str = "a-secrets-sealed.yaml";
const LABEL: &str = "postgres/a-db-creds";

fn with_password(password: &str) -> String {
    format!("- {{name: a, appNamespaces: [x], password: '{password}'}}\n")
}

#[test]
fn a_password_is_kept_unless_it_is_to_be_replaced() {
    let mut world = World::with(&with_password("first-one"));
    assert_eq!(world.opened(FILE, LABEL, "password"), "first-one");
    let plan = world.import(&with_password("second-one"));
    assert!(plan.changes.is_empty());
    assert_eq!(outcomes(&plan), ["unchanged a"]);
    assert_eq!(world.opened(FILE, LABEL, "password"), "first-one");
    world.replaces_passwords = true;
    let plan = world.import(&with_password("second-one"));
    assert_eq!(outcomes(&plan), ["updated a: password"]);
    assert_eq!(plan.warnings, [""; 0]);
    assert_eq!(
        changed_lines(&plan),
        "-    password: <sealed>\n+    password: <sealed>\n"
    );
    assert_eq!(world.opened(FILE, LABEL, "password"), "second-one");
    assert_eq!(world.findings(), [""; 0]);
    // Without a password in the file there is nothing to replace.
    assert!(world.planned("- {name: a}\n").changes.is_empty());
}

#[test]
fn a_password_in_sealed_uris_is_replaced_there_too() {
    let mut world = World::with(&with_password("p@ss/word"));
    assert!(world.opened(FILE, LABEL, "uri").contains(":p%40ss%2Fword@"));
    world.replaces_passwords = true;
    let text = "- {name: a, password: 'n#w:word', comment: c, appNamespaces: [web]}\n";
    let plan = world.import(text);
    assert_eq!(
        outcomes(&plan),
        ["updated a: appNamespaces, comment, password"]
    );
    assert_eq!(world.opened(FILE, LABEL, "password"), "n#w:word");
    assert!(world.opened(FILE, LABEL, "uri").contains(":n%23w%3Aword@"));
    assert!(world.opened(FILE, LABEL, "pgpass").contains(":n#w\\:word"));
    assert!(
        world
            .text(FILE)
            .contains("reflection-auto-namespaces: \"web\"")
    );
    assert_eq!(world.findings(), [""; 0]);
}

#[test]
fn keys_may_go_while_the_password_is_replaced() {
    let mut world = World::with(&with_password("p@ss/word"));
    world.replaces_passwords = true;
    let plan = world.import("- {name: a, password: other, connectionKeys: false}\n");
    assert_eq!(outcomes(&plan), ["updated a: connectionKeys, password"]);
    assert_eq!(world.opened(FILE, LABEL, "password"), "other");
    assert!(!world.text(FILE).contains("uri:"));
    assert_eq!(world.findings(), [""; 0]);
}

#[test]
fn the_day_of_the_password_is_set_where_there_is_one() {
    let mut world = World::with(&with_password("first-one"));
    let wave = "  annotations:\n    argocd.argoproj.io/sync-wave: \"0\"\n";
    let day = format!("{wave}    kubectl-pgdb/password-changed: \"2020-01-01\"\n");
    let text = world.text(FILE).replacen(wave, &day, 1);
    world.write(FILE, &text);
    world.replaces_passwords = true;
    world.import(&with_password("second-one"));
    assert!(
        world
            .text(FILE)
            .contains("kubectl-pgdb/password-changed: \"2027-01-15\"\n")
    );
}

#[test]
fn what_cannot_get_another_password_is_refused_with_all_else() {
    let mut world =
        World::with("- {name: a, appNamespaces: [x]}\n- {name: b, appNamespaces: [x]}\n");
    let text = world.text(FILE).replacen(
        "  encryptedData:\n",
        "  encryptedData:\n    note: AgB=\n",
        1,
    );
    world.write(FILE, &text);
    world.replaces_passwords = true;
    let text = "- {name: a, password: hunter2x}\n- {name: b, locale: C}\n- {name: c}\n";
    let problems = world.problems(text);
    let expected = [
        (
            "1:3: the password cannot be replaced: a: infra/databases/postgres/a-secrets-sealed.yaml:1: the sealed `note` may hold the password too, and cannot be read",
            "give it the password with `kubectl pgdb rotate a`, which takes --keep",
        ),
        (
            "2:3: locale of b is not set, and cannot become \"C\"",
            "a database keeps what it was created with: make another app and move the data",
        ),
        (
            "3:3: no app namespace was given",
            "give the application's namespace as `appNamespaces`, or one for all with --app-namespace",
        ),
    ];
    assert_eq!(
        problems,
        expected.map(|(problem, help)| (problem.to_owned(), help.to_owned()))
    );
}

#[test]
fn a_shared_secret_gets_one_password() {
    let mut world =
        World::with("- {name: a, appNamespaces: [x]}\n- {name: b, appNamespaces: [x]}\n");
    world.replace(
        "postgres-cluster.yaml",
        "name: b-db-creds",
        "name: a-db-creds",
    );
    world.snapshot.remove(&super::path("b-secrets-sealed.yaml"));
    world.replaces_passwords = true;
    assert_eq!(
        world.problems("- {name: a, password: one}\n- {name: b, password: two}\n"),
        [(
            "2:3: the Secret a-db-creds of b is also that of the app on line 1, which gives it a password".to_owned(),
            "give the password with one of them".to_owned()
        )]
    );
    let plan = world.import("- {name: a, password: one}\n");
    assert_eq!(
        plan.warnings,
        ["the Secret a-db-creds is the credential of b too, which gets the new password with it"]
    );
    assert_eq!(world.opened(FILE, LABEL, "password"), "one");
}

#[test]
fn replacing_needs_a_certificate() {
    let mut world = World::with(&with_password("first-one"));
    world.replaces_passwords = true;
    world.key = None;
    assert_eq!(
        world.plan(&with_password("second-one")),
        Err(super::ImportError::NoKey)
    );
}
