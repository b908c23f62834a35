//! What the cluster has to show before the old declarations go.

use super::Inputs;
use super::inventory::Role;
use crate::domain::choice::RoleStyle;
use crate::live::cluster::Cluster;
use crate::live::database::DatabaseRole;
use crate::live::fact::{Fact, Unreadable};

/// What the cluster has to show before the second stage.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Requirement {
    /// The DatabaseRole is there, and waits for the Cluster's entry to go.
    ObjectThere {
        /// The object.
        object: String,
        /// The role.
        role: String,
    },
    /// The Cluster has the entry, PostgreSQL has what it says, and the DatabaseRole drops nothing when it goes.
    EntryApplied {
        /// The object.
        object: String,
        /// The role.
        role: String,
    },
}

/// What was seen in the live cluster.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Sight {
    /// The API server that was asked.
    pub server: String,
    /// The Cluster.
    pub cluster: Fact<Cluster>,
    /// The DatabaseRole objects of its namespace.
    pub roles: Fact<Vec<DatabaseRole>>,
}

/// Whether the cluster shows it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Seen {
    /// It does.
    Done,
    /// It does not, or not yet: what it shows instead.
    NotYet(String),
    /// It could not be asked.
    Unknown {
        /// Why.
        evidence: String,
        /// What to do.
        remedy: String,
    },
}

/// What has to be seen before the roles' old declarations go.
pub(super) fn before(inputs: &Inputs<'_>, roles: &[&Role<'_>]) -> Vec<Requirement> {
    let requirement = |role: &&Role<'_>| {
        let (object, role) = (role.object_name.clone(), role.name.clone());
        match inputs.to {
            RoleStyle::DatabaseRole => Requirement::ObjectThere { object, role },
            RoleStyle::Managed => Requirement::EntryApplied { object, role },
        }
    };
    roles.iter().map(requirement).collect()
}

impl Requirement {
    /// What has to be so, as half a sentence.
    pub fn told(&self) -> String {
        match self {
            Self::ObjectThere { object, .. } => {
                format!("the DatabaseRole {object} is in the cluster")
            }
            Self::EntryApplied { role, .. } => {
                format!("PostgreSQL has the role {role:?} as the Cluster's entry says")
            }
        }
    }

    /// What it means to go on without.
    pub fn risk(&self) -> &'static str {
        match self {
            Self::ObjectThere { .. } => {
                "without the object nothing manages the role any more, and a new password does not reach PostgreSQL"
            }
            Self::EntryApplied { .. } => {
                "without the entry nothing manages the role any more, and an object that still says \
                 `databaseRoleReclaimPolicy: delete` drops the role"
            }
        }
    }

    /// Whether the cluster shows it.
    pub fn look(&self, sight: Result<&Sight, &Unreadable>) -> Seen {
        let sight = match sight {
            Ok(sight) => sight,
            Err(why) => return unknown(why),
        };
        let roles = match &sight.roles {
            Fact::Present(roles) => roles.as_slice(),
            Fact::Absent => &[],
            Fact::Unreadable(why) => return unknown(why),
        };
        match self {
            Self::ObjectThere { object, role } => {
                match roles.iter().find(|found| found.meta.name == *object) {
                    Some(found) if found.name == *role => Seen::Done,
                    Some(found) => Seen::NotYet(format!(
                        "in the cluster the DatabaseRole {object} is for the role {:?}, not for {role:?}",
                        found.name
                    )),
                    None => {
                        Seen::NotYet(format!("the DatabaseRole {object} is not in the cluster"))
                    }
                }
            }
            Self::EntryApplied { object, role } => {
                let drops = roles
                    .iter()
                    .any(|found| found.meta.name == *object && found.drops_when_deleted);
                if drops {
                    return Seen::NotYet(format!(
                        "in the cluster the DatabaseRole {object} still has databaseRoleReclaimPolicy delete"
                    ));
                }
                applied(role, &sight.cluster)
            }
        }
    }
}

/// Whether the Cluster has the entry, and PostgreSQL what it says.
fn applied(role: &str, cluster: &Fact<Cluster>) -> Seen {
    let cluster = match cluster {
        Fact::Present(cluster) => cluster,
        Fact::Absent => return Seen::NotYet("the Cluster is not there".to_owned()),
        Fact::Unreadable(why) => return unknown(why),
    };
    if !cluster.roles.contains_key(role) {
        return Seen::NotYet(format!(
            "in the cluster spec.managed.roles has no entry for the role {role:?}"
        ));
    }
    let status = &cluster.role_status;
    if let Some(messages) = status.cannot_reconcile.get(role) {
        return Seen::NotYet(format!(
            "CNPG cannot reconcile the role {role:?}: {}",
            messages.join("; ")
        ));
    }
    if status.reconciled.contains(role) {
        return Seen::Done;
    }
    Seen::NotYet(format!("CNPG has not reconciled the role {role:?} yet"))
}

fn unknown(why: &Unreadable) -> Seen {
    Seen::Unknown {
        evidence: why.evidence.clone(),
        remedy: why.remedy.clone(),
    }
}
