//! The script that makes the privileges in one database what is declared; `psql` runs it as the database's owner, or as a
//! role that is a member of it.
//!
//! Source: PostgreSQL manual, sections 5.8 (privileges), 9.27.2 (`aclexplode`, `acldefault`), `ALTER DEFAULT PRIVILEGES`.

use serde_json::json;

use super::literal;
use super::wanted::{Row, Wanted};

/// What does the work; the setting `pgdb.wanted` says what is wanted.
pub const RECONCILE: &str = include_str!("../../templates/sql/privileges.sql");

const HEAD: &str = "\\set ON_ERROR_STOP on
\\set QUIET on
\\set SHOW_CONTEXT never
\\encoding UTF8
-- Who is to have what here: role, kind of object, schema, name and privileges. * is all, those included that the owner will make.
";

/// Says at the end what was done.
const TAIL: &str = "SELECT CASE pg_catalog.current_setting('pgdb.statements') WHEN '0' THEN 'nothing to change' WHEN '1' THEN '1 statement run'
  ELSE pg_catalog.current_setting('pgdb.statements') || ' statements run' END AS outcome \\gset
\\echo :outcome
";

/// The whole script for one database. Run again, it changes nothing.
pub fn script(wanted: &Wanted) -> String {
    format!("{HEAD}{}\n{RECONCILE}{TAIL}", setting(wanted))
}

/// Says in a setting what is wanted, one row a line.
pub fn setting(wanted: &Wanted) -> String {
    let rows: Vec<String> = wanted.rows.iter().map(line).collect();
    let rows = match rows.as_slice() {
        [] => String::new(),
        rows => format!("\n  {}\n", rows.join(",\n  ")),
    };
    let text = format!(
        "{{\"database\": {}, \"owner\": {}, \"isolate\": {}, \"roles\": {}, \"rows\": [{rows}]}}",
        json!(wanted.database),
        json!(wanted.owner),
        json!(wanted.isolate),
        json!(wanted.roles)
    );
    format!("SET pgdb.wanted = {};", literal(&text))
}

fn line(row: &Row) -> String {
    json!([
        row.role,
        row.on,
        row.schema,
        row.name,
        row.privileges.join(",")
    ])
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(role: &str) -> Wanted {
        let row = |on: &str, name: &str, privileges: &[&str]| Row {
            role: role.to_owned(),
            on: on.to_owned(),
            schema: "*".to_owned(),
            name: name.to_owned(),
            privileges: privileges.iter().map(|&word| word.to_owned()).collect(),
        };
        Wanted {
            database: "my_shop".to_owned(),
            owner: "my_shop".to_owned(),
            isolate: Some(true),
            roles: vec![role.to_owned()],
            rows: vec![
                row("schema", "", &["USAGE"]),
                row("table", "*", &["SELECT", "INSERT"]),
            ],
        }
    }

    #[test]
    fn what_is_wanted_is_one_row_a_line() {
        assert_eq!(
            setting(&wanted("etl")),
            r#"SET pgdb.wanted = '{"database": "my_shop", "owner": "my_shop", "isolate": true, "roles": ["etl"], "rows": [
  ["etl","schema","*","","USAGE"],
  ["etl","table","*","*","SELECT,INSERT"]
]}';"#
        );
    }

    #[test]
    fn names_do_not_leave_their_literal() {
        let hostile = wanted("a'; DROP DATABASE x; --\"\\");
        let text = setting(&hostile);
        let first = r#"  ["a''; DROP DATABASE x; --\\"\\\\","schema","*","","USAGE"],"#;
        assert_eq!(text.lines().nth(1), Some(first));
        assert!(text.starts_with("SET pgdb.wanted = E'{"));
        let nobody = Wanted {
            isolate: None,
            ..Wanted::default()
        };
        assert_eq!(
            setting(&nobody),
            "SET pgdb.wanted = '{\"database\": \"\", \"owner\": \"\", \"isolate\": null, \"roles\": [], \"rows\": []}';"
        );
    }
}
