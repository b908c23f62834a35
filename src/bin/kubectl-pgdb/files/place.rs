//! Where a path of the repository really is, symbolic links included.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use pgdb::repo::path::RepoPath;
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use super::error::{FileError, FileProblem};
use super::root::Root;

/// How many symbolic links are followed for one path, as Linux does (path_resolution(7)).
const LINK_LIMIT: usize = 40;

/// Where a path really is: a name in an open folder inside the repository.
#[derive(Debug)]
pub(super) struct Place {
    /// The deepest folder of the path that is there.
    pub(super) folder: OwnedFd,
    /// That folder's path below the root, without symbolic links; empty for the root.
    pub(super) folder_path: PathBuf,
    /// The folders below it that are not there yet, outermost first.
    pub(super) missing: Vec<OsString>,
    /// The file's name in the last folder. It is no symbolic link, or was none when it was looked at.
    pub(super) name: OsString,
    /// Whether the last part of the path is a symbolic link to this place.
    pub(super) linked: bool,
}

impl Place {
    /// The file's path below the root, without symbolic links.
    pub(super) fn path(&self) -> PathBuf {
        let mut path = self.folder_path.clone();
        path.extend(&self.missing);
        path.join(&self.name)
    }
}

impl Root {
    /// The path of a file without symbolic links; the file need not be there.
    ///
    /// # Errors
    /// As for reading it, when a link or a folder on the way cannot serve.
    pub(crate) fn real_file(&self, path: &RepoPath) -> Result<RepoPath, FileError> {
        let place = resolve(self.folder(), path)?.path();
        let real = place.to_str().and_then(|path| path.parse().ok());
        real.ok_or_else(|| FileError::new(path, FileProblem::Name))
    }

    /// The path of a folder without symbolic links; the folder need not be there.
    ///
    /// # Errors
    /// As for reading a file in it, when a link or a folder on the way cannot serve.
    pub(crate) fn real_folder(&self, path: &RepoPath) -> Result<RepoPath, FileError> {
        // A name that nothing has: the walk ends in the folder itself, also where a link leads to the root.
        let file = path
            .join(".pgdb-none")
            .map_err(|_| FileError::new(path, FileProblem::Name))?;
        let real = self
            .real_file(&file)
            .map_err(|error| FileError::new(path, error.problem))?;
        Ok(real.parent())
    }
}

/// Opens a folder in a folder, unless it is a symbolic link.
pub(super) fn open_folder(parent: impl AsFd, name: &OsStr) -> rustix::io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    rustix::fs::openat(parent, name, flags, Mode::empty())
}

/// Finds where `path` really is.
///
/// Links are read and followed here, one component at a time, each opened in the folder before it without following:
/// so nothing outside the root is ever opened, whoever swaps what meanwhile.
///
/// # Errors
/// A link that leaves the repository or leads to nothing, something on the way that is not a folder, a path that
/// ends in a folder by way of a link or is the root, or what the system says.
pub(super) fn resolve(root: &OwnedFd, path: &RepoPath) -> Result<Place, FileError> {
    Walk::new(root, path)
        .run()
        .map_err(|problem| FileError::new(path, problem))
}

/// A part of the path that is still to be walked.
struct Part {
    name: OsString,
    /// Whether a link brought it.
    linked: bool,
}

/// A path half walked.
struct Walk<'root> {
    root: &'root OwnedFd,
    /// The folders entered, with their names.
    entered: Vec<(OsString, OwnedFd)>,
    /// What is still to come, in reverse.
    pending: Vec<Part>,
    /// How many links were followed.
    links: usize,
    /// The last of them: its path and what it holds.
    last_link: (String, String),
}

impl<'root> Walk<'root> {
    /// A walk that has not begun.
    fn new(root: &'root OwnedFd, path: &RepoPath) -> Self {
        let mut walk = Self {
            root,
            entered: Vec::new(),
            pending: Vec::new(),
            links: 0,
            last_link: Default::default(),
        };
        walk.push(path.as_str().as_bytes(), false);
        walk
    }

