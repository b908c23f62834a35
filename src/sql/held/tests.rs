//! Objects and grants against what is wanted.

use super::*;
use crate::sql::wanted::{Row, Wanted};

/// PostgreSQL 17.
const VERSION: u32 = 170_002;

/// An object from `kind schema name`, of the database's owner, with grants as `role:PRIVILEGE`, `role` empty for PUBLIC and
/// a final `*` for what may be passed on.
fn object(words: [&str; 3], grants: &[&str]) -> Object {
    let [on, schema, name] = words.map(str::to_owned);
    let granted = |text: &&str| {
        let (to, privilege) = text.split_once(':').unwrap();
        Granted {
            to: Some(to.to_owned()).filter(|to| !to.is_empty()),
            privilege: privilege.trim_end_matches('*').to_owned(),
            is_grantable: privilege.ends_with('*'),
        }
    };
    Object {
        on,
        schema,
        name,
        owner: "my_shop".to_owned(),
        is_own: true,
        grants: grants.iter().map(granted).collect(),
        ..Object::default()
    }
}

fn row(role: &str, words: [&str; 3], privileges: &[&str]) -> Row {
    let [on, schema, name] = words.map(str::to_owned);
    Row {
        role: role.to_owned(),
        on,
        schema,
        name,
        privileges: privileges.iter().map(|&word| word.to_owned()).collect(),
    }
}

/// What the owner grants a reader, and a robot on one table.
fn wanted() -> Wanted {
    Wanted {
        database: "my_shop".to_owned(),
        owner: "my_shop".to_owned(),
        isolate: Some(true),
        roles: vec!["reader".to_owned(), "robot".to_owned()],
        rows: vec![
            row("reader", ["table", "*", "*"], &["SELECT"]),
            row("robot", ["table", "audit", "log"], &["INSERT", "MAINTAIN"]),
        ],
    }
}

fn said(objects: &[Object]) -> Vec<String> {
    let differences = differences(&wanted(), objects, VERSION);
    differences.iter().map(ToString::to_string).collect()
}

#[test]
fn what_is_as_declared_is_no_difference() {
    let log = object(
        ["table", "audit", "log"],
        &["reader:SELECT", "robot:INSERT", "robot:MAINTAIN"],
    );
    let made = Object {
        is_default: true,
        ..object(["table", "*", "*"], &["reader:SELECT"])
    };
    let public = [
        object(["function", "public", "f(integer)"], &[":EXECUTE"]),
        object(["schema", "public", ""], &[":USAGE"]),
        object(["database", "", ""], &[]),
    ];
    let column = Object {
        column: Some("total".to_owned()),
        ..object(["table", "public", "orders"], &["reader:SELECT"])
    };
    let extension = Object {
        owner: "postgres".to_owned(),
        is_own: false,
        ..object(["table", "public", "pg_stat_statements"], &[":SELECT"])
    };
    assert_eq!(said(&[log, made]), Vec::<String>::new());
    assert_eq!(said(&public), Vec::<String>::new());
    assert_eq!(said(&[column, extension]), Vec::<String>::new());
}

