//! Files and folders that somebody names on the command line.

use std::path::{Component, Path, PathBuf};

use pgdb::repo::path::RepoPath;
use rustix::fs::{AtFlags, FileType};

use super::error::FileProblem;
use super::place::{Place, resolve};
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

    /// Whether a regular file, or a link to one in the repository, is at a path.
    pub(crate) fn is_file(&self, path: &RepoPath) -> bool {
        let place = resolve(self.folder(), path).ok();
        place.and_then(|place| kind_at(&place)) == Some(FileType::RegularFile)
    }

    /// Whether a folder, or a link to one in the repository, is at a path.
    pub(crate) fn is_folder(&self, path: &RepoPath) -> bool {
        if path.is_root() {
            return true;
        }
        let place = resolve(self.folder(), path);
        match place {
            Ok(place) => kind_at(&place) == Some(FileType::Directory),
            Err(error) => matches!(error.problem, FileProblem::Folder),
        }
    }

    /// Whether anything is at a path, be it a link to nothing. What a link leads to outside the repository is not looked at.
    pub(crate) fn is_there(&self, path: &RepoPath) -> bool {
        match resolve(self.folder(), path) {
            Ok(place) => kind_at(&place).is_some(),
            Err(error) => matches!(
                error.problem,
                FileProblem::Folder
                    | FileProblem::LinkLeaves { .. }
                    | FileProblem::LinkDangles { .. }
                    | FileProblem::LinkLoop { .. }
            ),
        }
    }
}

/// What is at a place.
fn kind_at(place: &Place) -> Option<FileType> {
    if !place.missing.is_empty() {
        return None;
    }
    let stat = rustix::fs::statat(&place.folder, &place.name, AtFlags::SYMLINK_NOFOLLOW);
    stat.ok().map(|stat| FileType::from_raw_mode(stat.st_mode))
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

#[cfg(test)]
mod tests {
    use super::super::tree::{Tree, path};

    #[test]
    fn links_out_of_the_repository_are_not_followed() {
        let tree = Tree::new();
        tree.file("a/db.yaml", "x: y\n")
            .link("in", "a")
            .link("out", "..")
            .link("file", "a/db.yaml")
            .link("outside", "../outside.yaml")
            .link("nothing", "none");
        let root = tree.root();
        for (name, is_file, is_there) in [
            ("a", false, true),
            ("a/db.yaml", true, true),
            ("in/db.yaml", true, true),
            ("file", true, true),
            ("nothing", false, true),
            ("outside", false, true),
            ("a/none.yaml", false, false),
            ("none/none.yaml", false, false),
            ("a/db.yaml/x", false, false),
            // Whether it is there nobody is told: the link itself leaves.
            ("out/outside.yaml", false, true),
            ("out/none.yaml", false, true),
        ] {
            let found = (root.is_file(&path(name)), root.is_there(&path(name)));
            assert_eq!(found, (is_file, is_there), "{name}");
        }
    }
}
