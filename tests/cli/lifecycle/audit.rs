//! Who may do what that nobody declared: `audit` asks PostgreSQL after each step.

use serde_json::{Value, json};

use super::Life;
use crate::apiserver::Reach;
use crate::support::Outcome;

/// The report of `-o json`.
fn report(outcome: &Outcome) -> Value {
    serde_json::from_str(&outcome.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", outcome.stdout, outcome.stderr))
}

/// Two apps, of which one is isolated and has a reader.
fn two_apps() -> Option<Life> {
    let life = Life::without_others()?;
    life.change("new-app my-shop --app-namespace shop --isolate");
    life.live("new-app wiki --app-namespace wiki");
    life.live("grant my-shop --to report --as reader --app-namespace bi");
    Some(life)
}

#[test]
fn what_is_as_declared_is_no_finding() {
    let Some(life) = two_apps() else { return };
    let outcome = life.run("audit");
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (0, ""),
        "{}",
        outcome.stdout
    );
    insta::assert_snapshot!(outcome.stdout);
    assert_eq!(life.run("audit --quiet").stdout, "");
    let all = report(&life.run("audit --all-databases -o json"));
    let names: Vec<&Value> = all["databases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|database| &database["name"])
        .collect();
    assert_eq!(
        names,
        [
            "app",
            "my_shop",
            "postgres",
            "template0",
            "template1",
            "wiki"
        ]
    );
    let yaml: Value = serde_yaml::from_str(&life.run("audit -o yaml").stdout).unwrap();
    assert_eq!(yaml, report(&life.run("audit -o json")));
}

#[test]
fn what_is_more_than_declared_is_found_and_mended() {
    let Some(life) = two_apps() else { return };
    let postgres = &life.cluster.postgres;
    postgres.sql(
        "my_shop",
        "SET ROLE my_shop;
         CREATE SCHEMA \"Audit log\";
         CREATE TABLE orders (id int, card text);
         CREATE TABLE \"Audit log\".\"odd\"\"name\" ();
         CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql AS 'SELECT 2 * $1';
         CREATE SEQUENCE counter;
         GRANT INSERT, UPDATE ON orders TO wiki;
         GRANT UPDATE (card) ON orders TO my_shop_reader;
         GRANT SELECT ON \"Audit log\".\"odd\"\"name\" TO PUBLIC;
         GRANT EXECUTE ON FUNCTION twice TO wiki WITH GRANT OPTION;
         GRANT TEMPORARY ON DATABASE my_shop TO my_shop_reader;
         ALTER DEFAULT PRIVILEGES GRANT DELETE ON TABLES TO wiki;
         REVOKE SELECT ON orders FROM my_shop_reader;
         GRANT CONNECT ON DATABASE my_shop TO PUBLIC;
         RESET ROLE;
         CREATE ROLE stranger LOGIN CREATEDB;
         GRANT my_shop TO stranger;
         GRANT pg_read_all_data TO report;
         ALTER ROLE wiki CREATEROLE;
         CREATE TABLE foreign_table ();
         ALTER TABLE foreign_table OWNER TO wiki;",
    );
    let outcome = life.run("audit");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""));
    insta::assert_snapshot!(outcome.stdout);
    let json = life.run("audit -o json");
    assert_eq!(json.code, 1);
    let found = report(&json);
    // The statements that are shown take it all back.
    let statements = |found: &Value| -> Vec<(String, String)> {
        let of = |place: &Value, database: &str| -> Vec<(String, String)> {
            let findings = place["findings"].as_array().unwrap().iter();
            findings
                .map(|finding| {
                    let (_, statement) = finding["remedies"][0]
                        .as_str()
                        .unwrap()
                        .split_once(": ")
                        .unwrap();
                    (database.to_owned(), statement.to_owned())
                })
                .collect()
        };
        let databases = found["databases"].as_array().unwrap().iter();
        let mut statements: Vec<_> = databases
            .flat_map(|database| of(database, database["name"].as_str().unwrap()))
            .collect();
        statements.extend(of(&found["server"], "postgres"));
        statements
    };
    for (database, statement) in statements(&found) {
        postgres.sql(&database, &statement);
    }
    let mended = report(&life.run("audit -o json"));
    assert_eq!(mended["summary"]["findings"], json!(0), "{mended:#}");
    // What is missing, the next sync grants: on a table, and on one that has another owner now.
    assert_eq!(mended["summary"]["missing"], json!(2));
    life.cluster.sync();
    assert_eq!(
        report(&life.run("audit -o json"))["summary"]["missing"],
        json!(0)
    );
}

#[test]
fn what_cannot_be_asked_is_unknown() {
    let Some(life) = two_apps() else { return };
    let wiki = |password: &str| {
        let statement = format!("ALTER ROLE wiki PASSWORD '{password}'");
        life.cluster.postgres.sql("postgres", &statement);
    };
    wiki("another");
    let outcome = life.run("audit");
    assert_eq!(outcome.code, 3);
    insta::assert_snapshot!(outcome.stdout);
    // A finding outweighs it.
    life.cluster
        .postgres
        .sql("postgres", "GRANT my_shop_reader TO wiki");
    assert_eq!(life.run("audit --quiet").code, 1);

    life.cluster
        .server
        .forbid("get", "", "secrets", Reach::Everywhere);
    let outcome = life.run("audit");
    assert_eq!(outcome.code, 3);
    insta::assert_snapshot!(outcome.stdout);
    life.cluster
        .server
        .forbid("list", "postgresql.cnpg.io", "clusters", Reach::Everywhere);
    let outcome = life.run("audit");
    assert_eq!(
        (
            outcome.code,
            outcome.stdout.as_str(),
            outcome.stderr.as_str()
        ),
        (
            3,
            "",
            "error: the API server forbids \"tester\" to list clusters.postgresql.cnpg.io in the namespace postgres\n\
             help: ask for that right; this says whether you have it: \
             kubectl auth can-i list clusters.postgresql.cnpg.io --namespace postgres\n"
        )
    );
}
