//! Scripts for a server that CloudNativePG does not run: they make its roles, passwords, databases, extensions, schemas and
//! privileges what is declared, and tell each statement. Run again, they change nothing; what nobody declares is left alone.
//!
//! One `psql` runs them all, in this order: roles with their memberships and passwords, databases, what each of these holds, and
//! the roles that are to go. Numbered files say what is wanted, the others do it.

pub mod rows;

use serde_json::{Value, json};

use self::rows::{DatabaseRow, RoleRow, Rows};
use super::literal;
use super::privileges::{RECONCILE, setting};
use super::wanted::Wanted;

/// The file that the Job's shell runs, in the folder of all files.
pub const ENTRY: &str = "sync.sh";

const FIXED: [(&str, &str); 10] = [
    (
        "connect.sql",
        include_str!("../../templates/sql/connect.sql"),
    ),
    (
        "contents.sql",
        include_str!("../../templates/sql/contents.sql"),
    ),
    ("count.sql", include_str!("../../templates/sql/count.sql")),
    (
        "databases.sql",
        include_str!("../../templates/sql/databases.sql"),
    ),
    (
        "dropped-roles.sql",
        include_str!("../../templates/sql/dropped-roles.sql"),
    ),
    ("end.sql", include_str!("../../templates/sql/end.sql")),
    ("privileges.sql", RECONCILE),
    ("roles.sql", include_str!("../../templates/sql/roles.sql")),
    (
        "session.sql",
        include_str!("../../templates/sql/session.sql"),
    ),
    (ENTRY, include_str!("../../templates/job/sync.sh")),
];

/// Begins the run: what it counts, and where it comes back to.
const BEGIN: &str = r#"\set ON_ERROR_STOP on
\set QUIET on
\set SHOW_CONTEXT never
\set statements 0
\set problems 0
\set is_all_reached true
\encoding UTF8
\ir session.sql
SELECT format('dbname=''%s''', regexp_replace(current_database(), '([\\''])', '\\\1', 'g')) AS maintenance \gset
"#;

/// The scripts that make a server what is declared, and of each database what is wanted there: file names and texts.
pub fn scripts(declared: &Rows, wanted: &[Wanted]) -> Vec<(String, String)> {
    let numbered = [
        ("10-roles.sql", roles(declared)),
        ("20-databases.sql", databases(declared)),
        ("30-contents.sql", contents(declared, wanted)),
        ("40-dropped-roles.sql", dropped_roles(declared)),
    ];
    let fixed = FIXED.map(|(name, text)| (name, text.to_owned()));
    let files = numbered.into_iter().chain(fixed);
    files.map(|(name, text)| (name.to_owned(), text)).collect()
}

fn roles(declared: &Rows) -> String {
    let rows = declared.roles.iter().map(|row| {
        json!(RoleRow {
            app: None,
            object: None,
            external: false,
            ..row.clone()
        })
    });
    format!("{BEGIN}{}\n\\ir roles.sql\n", rows_as("pgdb.roles", rows))
}

fn databases(declared: &Rows) -> String {
    // What a database holds is made in it.
    let rows = declared.databases.iter().map(|row| {
        json!(DatabaseRow {
            app: None,
            object: None,
            extensions: Vec::new(),
            schemas: Vec::new(),
            ..row.clone()
        })
    });
    format!("{}\n\\ir databases.sql\n", rows_as("pgdb.databases", rows))
}

/// Goes through the databases that are to hold something. What fails in one does not keep the run from the others.
fn contents(declared: &Rows, wanted: &[Wanted]) -> String {
    let mut text = "\\set ON_ERROR_STOP off\n".to_owned();
    let present = declared.databases.iter();
    for row in present.filter(|row| row.ensure.is_present()) {
        let access = wanted.iter().find(|wanted| wanted.database == row.name);
        if access.is_none() && row.extensions.is_empty() && row.schemas.is_empty() {
            continue;
        }
        let nothing = Wanted {
            database: row.name.clone(),
            owner: row.owner.clone(),
            ..Wanted::default()
        };
        let contents =
            json!({"owner": row.owner, "extensions": row.extensions, "schemas": row.schemas});
        let lines = [
            format!("\\set database {}", word(&row.name)),
            "\\ir connect.sql\n\\if :there".to_owned(),
            format!("SET pgdb.contents = {};", literal(&contents.to_string())),
            setting(access.unwrap_or(&nothing)),
            "\\ir contents.sql\n\\endif\n".to_owned(),
        ];
        text.push_str(&lines.join("\n"));
    }
    text.push_str("\\set ON_ERROR_STOP on\n");
    text
}

fn dropped_roles(declared: &Rows) -> String {
    let absent = declared.roles.iter().filter(|row| !row.ensure.is_present());
    let names: Vec<Value> = absent.map(|row| json!(row.name)).collect();
    let dropping = if names.is_empty() {
        String::new()
    } else {
        let names = rows_as("pgdb.dropped", names.into_iter());
        format!("\\ir session.sql\n{names}\n\\ir dropped-roles.sql\n")
    };
    format!("\\connect -reuse-previous=on :\"maintenance\"\n{dropping}\\ir end.sql\n")
}

/// A setting whose value is a JSON list, one row a line.
fn rows_as(name: &str, rows: impl Iterator<Item = Value>) -> String {
    let rows: Vec<String> = rows.map(|row| row.to_string()).collect();
    let list = format!("[\n  {}\n]", rows.join(",\n  "));
    format!("SET {name} = {};", literal(&list))
}

/// A text as an argument of one of psql's own commands.
///
/// Source: PostgreSQL manual, `psql`, "Meta-Commands".
fn word(text: &str) -> String {
    let quoted = text.replace('\\', r"\\").replace('\'', r"\'");
    format!("'{}'", quoted.replace('\n', r"\n").replace('\r', r"\r"))
}

#[cfg(test)]
mod tests;
