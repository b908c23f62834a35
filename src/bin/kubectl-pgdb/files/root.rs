//! The repository's root folder, found as git finds it.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};
use thiserror::Error;

use super::error::io_help;

/// The repository's root folder, held open: whatever happens to its path, the same folder is read and written.
#[derive(Debug)]
pub(crate) struct Root {
    path: PathBuf,
    folder: OwnedFd,
}

/// Why there is no root.
#[derive(Debug, Error)]
pub(crate) enum RootError {
    /// No `.git` here or above.
    #[error("no git repository in {start:?} or above{}", ceiling_note(.ceiling.as_deref()))]
    NotFound {
        /// Where the search began.
        start: PathBuf,
        /// The folder of `GIT_CEILING_DIRECTORIES` at which it ended.
        ceiling: Option<PathBuf>,
    },
    /// The folder named as the root is not there.
    #[error("the folder {path:?} ({named_by}) does not exist")]
    Missing {
        /// As it was named.
        path: PathBuf,
        /// Where it was named, such as `--repo`.
        named_by: &'static str,
    },
    /// What is named as the root is not a folder.
    #[error("{path:?} ({named_by}) is not a folder")]
    NotFolder {
        /// As it was named.
        path: PathBuf,
        /// Where it was named, such as `--repo`.
        named_by: &'static str,
    },
    /// The system said no.
    #[error("cannot open the folder {path:?} ({named_by}): {source}")]
    Io {
        /// As it was named.
        path: PathBuf,
        /// Where it was named, such as `--repo`.
        named_by: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

impl RootError {
    /// Whether the system failed, rather than the call being wrong.
    pub(crate) fn is_io(&self) -> bool {
        matches!(self, Self::Io { .. })
    }

    /// What to do about it.
    pub(crate) fn help(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => {
                "run this inside the GitOps repository, or name its folder with --repo DIR"
            }
            Self::Missing { .. } | Self::NotFolder { .. } => {
                "name the repository's folder with --repo DIR"
            }
            Self::Io { source, .. } => io_help(source),
        }
    }
}

/// What the environment says about git's work tree.
///
/// Source: git(1), "The Git Repository".
#[derive(Debug, Default)]
struct GitEnvironment {
    /// `GIT_WORK_TREE`.
    work_tree: Option<OsString>,
    /// `GIT_CEILING_DIRECTORIES`: absolute folders separated by `:`; after an empty one, links are not resolved.
    ceilings: Option<OsString>,
}

impl Root {
    /// The root of the git repository that holds the folder `start`.
    ///
    /// `GIT_WORK_TREE` names it where set. Otherwise it is the nearest folder upwards that holds `.git`: a folder
    /// with a `HEAD`, or a file that begins with `gitdir:`, as in worktrees and submodules. The search does not
    /// enter a folder of `GIT_CEILING_DIRECTORIES` from below.
    ///
    /// # Errors
    /// When there is none, or a folder cannot be opened.
    pub(crate) fn find(start: &Path) -> Result<Self, RootError> {
        let environment = GitEnvironment {
            work_tree: env::var_os("GIT_WORK_TREE").filter(|value| !value.is_empty()),
            ceilings: env::var_os("GIT_CEILING_DIRECTORIES"),
        };
        Self::find_in(start, &environment)
    }

    /// The root that the user names; `.git` need not be there.
    ///
    /// # Errors
    /// When it is missing, not a folder, or cannot be opened.
    pub(crate) fn at(path: &Path) -> Result<Self, RootError> {
        Self::open(path, "--repo")
    }

    /// The root's absolute path, without symbolic links.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The open folder.
    pub(super) fn folder(&self) -> &OwnedFd {
        &self.folder
    }

    /// [`Root::find`], with the environment as an argument.
    fn find_in(start: &Path, environment: &GitEnvironment) -> Result<Self, RootError> {
        if let Some(work_tree) = &environment.work_tree {
            return Self::open(&start.join(work_tree), "GIT_WORK_TREE");
        }
        let named_by = "the working directory";
        let start = fs::canonicalize(start).map_err(|error| io_error(start, named_by, error))?;
        let ceiling = environment.ceiling_of(&start);
        let found = start
            .ancestors()
            .take_while(|folder| Some(*folder) != ceiling.as_deref())
            .find(|folder| holds_git(folder));
        match found {
            Some(folder) => Self::open(folder, "the git repository"),
            None => Err(RootError::NotFound { start, ceiling }),
        }
    }

    /// Opens a folder as the root.
    fn open(path: &Path, named_by: &'static str) -> Result<Self, RootError> {
        let absolute = fs::canonicalize(path).map_err(|error| io_error(path, named_by, error))?;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = rustix::fs::open(&absolute, flags, Mode::empty())
            .map_err(|error| io_error(path, named_by, error.into()))?;
        Ok(Self {
            path: absolute,
            folder,
        })
    }
}

impl GitEnvironment {
    /// The nearest ceiling above `start`; `start` itself is always searched.
    fn ceiling_of(&self, start: &Path) -> Option<PathBuf> {
        let mut resolve = true;
        let mut nearest: Option<PathBuf> = None;
        for entry in env::split_paths(self.ceilings.as_ref()?) {
            if entry.as_os_str().is_empty() {
                resolve = false;
                continue;
            }
            if !entry.is_absolute() {
                continue;
            }
            let ceiling = match fs::canonicalize(&entry) {
                Ok(resolved) if resolve => resolved,
                _ => entry,
            };
            let above = start != ceiling && start.starts_with(&ceiling);
            let nearer = nearest
                .as_ref()
                .is_none_or(|other| ceiling.starts_with(other));
            if above && nearer {
                nearest = Some(ceiling);
            }
        }
        nearest
    }
}

/// Whether a folder is a work tree's top: it holds a `.git` of either form.
///
/// Source: gitrepository-layout(5).
fn holds_git(folder: &Path) -> bool {
    let git = folder.join(".git");
    match fs::metadata(&git) {
        Ok(metadata) if metadata.is_dir() => fs::symlink_metadata(git.join("HEAD")).is_ok(),
        Ok(metadata) if metadata.is_file() && metadata.len() < 64 * 1024 => {
            fs::read(&git).is_ok_and(|text| text.starts_with(b"gitdir:"))
        }
        _ => false,
    }
}

/// The variant for what the system said.
fn io_error(path: &Path, named_by: &'static str, source: io::Error) -> RootError {
    let path = path.to_owned();
    match source.kind() {
        io::ErrorKind::NotFound => RootError::Missing { path, named_by },
        io::ErrorKind::NotADirectory => RootError::NotFolder { path, named_by },
        _ => RootError::Io {
            path,
            named_by,
            source,
        },
    }
}

/// The end of the message about a search that a ceiling cut short.
fn ceiling_note(ceiling: Option<&Path>) -> String {
    match ceiling {
        Some(ceiling) => format!(" (below {ceiling:?}, which GIT_CEILING_DIRECTORIES names)"),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests;
