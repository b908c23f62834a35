//! Something that was asked of the live cluster: present, absent, or unreadable with the reason.

use super::permission::Permission;

/// What the cluster said of something.
///
/// What could not be read is never taken for absent, let alone for right.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Fact<T> {
    /// It is there.
    Present(T),
    /// It is not there: the cluster was asked, and said so.
    Absent,
    /// It could not be read.
    Unreadable(Unreadable),
}

/// Why something could not be read, and what to do.
///
/// It holds no part of an answer that may be about Secrets.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unreadable {
    /// The kind of reason.
    pub cause: Cause,
    /// What happened, as one clause, such as `the API server forbids to list secrets in the namespace shop`.
    pub evidence: String,
    /// What to do: a command to run or an advice.
    pub remedy: String,
}

/// The kinds of reasons for which something cannot be read.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Cause {
    /// The credential does not have the right.
    Forbidden,
    /// The API server does not know the kind of object.
    NotServed,
    /// No whole answer came in time.
    TimedOut,
    /// No connection, or one that broke before the answer was whole.
    Unreachable,
    /// The server's certificate is not trusted.
    Untrusted,
    /// The credential is not valid, or not any more.
    Unauthorised,
    /// The answer is not what was asked for.
    Malformed,
    /// The server limits the number of requests.
    TooManyRequests,
    /// The server answered that it cannot, for now.
    Unavailable,
    /// The server refused for another reason.
    Refused,
}

impl Cause {
    /// The word for programs.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Forbidden => "forbidden",
            Self::NotServed => "not-served",
            Self::TimedOut => "timed-out",
            Self::Unreachable => "unreachable",
            Self::Untrusted => "untrusted",
            Self::Unauthorised => "unauthorised",
            Self::Malformed => "malformed",
            Self::TooManyRequests => "too-many-requests",
            Self::Unavailable => "unavailable",
            Self::Refused => "refused",
        }
    }
}

impl Unreadable {
    /// For a cause, with what happened and what to do.
    pub fn new(cause: Cause, evidence: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            cause,
            evidence: evidence.into(),
            remedy: remedy.into(),
        }
    }

    /// The right is missing; `user` is who the API server takes one for, where it says so.
    pub fn forbidden(permission: &Permission, user: Option<&str>) -> Self {
        let whom = match user {
            Some(user) => format!(" {user}"),
            None => String::new(),
        };
        Self::new(
            Cause::Forbidden,
            format!("the API server forbids{whom} to {}", permission.deed()),
            permission.to_string(),
        )
    }

    /// The API server does not know the kind of object.
    pub fn not_served(permission: &Permission) -> Self {
        let group = match permission.group.as_str() {
            "" => String::new(),
            group => format!(" --api-group={group}"),
        };
        Self::new(
            Cause::NotServed,
            format!("the API server does not serve {}", permission.kind()),
            format!("kubectl api-resources{group}"),
        )
    }
}

impl<T> Fact<T> {
    /// What is there; none where nothing is there or it could not be read.
    pub fn present(&self) -> Option<&T> {
        match self {
            Self::Present(value) => Some(value),
            Self::Absent | Self::Unreadable(_) => None,
        }
    }

    /// The same fact of what `change` makes of it.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Fact<U> {
        match self {
            Self::Present(value) => Fact::Present(change(value)),
            Self::Absent => Fact::Absent,
            Self::Unreadable(reason) => Fact::Unreadable(reason),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cause, Fact, Unreadable};
    use crate::live::permission::Permission;

    #[test]
    fn says_which_right_is_missing() {
        let permission = Permission::new("list", "sealedsecrets.bitnami.com", Some("shop"));
        assert_eq!(
            Unreadable::forbidden(&permission, Some("\"dev\"")),
            Unreadable {
                cause: Cause::Forbidden,
                evidence: "the API server forbids \"dev\" to list sealedsecrets.bitnami.com in the namespace shop"
                    .to_owned(),
                remedy: "kubectl auth can-i list sealedsecrets.bitnami.com --namespace shop".to_owned(),
            }
        );
    }

    #[test]
    fn says_what_is_not_served() {
        let permission = Permission::new("list", "databaseroles.postgresql.cnpg.io", None);
        assert_eq!(
            Unreadable::not_served(&permission),
            Unreadable {
                cause: Cause::NotServed,
                evidence: "the API server does not serve databaseroles.postgresql.cnpg.io"
                    .to_owned(),
                remedy: "kubectl api-resources --api-group=postgresql.cnpg.io".to_owned(),
            }
        );
    }

    #[test]
    fn changes_what_is_present_alone() {
        assert_eq!(Fact::Present(1).map(|one| one + 1), Fact::Present(2));
        assert_eq!(Fact::Absent.map(|one: u8| one + 1), Fact::Absent);
        let reason = Unreadable::new(Cause::TimedOut, "no answer", "wait");
        let unreadable: Fact<u8> = Fact::Unreadable(reason.clone());
        assert_eq!(unreadable.clone().map(u16::from), Fact::Unreadable(reason));
        assert_eq!(unreadable.present(), None);
        assert_eq!(Fact::Present(1).present(), Some(&1));
    }
}
