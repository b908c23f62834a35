//! One thing broken at a time: the link that is named, why, and whether waiting may mend it.

mod credential;
mod delivery;
mod login;
mod postgres;
mod privileges;

use super::*;
use crate::live::database::Part;
use crate::verify::{Login, LoginProblem, Refusal};

/// What is broken, how, and the checks that do not pass then: link, status, reason. The first one that fails or is
/// unknown is the link that is named. The last column says whether waiting may mend it.
type Row = (
    &'static str,
    fn(&mut Facts),
    &'static [(&'static str, Status, &'static str)],
    bool,
);

use Status::{Fail, Skipped, Unknown};

const NOT_ASKED: (&str, Status, &str) = ("login", Skipped, "not-asked");

fn edit<T: crate::live::Live + Clone>(
    shelf: &mut Shelf<T>,
    namespace: &str,
    name: &str,
    change: impl FnOnce(&mut T),
) {
    let Fact::Present(object) = shelf.get(namespace, name) else {
        panic!("{namespace}/{name} is not there");
    };
    let mut object = object.clone();
    change(&mut object);
    shelf.put(object);
}

fn edit_application(facts: &mut Facts, change: impl FnOnce(&mut Application)) {
    edit(&mut facts.applications, "argocd", "databases", change);
}

fn edit_sealed(facts: &mut Facts, change: impl FnOnce(&mut SealedSecret)) {
    edit(
        &mut facts.sealed_secrets,
        "postgres",
        "my-shop-db-creds",
        change,
    );
}

fn edit_secret(facts: &mut Facts, change: impl FnOnce(&mut Secret)) {
    edit(&mut facts.secrets, "postgres", "my-shop-db-creds", change);
}

fn edit_mirror(facts: &mut Facts, change: impl FnOnce(&mut Secret)) {
    edit(&mut facts.secrets, "shop", "my-shop-db-creds", change);
}

fn edit_cluster(facts: &mut Facts, change: impl FnOnce(&mut Cluster)) {
    edit(&mut facts.clusters, "postgres", "postgres-shared", change);
}

fn edit_role(facts: &mut Facts, change: impl FnOnce(&mut ManagedRole)) {
    edit_cluster(facts, |cluster| {
        change(cluster.roles.get_mut("my_shop").unwrap())
    });
}

fn edit_database(facts: &mut Facts, change: impl FnOnce(&mut Database)) {
    edit(&mut facts.databases, "postgres", "my-shop-db", change);
}

/// Drops what a change gives back.
fn forget<T>(_: T) {}

fn rows() -> impl Iterator<Item = &'static Row> {
    [
        delivery::ROWS,
        credential::ROWS,
        postgres::ROWS,
        privileges::ROWS,
        login::ROWS,
    ]
    .into_iter()
    .flatten()
}

fn refusal(code: &str) -> Refusal {
    Refusal {
        code: code.to_owned(),
        message: "no".to_owned(),
    }
}

fn refused(code: &str) -> LoginProblem {
    LoginProblem::Refused(refusal(code))
}

fn logged_in() -> Login {
    Login {
        user: "my_shop".to_owned(),
        owner: "my_shop".to_owned(),
        is_encrypted: true,
        server_version: "17.2".to_owned(),
        schemas: vec![("public".to_owned(), None)],
        others: Vec::new(),
    }
}

#[test]
fn the_broken_link_is_named() {
    for (what, break_it, expected, waiting_helps) in rows() {
        let mut facts = working();
        break_it(&mut facts);
        assert_eq!(exceptions(&facts), *expected, "{what}");
        let report = run(&[my_shop()], &facts, &[]);
        assert_eq!(
            !report.is_in_vain(),
            *waiting_helps,
            "{what}: whether waiting helps"
        );
        let worst = expected.iter().map(|(_, status, _)| *status).max().unwrap();
        let worst = if worst == Skipped {
            Status::Pass
        } else {
            worst
        };
        assert_eq!(report.status, worst, "{what}");
        let first = expected.iter().find(|(_, status, _)| *status == worst);
        let broken = report.apps[0].broken.as_ref();
        assert_eq!(
            broken.map(|broken| (broken.check, broken.reason)),
            first.map(|(link, _, reason)| (*link, *reason)),
            "{what}"
        );
    }
}

#[test]
fn what_does_not_hold_has_a_remedy() {
    for (what, break_it, ..) in rows() {
        let mut facts = working();
        break_it(&mut facts);
        let checks = checks(&facts);
        let mut broken = checks
            .iter()
            .filter(|check| matches!(check.status, Fail | Unknown));
        let without = broken.find(|check| check.remedies.is_empty());
        let needs_none = [
            "deleting",
            "namespace-deleting",
            "catching-up",
            "broken-off",
        ];
        assert!(
            without.is_none_or(|check| needs_none.contains(&check.reason)),
            "{what}: {without:?}"
        );
    }
}

#[test]
fn whoever_else_may_connect_is_a_warning() {
    use crate::verify::Grantee;
    let mut facts = working();
    let login = Login {
        others: vec![Grantee::Role("reporting".to_owned()), Grantee::Public],
        ..logged_in()
    };
    facts.logins.insert("my-shop".to_owned(), Ok(login));
    let mut found = checks(&facts).into_iter();
    let check = found.find(|check| check.check == "login").unwrap();
    assert_eq!(
        check.evidence,
        "logged in to PostgreSQL 17.2 as \"my_shop\" over TLS, owns the database, may create tables in public; may \
         connect too: reporting"
    );
    let [warning] = check.warnings.as_slice() else {
        panic!("{:?}", check.warnings);
    };
    assert_eq!(warning.reason, "public-may-connect");
    assert_eq!(
        warning.remedies,
        ["as the owner: REVOKE CONNECT, TEMPORARY ON DATABASE \"my_shop\" FROM PUBLIC;"]
    );
    assert_eq!(exceptions(&facts), []);
}
