//! What has to be seen in the cluster before a stage, and whether it is.

use std::collections::BTreeMap;

use crate::live::cluster::{Cluster, ManagedRole};
use crate::live::database::{Applied, Database, DatabaseRole};
use crate::live::fact::{Cause, Fact, Unreadable};
use crate::live::holdings::Holdings;
use crate::live::login::LoginProblem;
use crate::live::meta::Meta;
use crate::remove::{Requirement, Seen, Sight};

/// A Cluster whose role `shop` is to be dropped, and is.
fn cluster() -> Cluster {
    let mut cluster = Cluster {
        meta: Meta {
            name: "pg".to_owned(),
            namespace: "db".to_owned(),
            ..Meta::default()
        },
        ..Cluster::default()
    };
    let role = ManagedRole {
        is_absent: true,
        ..ManagedRole::default()
    };
    cluster.roles.insert("shop".to_owned(), role);
    cluster.role_status.reconciled.insert("shop".to_owned());
    cluster
}

/// A Database whose database is to be dropped, and is.
fn database() -> Database {
    Database {
        meta: Meta {
            generation: 2,
            ..Meta::default()
        },
        name: "shop".to_owned(),
        is_absent: true,
        applied: Applied {
            applied: Some(true),
            message: String::new(),
            observed_generation: 2,
        },
        ..Database::default()
    }
}

/// A cluster in which all is done.
fn done() -> Sight {
    Sight {
        sync: None,
        others: BTreeMap::new(),
        server: "https://cluster".to_owned(),
        cluster: Fact::Present(cluster()),
        database: Fact::Present(database()),
        role: Fact::Present(DatabaseRole {
            drops_when_deleted: true,
            ..DatabaseRole::default()
        }),
        holdings: Err(LoginProblem::Broken("nobody".to_owned())),
    }
}

fn requirements() -> [Requirement; 5] {
    let object = || "shop-db".to_owned();
    [
        Requirement::Retained {
            object: object(),
            must_be_seen: false,
        },
        Requirement::Retained {
            object: object(),
            must_be_seen: true,
        },
        Requirement::DatabaseDropped { object: object() },
        Requirement::RoleDropped {
            role: "shop".to_owned(),
        },
        Requirement::RoleGoesWithObject {
            object: "shop-role".to_owned(),
        },
    ]
}

/// Of each requirement whether it is done (`+`), not yet though it is asked for (`-`), not asked for (`.`), or unknown (`?`).
fn signs(sight: Result<&Sight, &Unreadable>) -> String {
    let sign = |requirement: Requirement| match requirement.look(sight) {
        Seen::Done => '+',
        Seen::NotYet {
            is_asked_for: true, ..
        } => '-',
        Seen::NotYet { .. } => '.',
        Seen::Unknown { .. } => '?',
    };
    requirements().into_iter().map(sign).collect()
}

#[test]
fn each_requirement_looks_at_its_own_part() {
    let why = Unreadable::new(Cause::Forbidden, "forbidden", "ask");
    let changed = |change: &dyn Fn(&mut Sight)| {
        let mut sight = done();
        change(&mut sight);
        signs(Ok(&sight))
    };
    let cluster_with = |change: &dyn Fn(&mut Cluster)| {
        let mut cluster = cluster();
        change(&mut cluster);
        changed(&|sight| sight.cluster = Fact::Present(cluster.clone()))
    };
    let database_with = |change: &dyn Fn(&mut Database)| {
        let mut database = database();
        change(&mut database);
        changed(&|sight| sight.database = Fact::Present(database.clone()))
    };
    let table = [
        ("all is done", changed(&|_| {}), "+++++"),
        ("nothing can be asked", signs(Err(&why)), "?????"),
        (
            "another cluster",
            changed(&|sight| sight.cluster = Fact::Absent),
            "?????",
        ),
        (
            "the Cluster may not be read",
            changed(&|sight| sight.cluster = Fact::Unreadable(why.clone())),
            "?????",
        ),
        (
            "the Database may not be read",
            changed(&|sight| sight.database = Fact::Unreadable(why.clone())),
            "???++",
        ),
        (
            "the Database is not there",
            changed(&|sight| sight.database = Fact::Absent),
            "+?.++",
        ),
        (
            "the data goes with the Database",
            database_with(&|found| found.drops_when_deleted = true),
            "..+++",
        ),
        (
            "the Database is as it was",
            database_with(&|found| found.is_absent = false),
            "++.++",
        ),
        (
            "an older Database was applied",
            database_with(&|found| found.applied.observed_generation = 1),
            "++-++",
        ),
        (
            "the database cannot be dropped",
            database_with(&|found| found.applied.applied = Some(false)),
            "++-++",
        ),
        (
            "the database was not looked at",
            database_with(&|found| found.applied.applied = None),
            "++-++",
        ),
        (
            "the role's entry is as it was",
            cluster_with(&|found| found.roles.clear()),
            "+++.+",
        ),
        (
            "the role cannot be dropped",
            cluster_with(&|found| {
                let status = &mut found.role_status.cannot_reconcile;
                status.insert("shop".to_owned(), vec!["it owns something".to_owned()]);
            }),
            "+++-+",
        ),
        (
            "the role is yet to be dropped",
            cluster_with(&|found| found.role_status.reconciled.clear()),
            "+++-+",
        ),
        (
            "the status is older than the entry",
            changed(&|sight| sight.holdings = Ok(Holdings::default())),
            "+++-+",
        ),
        (
            "the DatabaseRole keeps the role",
            changed(&|sight| sight.role = Fact::Present(DatabaseRole::default())),
            "++++.",
        ),
        (
            "the DatabaseRole is not there",
            changed(&|sight| sight.role = Fact::Absent),
            "++++.",
        ),
        (
            "the DatabaseRole may not be read",
            changed(&|sight| sight.role = Fact::Unreadable(why.clone())),
            "++++?",
        ),
    ];
    for (what, found, expected) in table {
        assert_eq!(found, expected, "{what}");
    }
}

#[test]
fn only_what_loses_kept_data_for_certain_cannot_be_forced() {
    let not_yet = Seen::NotYet {
        evidence: String::new(),
        remedy: String::new(),
        is_asked_for: false,
    };
    let unknown = Seen::Unknown {
        evidence: String::new(),
        remedy: String::new(),
    };
    let all = requirements();
    let forced = |seen: &Seen| all.each_ref().map(|found| found.may_be_forced(seen));
    assert_eq!(forced(&not_yet), [false, false, true, true, true]);
    assert_eq!(forced(&unknown), [true; 5]);
    let unseen = all.each_ref().map(Requirement::may_be_unseen);
    assert_eq!(unseen, [true, false, false, false, false]);
}
