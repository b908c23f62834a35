//! A server's sync file that is not as the product writes it.

use crate::lint::finding::Finding;
use crate::lint::repository::Repository;
use crate::lint::repository::word::Span;
use crate::lint::rule::{Example, Findings, Rule};
use crate::sync::{SyncFile, is_sync_file};

pub(super) const RULE: Rule = Rule {
    code: "PGDB003",
    name: "sync-file-changed",
    severity: crate::lint::finding::Severity::Error,
    is_fixable: false,
    summary: "The file in which all of a server is declared that CloudNativePG does not run was changed by hand: what its Jobs run is \
              not what its rows say.",
    why: "`verify` tells by the hash which scripts have run, and the next change that kubectl-pgdb writes takes back what was \
          changed by hand.",
    mend: "Take the change back, and change the apps with `kubectl pgdb`; any command that writes an app of the server, such as \
           `new-app` for one that is there, writes the whole file anew.",
    example: Example {
        path: "infra/databases/postgres/legacy-sync.yaml",
        bad: include_str!("sync_file_changed/bad.yaml"),
        good: include_str!("sync_file_changed/good.yaml"),
        beside: &[],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    for (path, text) in repository.snapshot.files() {
        if !is_sync_file(path, text) {
            continue;
        }
        let message = match SyncFile::read(path, text) {
            Ok(file)
                if file
                    .hash
                    .as_ref()
                    .is_none_or(|hash| *hash == file.actual_hash) =>
            {
                continue;
            }
            Ok(_) => "the scripts are not those that the hash in the annotations is of".to_owned(),
            // What is no YAML is told by its own rule.
            Err(crate::sync::SyncError::NotYaml { .. }) => continue,
            Err(error) => error.to_string(),
        };
        let start = text.find("declared.json").unwrap_or_default();
        let span = Span::new(start, start + "declared.json".len());
        found.push(Finding::at(path, span, message));
    }
}
