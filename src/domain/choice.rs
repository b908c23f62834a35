//! Settings that are one of a few words.

use std::fmt;
use std::str::FromStr;

use super::name::NameError;

/// How an app's role is declared to CNPG.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum RoleStyle {
    /// An entry of the Cluster's `spec.managed.roles`.
    #[default]
    Managed,
    /// An object of kind DatabaseRole (CNPG 1.30 and later).
    DatabaseRole,
}

/// What happens to a database when its Database object is deleted.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum ReclaimPolicy {
    /// It stays.
    #[default]
    Retain,
    /// It is dropped.
    Delete,
}

impl RoleStyle {
    /// All of them, as they are written.
    pub const WORDS: [&'static str; 2] = ["managed", "databaserole"];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Managed => "managed",
            Self::DatabaseRole => "databaserole",
        }
    }
}

impl ReclaimPolicy {
    /// All of them, as they are written.
    pub const WORDS: [&'static str; 2] = ["retain", "delete"];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Retain => "retain",
            Self::Delete => "delete",
        }
    }
}

impl FromStr for RoleStyle {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        match text {
            "managed" => Ok(Self::Managed),
            "databaserole" => Ok(Self::DatabaseRole),
            _ => Err(NameError::new(
                "the role style",
                text,
                "is not known",
                "use managed or databaserole",
            )),
        }
    }
}

impl FromStr for ReclaimPolicy {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        match text {
            "retain" => Ok(Self::Retain),
            "delete" => Ok(Self::Delete),
            _ => Err(NameError::new(
                "the reclaim policy",
                text,
                "is not known",
                "use retain or delete",
            )),
        }
    }
}

impl fmt::Display for RoleStyle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Display for ReclaimPolicy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
