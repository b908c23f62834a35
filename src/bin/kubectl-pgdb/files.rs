//! Everything the program does with the disk: the repository's root, reading it, and writing change sets.
//!
//! All access goes through the descriptor of the root folder, one path component at a time and without letting
//! the system follow symbolic links: [`place`] follows them itself and refuses those that leave the repository.
//! A link that is swapped meanwhile leads nowhere else.
//!
//! - [`root`]: which folder is the repository, as git decides it.
//! - [`read`]: one file's exact text.
//! - [`snapshot`]: all manifests that git does not ignore.
//! - [`named`]: what a path of the command line leads to; it looks, through paths, and reads nothing.
//! - [`history`]: what git knows of how files came to be.
//! - [`lock`]: one writer at a time.
//! - [`apply`]: a change set, written whole or not at all.

mod apply;
mod error;
mod history;
mod ignored;
mod interrupt;
mod lock;
mod named;
mod place;
mod read;
mod root;
mod snapshot;
mod staging;
mod target;
#[cfg(test)]
mod tree;

pub(crate) use apply::ApplyError;
pub(crate) use error::{FileError, FileProblem};
pub(crate) use history::{Depth, HistoryError, depth, read as read_history};
pub(crate) use interrupt::Interrupts;
pub(crate) use lock::{DEFAULT_WAIT, Lock, LockError};
pub(crate) use named::Named;
pub(crate) use root::{Root, RootError};
pub(crate) use snapshot::Found;
