//! What is refused: all of it at once, in the order of the file, and nothing is planned.

use super::{ImportError, World};

/// What is there: an app, a login to its database, a further database.
const THERE: &str = "- {name: a, appNamespaces: [x], encoding: UTF8}\n- {name: r, appNamespaces: [x], ownsDatabase: false, database: a}\n- {name: f, ownedBy: a}\n";

fn problem(text: &str) -> (String, String) {
    let mut problems = World::with(THERE).problems(text);
    assert_eq!(problems.len(), 1, "{problems:#?}");
    problems.remove(0)
}

const CREATED: &str =
    "a database keeps what it was created with: make another app and move the data";
const SEALED: &str = "the credential is sealed for it: remove the app with `kubectl pgdb remove`, which keeps the data, and make it anew";

#[test]
fn settings_that_never_change() {
    for (text, message, help) in [
        (
            "{name: a, user: b}",
            "user of a is \"a\", and cannot become \"b\"",
            SEALED,
        ),
        (
            "{name: a, database: b}",
            "database of a is \"a\", and cannot become \"b\"",
            CREATED,
        ),
        (
            "{name: a, secretName: b}",
            "secretName of a is \"a-db-creds\", and cannot become \"b\"",
            SEALED,
        ),
        (
            "{name: a, encoding: LATIN1}",
            "encoding of a is \"UTF8\", and cannot become \"LATIN1\"",
            CREATED,
        ),
        (
            "{name: a, locale: C}",
            "locale of a is not set, and cannot become \"C\"",
            CREATED,
        ),
        (
            "{name: a, scope: cluster-wide}",
            "scope of a is \"strict\", and cannot become \"cluster-wide\"",
            SEALED,
        ),
        (
            "{name: a, roles: databaserole}",
            "roles of a is \"managed\", and cannot become \"databaserole\"",
            "move the role with `kubectl pgdb migrate-roles`",
        ),
        (
            "{name: r, ownsDatabase: false, database: b}",
            "database of r is \"a\", and cannot become \"b\"",
            SEALED,
        ),
        (
            "{name: f, ownedBy: r}",
            "ownedBy of f is \"a\", and cannot become \"r\"",
            SEALED,
        ),
        (
            "{name: r}",
            "r is there as a login to the database a, without one of its own",
            "say so with `ownsDatabase: false` and `database: a`, or give the entry another `name`",
        ),
        (
            "{name: f}",
            "f is there as a further database of the app a",
            "say so with `ownedBy: a`, or give the entry another `name`",
        ),
        (
            "{name: a, ownsDatabase: false, database: a}",
            "a is there as an app with a database of its own",
            "leave `ownsDatabase` out, or give the entry another `name`",
        ),
        (
            "{name: a, ownedBy: r}",
            "a is there as an app with a login of its own",
            "leave `ownedBy` out, or give the entry another `name`",
        ),
        (
            "{name: a, inRoles: [a]}",
            "the role \"a\" cannot be a member of itself",
            "leave it out of `inRoles`",
        ),
    ] {
        let expected = (format!("1:3: {message}"), help.to_owned());
        assert_eq!(problem(&format!("- {text}\n")), expected, "{text}");
    }
}

#[test]
fn new_apps_that_cannot_be() {
    for (text, message, help) in [
        (
            "{name: new}",
            "no app namespace was given",
            "give the application's namespace as `appNamespaces`, or one for all with --app-namespace",
        ),
        (
            "{name: 1st, appNamespaces: x}",
            "the role name \"1st\" begins with a digit or `-`, which follows from the app name \"1st\"",
            "give another with `user`; use at most 63 lower-case letters, digits, `_` and `-`, beginning with a letter or `_`",
        ),
        (
            "{name: new, appNamespaces: x, inRoles: new}",
            "the role \"new\" cannot be a member of itself",
            "leave it out of `inRoles`",
        ),
        (
            "{name: new, ownedBy: m}",
            "the app m with a role to own the database is neither in this file nor in the repository",
            "name an app that has a role of its own in `ownedBy`",
        ),
        (
            "{name: new, ownedBy: f}",
            "the app f with a role to own the database is neither in this file nor in the repository",
            "name an app that has a role of its own in `ownedBy`",
        ),
    ] {
        let expected = (format!("1:3: {message}"), help.to_owned());
        assert_eq!(problem(&format!("- {text}\n")), expected, "{text}");
    }
}

