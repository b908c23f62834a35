//! Writing a change set, whole or not at all.
//!
//! 1. Every file is compared with what the change set was made from. Nothing is written unless all are the same.
//! 2. Missing folders are made. Every new text is written to a file beside its target and synced; every old text
//!    gets a second name beside it.
//! 3. Every file is compared once more. Then each is renamed into place, in the order of the change set.
//! 4. The folders are synced, and the old texts removed.
//!
//! Whatever fails up to the end of the third step is undone by renames and removals, which need no space. A process
//! that is killed leaves every file either old or new, and staged files that the next one removes; plans are
//! idempotent, so the same command completes the work. Ctrl-C is held off: see [`super::interrupt`].

use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::os::fd::OwnedFd;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use pgdb::repo::change_set::{Change, ChangeSet};
use pgdb::repo::path::RepoPath;
use rustix::fs::{Dev, Mode};
use rustix::io::Errno;
use thiserror::Error;

use super::error::{FileError, io_help};
use super::interrupt::Interrupts;
use super::lock::Lock;
use super::place::{open_folder, resolve, shown};
use super::staging::{is_staged, remove, remove_folder, remove_stale, sync_folder};
use super::target::{Target, check};

/// Fewer files than this are not worth a second thread.
const FILES_FOR_A_THREAD: usize = 32;
/// More threads than this wait for one another, in the kernel: for the folder, and for one disk.
const MOST_THREADS: usize = 4;

/// What remains to be said after a change set was written.
#[derive(Debug, Default, Eq, PartialEq)]
pub(crate) struct Applied {
    /// Files with old texts that could not be removed, below the root. The next command that writes there does.
    pub(crate) leftovers: Vec<String>,
}

/// Why a change set was not written. Unless it is [`ApplyError::NotUndone`], the disk is as it was.
#[derive(Debug, Error)]
pub(crate) enum ApplyError {
    /// A path that cannot be written through.
    #[error(transparent)]
    File(#[from] FileError),
    /// A file is not what the change set was made from.
    #[error("{path}: {difference}")]
    Changed {
        /// The file.
        path: String,
        /// What is different.
        difference: Difference,
    },
    /// Two changes of the set end at one file, by way of a symbolic link or not.
    #[error("{path}: two changes are meant for this file")]
    Twice {
        /// The file.
        path: String,
    },
    /// A symbolic link that is to be deleted.
    #[error("{path}: this is a symbolic link, and only files are deleted")]
    DeleteLink {
        /// The link.
        path: String,
    },
    /// SIGINT or SIGTERM came before the first rename.
    #[error("interrupted")]
    Interrupted,
    /// The system said no.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// Such as `write`.
        action: &'static str,
        /// The file or folder.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// Writing failed, and so did undoing it.
    #[error("{cause}; undoing what was done failed too:{}", .left.iter().map(|left| format!("\n  {left}")).collect::<String>())]
    NotUndone {
        /// Why writing failed.
        #[source]
        cause: Box<ApplyError>,
        /// What is not as it was.
        left: Vec<Left>,
    },
}

/// How a file differs from what the change set was made from.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub(crate) enum Difference {
    /// Another text.
    #[error("this file has changed since it was read")]
    Text,
    /// No file any more.
    #[error("this file is gone since it was read")]
    Gone,
    /// A file where none was.
    #[error("this file is to be created, but something is there already")]
    There,
}

/// A file or folder that could not be put back.
#[derive(Debug)]
pub(crate) struct Left {
    /// The file or folder, below the root.
    pub(crate) path: String,
    /// What it is like now.
    pub(crate) state: String,
    /// Why it could not be put back.
    pub(crate) source: io::Error,
}

impl fmt::Display for Left {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}: {}", self.path, self.state, self.source)
    }
}

impl ApplyError {
    /// Whether the system failed, rather than the change set not fitting what is on disk.
    pub(crate) fn is_io(&self) -> bool {
        match self {
            Self::File(error) => error.is_io(),
            Self::Changed { .. } | Self::Twice { .. } | Self::DeleteLink { .. } => false,
            Self::Interrupted | Self::Io { .. } | Self::NotUndone { .. } => true,
        }
    }

    /// What to do about it.
    pub(crate) fn help(&self) -> String {
        let advice = match self {
            Self::File(error) => error.help(),
            Self::Changed { .. } => {
                "run the command again, so that it works with what is there now"
            }
            Self::Twice { .. } => "name the file itself, not a symbolic link to it",
            Self::DeleteLink { .. } => "remove the link and the file it leads to by hand",
            Self::Interrupted => "run the command again to do the work",
            Self::Io { source, .. } => io_help(source),
            Self::NotUndone { .. } => {
                return "run the command again to finish the change, which also removes the *.pgdb-* files; or first \
                        put the files above back by hand (`git status` shows them too)"
                    .to_owned();
            }
        };
        format!("nothing was changed; {advice}")
    }
}

