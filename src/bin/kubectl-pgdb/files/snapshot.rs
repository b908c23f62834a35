//! Reading all manifests of the repository.
//!
//! One thread does it: 10,000 files take about 40 ms, and a second thread was measured to gain nothing, since the
//! time goes to opening files, while starting it costs what 20 files do.

use std::ffi::OsString;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use ignore::{DirEntry, WalkBuilder};
use pgdb::repo::path::RepoPath;
use pgdb::repo::snapshot::Snapshot;

use super::error::{FileError, FileProblem};
use super::place::{open_folder, shown};
use super::read::{not_utf8, read_at};
use super::root::Root;
use super::staging::is_staged;

/// What was found in the repository.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The files that were kept.
    pub(crate) snapshot: Snapshot,
    /// What could not be looked at, in the order of the paths.
    pub(crate) skipped: Vec<FileError>,
    /// Staged files, in the order of the paths: a process is writing right now, or was killed while it did. Under the
    /// lock it was killed, and [`super::Lock::remove_staged`] tidies up.
    pub(crate) staged: Vec<RepoPath>,
}

impl Root {
    /// Reads all files that may hold manifests, and keeps those that `keep` says are relevant by their bytes.
    ///
    /// These are `*.yaml`, `*.yml`, `*.json` and `Kustomization`, and files with the ends in `also`, in all folders, hidden ones too, but those of
    /// version control, unless git ignores them (`.gitignore` at every level, also where there is no `.git`; `info/exclude`; the user's own excludes).
    /// Symbolic links are not followed. A file that cannot be read, or is not UTF-8, is listed as skipped, whether it
    /// would be relevant or not; so is a folder that cannot be listed. Passed over without a word is what git-crypt has
    /// encrypted, and what is not UTF-8 of the files with the ends in `also`.
    ///
    /// # Errors
    /// When the root itself cannot be listed.
    pub(crate) fn snapshot(
        &self,
        also: &[&str],
        mut keep: impl FnMut(&RepoPath, &[u8]) -> bool,
    ) -> Result<Found, FileError> {
        let walk = WalkBuilder::new(self.path())
            .hidden(false)
            .ignore(false)
            .parents(false)
            .require_git(false)
            .filter_entry(|entry| !is_version_control(entry))
            .build();
        let mut found = Found::default();
        let mut reader = Reader::new(self.folder());
        for entry in walk {
            match entry {
                Ok(entry) if is_manifest(&entry, also) => {
                    let path = self.below(entry.path());
                    match reader.read(path, &mut keep) {
                        Ok(Some((path, text))) => found.snapshot.insert(path, text),
                        Ok(None) => {}
                        // A text beside the manifests may be in whatever encoding, as those of Java are.
                        Err(FileProblem::NotUtf8 { .. }) if !is_manifest(&entry, &[]) => {}
                        Err(problem) => found.skipped.push(FileError::new(shown(path), problem)),
                    }
                }
                Ok(entry) if is_staged(entry.file_name()) => {
                    let path = self.below(entry.path()).to_str();
                    found.staged.extend(path.and_then(|path| path.parse().ok()));
                }
                Ok(_) => {}
                Err(error) => found.skipped.extend(self.unlisted(error)?),
            }
        }
        found
            .skipped
            .sort_by(|one, other| one.path.cmp(&other.path));
        found.staged.sort();
        Ok(found)
    }

    /// What an error of the walk means: a folder that is skipped, or nothing where it is about a pattern in a
    /// `.gitignore`, which git passes over too.
    ///
    /// # Errors
    /// When it is about the root itself.
    fn unlisted(&self, error: ignore::Error) -> Result<Option<FileError>, FileError> {
        let path = error_path(&error).map(|path| shown(self.below(path)));
        match (path, error.into_io_error()) {
            (_, None) => Ok(None),
            (Some(path), Some(source)) if !path.is_empty() => {
                Ok(Some(FileError::new(path, source)))
            }
            (_, Some(source)) => Err(FileError::new(RepoPath::root(), source)),
        }
    }

