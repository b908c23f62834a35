//! A folder on disk for a test, and all that is in it as text.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use pgdb::repo::path::RepoPath;
use tempfile::TempDir;

use super::Root;

/// A folder that is removed when dropped. The repository is `repo` in it, so that links have an outside to lead to.
pub(super) struct Tree {
    folder: TempDir,
}

impl Tree {
    /// An empty repository without `.git`, beside a file `outside.yaml`.
    pub(super) fn new() -> Self {
        let tree = Self {
            folder: TempDir::new().unwrap(),
        };
        fs::create_dir(tree.repo()).unwrap();
        fs::write(tree.folder.path().join("outside.yaml"), "secret\n").unwrap();
        tree
    }

    /// The repository's path, without links.
    pub(super) fn repo(&self) -> PathBuf {
        fs::canonicalize(self.folder.path()).unwrap().join("repo")
    }

    /// The repository.
    pub(super) fn root(&self) -> Root {
        Root::at(&self.repo()).unwrap()
    }

    /// Writes a file, its folders included.
    pub(super) fn file(&self, path: &str, text: impl AsRef<[u8]>) -> &Self {
        let path = self.repo().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// Makes a symbolic link.
    pub(super) fn link(&self, path: &str, target: &str) -> &Self {
        symlink(target, self.repo().join(path)).unwrap();
        self
    }

    /// Makes a named pipe.
    pub(super) fn pipe(&self, path: &str) -> &Self {
        let made = std::process::Command::new("mkfifo")
            .arg(self.repo().join(path))
            .status();
        assert!(made.unwrap().success());
        self
    }

    /// Sets the permission bits.
    pub(super) fn mode(&self, path: &str, mode: u32) -> &Self {
        let permissions = fs::Permissions::from_mode(mode);
        fs::set_permissions(self.repo().join(path), permissions).unwrap();
        self
    }

    /// The permission bits.
    pub(super) fn mode_of(&self, path: &str) -> u32 {
        let metadata = fs::symlink_metadata(self.repo().join(path)).unwrap();
        metadata.permissions().mode() & 0o7777
    }

    /// All that is in the repository and beside it, one line each, sorted: `folder/`, `file "text"`, `link -> target`.
    /// The random digits of staged files are shown as `*`.
    pub(super) fn list(&self) -> Vec<String> {
        let mut lines = Vec::new();
        list_into(&self.repo(), "", &mut lines);
        lines.sort();
        let outside = fs::read_to_string(self.folder.path().join("outside.yaml")).unwrap();
        assert_eq!(outside, "secret\n");
        let beside = fs::read_dir(self.folder.path()).unwrap().count();
        assert_eq!(beside, 2, "something was written beside the repository");
        lines
    }
}

/// Adds the lines of one folder.
fn list_into(folder: &Path, prefix: &str, lines: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let shown = match name.rsplit_once(".pgdb-") {
            Some((start, digits)) if digits.len() == 16 => format!("{prefix}{start}.pgdb-*"),
            _ => format!("{prefix}{name}"),
        };
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            lines.push(format!("{shown}/"));
            list_into(&entry.path(), &format!("{prefix}{name}/"), lines);
        } else if kind.is_symlink() {
            let target = fs::read_link(entry.path()).unwrap();
            lines.push(format!("{shown} -> {}", target.display()));
        } else if kind.is_file() {
            let text = fs::read(entry.path()).unwrap();
            lines.push(format!("{shown} {:?}", String::from_utf8_lossy(&text)));
        } else {
            lines.push(format!("{shown} (special)"));
        }
    }
}

/// A path of the repository.
pub(super) fn path(text: &str) -> RepoPath {
    text.parse().unwrap()
}
