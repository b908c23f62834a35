//! One file that changes: staged, put in place, undone.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::Arc;

use pgdb::repo::change_set::Change;
use rustix::fs::{AtFlags, Stat};
use rustix::io::Errno;

use super::apply::{ApplyError, Difference, Left, io_error};
use super::error::{FileError, FileProblem};
use super::place::shown;
use super::read::read_at;
use super::staging::{keep_old, remove, rename_new, rename_over, staged_name, write_new};

/// One file that changes, and how far that is.
pub(super) struct Target<'a> {
    change: &'a Change,
    folder: Arc<OwnedFd>,
    /// Below the root, without symbolic links.
    folder_path: PathBuf,
    /// The file's name in the folder.
    name: OsString,
    /// Where the new text is, until it is in place.
    fresh: Option<OsString>,
    /// Where the old text is, from when it is kept.
    backup: Option<OsString>,
    /// Whether the change is in place.
    done: bool,
}

/// Compares a file with the text it must have, and returns what the system knows of it; none for a file that must
/// not be there. `path` is for the message.
pub(super) fn check(
    folder: &OwnedFd,
    name: &OsStr,
    path: String,
    before: Option<&str>,
) -> Result<Option<Stat>, ApplyError> {
    let changed = |path, difference| Err(ApplyError::Changed { path, difference });
    let Some(before) = before else {
        return match rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(_) => changed(path, Difference::There),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(io_error("look at", path, error)),
        };
    };
    let mut bytes = Vec::new();
    match read_at(folder, name, &mut bytes) {
        Ok(stat) if bytes == before.as_bytes() => Ok(Some(stat)),
        Ok(_) => changed(path, Difference::Text),
        Err(FileProblem::Io(error)) if error.kind() == io::ErrorKind::NotFound => {
            changed(path, Difference::Gone)
        }
        Err(problem) => Err(FileError::new(path, problem).into()),
    }
}

impl<'a> Target<'a> {
    /// A change of which nothing is done yet.
    pub(super) fn new(
        change: &'a Change,
        folder: Arc<OwnedFd>,
        folder_path: PathBuf,
        name: OsString,
    ) -> Self {
        Self {
            change,
            folder,
            folder_path,
            name,
            fresh: None,
            backup: None,
            done: false,
        }
    }

    /// Compares the file with what the change was made from.
    pub(super) fn check(&self) -> Result<Option<Stat>, ApplyError> {
        check(
            &self.folder,
            &self.name,
            self.path(&self.name),
            self.change.before(),
        )
    }

    /// Writes the new text beside the file, and gives the old one a second name.
    pub(super) fn stage(&mut self) -> Result<(), ApplyError> {
        let old = self.check()?;
        if let Some(after) = self.change.after() {
            let fresh = self.fresh.insert(staged_name(&self.name));
            write_new(&self.folder, fresh, after, old.as_ref())
                .map_err(|error| io_error("write", self.path(&self.name), error))?;
        }
        if let (Change::Edit { before, .. }, Some(old)) = (self.change, old) {
            let backup = self.backup.insert(staged_name(&self.name));
            keep_old(&self.folder, &self.name, backup, before, &old)
                .map_err(|error| io_error("keep the old text of", self.path(&self.name), error))?;
        }
        Ok(())
    }

    /// Puts the change in place by one rename.
    pub(super) fn commit(&mut self) -> Result<(), ApplyError> {
        let renamed = match (self.change, &self.fresh) {
            (Change::Create { .. }, Some(fresh)) => rename_new(&self.folder, fresh, &self.name),
            (Change::Edit { .. }, Some(fresh)) => rename_over(&self.folder, fresh, &self.name),
            _ => {
                let backup = staged_name(&self.name);
                let renamed = rename_over(&self.folder, &self.name, &backup);
                self.backup = renamed.is_ok().then_some(backup);
                renamed
            }
        };
        match renamed {
            Ok(()) => {
                self.done = true;
                self.fresh = None;
                Ok(())
            }
            Err(error) => Err(self.commit_error(error)),
        }
    }

    /// Removes the old text, and returns its path if that fails.
    pub(super) fn finish(self) -> Option<String> {
        let backup = self.backup.as_deref()?;
        remove(&self.folder, backup)
            .is_err()
            .then(|| self.path(backup))
    }

    /// Undoes what was done, and adds what could not be undone.
    pub(super) fn undo(self, left: &mut Vec<Left>) {
        if self.done {
            if let Err(source) = self.put_back() {
                left.push(Left {
                    path: self.path(&self.name),
                    state: self.state(),
                    source,
                });
            }
            // Nothing is staged any more: the new text is in place or gone, and the old one is in place or named above.
            return;
        }
        for staged in [&self.fresh, &self.backup].into_iter().flatten() {
            if let Err(source) = remove(&self.folder, staged) {
                left.push(Left {
                    path: self.path(staged),
                    state: "this staged file is left over".to_owned(),
                    source,
                });
            }
        }
    }

    /// Renames the old text back, or removes what was created.
    fn put_back(&self) -> io::Result<()> {
        match (self.change, &self.backup) {
            (Change::Edit { .. }, Some(backup)) => rename_over(&self.folder, backup, &self.name),
            (Change::Delete { .. }, Some(backup)) => rename_new(&self.folder, backup, &self.name),
            _ => remove(&self.folder, &self.name),
        }
    }

    /// What the file is like when it is changed and cannot be put back.
    fn state(&self) -> String {
        let backup = self.backup.as_ref().map(|backup| self.path(backup));
        match (self.change, backup) {
            (Change::Edit { .. }, Some(backup)) => {
                format!("this file has its new text, and {backup} has the old one")
            }
            (Change::Delete { .. }, Some(backup)) => {
                format!("this file is deleted, and {backup} has its text")
            }
            _ => "this file was created and is still there".to_owned(),
        }
    }

    /// The error for a rename that failed.
    fn commit_error(&self, error: io::Error) -> ApplyError {
        let path = self.path(&self.name);
        match (self.change, error.kind()) {
            (Change::Create { .. }, io::ErrorKind::AlreadyExists) => ApplyError::Changed {
                path,
                difference: Difference::There,
            },
            (Change::Create { .. }, _) => io_error("create", path, error),
            (Change::Edit { .. }, _) => io_error("replace", path, error),
            (Change::Delete { .. }, _) => io_error("delete", path, error),
        }
    }

    /// The path of a file in the folder, below the root.
    fn path(&self, name: &OsStr) -> String {
        shown(&self.folder_path.join(name))
    }
}
