//! Findings of `lint` that a repository leaves out.

use super::error::Problem;
use super::keys::{Key, Place};
use super::reader::{Entry, Reader};
use crate::repo::path::RepoPath;
use crate::repo::yaml::Node;

/// Findings that are left out, and why.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ignore {
    /// The rule, by its code or its name.
    pub rule: String,
    /// The files and folders for which it is left out; all where there is none.
    pub paths: Vec<RepoPath>,
    /// Why; never empty.
    pub reason: String,
}

impl Ignore {
    /// Whether it is about a file: one of its own, or one below one of its folders.
    pub fn holds_for(&self, file: &RepoPath) -> bool {
        let is_about =
            |path: &RepoPath| path == file || path.is_root() || file.relative_to(path).is_some();
        self.paths.is_empty() || self.paths.iter().any(is_about)
    }
}

impl Reader {
    /// What stands below `lint`.
    pub(super) fn lint(&mut self, key: &'static Key, entry: &Entry<'_>) -> Vec<Ignore> {
        let entries = self.entries_of_key(key, entry).unwrap_or_default();
        let mut ignores = Vec::new();
        for (key, entry) in self.known(Place::Lint, entries) {
            if key.name == "ignore" {
                let items = self.items(key, &entry);
                ignores.extend(items.iter().filter_map(|item| self.ignore(item)));
            }
        }
        ignores
    }

    /// An entry of `ignore`.
    fn ignore(&mut self, item: &Node<'_>) -> Option<Ignore> {
        let help = "write its keys, such as `rule: PGDB402` and `reason: moves to a vault`";
        let entries = self.entries(item, "an entry of \"ignore\"", help)?;
        let (mut rule, mut paths, mut reason) = (None, Vec::new(), None);
        for (key, entry) in self.known(Place::Ignored, entries) {
            match key.name {
                "rule" => rule = self.sentence(key, &entry),
                "reason" => reason = self.sentence(key, &entry),
                "paths" => paths = self.paths(key, &entry),
                _ => {}
            }
        }
        for (name, is_there) in [("rule", rule.is_some()), ("reason", reason.is_some())] {
            if let Some(key) = Place::Ignored.key(name).filter(|_| !is_there) {
                let (key, example) = (key.name, key.example);
                self.report(item, Problem::KeyMissing { key, example });
            }
        }
        Some(Ignore {
            rule: rule?,
            paths,
            reason: reason?,
        })
    }

    /// A text that says something.
    fn sentence(&mut self, key: &'static Key, entry: &Entry<'_>) -> Option<String> {
        let text = self.scalar(key, entry)?.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// A list of paths.
    fn paths(&mut self, key: &'static Key, entry: &Entry<'_>) -> Vec<RepoPath> {
        let items = self.items(key, entry);
        let paths = items.iter().filter_map(|value| {
            let entry = Entry {
                name: entry.name,
                key: entry.key,
                value,
            };
            self.path(key, &entry)
        });
        paths.collect()
    }
}
