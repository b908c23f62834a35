//! Who may connect.

use pgdb::sql::wanted::Wanted;

use super::database::Database;
use crate::postgres::is_usable;

const READER: [[&str; 5]; 1] = [["reader", "database", "", "", "CONNECT"]];

fn isolated(wanted: &Wanted, isolate: Option<bool>) -> Wanted {
    Wanted {
        isolate,
        ..wanted.clone()
    }
}

#[test]
fn nobody_else_connects_to_an_isolated_database() {
    if !is_usable() {
        return;
    }
    let database = Database::new("isolation", &["reader", "stranger"]);
    let wanted = database.wanted(&["reader"], &READER);
    database.sync(&wanted);
    let connected = "SELECT 1";
    let allowed = Ok("1".to_owned());
    assert_eq!(database.as_role("stranger", connected), allowed);
    let session = database
        .server
        .session_as("isolation_stranger", "isolation");

    let closed = isolated(&wanted, Some(true));
    assert_eq!(
        database.sync(&closed),
        [
            "NOTICE:  REVOKE CONNECT, TEMPORARY ON DATABASE DB FROM PUBLIC",
            "NOTICE:  connected now, and not to be again once they leave: DB_stranger",
            "1 statement run",
        ]
    );
    database.is_settled(&closed, &[]);
    let refused = database.as_role("stranger", connected).unwrap_err();
    assert!(
        refused.ends_with("FATAL:  permission denied for database \"DB\""),
        "{refused}"
    );
    assert_eq!(database.as_role("reader", connected), allowed);
    assert_eq!(database.try_as("isolation", connected), allowed);
    let sessions = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'isolation_stranger'";
    assert_eq!(database.inside(sessions), "1");
    drop(session);

    // Where nothing is said it stays as it is.
    database.is_settled(&wanted, &[]);
    let open = isolated(&wanted, Some(false));
    assert_eq!(
        database.sync(&open),
        [
            "NOTICE:  GRANT CONNECT, TEMPORARY ON DATABASE DB TO PUBLIC",
            "1 statement run"
        ]
    );
    database.is_settled(&open, &[]);
    assert_eq!(database.as_role("stranger", connected), allowed);
}

#[test]
fn what_belongs_to_somebody_else_is_told() {
    if !is_usable() {
        return;
    }
    let database = Database::new("foreign_db", &["reader", "boss"]);
    database.own(
        "CREATE TABLE mine (x int); GRANT SELECT ON mine TO foreign_db_boss WITH GRANT OPTION",
    );
    database.inside(
        "ALTER DATABASE foreign_db OWNER TO foreign_db_boss; REVOKE CONNECT ON DATABASE foreign_db FROM PUBLIC; \
         GRANT CONNECT ON DATABASE foreign_db TO foreign_db; \
         CREATE SCHEMA theirs; CREATE TABLE theirs.orders (x int); GRANT USAGE ON SCHEMA theirs TO foreign_db; \
         CREATE TABLE theirs.by_owner (x int); ALTER TABLE theirs.by_owner OWNER TO foreign_db; \
         CREATE SCHEMA hidden; CREATE TABLE hidden.t (x int); ALTER TABLE hidden.t OWNER TO foreign_db; \
         CREATE EXTENSION pgcrypto SCHEMA public; SET ROLE foreign_db_boss; GRANT SELECT ON mine TO foreign_db_reader",
    );
    let mut wanted = database.wanted(
        &["reader"],
        &[
            ["reader", "database", "", "", "CONNECT"],
            ["reader", "schema", "theirs", "", "USAGE"],
            ["reader", "table", "theirs", "orders", "SELECT"],
            ["reader", "table", "theirs", "*", "SELECT"],
            ["reader", "function", "*", "*", "EXECUTE"],
        ],
    );
    wanted.isolate = Some(false);
    let warnings = [
        "WARNING:  DB_reader does not get CONNECT on DATABASE DB, which belongs to DB_boss",
        "WARNING:  DB_reader does not get USAGE on SCHEMA theirs, which belongs to postgres",
        "WARNING:  DB_reader does not get SELECT on TABLE theirs.orders, which belongs to postgres",
        "WARNING:  DB_reader keeps SELECT on TABLE public.mine, which DB_boss granted and has to take back",
        "WARNING:  PUBLIC does not get CONNECT on DATABASE DB, which belongs to DB_boss",
    ];
    let mut expected = vec![
        "NOTICE:  GRANT SELECT ON TABLE theirs.by_owner TO DB_reader",
        "NOTICE:  ALTER DEFAULT PRIVILEGES FOR ROLE DB GRANT EXECUTE ON FUNCTIONS TO DB_reader",
        "NOTICE:  ALTER DEFAULT PRIVILEGES FOR ROLE DB IN SCHEMA theirs GRANT SELECT ON TABLES TO DB_reader",
    ];
    expected.extend(warnings);
    expected.push("3 statements run");
    assert_eq!(database.sync(&wanted), expected);
    database.is_settled(&wanted, &warnings);
}

#[test]
fn a_member_of_the_owner_runs_it_too() {
    if !is_usable() {
        return;
    }
    let database = Database::new("member_db", &["group", "reader"]);
    database.inside(
        "GRANT member_db_group TO member_db; ALTER DATABASE member_db OWNER TO member_db_group; CREATE TABLE orders (x int); \
         ALTER TABLE orders OWNER TO member_db_group",
    );
    let mut wanted = database.wanted(
        &["reader"],
        &[["reader", "table", "public", "orders", "SELECT"]],
    );
    wanted.owner = database.role("group");
    assert_eq!(
        database.sync(&wanted),
        [
            "NOTICE:  GRANT SELECT ON TABLE public.orders TO DB_reader",
            "1 statement run"
        ]
    );
    database.is_settled(&wanted, &[]);
    wanted.owner = database.role("reader");
    wanted.rows.clear();
    let outcome = database.job(&wanted).run();
    assert_eq!(
        (outcome.code, database.anonymous(&outcome.stderr)),
        (
            1,
            "ERROR:  permission denied to set role \"DB_reader\"
error: the privileges of the database DB are as they were, after 1 of 3 attempts
"
            .to_owned()
        )
    );
}
