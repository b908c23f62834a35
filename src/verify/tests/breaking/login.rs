//! What PostgreSQL says to the app.

use super::*;

pub(super) const ROWS: &[Row] = &[
    (
        "the password is wrong",
        |facts| {
            forget(
                facts
                    .logins
                    .insert("my-shop".to_owned(), Err(refused("28P01"))),
            )
        },
        &[("login", Fail, "wrong-password")],
        true,
    ),
    (
        "pg_hba.conf forbids it",
        |facts| {
            forget(
                facts
                    .logins
                    .insert("my-shop".to_owned(), Err(refused("28000"))),
            )
        },
        &[("login", Fail, "not-permitted")],
        false,
    ),
    (
        "the database is not there",
        |facts| {
            forget(
                facts
                    .logins
                    .insert("my-shop".to_owned(), Err(refused("3D000"))),
            )
        },
        &[("login", Fail, "no-database")],
        true,
    ),
    (
        "there are too many sessions",
        |facts| {
            forget(
                facts
                    .logins
                    .insert("my-shop".to_owned(), Err(refused("53300"))),
            )
        },
        &[("login", Fail, "too-many-sessions")],
        true,
    ),
    (
        "the role may not connect",
        |facts| {
            forget(
                facts
                    .logins
                    .insert("my-shop".to_owned(), Err(refused("42501"))),
            )
        },
        &[("login", Fail, "may-not-connect")],
        false,
    ),
    (
        "PostgreSQL refuses otherwise",
        |facts| {
            forget(
                facts
                    .logins
                    .insert("my-shop".to_owned(), Err(refused("57P03"))),
            )
        },
        &[("login", Fail, "refused")],
        true,
    ),
    (
        "a port-forward is forbidden",
        |facts| {
            forget(facts.logins.insert(
                "my-shop".to_owned(),
                Err(LoginProblem::NoWay(Unreadable::new(
                    Cause::Forbidden,
                    "no",
                    "kubectl auth can-i",
                ))),
            ))
        },
        &[("login", Unknown, "forbidden")],
        false,
    ),
    (
        "PostgreSQL does not listen",
        |facts| {
            let problem = LoginProblem::NotListening("connection refused".to_owned());
            forget(facts.logins.insert("my-shop".to_owned(), Err(problem)));
        },
        &[("login", Fail, "not-listening")],
        true,
    ),
    (
        "the connection breaks",
        |facts| {
            forget(facts.logins.insert(
                "my-shop".to_owned(),
                Err(LoginProblem::Broken("closed".to_owned())),
            ))
        },
        &[("login", Unknown, "broken-off")],
        true,
    ),
    (
        "the database is another's in PostgreSQL",
        |facts| {
            forget(facts.logins.insert(
                "my-shop".to_owned(),
                Ok(Login {
                    owner: "postgres".to_owned(),
                    ..logged_in()
                }),
            ))
        },
        &[("login", Fail, "other-owner")],
        false,
    ),
    (
        "another role is logged in",
        |facts| {
            forget(facts.logins.insert(
                "my-shop".to_owned(),
                Ok(Login {
                    user: "postgres".to_owned(),
                    ..logged_in()
                }),
            ))
        },
        &[("login", Fail, "other-user")],
        false,
    ),
    (
        "no table can be made",
        |facts| {
            forget(facts.logins.insert(
                "my-shop".to_owned(),
                Ok(Login {
                    schemas: vec![("public".to_owned(), Some(refusal("42501")))],
                    ..logged_in()
                }),
            ))
        },
        &[("login", Fail, "cannot-create")],
        false,
    ),
];
