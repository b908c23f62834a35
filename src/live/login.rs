//! What comes of logging in to PostgreSQL through the cluster.

use super::fact::Unreadable;

/// What PostgreSQL refuses a statement with.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Refusal {
    /// The five characters of its error code (manual, appendix A).
    pub code: String,
    /// Its message.
    pub message: String,
}

/// Who may connect to a database.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Grantee {
    /// Every role of the server.
    Public,
    /// One role, and those that are members of it.
    Role(String),
}

/// Why an app could not log in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum LoginProblem {
    /// Something before it is broken, so that it was not tried.
    NotTried(String),
    /// The way to the server could not be opened.
    NoWay(Unreadable),
    /// Nothing listens on PostgreSQL's port in the primary's pod, as the kubelet says.
    NotListening(String),
    /// PostgreSQL refused.
    Refused(Refusal),
    /// The connection broke, or the answer was none.
    Broken(String),
}

impl LoginProblem {
    /// What happened, as one clause.
    pub fn evidence(&self) -> String {
        match self {
            Self::NotTried(why) | Self::NotListening(why) | Self::Broken(why) => why.clone(),
            Self::NoWay(why) => why.evidence.clone(),
            Self::Refused(refusal) => format!("PostgreSQL refuses: {}", refusal.message),
        }
    }
}