impl Lock<'_> {
    /// Writes a change set, whole or not at all.
    ///
    /// New files get the permissions of any new file, replaced ones keep theirs, and their owner where the system lets
    /// them. What a symbolic link leads to inside the repository is replaced, not the link.
    ///
    /// # Errors
    /// When a file is not what the change set was made from, a path leaves the repository, or the system fails.
    pub(crate) fn apply(&self, changes: &ChangeSet) -> Result<Applied, ApplyError> {
        if changes.is_empty() {
            return Ok(Applied::default());
        }
        let interrupts = Interrupts::hold()
            .map_err(|source| io_error("hold signals off for", shown(self.root.path()), source))?;
        check_all(self.root.folder(), changes)?;
        let mut work = Work::new(self.root.folder());
        match work.run(changes, &interrupts) {
            Ok(()) => Ok(Applied {
                leftovers: work.finish(),
            }),
            Err(cause) => {
                let left = work.undo();
                if left.is_empty() {
                    return Err(cause);
                }
                Err(ApplyError::NotUndone {
                    cause: Box::new(cause),
                    left,
                })
            }
        }
    }
}

impl Lock<'_> {
    /// Removes staged files that a killed process left, as [`super::snapshot::Found::staged`] lists them.
    ///
    /// [`Lock::apply`] does so by itself, but only in the folders in which it changes something.
    ///
    /// # Errors
    /// When the system refuses.
    pub(crate) fn remove_staged(&self, paths: &[RepoPath]) -> Result<(), ApplyError> {
        for path in paths {
            let place = resolve(self.root.folder(), path)?;
            if place.missing.is_empty() && is_staged(&place.name) {
                remove(&place.folder, &place.name)
                    .map_err(|error| io_error("remove", path.to_string(), error))?;
            }
        }
        Ok(())
    }
}

/// The variant for what the system said.
pub(super) fn io_error(
    action: &'static str,
    path: impl Into<String>,
    source: impl Into<io::Error>,
) -> ApplyError {
    ApplyError::Io {
        action,
        path: path.into(),
        source: source.into(),
    }
}

/// Compares every file with what the change set was made from, and writes nothing.
fn check_all(root: &OwnedFd, changes: &ChangeSet) -> Result<(), ApplyError> {
    let mut seen = BTreeSet::new();
    for change in changes.changes() {
        let path = change.path();
        let place = resolve(root, path)?;
        if place.linked && matches!(change, Change::Delete { .. }) {
            return Err(ApplyError::DeleteLink {
                path: path.to_string(),
            });
        }
        if place.missing.is_empty() {
            check(
                &place.folder,
                &place.name,
                path.to_string(),
                change.before(),
            )?;
        } else if change.before().is_some() {
            return Err(ApplyError::Changed {
                path: path.to_string(),
                difference: Difference::Gone,
            });
        }
        if !seen.insert(place.path()) {
            return Err(ApplyError::Twice {
                path: shown(&place.path()),
            });
        }
    }
    Ok(())
}

/// A folder in which something changes.
struct Folder {
    /// Its device and inode.
    id: (Dev, u64),
    /// Below the root.
    path: PathBuf,
    descriptor: Arc<OwnedFd>,
}

/// A folder that was made.
struct Made {
    parent: Arc<OwnedFd>,
    /// Below the root.
    path: PathBuf,
}

/// What was done so far.
struct Work<'a> {
    root: &'a OwnedFd,
    /// Each folder once, however many files change in it: descriptors are few.
    folders: Vec<Folder>,
    made: Vec<Made>,
    targets: Vec<Target<'a>>,
}

impl<'a> Work<'a> {
    /// Nothing so far.
    fn new(root: &'a OwnedFd) -> Self {
        Self {
            root,
            folders: Vec::new(),
            made: Vec::new(),
            targets: Vec::new(),
        }
    }

    /// Does everything but removing the old texts.
    fn run(&mut self, changes: &'a ChangeSet, interrupts: &Interrupts) -> Result<(), ApplyError> {
        self.stage(changes, interrupts)?;
        self.commit(interrupts)
    }

