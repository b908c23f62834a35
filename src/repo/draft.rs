//! A snapshot in the making of its next state.

use std::borrow::Cow;
use std::collections::HashMap;

use super::change_set::ChangeSet;
use super::path::RepoPath;
use super::snapshot::Snapshot;

/// A working copy over a snapshot: files are written, edited again and deleted in it, and one change for each file comes out.
///
/// What is written several times is one change, and what ends up as it was is none.
#[derive(Clone, Debug)]
pub struct Draft<'snapshot> {
    snapshot: &'snapshot Snapshot,
    /// The texts that are not the snapshot's; none of a file that goes.
    texts: HashMap<RepoPath, Option<String>>,
    /// The paths in the order in which they were first written.
    order: Vec<RepoPath>,
}

impl<'snapshot> Draft<'snapshot> {
    /// A draft in which nothing is changed yet.
    pub fn new(snapshot: &'snapshot Snapshot) -> Self {
        Self {
            snapshot,
            texts: HashMap::new(),
            order: Vec::new(),
        }
    }

    /// What was read of the repository, without the changes.
    pub fn snapshot(&self) -> &'snapshot Snapshot {
        self.snapshot
    }

    /// The text of a file as it is by now.
    pub fn text(&self, path: &RepoPath) -> Option<&str> {
        match self.texts.get(path) {
            Some(text) => text.as_deref(),
            None => self.snapshot.text(path),
        }
    }

    /// Writes a file, whether it is there or not.
    pub fn write(&mut self, path: &RepoPath, text: String) {
        self.set(path, Some(text));
    }

    /// Deletes a file.
    pub fn delete(&mut self, path: &RepoPath) {
        self.set(path, None);
    }

    fn set(&mut self, path: &RepoPath, text: Option<String>) {
        if self.texts.insert(path.clone(), text).is_none() {
            self.order.push(path.clone());
        }
    }

    /// The repository as it is by now; the snapshot itself where nothing was changed.
    pub fn applied(&self) -> Cow<'snapshot, Snapshot> {
        if self.order.is_empty() {
            return Cow::Borrowed(self.snapshot);
        }
        let mut result = self.snapshot.clone();
        for (path, text) in &self.texts {
            match text {
                Some(text) => result.insert(path.clone(), text.clone()),
                None => result.remove(path),
            }
        }
        Cow::Owned(result)
    }

    /// The changes, in the order in which their files were first written; deletions come last.
    ///
    /// So a kustomization has let go of a file before that goes, and a command that was killed between the two finds the
    /// file, and with it what is left to do.
    pub fn into_change_set(mut self) -> ChangeSet {
        let mut changes = ChangeSet::default();
        self.order
            .sort_by_key(|path| self.texts.get(path).is_some_and(Option::is_none));
        for path in self.order {
            let before = self.snapshot.text(&path);
            match (self.texts.remove(&path).flatten(), before) {
                (Some(after), before) => changes.write(path, before, after),
                (None, Some(before)) => changes.delete(path, before),
                (None, None) => {}
            }
        }
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::super::change_set::Change;
    use super::*;

    fn path(text: &str) -> RepoPath {
        text.parse().unwrap()
    }

    #[test]
    fn several_edits_of_a_file_are_one_change() {
        let snapshot = Snapshot::new([
            (path("a.yaml"), "a".to_owned()),
            (path("b.yaml"), "b".to_owned()),
            (path("c.yaml"), "c".to_owned()),
        ]);
        let mut draft = Draft::new(&snapshot);
        draft.delete(&path("b.yaml"));
        draft.write(&path("new.yaml"), "n".to_owned());
        draft.write(&path("a.yaml"), "a1".to_owned());
        draft.write(&path("c.yaml"), "c1".to_owned());
        draft.write(&path("a.yaml"), "a2".to_owned());
        draft.write(&path("gone.yaml"), "g".to_owned());
        draft.delete(&path("gone.yaml"));
        draft.write(&path("c.yaml"), "c".to_owned());
        assert_eq!(draft.text(&path("a.yaml")), Some("a2"));
        assert_eq!(draft.text(&path("b.yaml")), None);
        let after = Snapshot::new([
            (path("a.yaml"), "a2".to_owned()),
            (path("c.yaml"), "c".to_owned()),
            (path("new.yaml"), "n".to_owned()),
        ]);
        assert_eq!(*draft.applied(), after);
        let changes = draft.into_change_set();
        assert_eq!(
            changes.changes(),
            [
                Change::Create {
                    path: path("new.yaml"),
                    after: "n".to_owned()
                },
                Change::Edit {
                    path: path("a.yaml"),
                    before: "a".to_owned(),
                    after: "a2".to_owned()
                },
                Change::Delete {
                    path: path("b.yaml"),
                    before: "b".to_owned()
                },
            ]
        );
        assert_eq!(changes.applied_to(&snapshot), after);
    }
}
