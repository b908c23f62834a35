//! The SQL that is printed, by what was seen.

use std::collections::BTreeMap;

use super::snapshot;
use crate::live::cluster::Cluster;
use crate::live::fact::Fact;
use crate::live::holdings::{Dependency, Holdings, Sessions};
use crate::live::login::LoginProblem;
use crate::remove::{Blocked, Sight, Stage, scripts};
use crate::sql::freeing::{Place, ask_for_places, close_database, end_sessions, release_role};
use crate::target::{Target, TargetRequest};

fn target() -> Target {
    let cluster = "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata:\n  name: pg\n  namespace: db\nspec:\n  instances: 1\n";
    let snapshot = snapshot(&[("cluster.yaml", cluster)]);
    Target::resolve(&TargetRequest::default(), &snapshot).unwrap()
}

fn sight(holdings: Option<Holdings>) -> Sight {
    Sight {
        sync: None,
        others: BTreeMap::new(),
        server: String::new(),
        cluster: Fact::Present(Cluster {
            current_primary: "pg-2".to_owned(),
            ..Cluster::default()
        }),
        database: Fact::Absent,
        role: Fact::Absent,
        holdings: holdings.ok_or(LoginProblem::Broken(String::new())),
    }
}

/// What depends on the role: the database and its owner, how much it owns, how many rights it has.
type Depends<'name> = (Option<(&'name str, &'name str)>, u64, u64);

fn holdings(sessions: &[&str], dependencies: &[Depends<'_>]) -> Holdings {
    let sessions = sessions.iter().map(|role| Sessions {
        role: (*role).to_owned(),
        count: 1,
        ..Sessions::default()
    });
    let dependencies = dependencies
        .iter()
        .map(|(database, owned, rights)| Dependency {
            database: database.map(|(name, owner)| (name.to_owned(), owner.to_owned())),
            owned: *owned,
            rights: *rights,
        });
    Holdings {
        role: "shop".to_owned(),
        sessions: sessions.collect(),
        dependencies: dependencies.collect(),
        databases: vec!["shop".to_owned()],
        ..Holdings::default()
    }
}

/// The SQL of a stage of the app shop.
fn sql(stage: Stage, role: Option<&str>, holdings: Option<Holdings>) -> Vec<String> {
    let blocked = Blocked {
        stage,
        role,
        database: Some("shop"),
    };
    let found = scripts(blocked, &target(), Some(&sight(holdings)));
    for script in &found {
        let begin =
            "kubectl exec --stdin --namespace db pg-2 --container postgres -- psql <<'SQL'\n";
        assert_eq!(script.command, format!("{begin}{}SQL", script.sql));
    }
    found.into_iter().map(|script| script.sql).collect()
}

fn place(database: &str, heir: &str) -> Place {
    Place {
        database: database.to_owned(),
        heir: heir.to_owned(),
    }
}

#[test]
fn what_was_seen_to_block_is_freed() {
    let shop = Some("shop");
    let none: [String; 0] = [];
    let empty = || {
        Some(holdings(
            &[],
            &[(None, 1, 0), (Some(("shop", "shop")), 4, 0)],
        ))
    };
    for stage in [
        Stage::Retain,
        Stage::Close,
        Stage::DropDatabase,
        Stage::DropRole,
        Stage::TakeOut,
    ] {
        assert_eq!(sql(stage, shop, empty()), none, "{stage:?}");
    }
    // Only the role's own sessions outlive its login; any session keeps the database.
    let others = || Some(holdings(&["reader"], &[]));
    assert_eq!(sql(Stage::Close, shop, others()), none);
    assert_eq!(
        sql(Stage::DropDatabase, shop, others()),
        [close_database("shop")]
    );
    let own = Some(holdings(&["reader", "shop"], &[]));
    assert_eq!(sql(Stage::Close, shop, own), [end_sessions("shop")]);
    let depends = [
        (None, 2, 0),
        (Some(("mine", "shop")), 1, 0),
        (Some(("postgres", "postgres")), 0, 1),
        (Some(("shop", "shop")), 9, 9),
        (Some(("team", "lead")), 0, 1),
    ];
    // What is in no single database falls to the superuser, and not to the owner of another one.
    let places = [
        place("postgres", "postgres"),
        place("mine", "postgres"),
        place("team", "lead"),
    ];
    for stage in [Stage::DropRole, Stage::TakeOut] {
        let depends = Some(holdings(&[], &depends));
        assert_eq!(sql(stage, shop, depends), [release_role("shop", &places)]);
    }
    assert_eq!(
        sql(Stage::TakeOut, None, Some(holdings(&[], &depends))),
        none
    );
}

#[test]
fn what_was_not_seen_may_block() {
    let shop = Some("shop");
    assert_eq!(sql(Stage::Close, shop, None), [end_sessions("shop")]);
    assert_eq!(
        sql(Stage::DropDatabase, shop, None),
        [close_database("shop")]
    );
    assert_eq!(
        sql(Stage::DropRole, shop, None),
        [
            ask_for_places("shop"),
            release_role("shop", &[place("postgres", "postgres")])
        ]
    );
}

#[test]
fn a_name_that_ends_a_here_document_does_not_end_this_one() {
    let blocked = Blocked {
        stage: Stage::Close,
        role: Some("a\nSQL\nb"),
        database: None,
    };
    let found = scripts(blocked, &target(), None);
    let [script] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert!(script.command.contains("<<'SQL_'\n"), "{}", script.command);
    assert!(script.command.ends_with("\nSQL_"), "{}", script.command);
}
