//! Why nothing can be granted or revoked.

use thiserror::Error;

use crate::access::AccessError;
use crate::domain::app::AppError;
use crate::domain::name::NameError;
use crate::domain::nearest::nearest;
use crate::new_app::NewAppError;
use crate::sync::SyncError;

/// Why nothing can be granted or revoked. Nothing is to be written.
#[derive(Debug, Error)]
pub enum GrantError {
    /// The app has no database in which its owner could grant something.
    #[error("nothing can be granted in the database of {app}: {reason}")]
    NoSubject {
        /// The app.
        app: String,
        /// Why.
        reason: String,
    },
    /// Nothing of this name is declared.
    #[error("the repository declares neither an app nor a role {name:?}")]
    Unknown {
        /// The name.
        name: String,
        /// The roles that something could be granted to.
        roles: Vec<String>,
    },
    /// Nothing of this name is declared, and nothing is granted to it.
    #[error(
        "the repository declares neither an app nor a role {name:?}, and nothing is granted to it in {app}"
    )]
    NothingGranted {
        /// The name.
        name: String,
        /// The app.
        app: String,
    },
    /// The login cannot be planned, for no reason that is known.
    #[error("the login cannot be planned")]
    Refused,
    /// The login cannot be made.
    #[error(transparent)]
    NewApp(Box<NewAppError>),
    /// What the login is to be makes none.
    #[error(transparent)]
    App(#[from] AppError),
    /// What is declared of a server cannot be read or written.
    #[error(transparent)]
    Sync(#[from] SyncError),
    /// The access cannot be declared.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// A name is none.
    #[error(transparent)]
    Name(#[from] NameError),
}

impl GrantError {
    /// Whether it is for want of a sealing key.
    pub fn lacks_key(&self) -> bool {
        matches!(self, Self::NewApp(error) if matches!(**error, NewAppError::NoKey))
    }

    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::NoSubject { .. } => {
                "see `kubectl pgdb list`, and mend what it says of the app".to_owned()
            }
            Self::Unknown { name, roles } => {
                let make = "name the namespaces that its credential is mirrored to with --app-namespace, and it is made";
                match nearest(name, roles.iter().map(String::as_str)) {
                    Some(near) => format!("did you mean {near}? Or {make}"),
                    None => make.to_owned(),
                }
            }
            Self::NothingGranted { .. } => {
                "see `kubectl pgdb list -o yaml` for what is granted to whom".to_owned()
            }
            Self::Refused => String::new(),
            Self::NewApp(error) => error.help(),
            Self::App(error) => error.help(),
            Self::Sync(error) => error.help().to_owned(),
            Self::Access(error) => error.help(),
            Self::Name(error) => error.help().to_owned(),
        }
    }
}
