//! Reading all manifests of the repository.

use std::ffi::{OsStr, OsString};
use std::io;
use std::num::NonZero;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use ignore::{DirEntry, WalkBuilder};
use pgdb::repo::path::RepoPath;
use pgdb::repo::snapshot::Snapshot;

use super::error::{FileError, FileProblem};
use super::place::{open_folder, shown};
use super::read::{not_utf8, read_at};
use super::root::Root;

/// From how many files on more than one thread reads them: starting one costs as much as reading about 20 files.
const THREADS_FROM: usize = 256;

/// How many files a thread takes at a time.
const BATCH: usize = 32;

/// The most threads that read; beyond, the kernel's locks are the limit.
const MOST_THREADS: usize = 8;

/// What was found in the repository.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The files that were kept.
    pub(crate) snapshot: Snapshot,
    /// What could not be looked at, in the order of the paths.
    pub(crate) skipped: Vec<FileError>,
}

impl Root {
    /// Reads all files that may hold manifests, and keeps those that `keep` says are relevant by their bytes.
    ///
    /// These are `*.yaml`, `*.yml`, `*.json` and `Kustomization`, in all folders but hidden ones, unless git ignores
    /// them (`.gitignore` at every level, also where there is no `.git`; `info/exclude`; the user's own excludes).
    /// Symbolic links are not followed. A file that cannot be read, or is not UTF-8, is listed as skipped.
    ///
    /// # Errors
    /// When the root itself cannot be listed.
    pub(crate) fn snapshot(
        &self,
        keep: impl Fn(&RepoPath, &[u8]) -> bool + Sync,
    ) -> Result<Found, FileError> {
        let mut found = Found::default();
        let paths = self.manifests(&mut found.skipped)?;
        let reading = Reading {
            root: self.folder(),
            paths: &paths,
            next: AtomicUsize::new(0),
            keep: &keep,
        };
        if paths.len() < THREADS_FROM {
            reading.run(&mut found);
        } else {
            reading.run_on_threads(&mut found);
        }
        found
            .skipped
            .sort_by(|one, other| one.path.cmp(&other.path));
        Ok(found)
    }

    /// The paths of the files that may hold manifests, sorted so that a folder's files follow each other.
    fn manifests(&self, skipped: &mut Vec<FileError>) -> Result<Vec<PathBuf>, FileError> {
        let walk = WalkBuilder::new(self.path())
            .hidden(false)
            .ignore(false)
            .parents(false)
            .require_git(false)
            .filter_entry(|entry| !is_hidden_folder(entry))
            .build();
        let mut paths = Vec::new();
        for entry in walk {
            match entry {
                Ok(entry) if is_manifest(&entry) => {
                    if let Ok(path) = entry.path().strip_prefix(self.path()) {
                        paths.push(path.to_owned());
                    }
                }
                Ok(_) => {}
                Err(error) => {
                    let path = error_path(&error)
                        .and_then(|path| path.strip_prefix(self.path()).ok())
                        .map(shown)
                        .unwrap_or_default();
                    if let Some(source) = error.into_io_error() {
                        let error = FileError::new(&path, source);
                        if path.is_empty() {
                            return Err(error);
                        }
                        skipped.push(error);
                    }
                }
            }
        }
        paths.sort_unstable();
        Ok(paths)
    }
}

/// Whether an entry is a folder that is not looked into: `.git`, `.terraform` and the like.
fn is_hidden_folder(entry: &DirEntry) -> bool {
    entry.depth() > 0
        && entry.file_name().as_encoded_bytes().starts_with(b".")
        && entry.file_type().is_some_and(|kind| kind.is_dir())
}

