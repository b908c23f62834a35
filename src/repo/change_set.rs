//! Files to create, edit or delete, as data.

use super::path::RepoPath;
use super::snapshot::Snapshot;

/// One file's change, with its text before and after.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Change {
    /// A file that must not be there yet.
    Create {
        /// Where it goes.
        path: RepoPath,
        /// Its whole text.
        after: String,
    },
    /// A file that is there with exactly the text `before`.
    Edit {
        /// Where it is.
        path: RepoPath,
        /// The whole text that was read, and that must still be there when the change is applied.
        before: String,
        /// The whole new text.
        after: String,
    },
    /// A file that is there with exactly the text `before` and is to go.
    Delete {
        /// Where it is.
        path: RepoPath,
        /// The whole text that was read, and that must still be there when the change is applied.
        before: String,
    },
}

impl Change {
    /// The file that changes.
    pub fn path(&self) -> &RepoPath {
        match self {
            Self::Create { path, .. } | Self::Edit { path, .. } | Self::Delete { path, .. } => path,
        }
    }

    /// The text that must be on disk before: none for a file that must not be there.
    pub fn before(&self) -> Option<&str> {
        match self {
            Self::Create { .. } => None,
            Self::Edit { before, .. } | Self::Delete { before, .. } => Some(before),
        }
    }

    /// The text that is on disk afterwards: none for a file that goes.
    pub fn after(&self) -> Option<&str> {
        match self {
            Self::Create { after, .. } | Self::Edit { after, .. } => Some(after),
            Self::Delete { .. } => None,
        }
    }
}

/// Changes in the order in which they are to be written: by sync-wave, then the lists that name the files.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ChangeSet {
    changes: Vec<Change>,
}

impl ChangeSet {
    /// The changes in the order in which they are to be written.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Whether nothing is to be written.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Adds the change that makes `path` hold `after`, given what it holds now; none if it does already.
    pub fn write(&mut self, path: RepoPath, before: Option<&str>, after: String) {
        match before {
            Some(before) if before == after => {}
            Some(before) => self.changes.push(Change::Edit {
                path,
                before: before.to_owned(),
                after,
            }),
            None => self.changes.push(Change::Create { path, after }),
        }
    }

    /// Adds a change.
    pub fn push(&mut self, change: Change) {
        self.changes.push(change);
    }

    /// Adds the change that deletes `path`, which holds `before`.
    pub fn delete(&mut self, path: RepoPath, before: &str) {
        self.changes.push(Change::Delete {
            path,
            before: before.to_owned(),
        });
    }

    /// The snapshot as it will be when these changes have been written.
    pub fn applied_to(&self, snapshot: &Snapshot) -> Snapshot {
        let mut result = snapshot.clone();
        for change in &self.changes {
            match change.after() {
                Some(after) => result.insert(change.path().clone(), after.to_owned()),
                None => result.remove(change.path()),
            }
        }
        result
    }
}
