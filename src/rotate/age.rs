//! How old a password is.

use crate::domain::time::UnixTime;

/// Seconds in a day.
const SECONDS_PER_DAY: u64 = 86_400;

/// Since when a password is the one that it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Age {
    /// Since then.
    pub since: UnixTime,
    /// What says so.
    pub source: AgeSource,
}

/// What tells how old a password is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AgeSource {
    /// The annotation on its SealedSecret.
    Annotation,
    /// The commit that brought it in.
    Git,
    /// The oldest commit that is known: it may be older.
    OldestCommit,
    /// No commit has it yet: it is of today.
    Uncommitted,
}

impl Age {
    /// Whole days since then.
    pub fn days(&self, now: UnixTime) -> u64 {
        now.since(self.since).as_secs() / SECONDS_PER_DAY
    }
}

impl AgeSource {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Annotation => "annotation",
            Self::Git => "git",
            Self::OldestCommit => "oldest-commit",
            Self::Uncommitted => "uncommitted",
        }
    }
}
