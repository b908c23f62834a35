//! Mistakes in what somebody is to be allowed.

use super::problem;

/// What is wrong with an app's key that has this value, on line 2.
fn of_key(line: &str) -> (String, String) {
    problem(&format!("- name: a\n  {line}\n"))
}

fn said(problem: &str, help: &str) -> (String, String) {
    (problem.to_owned(), help.to_owned())
}

#[test]
fn access_that_cannot_be() {
    let long = "x".repeat(64);
    let long = format!("[{{to: r, privileges: SELECT, table: {long}}}]");
    for (access, place, what, help) in [
        (
            "{to: r, as: reader}",
            "2:11",
            "access takes a list of who may do what, not keys and values",
            "write it like `access: [{to: reports, as: reader}]`",
        ),
        (
            "[r]",
            "2:12",
            "access: an entry is keys and values, not a text",
            "write it like `{to: reports, as: reader}`",
        ),
        (
            "[{as: reader}]",
            "2:12",
            "access: this entry does not say who is allowed it",
            "name an app or a role as `to`",
        ),
        (
            "[{to: r}]",
            "2:12",
            "access: this entry does not say what is allowed",
            "give `as: reader`, `as: writer`, or `privileges`",
        ),
        (
            "[{to: PUBLIC, as: reader}]",
            "2:17",
            "to: the role \"PUBLIC\" is everybody",
            "name a role: what everybody may do is no access that is declared",
        ),
        (
            "[{to: 'a%b', as: reader}]",
            "2:17",
            "to: the role name \"a%b\" holds the character '%'",
            "use at most 63 lower-case letters, digits, `_` and `-`, beginning with a letter or `_`",
        ),
        (
            "[{to: r, as: owner}]",
            "2:24",
            "as: the level \"owner\" is not known",
            "use reader or writer",
        ),
        (
            "[{to: r, as: reader, privileges: SELECT}]",
            "2:44",
            "privileges cannot be given: the entry has a level (as)",
            "make two entries of it",
        ),
        (
            "[{to: r, as: reader, schema: s}]",
            "2:40",
            "schema cannot be given without privileges",
            "give `privileges`, or leave it out",
        ),
        (
            "[{to: r, privileges: []}]",
            "2:32",
            "privileges: the list is empty",
            "name what is allowed, or leave the entry out",
        ),
        (
            "[{to: r, privileges: 'SELECT,READ'}]",
            "2:32",
            "privileges: the privilege \"READ\" is none that tables have",
            "tables have SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER, MAINTAIN, and ALL",
        ),
        (
            "[{to: r, privileges: SELECT, functions: true}]",
            "2:32",
            "privileges: the privilege \"SELECT\" is none that functions have",
            "functions have EXECUTE, and ALL",
        ),
        (
            "[{to: r, privileges: SELECT, functions: 1}]",
            "2:51",
            "functions takes true or false, not a number or a date",
            "write it like `functions: true`",
        ),
        (
            "[{to: r, privileges: SELECT, schema: pg_catalog}]",
            "2:48",
            "schema: the schema \"pg_catalog\" is PostgreSQL's own",
            "name a schema of the app, or leave it out for all of them",
        ),
        (
            "[{to: r, privileges: SELECT, schema: \"a\\nb\"}]",
            "2:48",
            "schema: the name of a schema or table \"a\\nb\" holds a line end",
            "use at most 63 bytes of letters, digits, `_`, `$`, `-`, dots and spaces, as the name is in PostgreSQL, without quotes",
        ),
        (
            long.as_str(),
            "2:47",
            "table: the name of a schema or table \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\" has 64 bytes",
            "use at most 63 bytes of letters, digits, `_`, `$`, `-`, dots and spaces, as the name is in PostgreSQL, without quotes",
        ),
        (
            "[{to: r, as: reader}, {to: r, as: writer}, {to: r, as: reader}]",
            "2:54",
            "access: the same is allowed to r twice",
            "give it once",
        ),
        (
            "[{to: r, as: reader, with: x}]",
            "2:32",
            "this key is not known",
            "the keys are to, as, privileges, schema, table, sequences, functions",
        ),
    ] {
        let expected = said(&format!("{place}: {what}"), help);
        assert_eq!(of_key(&format!("access: {access}")), expected, "{access}");
    }
    assert_eq!(
        of_key("isolate: 'true'"),
        said(
            "2:12: isolate takes true or false, not a text",
            "write it like `isolate: true`"
        )
    );
}
