//! A role's Secret that `new-app` did not make: a comment beside its name says so.

use super::{DeclaredApp, DeclaredRole};
use crate::repo::yaml::Node;

/// Who makes the Secret of a role, where a comment beside its name says that `new-app` did not.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SecretOrigin {
    /// Something else in the repository.
    OtherMaker,
    /// Something outside of the repository.
    Outside,
}

/// What the comment on a Secret from outside begins with, and the names of the rule in it.
const MARK: &str = "pgdb:ignore";
const RULES: [&str; 2] = ["PGDB202", "unknown-password-secret"];

impl SecretOrigin {
    /// The comment that says so, without its `#`. What comes from outside is not to be missed by `lint`.
    pub(crate) fn comment(self) -> &'static str {
        match self {
            Self::OtherMaker => "not made by kubectl-pgdb",
            Self::Outside => "pgdb:ignore PGDB202 made outside of this repository",
        }
    }

    /// Reads the comment beside a role's Secret in the text of its file.
    pub(crate) fn read(text: &str, role: &Node<'_>) -> Option<Self> {
        let behind = text.get(role.at(&["passwordSecret", "name"])?.span.end..)?;
        let line = behind.split(['\r', '\n']).next()?;
        let comment = line.trim().strip_prefix('#')?.trim();
        if comment == Self::OtherMaker.comment() {
            return Some(Self::OtherMaker);
        }
        let is_outside =
            comment.starts_with(MARK) && RULES.iter().any(|rule| comment.contains(rule));
        is_outside.then_some(Self::Outside)
    }
}

impl DeclaredApp {
    /// Whether its credential comes from outside of the repository, and is not merely missing.
    pub fn is_credential_outside(&self) -> bool {
        let is_outside = |role: &DeclaredRole| {
            role.secret_origin == Some(SecretOrigin::Outside) && role.password_secret.is_some()
        };
        self.credential.is_none() && self.role.as_ref().is_some_and(is_outside)
    }
}
