//! The privileges in one database: what is declared is there, and nothing else.

use super::database::Database;
use crate::postgres::is_usable;

/// All that a reader has.
const READER: [[&str; 5]; 4] = [
    ["reader", "database", "", "", "CONNECT"],
    ["reader", "schema", "*", "", "USAGE"],
    ["reader", "table", "*", "*", "SELECT"],
    ["reader", "sequence", "*", "*", "SELECT"],
];

#[test]
fn a_reader_reads_what_is_there_and_what_comes() {
    if !is_usable() {
        return;
    }
    let database = Database::new("priv_reader", &["reader"]);
    database
        .own("CREATE TABLE before (x int); INSERT INTO before VALUES (1); CREATE SEQUENCE counter");
    let wanted = database.wanted(&["reader"], &READER);
    assert_eq!(
        database.sync(&wanted),
        [
            "NOTICE:  GRANT CONNECT ON DATABASE DB TO DB_reader",
            "NOTICE:  GRANT USAGE ON SCHEMA public TO DB_reader",
            "NOTICE:  GRANT SELECT ON SEQUENCE public.counter TO DB_reader",
            "NOTICE:  GRANT SELECT ON TABLE public.before TO DB_reader",
            "NOTICE:  ALTER DEFAULT PRIVILEGES FOR ROLE DB GRANT USAGE ON SCHEMAS TO DB_reader",
            "NOTICE:  ALTER DEFAULT PRIVILEGES FOR ROLE DB GRANT SELECT ON SEQUENCES TO DB_reader",
            "NOTICE:  ALTER DEFAULT PRIVILEGES FOR ROLE DB GRANT SELECT ON TABLES TO DB_reader",
            "7 statements run",
        ]
    );
    database.is_settled(&wanted, &[]);

    database.own(
        "CREATE TABLE after (x int); CREATE SCHEMA later; CREATE TABLE later.orders (x int); \
         CREATE VIEW later.v AS SELECT 1 AS x; CREATE MATERIALIZED VIEW later.m AS SELECT 1 AS x; \
         CREATE TABLE later.parts (x int) PARTITION BY LIST (x)",
    );
    database.is_settled(&wanted, &[]);
    let count = "SELECT (SELECT count(*) FROM before), (SELECT count(*) FROM after), (SELECT count(*) FROM later.orders), \
                 (SELECT count(*) FROM later.v), (SELECT count(*) FROM later.m), (SELECT count(*) FROM later.parts), \
                 (SELECT last_value FROM counter)";
    assert_eq!(
        database.as_role("reader", count),
        Ok("1|0|0|1|1|0|1".to_owned())
    );
    for (statement, object) in [
        ("INSERT INTO before VALUES (2)", "table before"),
        ("UPDATE after SET x = 1", "table after"),
        ("DELETE FROM later.orders", "table orders"),
        ("TRUNCATE later.orders", "table orders"),
        ("SELECT nextval('counter')", "sequence counter"),
        ("CREATE TABLE later.mine ()", "schema later"),
        ("CREATE TABLE mine ()", "schema public"),
        ("CREATE SCHEMA mine", "database DB"),
    ] {
        assert_eq!(
            database.as_role("reader", statement),
            Err(format!("ERROR:  permission denied for {object}")),
            "{statement}"
        );
    }
}