    /// Puts every new text beside its target; many at once, since waiting for the disk takes longest and many can wait
    /// together.
    fn stage(&mut self, changes: &'a ChangeSet, interrupts: &Interrupts) -> Result<(), ApplyError> {
        for change in changes.changes() {
            if interrupts.came() {
                return Err(ApplyError::Interrupted);
            }
            let target = self.target(change)?;
            self.targets.push(target);
        }
        let threads = (self.targets.len() / FILES_FOR_A_THREAD).clamp(1, MOST_THREADS);
        let size = self.targets.len().div_ceil(threads).max(1);
        thread::scope(|scope| {
            let mut chunks = self.targets.chunks_mut(size);
            let own = chunks.next().unwrap_or_default();
            let others: Vec<_> = chunks
                .map(|chunk| scope.spawn(|| stage_all(chunk, interrupts)))
                .collect();
            let mut result = stage_all(own, interrupts);
            for other in others {
                let other = other.join().unwrap_or_else(|panic| resume_unwind(panic));
                result = result.and(other);
            }
            result
        })
    }

    /// Compares once more, and puts everything in place.
    fn commit(&mut self, interrupts: &Interrupts) -> Result<(), ApplyError> {
        for target in &self.targets {
            target.check()?;
        }
        if interrupts.came() {
            return Err(ApplyError::Interrupted);
        }
        for target in &mut self.targets {
            target.commit()?;
        }
        for folder in &self.folders {
            sync_folder(&folder.descriptor)
                .map_err(|error| io_error("sync the folder", shown_folder(&folder.path), error))?;
        }
        Ok(())
    }

    /// Removes the old texts, and says which it could not remove.
    fn finish(self) -> Vec<String> {
        self.targets
            .into_iter()
            .filter_map(Target::finish)
            .collect()
    }

    /// Undoes what was done, in reverse, and says what it could not undo.
    fn undo(self) -> Vec<Left> {
        let mut left = Vec::new();
        for target in self.targets.into_iter().rev() {
            target.undo(&mut left);
        }
        for made in self.made.into_iter().rev() {
            if let Err(source) = remove_folder(&made.parent, &made.path) {
                left.push(Left {
                    path: shown(&made.path),
                    state: "this folder was made and is still there".to_owned(),
                    source,
                });
            }
        }
        for folder in self.folders {
            // Of no use to report: the names are right, and the disk gets them later.
            let _ = sync_folder(&folder.descriptor);
        }
        left
    }

    /// Where a change goes, with its folders made.
    fn target(&mut self, change: &'a Change) -> Result<Target<'a>, ApplyError> {
        let path: &RepoPath = change.path();
        let place = resolve(self.root, path)?;
        let mut folder_path = place.folder_path;
        let mut folder = self.share(place.folder, &folder_path)?;
        for name in place.missing {
            folder_path.push(&name);
            let failed = |error: Errno| io_error("make the folder", shown(&folder_path), error);
            match rustix::fs::mkdirat(&folder, &name, Mode::from_raw_mode(0o777)) {
                Ok(()) => self.made.push(Made {
                    parent: Arc::clone(&folder),
                    path: folder_path.clone(),
                }),
                // Somebody made it meanwhile.
                Err(Errno::EXIST) => {}
                Err(error) => return Err(failed(error)),
            }
            let opened = open_folder(&folder, &name).map_err(failed)?;
            folder = self.share(opened, &folder_path)?;
        }
        Ok(Target::new(change, folder, folder_path, place.name))
    }

    /// The one descriptor of a folder. Of a folder met for the first time, old staged files are removed.
    fn share(&mut self, folder: OwnedFd, path: &Path) -> Result<Arc<OwnedFd>, ApplyError> {
        let stat = rustix::fs::fstat(&folder)
            .map_err(|error| io_error("look at the folder", shown_folder(path), error))?;
        let id = (stat.st_dev, stat.st_ino);
        if let Some(known) = self.folders.iter().find(|known| known.id == id) {
            return Ok(Arc::clone(&known.descriptor));
        }
        remove_stale(&folder)
            .map_err(|error| io_error("clean up the folder", shown_folder(path), error))?;
        let descriptor = Arc::new(folder);
        self.folders.push(Folder {
            id,
            path: path.to_owned(),
            descriptor: Arc::clone(&descriptor),
        });
        Ok(descriptor)
    }
}

/// Puts new texts beside their targets, up to the first that fails.
fn stage_all(targets: &mut [Target<'_>], interrupts: &Interrupts) -> Result<(), ApplyError> {
    for target in targets {
        if interrupts.came() {
            return Err(ApplyError::Interrupted);
        }
        target.stage()?;
    }
    Ok(())
}

/// A folder below the root as text for a message; the root is `.`, as with [`RepoPath`].
fn shown_folder(path: &Path) -> String {
    if path.as_os_str().is_empty() {
        ".".to_owned()
    } else {
        shown(path)
    }
}

#[cfg(test)]
mod tests;