#[test]
fn names_that_others_have() {
    let world = World::with(THERE);
    let shown: Vec<String> = [
        "- {name: new, appNamespaces: x, user: a}",
        "- {name: new, appNamespaces: x, database: a}",
        "- {name: new, appNamespaces: x, secretName: a-db-creds}",
        "- {name: new, appNamespaces: postgres}",
        "- {name: new, appNamespaces: x}\n- {name: m, appNamespaces: x, user: new}",
        "- {name: new, appNamespaces: x}\n- {name: m, appNamespaces: x, database: new}",
        "- {name: new, appNamespaces: x}\n- {name: m, appNamespaces: x, secretName: new-db-creds}",
        "- {name: new, appNamespaces: x, database: b}\n- {name: m, ownedBy: new, database: b}",
        "- {username: new, appNamespaces: x, databases: [b, c]}\n- {name: c, appNamespaces: x}",
    ]
    .into_iter()
    .map(|text| {
        let problems = world.problems(text).into_iter();
        let problems: String = problems
            .map(|(problem, help)| format!("  {problem}\n    {help}\n"))
            .collect();
        format!("{text}\n{problems}")
    })
    .collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn all_problems_are_told_at_once_in_the_order_of_the_file() {
    let world = World::with(THERE);
    let text = "- {name: new, appNamespaces: x, user: a}\n- {name: a, locale: C, encoding: LATIN1}\n- {name: ok, appNamespaces: x}\n- {name: m}\n- {name: o, appNamespaces: x, user: ok}\n- {name: f}\n";
    let places: Vec<String> = world
        .problems(text)
        .into_iter()
        .map(|(problem, _)| problem.split(": ").next().unwrap().to_owned())
        .collect();
    assert_eq!(places, ["1:3", "2:3", "2:3", "4:3", "5:3", "6:3"]);
}

#[test]
fn without_a_certificate_only_what_is_sealed_is_refused() {
    let mut world = World::with(THERE);
    world.key = None;
    assert_eq!(
        world.plan("- {name: new, appNamespaces: x}\n"),
        Err(ImportError::NoKey)
    );
    let plan = world.planned("- {name: a, comment: x}\n- {name: g, ownedBy: a}\n");
    assert_eq!(plan.apps.len(), 2);
}

#[test]
fn namespaces_that_a_selector_chooses_are_left_alone() {
    let mut world = World::with(THERE);
    let file = "a-secrets-sealed.yaml";
    let text = world
        .text(file)
        .replace("namespaces: \"x\"", "namespaces-selector: \"team=x\"");
    world.write(file, &text);
    assert!(
        world
            .planned("- {name: a, comment: x}\n")
            .warnings
            .is_empty()
    );
    assert_eq!(
        world.problems("- {name: a, appNamespaces: web}\n"),
        [(
            "1:3: infra/databases/postgres/a-secrets-sealed.yaml:1: a selector chooses the namespaces of a-db-creds".to_owned(),
            "leave `appNamespaces` out, or take the selector away".to_owned()
        )]
    );
}

#[test]
fn an_app_that_is_being_removed_is_refused() {
    let mut world = World::with(THERE);
    world.replace(
        "a-db.yaml",
        "  name: a\n  owner",
        "  ensure: absent\n  name: a\n  owner",
    );
    assert_eq!(
        world.problems("- {name: a}\n"),
        [(
            "1:3: the app a is there, and it is being removed (ensure: absent)".to_owned(),
            "leave it out of the file, or see `kubectl pgdb list`".to_owned()
        )]
    );
}
