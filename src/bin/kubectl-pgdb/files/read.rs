//! Reading one file's exact text.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};

use pgdb::repo::path::RepoPath;
use rustix::fs::{FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

use super::error::{FileError, FileProblem};
use super::place::resolve;
use super::root::Root;

/// The largest file that is read, in bytes.
const LIMIT: u64 = 64 * 1024 * 1024;

impl Root {
    /// The exact text of a file (byte order mark and line ends included); none when nothing is there.
    ///
    /// A symbolic link is followed as long as it stays inside the repository.
    ///
    /// # Errors
    /// When what is there is no regular file of UTF-8 text of at most 64 MiB, a link leaves the repository or
    /// leads to nothing, or the system refuses.
    pub(crate) fn read(&self, path: &RepoPath) -> Result<Option<String>, FileError> {
        let place = resolve(self.folder(), path)?;
        if !place.missing.is_empty() {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        match read_at(&place.folder, &place.name, &mut bytes) {
            Ok(_) => text(bytes).map(Some),
            Err(FileProblem::Io(error)) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(problem) => Err(problem),
        }
        .map_err(|problem| FileError::new(path, problem))
    }
}

/// Replaces the contents of `buffer` by the bytes of a regular file, and says what the system knows of the file.
///
/// # Errors
/// When it is none, a symbolic link included, or larger than 64 MiB, or the system refuses.
pub(super) fn read_at(
    folder: impl AsFd,
    name: &OsStr,
    buffer: &mut Vec<u8>,
) -> Result<Stat, FileProblem> {
    buffer.clear();
    let (file, stat) = open_file(folder, name)?;
    let size = u64::try_from(stat.st_size).unwrap_or_default();
    if size > LIMIT {
        return Err(FileProblem::TooBig { size, limit: LIMIT });
    }
    buffer.reserve(usize::try_from(size).unwrap_or_default() + 1);
    // A file that grows while it is read stays within the limit too.
    File::from(file).take(LIMIT + 1).read_to_end(buffer)?;
    let size = buffer.len() as u64;
    if size > LIMIT {
        return Err(FileProblem::TooBig { size, limit: LIMIT });
    }
    Ok(stat)
}

/// Opens a regular file to read it. A named pipe does not make this wait.
fn open_file(folder: impl AsFd, name: &OsStr) -> Result<(OwnedFd, Stat), FileProblem> {
    let flags =
        OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = rustix::fs::openat(folder, name, flags, Mode::empty()).map_err(|error| {
        match error {
            Errno::LOOP => FileProblem::NotFile {
                kind: "a symbolic link",
            },
            // What Linux says of a socket, and of a device that no driver serves.
            Errno::NXIO => FileProblem::NotFile {
                kind: "a socket or a device",
            },
            error => io::Error::from(error).into(),
        }
    })?;
    let stat = rustix::fs::fstat(&file).map_err(io::Error::from)?;
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Ok((file, stat)),
        FileType::Directory => Err(FileProblem::Folder),
        FileType::Fifo => Err(FileProblem::NotFile {
            kind: "a named pipe",
        }),
        _ => Err(FileProblem::NotFile { kind: "a device" }),
    }
}

/// Bytes as text.
pub(super) fn text(bytes: Vec<u8>) -> Result<String, FileProblem> {
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        not_utf8(error.as_bytes(), offset)
    })
}

/// The problem of bytes whose first wrong one is at `offset`.
pub(super) fn not_utf8(bytes: &[u8], offset: usize) -> FileProblem {
    let line = 1 + bytes
        .iter()
        .take(offset)
        .filter(|byte| **byte == b'\n')
        .count();
    FileProblem::NotUtf8 { line, offset }
}

#[cfg(test)]
mod tests;
