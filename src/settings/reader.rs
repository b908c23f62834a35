//! Reads keys and values out of a YAML tree, and gathers the errors.

use std::collections::BTreeMap;
use std::str::FromStr;

use super::error::{Problem, Refusal, SettingsError};
use super::keys::{Key, Place};
use crate::domain::name::quoted;
use crate::repo::path::RepoPath;
use crate::repo::yaml::{Node, Value};

/// Gathers the errors.
#[derive(Default)]
pub(super) struct Reader {
    pub(super) errors: Vec<SettingsError>,
}

/// A key that is a word, and its value.
pub(super) struct Entry<'tree> {
    pub(super) name: &'tree str,
    pub(super) key: &'tree Node<'tree>,
    pub(super) value: &'tree Node<'tree>,
}

/// Values.
impl Reader {
    /// A value that the domain reads.
    pub(super) fn parsed<T>(&mut self, key: &'static Key, entry: &Entry<'_>) -> Option<T>
    where
        T: FromStr,
        T::Err: Into<Refusal>,
    {
        match self.scalar(key, entry)?.parse() {
            Ok(value) => Some(value),
            Err(refusal) => {
                let refusal: Refusal = refusal.into();
                let key = key.name;
                self.report(entry.value, Problem::Refused { key, refusal });
                None
            }
        }
    }

    /// A boolean or a number, which Rust reads; in quotes or not.
    pub(super) fn read<T: FromStr>(&mut self, key: &'static Key, entry: &Entry<'_>) -> Option<T> {
        let text = self.scalar(key, entry)?;
        let value = text.parse().ok();
        if value.is_none() {
            self.report(entry.value, wrong_kind(key, quoted(text)));
        }
        value
    }

    pub(super) fn path(&mut self, key: &'static Key, entry: &Entry<'_>) -> Option<RepoPath> {
        if self.scalar(key, entry)?.is_empty() {
            self.report(entry.value, wrong_kind(key, quoted("")));
            return None;
        }
        self.parsed(key, entry)
    }

    pub(super) fn file_path(&mut self, key: &'static Key, entry: &Entry<'_>) -> Option<RepoPath> {
        let path = self.path(key, entry)?;
        if path.is_root() {
            let found = "the repository's root".to_owned();
            self.report(entry.value, wrong_kind(key, found));
            return None;
        }
        Some(path)
    }

    /// The text of a value that is one word or number.
    pub(super) fn scalar<'tree>(
        &mut self,
        key: &'static Key,
        entry: &Entry<'tree>,
    ) -> Option<&'tree str> {
        if self.is_alias_or_tagged(entry.value) {
            return None;
        }
        if entry.value.is_null() {
            let (key, example) = (key.name, key.example);
            self.report(entry.key, Problem::NoValue { key, example });
            return None;
        }
        let text = entry.value.as_str();
        if text.is_none() {
            let found = described(entry.value).to_owned();
            self.report(entry.value, wrong_kind(key, found));
        }
        text
    }
}

/// Keys.
impl Reader {
    /// The keys and values of a mapping that is the value of a key.
    pub(super) fn entries_of_key<'tree>(
        &mut self,
        key: &'static Key,
        entry: &Entry<'tree>,
    ) -> Option<Vec<Entry<'tree>>> {
        self.entries(entry.value, &in_quotes(key), &like_the_example(key))
    }

    /// The items of a list that is the value of a key, of which nothing at all is an empty one; none for any other node.
    pub(super) fn items<'tree>(
        &mut self,
        key: &'static Key,
        entry: &Entry<'tree>,
    ) -> &'tree [Node<'tree>] {
        let node = entry.value;
        if self.is_alias_or_tagged(node) {
            return &[];
        }
        if !node.is_null() && !matches!(node.value, Value::Sequence { .. }) {
            self.report(node, wrong_kind(key, described(node).to_owned()));
        }
        node.items()
    }

    /// The keys and values of a mapping, of which nothing at all is an empty one; none for any other node.
    pub(super) fn entries<'tree>(
        &mut self,
        node: &'tree Node<'tree>,
        what: &str,
        help: &str,
    ) -> Option<Vec<Entry<'tree>>> {
        if self.is_alias_or_tagged(node) {
            return None;
        }
        if !node.is_null() && !matches!(node.value, Value::Mapping { .. }) {
            let problem = Problem::Kind {
                what: what.to_owned(),
                takes: "keys and values",
                found: described(node).to_owned(),
                help: help.to_owned(),
            };
            self.report(node, problem);
            return None;
        }
        let entries = node.entries().iter();
        Some(entries.filter_map(|pair| self.entry(pair)).collect())
    }

    fn entry<'tree>(
        &mut self,
        (key, value): &'tree (Node<'tree>, Node<'tree>),
    ) -> Option<Entry<'tree>> {
        if self.is_alias_or_tagged(key) {
            return None;
        }
        match key.as_str() {
            Some("<<") => self.report(key, Problem::MergeKey),
            Some(name) => return Some(Entry { name, key, value }),
            None => {
                let found = described(key);
                self.report(key, Problem::KeyIsNoWord { found });
            }
        }
        None
    }

    /// The entries whose keys are known at a place; one that is there twice is read twice, to find its errors.
    pub(super) fn known<'tree>(
        &mut self,
        place: Place,
        entries: Vec<Entry<'tree>>,
    ) -> Vec<(&'static Key, Entry<'tree>)> {
        let mut seen = BTreeMap::new();
        let mut known = Vec::new();
        for entry in entries {
            let Some(key) = place.key(entry.name) else {
                let key = entry.name.to_owned();
                self.report(entry.key, Problem::UnknownKey { key, place });
                continue;
            };
            self.check_once(&mut seen, &entry);
            known.push((key, entry));
        }
        known
    }

    pub(super) fn check_once<'tree>(
        &mut self,
        seen: &mut BTreeMap<&'tree str, usize>,
        entry: &Entry<'tree>,
    ) {
        if let Some(&first) = seen.get(entry.name) {
            let key = entry.name.to_owned();
            self.report(entry.key, Problem::KeyTwice { key, first });
        } else {
            seen.insert(entry.name, entry.key.line);
        }
    }

    fn is_alias_or_tagged(&mut self, node: &Node<'_>) -> bool {
        if matches!(node.value, Value::Alias(_)) {
            self.report(node, Problem::Alias);
            return true;
        }
        if node.tag.is_some() {
            self.report(node, Problem::Tag);
            return true;
        }
        false
    }

    pub(super) fn report(&mut self, node: &Node<'_>, problem: Problem) {
        self.errors.push(SettingsError {
            line: node.line,
            column: node.column + 1,
            problem,
        });
    }
}

fn wrong_kind(key: &'static Key, found: String) -> Problem {
    Problem::Kind {
        what: in_quotes(key),
        takes: key.takes,
        found,
        help: like_the_example(key),
    }
}

fn in_quotes(key: &Key) -> String {
    format!("{:?}", key.name)
}

fn like_the_example(key: &Key) -> String {
    format!("write it like `{}: {}`", key.name, key.example)
}

/// What a node is, in words.
fn described(node: &Node<'_>) -> &'static str {
    match &node.value {
        Value::Sequence { .. } => "a list",
        Value::Mapping { .. } => "keys and values",
        Value::Scalar(..) if node.is_null() => "nothing",
        Value::Scalar(..) => "a single value",
        Value::Alias(_) => "an alias",
    }
}
