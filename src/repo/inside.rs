//! Declarations that stand in one file with others, and are looked at as if each had a file of its own.
//!
//! The path of such a one is `FILE#OBJECT`, which is none on disk.

use super::path::{RepoPath, RepoPathError};

/// How the name of the file ends in which the product declares all of a server that CNPG does not run.
pub const SYNC_FILE_END: &str = "-sync.yaml";

/// What stands between the path of the file and the name of a declaration in it.
const IN_FILE: char = '#';

/// Where a declaration stands that a sync file holds.
///
/// # Errors
/// When the name is none that a file may have.
pub fn declaration_in(file: &RepoPath, object: &str) -> Result<RepoPath, RepoPathError> {
    file.parent()
        .join(&format!("{}{IN_FILE}{object}", file.file_name()))
}

/// The file that a path is of on disk, and the name of the declaration in it where the path is of one.
pub fn file_of(path: &RepoPath) -> (RepoPath, Option<&str>) {
    let split = path.as_str().split_once(IN_FILE);
    let found = split.filter(|(file, _)| file.ends_with(SYNC_FILE_END));
    let parsed = found.and_then(|(file, object)| Some((file.parse().ok()?, object)));
    match parsed {
        Some((file, object)) => (file, Some(object)),
        None => (path.clone(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_are_told_from_files() {
        let path = |text: &str| -> RepoPath { text.parse().unwrap() };
        let inside = declaration_in(&path("db/pg-sync.yaml"), "my-shop-db").unwrap();
        assert_eq!(inside.as_str(), "db/pg-sync.yaml#my-shop-db");
        assert_eq!(
            file_of(&inside),
            (path("db/pg-sync.yaml"), Some("my-shop-db"))
        );
        for text in ["db/pg-sync.yaml", "db/a#b.yaml", "db#1/pg-sync.yaml"] {
            assert_eq!(file_of(&path(text)), (path(text), None));
        }
    }
}
