//! Findings of `lint` that a repository leaves out.

use crate::repo::path::RepoPath;

/// Findings that are left out, and why.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ignore {
    /// The rule, by its code or its name.
    pub rule: String,
    /// The files and folders for which it is left out; all where there is none.
    pub paths: Vec<RepoPath>,
    /// Why; never empty.
    pub reason: String,
}

impl Ignore {
    /// Whether it is about a file: one of its own, or one below one of its folders.
    pub fn holds_for(&self, file: &RepoPath) -> bool {
        let is_about =
            |path: &RepoPath| path == file || path.is_root() || file.relative_to(path).is_some();
        self.paths.is_empty() || self.paths.iter().any(is_about)
    }
}