/// Whether an entry is a file whose name says that it may hold a manifest.
fn is_manifest(entry: &DirEntry) -> bool {
    let name = entry.file_name();
    let extension = Path::new(name).extension().and_then(OsStr::to_str);
    (matches!(extension, Some("yaml" | "yml" | "json")) || name == "Kustomization")
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

/// Files to read, shared by the threads that read them.
struct Reading<'a, Keep> {
    root: &'a OwnedFd,
    paths: &'a [PathBuf],
    /// The first path that no thread has taken.
    next: AtomicUsize,
    keep: &'a Keep,
}

impl<Keep: Fn(&RepoPath, &[u8]) -> bool + Sync> Reading<'_, Keep> {
    /// Reads with as many threads as the machine runs at once. One that cannot be started is done without.
    fn run_on_threads(&self, found: &mut Found) {
        let threads = thread::available_parallelism()
            .map_or(1, NonZero::get)
            .min(MOST_THREADS);
        let others = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for _ in 1..threads {
                let started = thread::Builder::new().spawn_scoped(scope, || {
                    let mut found = Found::default();
                    self.run(&mut found);
                    if let Ok(mut others) = others.lock() {
                        others.push(found);
                    }
                });
                if started.is_err() {
                    break;
                }
            }
            self.run(found);
        });
        for other in others.into_inner().unwrap_or_default() {
            found.skipped.extend(other.skipped);
            for (path, text) in other.snapshot.files() {
                found.snapshot.insert(path.clone(), text.to_owned());
            }
        }
    }

    /// Reads batches until none is left.
    fn run(&self, found: &mut Found) {
        let mut folders = Folders {
            root: self.root,
            entered: Vec::new(),
        };
        let mut buffer = Vec::new();
        loop {
            let start = self.next.fetch_add(BATCH, Ordering::Relaxed);
            let Some(rest) = self.paths.get(start..).filter(|rest| !rest.is_empty()) else {
                return;
            };
            for path in rest.iter().take(BATCH) {
                match self.read(path, &mut folders, &mut buffer) {
                    Ok(Some((path, text))) => found.snapshot.insert(path, text),
                    Ok(None) => {}
                    Err(problem) => found.skipped.push(FileError::new(shown(path), problem)),
                }
            }
        }
    }

    /// Reads one file; none when it is not kept.
    fn read(
        &self,
        path: &Path,
        folders: &mut Folders<'_>,
        buffer: &mut Vec<u8>,
    ) -> Result<Option<(RepoPath, String)>, FileProblem> {
        let repo_path: RepoPath = path
            .to_str()
            .and_then(|path| path.parse().ok())
            .ok_or(FileProblem::Name)?;
        let name = path.file_name().ok_or(FileProblem::Folder)?;
        let folder = folders.enter(path)?;
        read_at(folder, name, buffer)?;
        let kept = (self.keep)(&repo_path, buffer);
        match str::from_utf8(buffer) {
            Ok(text) => Ok(kept.then(|| (repo_path, text.to_owned()))),
            Err(error) => Err(not_utf8(buffer, error.valid_up_to())),
        }
    }
}

/// The folders from the root down to the file that was read last.
struct Folders<'root> {
    root: &'root OwnedFd,
    entered: Vec<(OsString, OwnedFd)>,
}

impl Folders<'_> {
    /// The folder of a file, opened from what is still open, never through a symbolic link.
    fn enter(&mut self, file: &Path) -> Result<BorrowedFd<'_>, FileProblem> {
        let names = || file.parent().into_iter().flat_map(Path::iter);
        let common = names()
            .zip(&self.entered)
            .take_while(|(name, (entered, _))| name == entered)
            .count();
        self.entered.truncate(common);
        for name in names().skip(common) {
            let folder = open_folder(self.last(), name).map_err(io::Error::from)?;
            self.entered.push((name.to_owned(), folder));
        }
        Ok(self.last())
    }

    /// The folder entered last.
    fn last(&self) -> BorrowedFd<'_> {
        match self.entered.last() {
            Some((_, folder)) => folder.as_fd(),
            None => self.root.as_fd(),
        }
    }
}
