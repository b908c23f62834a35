//! Why a file of the repository cannot be read or replaced.

use std::io;

use thiserror::Error;

/// A file or folder of the repository, and what is wrong with it.
#[derive(Debug, Error)]
#[error("{path}: {problem}")]
pub(crate) struct FileError {
    /// The path below the repository's root with `/` between the parts; bytes that are not UTF-8 are shown as `U+FFFD`.
    pub(crate) path: String,
    /// What is wrong.
    #[source]
    pub(crate) problem: FileProblem,
}

/// What is wrong with a file.
#[derive(Debug, Error)]
pub(crate) enum FileProblem {
    /// A symbolic link on the way is absolute, or climbs above the root.
    #[error("the symbolic link {link} -> {target} leaves the repository")]
    LinkLeaves {
        /// Where the link is, below the root.
        link: String,
        /// What it holds.
        target: String,
    },
    /// A symbolic link on the way leads to a place where nothing is.
    #[error("the symbolic link {link} -> {target} leads to nothing")]
    LinkDangles {
        /// Where the link is, below the root.
        link: String,
        /// What it holds.
        target: String,
    },
    /// Links that lead to links, without end.
    #[error("more than {limit} symbolic links on the way")]
    LinkLoop {
        /// How many are followed.
        limit: usize,
    },
    /// A part of the path that should be a folder is something else.
    #[error("{part} is not a folder")]
    ParentNotFolder {
        /// The part, from the root.
        part: String,
    },
    /// A folder where a file was expected.
    #[error("this is a folder, not a file")]
    Folder,
    /// A named pipe, a socket, a device, or a link that took a file's place while it was being opened.
    #[error("this is {kind}, not a file")]
    NotFile {
        /// Such as `a named pipe`.
        kind: &'static str,
    },
    /// Larger than what is read.
    #[error("this file has {size} bytes, and at most {limit} are read")]
    TooBig {
        /// In bytes.
        size: u64,
        /// In bytes.
        limit: u64,
    },
    /// Bytes that are not UTF-8.
    #[error("line {line}: not UTF-8 (byte {offset} of the file)")]
    NotUtf8 {
        /// The line of the first wrong byte, from 1.
        line: usize,
        /// How many bytes come before it.
        offset: usize,
    },
    /// A file name that cannot be a path in the repository.
    #[error("the file's name is not UTF-8, or holds a backslash or a control character")]
    Name,
    /// The system said no.
    #[error("{0}")]
    Io(#[from] io::Error),
}

impl FileError {
    /// The error for a path.
    pub(super) fn new(path: impl ToString, problem: impl Into<FileProblem>) -> Self {
        Self {
            path: path.to_string(),
            problem: problem.into(),
        }
    }

    /// Whether the system failed, rather than the repository being unfit.
    pub(crate) fn is_io(&self) -> bool {
        matches!(self.problem, FileProblem::Io(_))
    }

    /// What to do about it.
    pub(crate) fn help(&self) -> &'static str {
        match &self.problem {
            FileProblem::LinkLeaves { .. } => {
                "only files inside the repository are read and written: make the link relative and let it stay \
                 inside, or put the file itself there"
            }
            FileProblem::LinkDangles { .. } | FileProblem::LinkLoop { .. } => {
                "repair or remove the symbolic link"
            }
            FileProblem::ParentNotFolder { .. }
            | FileProblem::Folder
            | FileProblem::NotFile { .. } => {
                "choose another path, or move what is there out of the way"
            }
            FileProblem::TooBig { .. } => "a manifest is far smaller: check that the path is right",
            FileProblem::NotUtf8 { .. } => "convert the file to UTF-8",
            FileProblem::Name => "rename the file",
            FileProblem::Io(error) => io_help(error),
        }
    }
}

/// What to do about an error of the system.
pub(super) fn io_help(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::PermissionDenied => {
            "check who owns the file and its folder, and their permissions"
        }
        io::ErrorKind::ReadOnlyFilesystem => "the file system is mounted read-only",
        io::ErrorKind::StorageFull => "the disk is full: free some space and run the command again",
        io::ErrorKind::QuotaExceeded => {
            "your disk quota is used up: free some space and run the command again"
        }
        _ => "check the disk and the folder, and run the command again",
    }
}
