//! Rows of a server that name a role or a Secret which the repository does not declare.

use std::collections::HashSet;

use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::word::Span;
use crate::lint::rule::{Example, Findings, Rule};
use crate::sql::sync::rows::{DatabaseRow, RoleRow};
use crate::sync::{SyncFile, is_sync_file};

pub(super) const RULE: Rule = Rule {
    code: "PGDB206",
    name: "unknown-on-server",
    severity: Severity::Warning,
    is_fixable: false,
    summary: "A row of a server that CloudNativePG does not run names an owner that the server does not declare, or a Secret that \
              nothing in the repository makes.",
    why: "A database whose owner is not there cannot be made, and a role whose Secret is not there gets no password, unless \
          somebody else makes them.",
    mend: "Declare the owner as an app of its own, or seal its credential, with `kubectl pgdb new-app`.",
    example: Example {
        path: "infra/databases/postgres/legacy-sync.yaml",
        bad: include_str!("unknown_on_server/bad.yaml"),
        good: include_str!("unknown_on_server/good.yaml"),
        beside: &[(
            "infra/databases/postgres/my-shop-secrets-sealed.yaml",
            include_str!("unknown_on_server/secret.yaml"),
        )],
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
        let declared: HashSet<&str> = rows.roles.iter().map(|row| row.name.as_str()).collect();
        let is_lost =
            |row: &&DatabaseRow| row.ensure.is_present() && !declared.contains(row.owner.as_str());
        for row in rows.databases.iter().filter(is_lost) {
            let message = format!(
                "the database {:?} belongs to the role {:?}, which is not declared on this server",
                row.name, row.owner
            );
            let span = row_at(text, "\"databases\"", &row.name);
            found.push(Finding::at(path, span, message));
        }
        for row in &rows.roles {
            let Some(secret) = missing_secret(repository, row) else {
                continue;
            };
            let message = format!(
                "the password of the role {:?} is in the Secret {secret}, which nothing in the repository makes",
                row.name
            );
            let span = row_at(text, "\"roles\"", &row.name);
            found.push(Finding::at(path, span, message));
        }
    }
}

/// The Secret of a role's password, where nothing seems to make it.
fn missing_secret<'row>(repository: &Repository<'_>, row: &'row RoleRow) -> Option<&'row str> {
    let secret = row
        .secret
        .as_deref()
        .filter(|_| row.ensure.is_present() && !row.external)?;
    let is_made = repository.makers_of(secret).next().is_some()
        || repository.generates(secret)
        || repository.is_in_unread(secret);
    (!is_made).then_some(secret)
}

/// The last row of a section that declares this name; the section's key where none is found.
pub(super) fn row_at(text: &str, section: &str, name: &str) -> Span {
    let Some(begin) = text.find(section) else {
        return Span::default();
    };
    let needle = format!("{{\"name\":{}", serde_json::Value::from(name));
    let rows = text.get(begin..).unwrap_or_default();
    // The next section begins on a line of its own.
    let end = rows.find("],\n").unwrap_or(rows.len());
    let found = rows.get(..end).and_then(|rows| rows.rfind(&needle));
    match found {
        Some(at) => Span::new(begin + at, begin + at + needle.len()),
        None => Span::new(begin, begin + section.len()),
    }
}
