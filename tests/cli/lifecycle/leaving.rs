//! Apps that leave with all that hangs on them: groups and their members, the Jobs that run SQL, logins that take turns.

use super::Life;

const DROP: &str = "remove my-shop --drop-database --confirm my_shop --yes";
const TURN: &str = "rotate my-shop --two-role --yes";

/// The roles of the app in PostgreSQL.
fn roles(life: &Life) -> String {
    let statement = "SELECT string_agg(rolname, ', ' ORDER BY rolname) FROM pg_roles WHERE rolname LIKE 'my_shop%'";
    life.cluster.postgres.sql("postgres", statement)
}

/// An app whose database others use, after so many steps of turns.
fn shared(roles: &str, steps: usize) -> Option<Life> {
    let life = Life::begin()?;
    life.live(&format!(
        "new-app my-shop --app-namespace shop --isolate --roles {roles} --yes"
    ));
    life.live(&format!(
        "grant my-shop --to report --as reader --app-namespace bi --roles {roles} --yes"
    ));
    for _ in 0..steps {
        life.live(TURN);
    }
    Some(life)
}

/// Nothing tells of the app any more.
fn assert_gone(life: &Life) {
    assert_eq!(life.state("my-shop"), "");
    for (path, text) in life.repository.tree() {
        assert!(!path.contains("my-shop"), "{path}");
        assert!(
            !text.contains("my-shop") && !text.contains("my_shop"),
            "{path}: {text}"
        );
    }
    for kind in [
        "sealedsecrets",
        "secrets",
        "databases",
        "databaseroles",
        "configmaps",
    ] {
        let all = life.cluster.server.all(kind);
        let names = all.iter().map(|one| one["metadata"]["name"].to_string());
        let left: Vec<String> = names.filter(|name| name.contains("my-shop")).collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

#[test]
fn groups_logins_and_jobs_are_dropped_with_the_app() {
    for (style, steps) in [("managed", 1), ("managed", 5), ("databaserole", 2)] {
        let Some(life) = shared(style, steps) else {
            return;
        };
        let outcome = life.live(DROP);
        assert!(
            outcome.stderr.contains("is a member of my_shop_reader"),
            "{}",
            outcome.stderr
        );
        life.cluster.settle();
        let outcome = life.live(DROP);
        assert!(
            outcome
                .stderr
                .contains("no member of my_shop_reader any more"),
            "{}",
            outcome.stderr
        );
        life.cluster.settle();
        life.live(DROP);
        life.cluster.settle();
        assert_eq!(roles(&life), "", "{style}, {steps}");
        // The user's login is named after no app, and its credential leads to a database that is gone.
        life.repository
            .run_ok("remove report --quiet --yes --offline");
        let left: Vec<(String, String)> = life
            .repository
            .tree()
            .into_iter()
            .filter(|(path, text)| path.contains("my-shop") || text.contains("my_shop"))
            .collect();
        assert_eq!(left, [], "{style}, {steps}");
    }
}

#[test]
fn a_login_that_waits_for_its_turn_goes_too() {
    let Some(life) = Life::begin() else { return };
    life.live("new-app my-shop --app-namespace shop --yes");
    for _ in 0..4 {
        life.live(TURN);
    }
    for _ in 0..3 {
        life.live(DROP);
        life.cluster.settle();
    }
    assert_eq!(roles(&life), "");
    assert_gone(&life);
}

#[test]
fn what_is_kept_is_closed_and_taken_over_again() {
    for (style, steps) in [("managed", 2), ("databaserole", 4)] {
        let Some(life) = shared(style, steps) else {
            return;
        };
        life.live("remove my-shop --yes");
        assert_eq!(life.state("my-shop"), "removed, data kept");
        let statement =
            "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'my_shop%' AND rolcanlogin";
        assert_eq!(life.cluster.postgres.sql("postgres", statement), "0");
        for kind in ["secrets", "configmaps"] {
            let all = life.cluster.server.all(kind);
            let names = all.iter().map(|one| one["metadata"]["name"].to_string());
            let left: Vec<String> = names.filter(|name| name.contains("my-shop")).collect();
            assert!(left.is_empty(), "{left:?}");
        }
        life.live(&format!(
            "new-app my-shop --app-namespace shop --isolate --roles {style} --yes"
        ));
        life.assert_works("my-shop");
        for _ in 1..=3 {
            life.live(TURN);
            life.assert_works("my-shop");
        }
    }
}

#[test]
fn a_login_with_rights_elsewhere_is_dropped_after_they_are_taken() {
    let Some(life) = Life::begin() else { return };
    life.live("new-app my-shop --app-namespace shop --yes");
    life.live("new-app wiki --app-namespace wiki --yes");
    life.live(
        "grant my-shop --to wiki --privileges SELECT --table '*' --yes"
            .replace('\'', "")
            .as_str(),
    );
    let drop = "remove wiki --drop-database --confirm wiki --yes";
    let refused = life.run(drop);
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    assert_eq!(
        refused.stderr,
        "error: something is granted to the role \"wiki\" in the database of my-shop\n\
         help: it keeps PostgreSQL from dropping the role; take it first, and have that synced:\n      \
         kubectl pgdb revoke my-shop --from wiki\n"
    );
    let kept = life.run("remove wiki --dry-run");
    assert!(
        kept.stderr.contains(
            "something is granted to the role in the database of my-shop, and stays so; to take it, first: kubectl pgdb revoke \
             my-shop --from wiki"
        ),
        "{}",
        kept.stderr
    );
    life.live("revoke my-shop --from wiki --yes");
    for _ in 0..3 {
        life.live(drop);
        life.cluster.settle();
    }
    let statement = "SELECT count(*) FROM pg_roles WHERE rolname = 'wiki'";
    assert_eq!(life.cluster.postgres.sql("postgres", statement), "0");
}
