//! Why the access to a database cannot be declared.

use thiserror::Error;

use crate::domain::name::NameError;
use crate::render::RenderError;
use crate::repo::edit::EditError;
use crate::repo::enlisting::EnlistError;
use crate::repo::path::{RepoPath, RepoPathError};
use crate::repo::yaml::YamlError;

/// Why the access to a database cannot be declared. Nothing is to be written.
#[derive(Debug, Error)]
pub enum AccessError {
    /// The file of the manifest holds something else.
    #[error("{path}: the file is there and holds something else")]
    Taken {
        /// The file.
        path: RepoPath,
    },
    /// The access is declared in another file.
    #[error("{place}: the access to this database is declared here, not in {path}")]
    Elsewhere {
        /// Where.
        place: String,
        /// Where it would be written.
        path: RepoPath,
    },
    /// The access is declared twice.
    #[error("{place}: the access to this database is declared here, and at {again} too")]
    Twice {
        /// Where.
        place: String,
        /// Where too.
        again: String,
    },
    /// Somebody changed the declaration so that it cannot be read.
    #[error("{place}: the access that is declared here cannot be read: {reason}")]
    Unreadable {
        /// Where.
        place: String,
        /// Why.
        reason: String,
    },
    /// A group's role is there and is something else.
    #[error("{place}: the role {role:?}, which would hold the privileges of a level, {problem}")]
    Group {
        /// Where.
        place: String,
        /// The role.
        role: String,
        /// What it is.
        problem: &'static str,
    },
    /// The role owns the database.
    #[error("the role {role:?} owns the database: it may do everything there")]
    Owner {
        /// The role.
        role: String,
    },
    /// The role is none that is to be granted something.
    #[error("{place}: the role {role:?} {problem}")]
    NotGrantable {
        /// Where it is declared.
        place: String,
        /// The role.
        role: String,
        /// What it is.
        problem: &'static str,
    },
    /// A group is to be a member of itself.
    #[error("the role {role:?} holds the privileges of this level itself")]
    Itself {
        /// The group.
        role: String,
    },
    /// A role's declaration cannot be told from others.
    #[error(
        "{place}: several objects stand on this line, and it cannot be told which declares the role {role:?}"
    )]
    Unclear {
        /// Where.
        place: String,
        /// The role.
        role: String,
    },
    /// A Job cannot be called so.
    #[error("the Job {name} would have a name of {} characters, and Kubernetes takes 63", .name.len())]
    LongName {
        /// The name.
        name: String,
    },
    /// There is no Cluster manifest to enter a managed role in.
    #[error("there is no Cluster manifest to enter the role in")]
    NoManifest,
    /// A level's group cannot have the name that it would have.
    #[error(transparent)]
    Name(#[from] NameError),
    /// A kustomization is no YAML.
    #[error("{path}:{}:{}: this is no valid YAML: {}", source.line, source.column, source.problem)]
    NotYaml {
        /// The file.
        path: RepoPath,
        /// What the parser said.
        source: YamlError,
    },
    /// A file cannot be edited safely.
    #[error("{path}:{}: {source}", source.line())]
    Edit {
        /// The file.
        path: RepoPath,
        /// Why.
        source: EditError,
    },
    /// A template gave no manifest.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// A path that is none.
    #[error(transparent)]
    Path(#[from] RepoPathError),
}

/// Why one of several databases is refused. Nothing is to be written.
#[derive(Debug)]
pub struct Refused {
    /// The number of the database.
    pub number: usize,
    /// Why.
    pub error: Box<AccessError>,
}

impl Refused {
    /// The refusal of the database of this number.
    pub(super) fn of(number: usize, error: impl Into<AccessError>) -> Self {
        Self {
            number,
            error: Box::new(error.into()),
        }
    }
}

impl AccessError {
    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::Taken { .. } => "move it away, or take it out of the repository".to_owned(),
            Self::Elsewhere { path, .. } => format!("move the ConfigMap and its Job to {path}"),
            Self::Twice { .. } => "take one of them out of the repository".to_owned(),
            Self::Unreadable { .. } => {
                "mend it, or take the file out of the repository and grant everything again"
                    .to_owned()
            }
            Self::Group { .. } => "rename that role, or take it out of the repository".to_owned(),
            Self::Owner { .. } | Self::Itself { .. } => "name another role".to_owned(),
            Self::NotGrantable { .. } => "name a role without such rights".to_owned(),
            Self::Unclear { .. } => "give each a line of its own".to_owned(),
            Self::LongName { .. } => "give the app a name of at most 56 characters".to_owned(),
            Self::NoManifest => {
                "name the Cluster's manifest with --cluster-file, or use `roles: databaserole`"
                    .to_owned()
            }
            Self::Name(error) => error.help().to_owned(),
            Self::NotYaml { .. } => "mend the file".to_owned(),
            Self::Edit { source, .. } => source.remedy(),
            Self::Render(error) => error.help().to_owned(),
            Self::Path(error) => error.to_string(),
        }
    }
}

impl From<EnlistError> for AccessError {
    fn from(error: EnlistError) -> Self {
        match error {
            EnlistError::NotYaml { path, source } => Self::NotYaml { path, source },
            EnlistError::Edit { path, source } => Self::Edit { path, source },
        }
    }
}
