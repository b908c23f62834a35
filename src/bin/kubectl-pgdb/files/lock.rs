//! One writer at a time.
//!
//! The lock is flock(2) on the root folder itself: nothing is left in the work tree, and nothing can go stale, since
//! the system takes it back when the process ends, however it ends. Waiting is left to the system too, which wakes
//! exactly one waiter when the lock is free; only a thread is needed to give up after the time limit, because
//! flock(2) knows none.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use rustix::fs::{Mode, OFlags};
use thiserror::Error;

use super::error::io_help;
use super::root::Root;

/// How long a command waits for another one, unless told otherwise.
pub(crate) const DEFAULT_WAIT: Duration = Duration::from_secs(30);

/// The right to change the repository; given back when dropped.
#[derive(Debug)]
pub(crate) struct Lock<'root> {
    /// The root that is locked.
    pub(super) root: &'root Root,
    /// The open folder that holds the lock.
    _folder: File,
}

/// Why the lock was not had.
#[derive(Debug, Error)]
pub(crate) enum LockError {
    /// Somebody else has it still.
    #[error("waited {} s for the repository {root:?}, which {holder} has locked", .waited.as_secs_f32())]
    Busy {
        /// The repository's root.
        root: PathBuf,
        /// Who has it, such as `kubectl-pgdb (process 4711)`.
        holder: String,
        /// How long.
        waited: Duration,
    },
    /// The system said no.
    #[error("cannot lock the repository {root:?}: {source}")]
    Io {
        /// The repository's root.
        root: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl LockError {
    /// What to do about it.
    pub(crate) fn help(&self) -> &'static str {
        match self {
            Self::Busy { .. } => "let it finish, or end it, and run the command again",
            Self::Io { source, .. } => match source
                .raw_os_error()
                .map(rustix::io::Errno::from_raw_os_error)
            {
                // What Linux says of flock(2) on a folder over NFS, and systems without flock(2).
                Some(
                    rustix::io::Errno::BADF
                    | rustix::io::Errno::OPNOTSUPP
                    | rustix::io::Errno::NOLCK,
                ) => {
                    "the repository's file system has no locks for folders (NFS): work in a clone on a local disk"
                }
                _ => io_help(source),
            },
        }
    }
}

impl Root {
    /// Locks the repository, and waits for at most `limit` when it is locked.
    ///
    /// `waiting` is called once, with who has the lock, before waiting.
    ///
    /// # Errors
    /// When the time is up, or the system has no such locks.
    pub(crate) fn lock(
        &self,
        limit: Duration,
        waiting: impl FnOnce(&str),
    ) -> Result<Lock<'_>, LockError> {
        let io_error = |source| LockError::Io {
            root: self.path().to_owned(),
            source,
        };
        // A descriptor of its own: a lock belongs to the open file, and a copy of the root's would share it.
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = rustix::fs::openat(self.folder(), ".", flags, Mode::empty())
            .map_err(|error| io_error(error.into()))?;
        let folder = File::from(folder);
        match folder.try_lock() {
            Ok(()) => return Ok(self.locked(folder)),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(source)) => return Err(io_error(source)),
        }
        waiting(&holder(&folder));
        match wait(&folder, limit).map_err(io_error)? {
            Some(folder) => Ok(self.locked(folder)),
            None => Err(LockError::Busy {
                root: self.path().to_owned(),
                holder: holder(&folder),
                waited: limit,
            }),
        }
    }

    /// The lock that an open folder holds.
    fn locked(&self, folder: File) -> Lock<'_> {
        Lock {
            root: self,
            _folder: folder,
        }
    }
}

/// Waits for the lock on a folder; none when the time is up.
fn wait(folder: &File, limit: Duration) -> io::Result<Option<File>> {
    let (sender, receiver) = mpsc::channel();
    let waiter = folder.try_clone()?;
    thread::Builder::new().spawn(move || {
        let result = waiter.lock().map(|()| waiter);
        // Nobody listens once the time is up: then the lock is given back with the descriptor.
        drop(sender.send(result));
    })?;
    match receiver.recv_timeout(limit) {
        Ok(result) => result.map(Some),
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => Ok(None),
    }
}

/// Who holds the lock on a folder, as far as the system tells: Linux does, in `/proc/locks`.
fn holder(folder: &File) -> String {
    let unknown = || "another process (probably kubectl-pgdb)".to_owned();
    let Ok(stat) = rustix::fs::fstat(folder) else {
        return unknown();
    };
    let place = format!(
        "{:02x}:{:02x}:{}",
        rustix::fs::major(stat.st_dev),
        rustix::fs::minor(stat.st_dev),
        stat.st_ino
    );
    let locks = fs::read_to_string("/proc/locks").unwrap_or_default();
    match holder_in(&locks, &place) {
        Some(process) => {
            let name = fs::read_to_string(format!("/proc/{process}/comm")).unwrap_or_default();
            match name.trim() {
                "" => format!("process {process}"),
                name => format!("{name} (process {process})"),
            }
        }
        None => unknown(),
    }
}

/// The process that holds a flock on `place` (device and inode), given the text of `/proc/locks`.
///
/// A line reads `1: FLOCK  ADVISORY  WRITE 708 08:01:3544 0 EOF`; who waits has `->` after the number. A process
/// that cannot be seen from here is 0. Source: proc_locks(5).
fn holder_in(locks: &str, place: &str) -> Option<u32> {
    locks.lines().find_map(|line| {
        let mut words = line.split_whitespace().skip(1);
        if words.next()? != "FLOCK" {
            return None;
        }
        let process = words.nth(2)?.parse().ok()?;
        (words.next()? == place && process != 0).then_some(process)
    })
}

#[cfg(test)]
mod tests;
