//! Files and folders that somebody names on the command line.

use std::path::{Component, Path, PathBuf};

use pgdb::repo::path::RepoPath;

use super::root::Root;

/// What a path of the command line leads to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Named {
    /// A file or folder of the repository, or the root itself.
    There(RepoPath),
    /// Nothing.
    Missing,
    /// Something that is not in the repository.
    Outside,
}

impl Root {
    /// What an absolute path leads to, links in it followed as far as the folder that holds it.
    pub(crate) fn named(&self, absolute: &Path) -> Named {
        let path = plain(absolute);
        if std::fs::symlink_metadata(&path).is_err() {
            return Named::Missing;
        }
        let folder = path
            .parent()
            .and_then(|folder| std::fs::canonicalize(folder).ok());
        let real = match (folder, path.file_name()) {
            (Some(folder), Some(name)) => folder.join(name),
            _ => path,
        };
        let real = if real.is_dir() {
            std::fs::canonicalize(&real).unwrap_or(real)
        } else {
            real
        };
        let inside = real.strip_prefix(self.path()).ok().and_then(Path::to_str);
        match inside.map(str::parse) {
            Some(Ok(path)) => Named::There(path),
            _ => Named::Outside,
        }
    }

    /// Whether a regular file, or a link to one, is at a path.
    pub(crate) fn is_file(&self, path: &RepoPath) -> bool {
        self.path().join(path.as_str()).is_file()
    }

    /// Whether a folder, or a link to one, is at a path.
    pub(crate) fn is_folder(&self, path: &RepoPath) -> bool {
        self.path().join(path.as_str()).is_dir()
    }

    /// Whether anything is at a path, be it a link to nothing.
    pub(crate) fn is_there(&self, path: &RepoPath) -> bool {
        std::fs::symlink_metadata(self.path().join(path.as_str())).is_ok()
    }
}

/// The path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain
}
