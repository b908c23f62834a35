//! Why what is declared of a server cannot be read or written.

use thiserror::Error;

use crate::domain::name::NameError;
use crate::render::RenderError;
use crate::repo::path::RepoPath;

/// Why what is declared of a server cannot be read or written.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum SyncError {
    /// The file is no YAML.
    #[error("{path}:{line}: this is no valid YAML: {problem}")]
    NotYaml {
        /// The file.
        path: RepoPath,
        /// From 1.
        line: usize,
        /// What the parser said.
        problem: String,
    },
    /// The rows in the file are not what the product writes.
    #[error("{path}:{line}: what is declared of the server cannot be read: {problem}")]
    Rows {
        /// The file.
        path: RepoPath,
        /// From 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
    /// Two rows have one name among the declared objects, or one that no file may have.
    #[error("{path}: the name {object:?} of a row is there twice, or is no name of an object")]
    Object {
        /// The file.
        path: RepoPath,
        /// The name.
        object: String,
    },
    /// A declaration is none that a server can have.
    #[error(
        "{path}: this cannot be declared of a server that CloudNativePG does not run: {problem}"
    )]
    Declaration {
        /// Where it stands.
        path: RepoPath,
        /// What is wrong.
        problem: String,
    },
    /// The ConfigMap would be larger than the API server takes.
    #[error("the ConfigMap of {server} would have {size} bytes, and the API server takes 1048576")]
    TooLarge {
        /// The server.
        server: String,
        /// Its bytes.
        size: usize,
    },
    /// A name that follows from a declaration is none that PostgreSQL takes.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The template gave no manifest that can be used.
    #[error(transparent)]
    Render(#[from] RenderError),
}

impl SyncError {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::NotYaml { .. } | Self::Rows { .. } | Self::Object { .. } => {
                "the file is written by kubectl-pgdb alone: take back what was changed by hand, or bring a merge in it to \
                 its end"
            }
            Self::Declaration { .. } => "leave it out, or mend the template that gives it",
            Self::TooLarge { .. } => {
                "put some of the apps on another server; privileges by levels take less room than single ones"
            }
            Self::Name(source) => source.help(),
            Self::Render(source) => source.help(),
        }
    }
}
