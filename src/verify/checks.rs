//! The links of the chain, one file each, in the order in which they are looked at.

mod access;
mod argo_cd;
mod cluster;
mod database;
mod login;
mod mirror;
mod password;
mod pooler;
mod privileges;
mod role;
mod sealed_secret;
mod secret;
mod service;
mod sync;

use super::chain::Chain;
use super::expected::Expected;
use crate::domain::kubernetes_name::AppName;
use crate::live::fact::{Cause, Unreadable};
use crate::report::{Check, Subject};

/// A link of the chain.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Link {
    /// Argo CD has synced the repository.
    ArgoCd,
    /// The controller has opened the sealed credential.
    SealedSecret,
    /// The credential is right.
    Secret,
    /// The credential is where the application reads it.
    Mirror,
    /// The application finds the database by a name in its own namespace.
    Service,
    /// The login role is there.
    Role,
    /// PostgreSQL has the Secret's password.
    Password,
    /// The database is there.
    Database,
    /// The privileges in the database are what is declared, as the Job that grants them says.
    Privileges,
    /// PostgreSQL runs.
    Cluster,
    /// The Pooler takes connections.
    Pooler,
    /// A server that CNPG does not run is what is declared.
    Sync,
    /// The application can log in.
    Login,
    /// Those that were granted something may do that, and nothing else.
    Access,
}

/// Looks at one link; several checks where it has several objects.
pub(super) type CheckLink = fn(&Chain<'_>) -> Vec<Check>;

/// Every link with what looks at it, in order.
pub(super) const CHECKS: [(Link, CheckLink); 14] = [
    (Link::ArgoCd, argo_cd::check),
    (Link::SealedSecret, sealed_secret::check),
    (Link::Secret, secret::check),
    (Link::Mirror, mirror::check),
    (Link::Service, service::check),
    (Link::Role, role::check),
    (Link::Password, password::check),
    (Link::Database, database::check),
    (Link::Privileges, privileges::check),
    (Link::Cluster, cluster::check),
    (Link::Pooler, pooler::check),
    (Link::Sync, sync::check),
    (Link::Login, login::check),
    (Link::Access, access::check),
];

impl Link {
    /// The link of this word for programs, such as `argo-cd`.
    pub fn of(word: &str) -> Option<Self> {
        let mut links = CHECKS.iter().map(|(link, _)| *link);
        links.find(|link| link.subject().check == word)
    }

    /// Every link's word for programs, in order.
    pub fn words() -> impl Iterator<Item = &'static str> {
        CHECKS.iter().map(|(link, _)| link.subject().check)
    }

    /// Every link's title for people, in order.
    pub fn titles() -> impl Iterator<Item = &'static str> {
        CHECKS.iter().map(|(link, _)| link.subject().title)
    }

    /// Whether an app on a server of its kind has this link: CNPG has no Job, and any other server none of CNPG's objects.
    pub(super) fn is_of(self, app: &Expected) -> bool {
        match self {
            Self::Role
            | Self::Password
            | Self::Database
            | Self::Privileges
            | Self::Cluster
            | Self::Pooler => app.server.is_none(),
            Self::Sync => app.server.is_some(),
            Self::ArgoCd
            | Self::SealedSecret
            | Self::Secret
            | Self::Mirror
            | Self::Service
            | Self::Login
            | Self::Access => true,
        }
    }

    /// Its word for programs and its title for people.
    pub fn subject(self) -> Subject {
        let (check, title) = match self {
            Self::ArgoCd => ("argo-cd", "Argo CD"),
            Self::SealedSecret => ("sealed-secret", "SealedSecret"),
            Self::Secret => ("secret", "Secret"),
            Self::Mirror => ("mirror", "Mirror"),
            Self::Service => ("service", "Service"),
            Self::Role => ("role", "Role"),
            Self::Password => ("password", "Password"),
            Self::Database => ("database", "Database"),
            Self::Privileges => ("privileges", "Privileges"),
            Self::Cluster => ("cluster", "Cluster"),
            Self::Pooler => ("pooler", "Pooler"),
            Self::Sync => ("sync", "Sync"),
            Self::Login => ("login", "Login"),
            Self::Access => ("access", "Access"),
        };
        Subject { check, title }
    }
}

/// The check of what could not be read.
fn unread(link: Link, why: &Unreadable) -> Check {
    // Rights do not come by waiting.
    let may_pass = !matches!(why.cause, Cause::Forbidden | Cause::NotServed);
    let check = link
        .subject()
        .unknown(why.cause.reason(), why.evidence.as_str())
        .waiting(may_pass);
    if why.remedy.is_empty() {
        check
    } else {
        check.remedy(why.remedy.as_str())
    }
}

/// The check of what is not there: it waits for the first link before it that is broken; with none broken, it is missing.
fn absent(chain: &Chain<'_>, link: Link, before: &[Link], evidence: &str) -> Check {
    match chain.broken_before(before) {
        Some(broken) => waits(link, broken),
        None => link.subject().pending("missing", evidence).remedy(SYNC),
    }
}

/// The command that makes an app, or what is missing of it; a name that could be anything is left to be filled in.
fn new_app(chain: &Chain<'_>) -> String {
    let name = chain.app.app.parse::<AppName>();
    let name = name.map_or_else(|_| "NAME".to_owned(), |name| name.to_string());
    format!("kubectl pgdb new-app {name} --app-namespace NAMESPACE")
}

/// What to do about an object that is not there, or is not as the repository has it.
const SYNC: &str = "see that the change is merged and pushed, that Argo CD has synced it, and that a kustomization.yaml \
                    lists its file where there is one";

/// The check that waits for a link before it.
fn waits(link: Link, broken: &str) -> Check {
    link.subject()
        .skipped("waits", format!("waits for the link {broken}"))
}
