//! What was seen of an app in the live cluster.

use std::collections::BTreeMap;

use crate::live::cluster::Cluster;
use crate::live::database::{Database, DatabaseRole};
use crate::live::fact::{Fact, Unreadable};
use crate::live::holdings::Holdings;
use crate::live::job::Job;
use crate::live::login::LoginProblem;

/// What was seen of an app in the live cluster.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Sight {
    /// The API server that was asked.
    pub server: String,
    /// The Cluster.
    pub cluster: Fact<Cluster>,
    /// The app's Database; absent where the repository names none.
    pub database: Fact<Database>,
    /// The app's DatabaseRole; absent where the repository names none.
    pub role: Fact<DatabaseRole>,
    /// What the Jobs of a server show that CNPG does not run; none of a Cluster.
    pub sync: Option<SyncSight>,
    /// The DatabaseRoles of roles beside it, by their names.
    pub others: BTreeMap<String, Fact<DatabaseRole>>,
    /// What the role has in PostgreSQL, or why that is not known.
    pub holdings: Result<Holdings, LoginProblem>,
}

/// What the Jobs of a server show that CNPG does not run.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SyncSight {
    /// The newest Job that ran the repository's very scripts.
    pub job: Fact<Job>,
    /// The last lines of its log, where it failed.
    pub log: Result<Vec<String>, Unreadable>,
}

impl Sight {
    /// A DatabaseRole of the app.
    pub(super) fn role_object(&self, name: &str) -> &Fact<DatabaseRole> {
        self.others.get(name).unwrap_or(&self.role)
    }

    /// What the role has, where it is known.
    pub fn known_holdings(&self) -> Option<&Holdings> {
        self.holdings.as_ref().ok()
    }
}
