//! Why nothing can be listed.

use thiserror::Error;

use crate::settings::TargetChoiceError;
use crate::target::TargetError;

/// Why nothing can be listed.
#[derive(Debug, Error)]
pub enum ListError {
    /// There is no such target.
    #[error(transparent)]
    Choice(#[from] TargetChoiceError),
    /// There is no such Cluster.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// There is no such app.
    #[error("the repository declares no app {name:?}{place}")]
    UnknownApp {
        /// The name that was asked for.
        name: String,
        /// What of the repository was looked at: nothing, or words with a space before them.
        place: String,
        /// What to do.
        help: String,
    },
}

impl ListError {
    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::Choice(source) => source.help(),
            Self::Target(source) => source.help(),
            Self::UnknownApp { help, .. } => help.clone(),
        }
    }
}
