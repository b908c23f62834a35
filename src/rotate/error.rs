//! Why passwords cannot be changed.

use thiserror::Error;

use super::refusal::Refusal;
use crate::repo::edit::EditError;
use crate::repo::path::RepoPath;
use crate::sealing::SealError;

/// Why nothing is changed.
#[derive(Debug, Error)]
pub enum RotateError {
    /// Apps whose password cannot be changed.
    #[error("{}", refusals(.0))]
    Refused(Vec<Refusal>),
    /// `--keep` names the password itself.
    #[error("--keep password: this is the password itself")]
    KeepsPassword,
    /// `--keep` names a key that no credential has.
    #[error("--keep {key}: none of the credentials has a sealed value of this key")]
    NothingToKeep {
        /// The key.
        key: String,
    },
    /// One password is given for several credentials.
    #[error("one password is given, but the apps have {count} credentials")]
    OnePassword {
        /// How many there are.
        count: usize,
    },
    /// A file cannot be edited safely.
    #[error("{path}:{}: {source}", source.line())]
    Edit {
        /// The file.
        path: RepoPath,
        /// Why.
        source: EditError,
    },
    /// A value could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl RotateError {
    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::Refused(refusals) => {
                let mut helps: Vec<String> = refusals.iter().map(Refusal::help).collect();
                helps.dedup();
                helps.join("\n      ")
            }
            Self::KeepsPassword => "name the sealed keys that do not hold the password".to_owned(),
            Self::NothingToKeep { .. } => {
                "name a key of spec.encryptedData, or leave it out".to_owned()
            }
            Self::OnePassword { .. } => "name one app".to_owned(),
            Self::Edit { source, .. } => source.help().to_owned(),
            Self::Seal(source) => source.help().to_owned(),
        }
    }
}

fn refusals(refusals: &[Refusal]) -> String {
    match refusals {
        [only] => only.to_string(),
        several => {
            let lines = several.iter().map(|refusal| format!("\n  {refusal}"));
            format!(
                "{} passwords cannot be changed here:{}",
                several.len(),
                lines.collect::<String>()
            )
        }
    }
}