    /// Walks to the end.
    fn run(mut self) -> Result<Place, FileProblem> {
        while let Some(Part { name, linked }) = self.pending.pop() {
            if name == ".." {
                if self.entered.pop().is_none() {
                    let (link, target) = self.last_link;
                    return Err(FileProblem::LinkLeaves { link, target });
                }
                continue;
            }
            let found = if self.pending.is_empty() {
                match rustix::fs::readlinkat(self.folder(), &name, Vec::new()) {
                    Err(Errno::INVAL) => return self.place(Vec::new(), name, linked),
                    Ok(target) => {
                        self.follow(&name, target.as_bytes())?;
                        Ok(())
                    }
                    Err(error) => Err(error),
                }
            } else {
                self.enter(&name)?
            };
            match found {
                Ok(()) => {}
                Err(Errno::NOENT) if linked => {
                    let (link, target) = self.last_link;
                    return Err(FileProblem::LinkDangles { link, target });
                }
                Err(Errno::NOENT) => {
                    let mut names = vec![name];
                    names.extend(self.pending.drain(..).rev().map(|part| part.name));
                    let name = names.pop().unwrap_or_default();
                    return self.place(names, name, false);
                }
                Err(error) => return Err(io::Error::from(error).into()),
            }
        }
        Err(FileProblem::Folder)
    }

    /// The folder reached so far.
    fn folder(&self) -> BorrowedFd<'_> {
        match self.entered.last() {
            Some((_, folder)) => folder.as_fd(),
            None => self.root.as_fd(),
        }
    }

    /// The path of the folder reached so far.
    fn folder_path(&self) -> PathBuf {
        self.entered.iter().map(|(name, _)| name).collect()
    }

    /// Goes into a folder, or follows the link that is there instead.
    fn enter(&mut self, name: &OsStr) -> Result<Result<(), Errno>, FileProblem> {
        match open_folder(self.folder(), name) {
            Ok(folder) => {
                self.entered.push((name.to_owned(), folder));
                Ok(Ok(()))
            }
            // Linux says ENOTDIR of a link, macOS ELOOP.
            Err(Errno::NOTDIR | Errno::LOOP) => {
                match rustix::fs::readlinkat(self.folder(), name, Vec::new()) {
                    Ok(target) => self.follow(name, target.as_bytes()).map(Ok),
                    Err(Errno::INVAL) => Err(FileProblem::ParentNotFolder {
                        part: shown(&self.folder_path().join(name)),
                    }),
                    Err(error) => Ok(Err(error)),
                }
            }
            Err(error) => Ok(Err(error)),
        }
    }

    /// Puts what a link holds before what is still to come.
    fn follow(&mut self, name: &OsStr, target: &[u8]) -> Result<(), FileProblem> {
        self.links += 1;
        let link = shown(&self.folder_path().join(name));
        let shown_target = String::from_utf8_lossy(target).into_owned();
        if target.starts_with(b"/") {
            return Err(FileProblem::LinkLeaves {
                link,
                target: shown_target,
            });
        }
        if self.links > LINK_LIMIT {
            return Err(FileProblem::LinkLoop { limit: LINK_LIMIT });
        }
        self.last_link = (link, shown_target);
        self.push(target, true);
        Ok(())
    }

    /// Puts the parts of a relative path before what is still to come.
    fn push(&mut self, path: &[u8], linked: bool) {
        let names = path
            .split(|byte| *byte == b'/')
            .filter(|name| !matches!(*name, b"" | b"."));
        self.pending.extend(names.rev().map(|name| Part {
            name: OsString::from_vec(name.to_vec()),
            linked,
        }));
    }

    /// The end of the walk.
    fn place(
        mut self,
        missing: Vec<OsString>,
        name: OsString,
        linked: bool,
    ) -> Result<Place, FileProblem> {
        let folder_path = self.folder_path();
        let folder = match self.entered.pop() {
            Some((_, folder)) => folder,
            None => self.root.try_clone()?,
        };
        Ok(Place {
            folder,
            folder_path,
            missing,
            name,
            linked,
        })
    }
}

/// A path below the root as text for a message.
pub(super) fn shown(path: &Path) -> String {
    // A name with a line end would else begin a line of its own, which pipelines may take for a command.
    let shown = path.as_os_str().to_string_lossy();
    shown.replace('\n', "\\u{a}")
}
