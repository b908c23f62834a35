//! Declarations that no script carries out, and names that try to be more than names.

use pgdb::sql::identifier;
use pgdb::sql::wanted::{Row, Wanted};

use super::database::Database;
use crate::postgres::is_usable;

/// Names as PostgreSQL takes them, each of which means something to SQL, psql, a shell, JSON or `format`.
pub const HOSTILE: [&str; 12] = [
    "it's",
    "say \"x\"",
    "100%s %I $1",
    "back\\slash \\' \\\\",
    "two\nlines\rand more",
    "$pgdb$; DROP TABLE t; $pgdb$",
    ":name :'name' :\"name\" :{?name}",
    "\\! touch x",
    "'; DROP ROLE postgres; --",
    "ümlaut ﬁ 名",
    "{\"a\": [1]}, \\u0041",
    "`id` $(id) ${HOME} ;&|",
];

#[test]
fn hostile_names_are_names_in_every_position() {
    if !is_usable() {
        return;
    }
    for name in HOSTILE {
        let database = Database::new(name, &["r"]);
        let [schema, table] = [identifier(name), identifier(&format!("{name} t"))];
        database.own(&format!(
            "CREATE SCHEMA {schema}; CREATE TABLE {schema}.{table} ({schema} int); CREATE SEQUENCE {schema}.q; \
             CREATE FUNCTION {schema}.{schema}({schema} int) RETURNS int LANGUAGE sql AS 'SELECT 1'; \
             GRANT UPDATE ({schema}) ON {schema}.{table} TO {}",
            identifier(&database.role("r"))
        ));
        let on = |on: &str, schema: &str, table: &str, privilege: &str| Row {
            role: database.role("r"),
            on: on.to_owned(),
            schema: schema.to_owned(),
            name: table.to_owned(),
            privileges: vec![privilege.to_owned()],
        };
        let wanted = Wanted {
            database: name.to_owned(),
            owner: name.to_owned(),
            isolate: Some(true),
            roles: vec![database.role("r"), format!("{name} not there")],
            rows: vec![
                on("database", "", "", "CONNECT"),
                on("schema", name, "", "USAGE"),
                on("table", name, &format!("{name} t"), "SELECT"),
                on("table", name, "*", "INSERT"),
                on("sequence", name, "*", "USAGE"),
                on("function", name, name, "EXECUTE"),
            ],
        };
        let outcome = database.job(&wanted).run();
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{name}");
        assert!(
            outcome.stdout.ends_with("\n9 statements run\n"),
            "{name}: {}",
            outcome.stdout
        );
        database.is_settled(&wanted, &[]);
        let tried = format!(
            "BEGIN; SELECT count({schema}) FROM {schema}.{table}; INSERT INTO {schema}.{table} VALUES (1); ROLLBACK"
        );
        assert_eq!(database.as_role("r", &tried), Ok("0".to_owned()), "{name}");
        let update = format!("UPDATE {schema}.{table} SET {schema} = 1");
        assert!(database.as_role("r", &update).is_err(), "{name}");
    }
}

#[test]
fn objects_that_are_not_there_yet_come_later() {
    if !is_usable() {
        return;
    }
    let database = Database::new("priv_later", &["r"]);
    let wanted = database.wanted(
        &["r"],
        &[
            ["r", "schema", "audit", "", "USAGE"],
            ["r", "table", "audit", "Log", "SELECT,INSERT"],
            ["r", "table", "public", "or ders", "SELECT"],
        ],
    );
    let table = "NOTICE:  the table public.\"or ders\" is not there yet; the next sync grants what is declared on it";
    let schema =
        "NOTICE:  the schema audit is not there yet; the next sync grants what is declared on it";
    database.is_settled(&wanted, &[schema, table]);
    database.own("CREATE SCHEMA audit; CREATE TABLE audit.\"Log\" (x int)");
    assert_eq!(
        database.sync(&wanted),
        [
            table,
            "NOTICE:  GRANT USAGE ON SCHEMA audit TO DB_r",
            "NOTICE:  GRANT INSERT, SELECT ON TABLE audit.\"Log\" TO DB_r",
            "2 statements run",
        ]
    );
    let maintained = database.wanted(&["r"], &[["r", "table", "audit", "Log", "SELECT,MAINTAIN"]]);
    let said = database.sync(&maintained);
    let version: u32 = database.inside("SHOW server_version_num").parse().unwrap();
    let is_passed_over = said
        .iter()
        .any(|line| line.starts_with("NOTICE:  MAINTAIN is passed over: PostgreSQL "));
    assert_eq!(is_passed_over, version < 170_000, "{said:?}");
}

#[test]
fn what_cannot_be_meant_changes_nothing() {
    if !is_usable() {
        return;
    }
    let database = Database::new("priv_refused", &["r"]);
    database.inside("CREATE ROLE priv_refused_super SUPERUSER");
    let row =
        |words: [&str; 5]| database.wanted(&["r"], &[["r", "database", "", "", "CONNECT"], words]);
    let named = |role: &str| {
        let mut wanted = row(["r", "schema", "*", "", "USAGE"]);
        wanted.rows[1].role = role.to_owned();
        wanted
    };
    let mut other_database = row(["r", "schema", "*", "", "USAGE"]);
    other_database.database = "other".to_owned();
    let mut other_owner = row(["r", "schema", "*", "", "USAGE"]);
    other_owner.owner = "never_made".to_owned();
    let before = database.privileges();
    for (wanted, refusal) in [
        (
            row(["r", "table", "*", "*", "SELECT ON x TO y; DROP TABLE z"]),
            r#"no privileges on a kind of object: ["DB_r","table","*","*","SELECT ON x TO y; DROP TABLE z"]"#,
        ),
        (
            row(["r", "tables", "*", "*", "SELECT"]),
            r#"no privileges on a kind of object: ["DB_r","tables","*","*","SELECT"]"#,
        ),
        (
            named("public"),
            "nothing is granted to public: PUBLIC, the owner and superusers are not managed here",
        ),
        (
            named("priv_refused"),
            "nothing is granted to DB: PUBLIC, the owner and superusers are not managed here",
        ),
        (
            named("priv_refused_super"),
            "nothing is granted to DB_super: PUBLIC, the owner and superusers are not managed here",
        ),
        (
            other_database,
            "this is the database DB, and the script is for other",
        ),
    ] {
        let outcome = database.job(&wanted).run();
        assert_eq!(
            (outcome.code, database.anonymous(&outcome.stderr)),
            (
                1,
                format!(
                    "ERROR:  {refusal}\nerror: the privileges of the database DB are as they were, after 1 of 3 attempts\n"
                )
            )
        );
        assert_eq!(database.privileges(), before);
    }
    let outcome = database.job(&other_owner).run();
    assert!(
        outcome
            .stderr
            .contains("ERROR:  the role never_made, the owner, is not there yet\nerror: "),
        "{}",
        outcome.stderr
    );
}