#[test]
fn each_privilege_allows_what_it_is_for_and_no_more() {
    if !is_usable() {
        return;
    }
    let database = Database::new("priv_each", &["one", "two"]);
    database.own(
        "CREATE SCHEMA s; CREATE TABLE s.\"Log\" (x int PRIMARY KEY); CREATE TABLE s.other (x int); CREATE SEQUENCE s.q; \
         CREATE FUNCTION s.f() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE PROCEDURE s.p() LANGUAGE sql AS ''; \
         REVOKE EXECUTE ON ALL ROUTINES IN SCHEMA s FROM PUBLIC; \
         CREATE FUNCTION s.t() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    );
    let references = "SELECT 1 / has_table_privilege('s.\"Log\"', 'REFERENCES')::int";
    let trigger = "CREATE TRIGGER t BEFORE INSERT ON s.\"Log\" EXECUTE FUNCTION s.t()";
    let table = "permission denied for table Log";
    let sequence = "permission denied for sequence q";
    for (on, name, privilege, statement, refusal) in [
        (
            "database",
            "",
            "CREATE",
            "CREATE SCHEMA one",
            "permission denied for database DB",
        ),
        (
            "schema",
            "",
            "CREATE",
            "CREATE TABLE s.made ()",
            "permission denied for schema s",
        ),
        ("table", "Log", "SELECT", "SELECT FROM s.\"Log\"", table),
        (
            "table",
            "Log",
            "INSERT",
            "INSERT INTO s.\"Log\" VALUES (1)",
            table,
        ),
        (
            "table",
            "Log",
            "UPDATE",
            "UPDATE s.\"Log\" SET x = 2",
            table,
        ),
        ("table", "Log", "DELETE", "DELETE FROM s.\"Log\"", table),
        ("table", "Log", "TRUNCATE", "TRUNCATE s.\"Log\"", table),
        ("table", "Log", "REFERENCES", references, "division by zero"),
        ("table", "Log", "TRIGGER", trigger, table),
        ("sequence", "*", "USAGE", "SELECT nextval('s.q')", sequence),
        ("sequence", "*", "SELECT", "SELECT FROM s.q", sequence),
        (
            "sequence",
            "*",
            "UPDATE",
            "SELECT setval('s.q', 5)",
            sequence,
        ),
        (
            "function",
            "*",
            "EXECUTE",
            "SELECT s.f()",
            "permission denied for function f",
        ),
        (
            "function",
            "*",
            "EXECUTE",
            "CALL s.p()",
            "permission denied for procedure p",
        ),
    ] {
        let reach = ["one", "schema", "s", "", "USAGE"];
        let schema = if on == "database" { "" } else { "s" };
        let with = database.wanted(
            &["one", "two"],
            &[reach, ["one", on, schema, name, privilege]],
        );
        database.sync(&with);
        database.is_settled(&with, &[]);
        let tried = format!("BEGIN; {statement}; ROLLBACK");
        let allowed = database.as_role("one", &tried);
        assert!(allowed.is_ok(), "{on} {privilege}: {allowed:?}");
        database.sync(&database.wanted(&["one", "two"], &[reach]));
        let refused = Err(format!("ERROR:  {refusal}"));
        assert_eq!(database.as_role("one", &tried), refused, "{on} {privilege}");
    }
    let other = database.wanted(
        &["one"],
        &[
            ["one", "table", "s", "Log", "SELECT"],
            ["one", "schema", "s", "", "USAGE"],
        ],
    );
    database.sync(&other);
    assert_eq!(
        database.as_role("one", "SELECT FROM s.other"),
        Err("ERROR:  permission denied for table other".to_owned())
    );
}

#[test]
fn what_was_changed_by_hand_is_put_right() {
    if !is_usable() {
        return;
    }
    let database = Database::new("priv_byhand", &["reader", "other"]);
    database.own(
        "CREATE TABLE orders (id serial PRIMARY KEY, secret text); CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; \
         CREATE SCHEMA s",
    );
    let wanted = database.wanted(&["reader"], &READER);
    database.sync(&wanted);
    let settled = database.privileges();
    database.own(
        "GRANT ALL ON orders TO priv_byhand_reader; GRANT SELECT (secret), UPDATE (secret) ON orders TO priv_byhand_reader; \
         GRANT SELECT ON orders TO priv_byhand_reader WITH GRANT OPTION; GRANT EXECUTE ON FUNCTION f TO priv_byhand_reader; \
         GRANT CREATE ON SCHEMA s TO priv_byhand_reader; GRANT TEMPORARY ON DATABASE priv_byhand TO priv_byhand_reader; \
         REVOKE USAGE ON SCHEMA s FROM priv_byhand_reader; REVOKE SELECT ON SEQUENCE orders_id_seq FROM priv_byhand_reader; \
         ALTER DEFAULT PRIVILEGES GRANT INSERT ON TABLES TO priv_byhand_reader; \
         ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT DELETE ON TABLES TO priv_byhand_reader; \
         ALTER DEFAULT PRIVILEGES REVOKE SELECT ON TABLES FROM priv_byhand_reader",
    );
    database
        .as_role("reader", "GRANT SELECT ON orders TO priv_byhand_other")
        .unwrap();
    assert_eq!(
        database.sync(&wanted),
        [
            "NOTICE:  REVOKE TEMPORARY ON DATABASE DB FROM DB_reader",
            "NOTICE:  REVOKE EXECUTE ON ROUTINE public.f() FROM DB_reader",
            "NOTICE:  REVOKE CREATE ON SCHEMA s FROM DB_reader",
            "NOTICE:  REVOKE DELETE, INSERT, REFERENCES, SELECT (secret), TRIGGER, TRUNCATE, UPDATE, UPDATE (secret) ON TABLE \
             public.orders FROM DB_reader",
            "NOTICE:  REVOKE GRANT OPTION FOR SELECT ON TABLE public.orders FROM DB_reader CASCADE",
            "NOTICE:  ALTER DEFAULT PRIVILEGES FOR ROLE DB REVOKE INSERT ON TABLES FROM DB_reader",
            "NOTICE:  ALTER DEFAULT PRIVILEGES FOR ROLE DB IN SCHEMA s REVOKE DELETE ON TABLES FROM DB_reader",
            "NOTICE:  GRANT USAGE ON SCHEMA s TO DB_reader",
            "NOTICE:  GRANT SELECT ON SEQUENCE public.orders_id_seq TO DB_reader",
            "NOTICE:  ALTER DEFAULT PRIVILEGES FOR ROLE DB GRANT SELECT ON TABLES TO DB_reader",
            "10 statements run",
        ]
    );
    let kept = |text: &str| -> Vec<String> {
        // The order of entries in a list of privileges tells only when they were granted.
        let lines = text.lines().map(|line| {
            let mut signs: Vec<char> = line.chars().collect();
            signs.sort_unstable();
            signs.into_iter().collect()
        });
        lines.collect()
    };
    let now = database.privileges();
    let without_functions: Vec<&str> = now
        .lines()
        .filter(|line| !line.starts_with("p|f()"))
        .collect();
    assert_eq!(kept(&without_functions.join("\n")), kept(&settled));
    assert_eq!(
        database.as_role("other", "SELECT FROM orders"),
        Err("ERROR:  permission denied for table orders".to_owned())
    );
    database.is_settled(&wanted, &[]);
}

#[test]
fn other_roles_are_left_alone() {
    if !is_usable() {
        return;
    }
    let database = Database::new("priv_others", &["reader", "other", "old"]);
    database.own(
        "CREATE TABLE orders (x int); GRANT INSERT ON orders TO priv_others_other; GRANT SELECT ON orders TO PUBLIC; \
         GRANT ALL ON orders TO priv_others_old; ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO priv_others_old",
    );
    let wanted = database.wanted(&["reader", "old", "never_made"], &READER);
    let said = database.sync(&wanted);
    let (revoked, granted): (Vec<&String>, Vec<&String>) =
        said.iter().partition(|line| line.contains("REVOKE"));
    assert_eq!(
        revoked,
        [
            "NOTICE:  REVOKE DELETE, INSERT, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE public.orders FROM DB_old",
            "NOTICE:  ALTER DEFAULT PRIVILEGES FOR ROLE DB REVOKE DELETE, INSERT, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON \
             TABLES FROM DB_old",
        ]
    );
    assert!(
        granted
            .iter()
            .all(|line| line.contains("reader") || line.ends_with("run"))
    );
    let acl = database.inside("SELECT relacl FROM pg_class WHERE relname = 'orders'");
    assert_eq!(
        database.anonymous(&acl),
        "{DB=arwdDxt/DB,DB_other=a/DB,=r/DB,DB_reader=r/DB}"
    );
}