    /// A path of the walk, below the root.
    fn below<'path>(&self, path: &'path Path) -> &'path Path {
        path.strip_prefix(self.path()).unwrap_or(path)
    }
}

/// How a file begins that git-crypt has encrypted: nobody without its key reads a manifest there.
const GIT_CRYPT: &[u8] = b"\0GITCRYPT\0";

/// The folders in which version control keeps its own files.
const VERSION_CONTROL: [&str; 4] = [".git", ".hg", ".jj", ".svn"];

/// Whether an entry is a folder that is not looked into. Other hidden ones are: some keep their manifests in `.deploy`.
fn is_version_control(entry: &DirEntry) -> bool {
    entry.depth() > 0
        && VERSION_CONTROL
            .iter()
            .any(|name| entry.file_name() == *name)
        && entry.file_type().is_some_and(|kind| kind.is_dir())
}

/// Whether an entry is a file whose name says that it may hold a manifest.
fn is_manifest(entry: &DirEntry, also: &[&str]) -> bool {
    let name = entry.file_name();
    // Not `Path::extension`: of the name `.env` there would be none.
    let bytes = name.as_encoded_bytes();
    let ends_with = |end: &str| {
        let stem = bytes.strip_suffix(end.as_bytes());
        stem.is_some_and(|stem| stem.ends_with(b"."))
    };
    let mut ends = ["yaml", "yml", "json"].iter().chain(also);
    (ends.any(|end| ends_with(end)) || name == "Kustomization")
        && entry.file_type().is_some_and(|kind| kind.is_file())
}

/// The path that an error of the walk is about.
fn error_path(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            error_path(err)
        }
        _ => None,
    }
}

/// Reads the files of one walk after the other.
struct Reader<'root> {
    root: &'root OwnedFd,
    /// The folders from the root down to the file that was read last: those in common need not be opened again.
    entered: Vec<(OsString, OwnedFd)>,
    /// The bytes of that file; its room is used again.
    buffer: Vec<u8>,
}

impl<'root> Reader<'root> {
    /// A reader that has read nothing.
    fn new(root: &'root OwnedFd) -> Self {
        Self {
            root,
            entered: Vec::new(),
            buffer: Vec::new(),
        }
    }

    /// Reads one file; none when it is not kept.
    fn read(
        &mut self,
        path: &Path,
        keep: impl FnOnce(&RepoPath, &[u8]) -> bool,
    ) -> Result<Option<(RepoPath, String)>, FileProblem> {
        let repo_path: RepoPath = path
            .to_str()
            .and_then(|path| path.parse().ok())
            .ok_or(FileProblem::Name)?;
        let name = path.file_name().ok_or(FileProblem::Folder)?;
        self.enter_folder_of(path)?;
        let mut buffer = std::mem::take(&mut self.buffer);
        read_at(self.folder(), name, &mut buffer)?;
        if buffer.starts_with(GIT_CRYPT) {
            self.buffer = buffer;
            return Ok(None);
        }
        let kept = keep(&repo_path, &buffer);
        let text =
            str::from_utf8(&buffer).map_err(|error| not_utf8(&buffer, error.valid_up_to()))?;
        let text = kept.then(|| (repo_path, text.to_owned()));
        self.buffer = buffer;
        Ok(text)
    }

    /// Goes to the folder of a file from where the last one was, never through a symbolic link.
    fn enter_folder_of(&mut self, file: &Path) -> Result<(), FileProblem> {
        let names = || file.parent().into_iter().flat_map(Path::iter);
        let common = names()
            .zip(&self.entered)
            .take_while(|(name, (entered, _))| name == entered)
            .count();
        self.entered.truncate(common);
        for name in names().skip(common) {
            let folder = open_folder(self.folder(), name).map_err(io::Error::from)?;
            self.entered.push((name.to_owned(), folder));
        }
        Ok(())
    }

    /// The folder reached.
    fn folder(&self) -> BorrowedFd<'_> {
        match self.entered.last() {
            Some((_, folder)) => folder.as_fd(),
            None => self.root.as_fd(),
        }
    }
}

#[cfg(test)]
mod tests;
