//! What was read of the repository.

use std::collections::BTreeMap;

use super::path::RepoPath;

/// The files that were read of the repository: path to text, in the order of the paths.
///
/// Texts are kept exactly as they are on disk: a byte order mark, CRLF line ends and a missing final newline
/// included. A file that is absent here was not read, which says nothing about the disk unless the reader of
/// the snapshot was asked for that very path.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Snapshot {
    files: BTreeMap<RepoPath, String>,
}

impl Snapshot {
    /// A snapshot of these files.
    pub fn new(files: impl IntoIterator<Item = (RepoPath, String)>) -> Self {
        Self {
            files: files.into_iter().collect(),
        }
    }

    /// Adds a file, or replaces its text.
    pub fn insert(&mut self, path: RepoPath, text: String) {
        self.files.insert(path, text);
    }

    /// Removes a file.
    pub fn remove(&mut self, path: &RepoPath) {
        self.files.remove(path);
    }

    /// The text of a file.
    pub fn text(&self, path: &RepoPath) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// A file's path as it is kept here, and its text.
    pub fn file(&self, path: &RepoPath) -> Option<(&RepoPath, &str)> {
        let (path, text) = self.files.get_key_value(path)?;
        Some((path, text.as_str()))
    }

    /// All files, in the order of their paths.
    pub fn files(&self) -> impl Iterator<Item = (&RepoPath, &str)> {
        self.files.iter().map(|(path, text)| (path, text.as_str()))
    }
}
