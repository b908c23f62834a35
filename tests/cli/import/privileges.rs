//! The statements for privileges, run in a real PostgreSQL.

use super::with_file;
use crate::postgres::{Postgres, Tls, is_usable};

/// The statements that a run printed.
fn statements(stderr: &str) -> String {
    let (_, rest) = stderr.split_once("as a superuser").unwrap();
    let (_, rest) = rest.split_once(":\n").unwrap();
    rest.split("\n\nNext:\n").next().unwrap().to_owned()
}

#[test]
fn the_statements_give_what_is_asked_for_and_no_more() {
    if !is_usable() {
        return;
    }
    let postgres = Postgres::shared(Tls::Offered);
    postgres.create_app("imp-owner", "imp-data", "x");
    postgres.create_app("imp_other", "imp_other", "x");
    postgres.sql(
        "postgres",
        "CREATE ROLE imp_reader LOGIN; CREATE ROLE imp_writer LOGIN",
    );
    postgres.sql(
        "imp-data",
        "CREATE SCHEMA \"My schema\" AUTHORIZATION \"imp-owner\"; SET ROLE \"imp-owner\"; CREATE TABLE \"My schema\".old (a int); CREATE TABLE \"My schema\".\"Q'\" (a int)",
    );
    let repository = with_file(
        "- {username: imp_reader, appNamespaces: x, databases: [imp-data, imp_other], privileges: SELECT}\n- {username: imp_writer, appNamespaces: x, databases: imp-data, privileges: 'insert, update'}\n",
    );
    let outcome = repository.run("import apps.yaml");
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let script = statements(&outcome.stderr);
    insta::assert_snapshot!("statements", script);
    // Twice, as whoever is not sure does.
    postgres.sql("postgres", &script);
    postgres.sql("postgres", &script);
    postgres.sql(
        "imp-data",
        "SET ROLE \"imp-owner\"; CREATE TABLE \"My schema\".new (a int)",
    );
    let may = |role: &str, table: &str| {
        let of = |privilege: &str| {
            format!("has_table_privilege('{role}', '\"My schema\".{table}', '{privilege}')")
        };
        let privileges = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"];
        postgres.sql(
            "imp-data",
            &format!("SELECT {}", privileges.map(of).join(", ")),
        )
    };
    for table in ["old", "new", "\"Q''\""] {
        assert_eq!(may("imp_reader", table), "t|f|f|f|f", "{table}");
        assert_eq!(may("imp_writer", table), "f|t|t|f|f", "{table}");
        assert_eq!(may("imp_other", table), "f|f|f|f|f", "{table}");
    }
    let usage = "SELECT has_schema_privilege('imp_reader', 'My schema', 'USAGE'), has_schema_privilege('imp_other', 'My schema', 'USAGE'), has_schema_privilege('imp_reader', 'My schema', 'CREATE')";
    assert_eq!(postgres.sql("imp-data", usage), "t|f|f");
    // Where the connection fails, nothing is given in the database that one is left in.
    let elsewhere: String = script
        .lines()
        .filter(|line| !line.starts_with("\\connect"))
        .map(|line| format!("{line}\n"))
        .collect();
    postgres.sql("postgres", "CREATE DATABASE imp_elsewhere");
    postgres.sql("imp_elsewhere", &elsewhere);
    let public = "SELECT count(*) FROM pg_default_acl";
    assert_eq!(postgres.sql("imp_elsewhere", public), "0");
}