#[test]
fn what_is_more_and_what_is_less_is_named() {
    let orders = object(
        ["table", "public", "orders"],
        &[
            "reader:DELETE",
            "reader:UPDATE",
            "stranger:SELECT",
            ":SELECT",
            "my_shop:TRIGGER",
        ],
    );
    let log = object(
        ["table", "audit", "log"],
        &["reader:SELECT*", "robot:INSERT"],
    );
    let database = object(
        ["database", "", ""],
        &[":CONNECT", ":TEMPORARY", "stranger:CONNECT"],
    );
    let column = Object {
        column: Some("card".to_owned()),
        ..object(["table", "public", "orders"], &["reader:UPDATE"])
    };
    let made = Object {
        is_default: true,
        ..object(["table", "*", "*"], &["stranger:SELECT"])
    };
    let of_others = Object {
        owner: "reader".to_owned(),
        is_default: true,
        ..object(["table", "audit", "*"], &["stranger:SELECT"])
    };
    let found = differences(
        &wanted(),
        &[orders, log, database, column, made, of_others],
        VERSION,
    );
    let said: Vec<String> = found
        .iter()
        .map(|found| format!("{found} | {}", found.statement("my_shop", "my_shop")))
        .collect();
    assert_eq!(
        said,
        [
            "reader has DELETE, UPDATE on the table public.orders | as my_shop: REVOKE DELETE, UPDATE ON TABLE \"public\".\"orders\" FROM \"reader\";",
            "stranger has SELECT on the table public.orders, since PUBLIC may | as my_shop: REVOKE SELECT ON TABLE \"public\".\"orders\" FROM PUBLIC;",
            "PUBLIC has SELECT on the table public.orders | as my_shop: REVOKE SELECT ON TABLE \"public\".\"orders\" FROM PUBLIC;",
            "reader has no SELECT on the table public.orders | as my_shop: GRANT SELECT ON TABLE \"public\".\"orders\" TO \"reader\";",
            "reader may pass SELECT on the table audit.log on to others | as my_shop: REVOKE GRANT OPTION FOR SELECT ON TABLE \"audit\".\"log\" FROM \"reader\" CASCADE;",
            "robot has no MAINTAIN on the table audit.log | as my_shop: GRANT MAINTAIN ON TABLE \"audit\".\"log\" TO \"robot\";",
            "PUBLIC has CONNECT, TEMPORARY on the database | as my_shop: REVOKE CONNECT, TEMPORARY ON DATABASE \"my_shop\" FROM PUBLIC;",
            "stranger has CONNECT on the database, since PUBLIC may | as my_shop: REVOKE CONNECT ON DATABASE \"my_shop\" FROM PUBLIC;",
            "reader has UPDATE on the column card of the table public.orders | as my_shop: REVOKE UPDATE (\"card\") ON TABLE \"public\".\"orders\" FROM \"reader\";",
            "stranger has SELECT on tables that my_shop will make | as my_shop: ALTER DEFAULT PRIVILEGES FOR ROLE \"my_shop\" REVOKE SELECT ON TABLES FROM \"stranger\";",
            "reader has no SELECT on tables that my_shop will make | as my_shop: ALTER DEFAULT PRIVILEGES FOR ROLE \"my_shop\" GRANT SELECT ON TABLES TO \"reader\";",
            "stranger has SELECT on tables that reader will make in the schema audit | as reader: ALTER DEFAULT PRIVILEGES FOR ROLE \"reader\" IN SCHEMA \"audit\" REVOKE SELECT ON TABLES FROM \"stranger\";",
        ]
    );
}

#[test]
fn a_member_has_what_its_groups_have() {
    let wanted = wanted().seen_by("report", &["reader".to_owned()]);
    assert_eq!(
        wanted.rows,
        [row("report", ["table", "*", "*"], &["SELECT"])]
    );
    let orders = object(
        ["table", "public", "orders"],
        &["report:SELECT", "report:INSERT"],
    );
    let found = differences(&wanted, &[orders], VERSION);
    let said: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(said, ["report has INSERT on the table public.orders"]);
}

#[test]
fn older_versions_know_no_maintain() {
    let log = object(
        ["table", "audit", "log"],
        &["reader:SELECT", "robot:INSERT"],
    );
    assert_eq!(differences(&wanted(), &[log], 160_004), []);
}

#[test]
fn objects_are_read_from_rows() {
    let row = [
        "function",
        "public",
        "f(integer, text)",
        "",
        "f",
        "my_shop",
        "t",
        r#"[["it's",  "EXECUTE", true], [null, "EXECUTE", false]]"#,
    ];
    let found = object(
        ["function", "public", "f(integer, text)"],
        &["it's:EXECUTE*", ":EXECUTE"],
    );
    assert_eq!(Object::of_row(row.map(Some)), Some(found));
    assert_eq!(Object::of_row([None; 8]), None);
    let stranger = Object {
        grants: vec![Granted {
            to: Some("x".to_owned()),
            privilege: "EXECUTE".to_owned(),
            is_grantable: false,
        }],
        ..Object::of_row(row.map(Some)).unwrap()
    };
    let found = differences(&Wanted::default(), &[stranger], VERSION);
    assert_eq!(
        found[0].statement("d", "o"),
        "as o: REVOKE EXECUTE ON ROUTINE \"public\".\"f\"(integer, text) FROM \"x\";"
    );
}
