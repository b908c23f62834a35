//! Why two logins cannot take turns.

use thiserror::Error;

use crate::access::AccessError;
use crate::declared::Place;
use crate::domain::name::NameError;
use crate::render::RenderError;
use crate::repo::edit::EditError;
use crate::repo::enlisting::EnlistError;
use crate::repo::path::{RepoPath, RepoPathError};
use crate::rotate::RotateError;

/// Why two logins cannot take turns for an app. Nothing is to be written.
#[derive(Debug, Error)]
pub enum TurnError {
    /// The app has no database with an owner that logs in.
    #[error("no two roles can take turns for {app}: {reason}")]
    NoSubject {
        /// The app.
        app: String,
        /// Why.
        reason: String,
    },
    /// CNPG does not run the server, and nothing there makes two logins take turns.
    #[error("no two roles can take turns for {app}: CloudNativePG does not run its server")]
    OnServer {
        /// The app.
        app: String,
    },
    /// A role is none whose login this is to change.
    #[error("{place}: the role {role:?} {problem}")]
    Role {
        /// Where it is declared.
        place: Place,
        /// The role.
        role: String,
        /// What it is.
        problem: &'static str,
    },
    /// A role's declaration cannot be told from others.
    #[error("{place}: it cannot be told what declares the role {role:?} here")]
    Unclear {
        /// Where.
        place: Place,
        /// The role.
        role: String,
    },
    /// There is no Cluster manifest to enter a managed role in.
    #[error("there is no Cluster manifest to enter the role {role:?} in")]
    NoManifest {
        /// The role.
        role: String,
    },
    /// A file is there and holds something else.
    #[error("{path}: the file is there and holds something else")]
    Taken {
        /// The file.
        path: RepoPath,
    },
    /// A role names the next Secret, and nothing makes that.
    #[error("a role takes its password from the Secret {secret}, which {path} does not make")]
    Lost {
        /// The file that should.
        path: RepoPath,
        /// The Secret.
        secret: String,
    },
    /// The SealedSecret of the next login lacks a value for the app's Secret.
    #[error("{place}: it has no annotation kubectl-pgdb/sealed-{key}")]
    NotKept {
        /// Where it is.
        place: Place,
        /// The value's key.
        key: String,
    },
    /// The app's Secret says who the user is in a way that cannot change with the password.
    #[error("{place}: {key} of the Secret does not follow its username")]
    FixedUser {
        /// The app's SealedSecret.
        place: Place,
        /// The key.
        key: String,
    },
    /// There is no sealing key.
    #[error("there is no certificate to seal the new login's credential with")]
    NoKey,
    /// The app's credential cannot be changed.
    #[error(transparent)]
    Rotate(#[from] RotateError),
    /// A file cannot be edited safely.
    #[error("{path}:{}: {source}", source.line())]
    Edit {
        /// The file.
        path: RepoPath,
        /// Why.
        source: EditError,
    },
    /// A kustomization cannot be edited.
    #[error(transparent)]
    Enlist(AccessError),
    /// A template gave no manifest.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// A name is none.
    #[error(transparent)]
    Name(#[from] NameError),
    /// A path that is none.
    #[error(transparent)]
    Path(#[from] RepoPathError),
}

impl TurnError {
    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::OnServer { app } => {
                format!(
                    "give it a new password in place, which the next sync sets: kubectl pgdb rotate {app}"
                )
            }
            Self::NoSubject { .. } => {
                "see `kubectl pgdb list`, and mend what it says of the app".to_owned()
            }
            Self::Role { .. } => {
                "rename that role or take it out of the repository, or rotate without --two-role"
                    .to_owned()
            }
            Self::Unclear { .. } => "give each object a line of its own".to_owned(),
            Self::NoManifest { .. } => "name the Cluster's manifest with --cluster-file".to_owned(),
            Self::Taken { .. } => {
                "move it out of the way, and run the same command again".to_owned()
            }
            Self::Lost { .. } => {
                "take the file back from git, or take `passwordSecret` off that role".to_owned()
            }
            Self::NotKept { .. } => {
                "take the file back from git; or delete it, and begin again with the same command"
                    .to_owned()
            }
            Self::FixedUser { key, .. } => format!(
                "the application would log in with the new password as the old user: write it as a template, with {{{{ .username \
                 }}}} where the user is, or seal it; where nothing reads {key}, take it out"
            ),
            Self::NoKey => "fetch it: kubectl pgdb fetch-cert".to_owned(),
            Self::Rotate(source) => source.help(),
            Self::Edit { source, .. } => source.remedy(),
            Self::Enlist(source) => source.help(),
            Self::Render(source) => source.help().to_owned(),
            Self::Name(source) => source.help().to_owned(),
            Self::Path(source) => source.help().to_owned(),
        }
    }
}

impl From<EnlistError> for TurnError {
    fn from(error: EnlistError) -> Self {
        Self::Enlist(error.into())
    }
}
