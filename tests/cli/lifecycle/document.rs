//! The walk through the life of an app in `docs/lifecycle.md`: what it shows is what is printed.
//!
//! `UPDATE_DOCS=1 cargo test --test cli lifecycle::document` writes what is printed into it.

use std::fs;
use std::path::Path;

use super::Life;
use crate::support::without_sealed_values;

const DOCUMENT: &str = "docs/lifecycle.md";
/// The version of PostgreSQL in the document; the machine's is its own.
const VERSION: &str = "18.1";

#[test]
fn the_walk_shows_what_is_printed() {
    let Some(life) = Life::begin() else {
        return;
    };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(DOCUMENT);
    let shown = fs::read_to_string(&path).unwrap();
    let printed = played(&shown, &life);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &printed).unwrap();
    }
    pretty_assertions(&shown, &printed);
}

fn pretty_assertions(shown: &str, printed: &str) {
    assert!(
        shown == printed,
        "{}",
        crate::support::changed_lines(shown, printed)
    );
}

/// The document with what its commands print now.
fn played(document: &str, life: &Life) -> String {
    let mut text = String::new();
    let mut is_session = false;
    for line in document.lines() {
        if line.starts_with("```") {
            is_session = line == "```console";
        } else if is_session {
            let Some(command) = line.strip_prefix("$ ") else {
                continue;
            };
            text += &format!("$ {command}\n{}", says(life, command));
            continue;
        }
        text += &format!("{line}\n");
    }
    text
}

/// Runs a command of the document.
fn says(life: &Life, command: &str) -> String {
    if let Some(message) = command.strip_prefix("git commit --all --message ") {
        life.commit(&message.trim_matches('\'').replace(' ', "_"));
        return String::new();
    }
    if command == "git push" {
        life.cluster.try_sync().ok();
        return String::new();
    }
    let words = command.strip_prefix("kubectl pgdb ");
    let outcome = life.run(words.unwrap_or_else(|| panic!("{command:?} is not known here")));
    let printed = without_sealed_values(&(outcome.stdout + &outcome.stderr));
    let version = life.cluster.postgres.sql("postgres", "SHOW server_version");
    let version = version.split(' ').next().unwrap();
    printed.replace("<sealed>", "AgB...").replace(
        &format!("PostgreSQL {version}"),
        &format!("PostgreSQL {VERSION}"),
    )
}
