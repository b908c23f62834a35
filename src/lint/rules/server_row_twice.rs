//! Two rows of a server for one role or database.

use std::collections::HashMap;

use super::unknown_on_server::row_at;
use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::rule::{Example, Findings, Rule};
use crate::repo::path::RepoPath;
use crate::sync::{SyncFile, is_sync_file};

pub(super) const RULE: Rule = Rule {
    code: "PGDB717",
    name: "server-row-twice",
    severity: Severity::Error,
    is_fixable: false,
    summary: "Two rows of a server that CloudNativePG does not run declare the same role or database.",
    why: "Each run does what the one says and undoes what the other says, as after a merge of two branches.",
    mend: "Decide which of the two holds, and take the other one out with `kubectl pgdb`.",
    example: Example {
        path: "infra/databases/postgres/legacy-sync.yaml",
        bad: include_str!("server_row_twice/bad.yaml"),
        good: include_str!("server_row_twice/good.yaml"),
        beside: &[],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    for (path, text) in repository.snapshot.files() {
        if !is_sync_file(path, text) {
            continue;
        }
        let Ok(file) = SyncFile::read(path, text) else {
            continue;
        };
        let rows = &file.declarations.rows;
        let roles = rows.roles.iter().map(|row| row.name.as_str());
        twice("role", roles, path, text, found);
        let databases = rows.databases.iter().map(|row| row.name.as_str());
        twice("database", databases, path, text, found);
    }
}

fn twice<'row>(
    what: &str,
    names: impl Iterator<Item = &'row str>,
    path: &RepoPath,
    text: &str,
    found: &mut Findings,
) {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for name in names {
        let count = seen.entry(name).or_default();
        *count += 1;
        if *count == 2 {
            let message = format!("the {what} {name:?} is declared twice");
            let section = if what == "role" {
                "\"roles\""
            } else {
                "\"databases\""
            };
            found.push(Finding::at(path, row_at(text, section, name), message));
        }
    }
}
