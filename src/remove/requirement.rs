//! What the cluster has to show before a stage begins.

use super::inventory::{Inventory, RoleState};
use super::sight::Sight;
use super::stage::{Stage, Step};
use crate::declared::{DeclaredRole, RoleSource};
use crate::live::database::Database;
use crate::live::fact::{Fact, Unreadable};
use crate::live::job::{Outcome, failure};

/// What the cluster has to show before a stage begins.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Requirement {
    /// The data of a Database stays when its object goes.
    Retained {
        /// The Database.
        object: String,
        /// Whether the repository tells that it was not always so, or may not be so: then it has to be seen.
        must_be_seen: bool,
    },
    /// The database of a Database is dropped.
    DatabaseDropped {
        /// The Database.
        object: String,
    },
    /// A role of the Cluster is dropped.
    RoleDropped {
        /// The role.
        role: String,
    },
    /// A role goes with its DatabaseRole.
    RoleGoesWithObject {
        /// The DatabaseRole.
        object: String,
    },
    /// A Job has done this stage on a server that CNPG does not run.
    Synced {
        /// The stage.
        stage: Stage,
    },
}

/// Whether the cluster shows it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Seen {
    /// It does.
    Done,
    /// It does not, or not yet.
    NotYet {
        /// What it shows instead.
        evidence: String,
        /// What to do.
        remedy: String,
        /// Whether CNPG was asked for it and has not done it: then something may keep it from that.
        is_asked_for: bool,
    },
    /// It could not be asked.
    Unknown {
        /// Why.
        evidence: String,
        /// What to do.
        remedy: String,
    },
}

/// What has to be seen before a stage.
pub(super) fn before(step: Step, inventory: &Inventory<'_>) -> Vec<Requirement> {
    let app = inventory.inputs.app;
    if inventory.inputs.target.server.is_some() {
        return on_server(step, inventory);
    }
    let object = app
        .database
        .as_ref()
        .map(|database| database.object.clone());
    let dropped = || {
        let object = object.clone();
        object.map(|object| Requirement::DatabaseDropped { object })
    };
    match step.stage {
        Stage::Retain | Stage::DropDatabase => Vec::new(),
        Stage::Close | Stage::Detach => object
            .map(|object| Requirement::Retained {
                object,
                must_be_seen: inventory.was_to_be_dropped || inventory.may_be_overruled,
            })
            .into_iter()
            .collect(),
        Stage::DropRole => dropped().into_iter().collect(),
        Stage::TakeOut => {
            let role = app.role.as_ref();
            let role = role.filter(|_| inventory.role_state() != RoleState::Shared);
            let beside = inventory.beside.roles.iter().map(|found| found.role);
            let roles = role
                .into_iter()
                .flat_map(|role| [role].into_iter().chain(beside.clone()));
            dropped().into_iter().chain(roles.map(goes)).collect()
        }
    }
}

/// The same on a server that CNPG does not run: nothing is dropped there because a declaration goes.
fn on_server(step: Step, inventory: &Inventory<'_>) -> Vec<Requirement> {
    let stage = match step.stage {
        Stage::Retain | Stage::Close | Stage::Detach | Stage::DropDatabase => return Vec::new(),
        Stage::TakeOut if inventory.role_state() == RoleState::Leaving => Stage::DropRole,
        Stage::DropRole | Stage::TakeOut => Stage::DropDatabase,
    };
    vec![Requirement::Synced { stage }]
}

/// What has to be seen of a role before it leaves the repository.
fn goes(role: &DeclaredRole) -> Requirement {
    match &role.source {
        RoleSource::DatabaseRole(object) => Requirement::RoleGoesWithObject {
            object: object.clone(),
        },
        RoleSource::Managed | RoleSource::Cluster => Requirement::RoleDropped {
            role: role.name.clone(),
        },
    }
}

impl Requirement {
    /// The stage that has to be done.
    pub fn stage(&self) -> Stage {
        match self {
            Self::Retained { .. } => Stage::Retain,
            Self::DatabaseDropped { .. } => Stage::DropDatabase,
            Self::RoleDropped { .. } | Self::RoleGoesWithObject { .. } => Stage::DropRole,
            Self::Synced { stage } => *stage,
        }
    }

    /// What may be lost, or left behind, where the stage begins all the same.
    pub fn risk(&self) -> &'static str {
        match self {
            Self::Retained { .. } => {
                "where the cluster still has databaseReclaimPolicy delete, the database is dropped with all its data"
            }
            Self::DatabaseDropped { .. } => {
                "where the database is still there, the role cannot be dropped, and the database may stay for good"
            }
            Self::RoleDropped { .. } => {
                "where the role is still there, it stays for good with its password, and nothing manages it any more"
            }
            Self::Synced { .. } => {
                "what the last stage was to drop may stay for good, and nothing manages it any more"
            }
            Self::RoleGoesWithObject { .. } => {
                "where the cluster still keeps the role, it stays for good with its password, and nothing manages it any more"
            }
        }
    }

    /// Whether a stage may begin though the cluster shows that the last one is not done: not where data that is to be kept
    /// would be lost for certain.
    pub fn may_be_forced(&self, seen: &Seen) -> bool {
        !matches!((self, seen), (Self::Retained { .. }, Seen::NotYet { .. }))
    }

    /// Whether a stage may begin though the cluster could not be asked.
    pub fn may_be_unseen(&self) -> bool {
        matches!(
            self,
            Self::Retained {
                must_be_seen: false,
                ..
            }
        )
    }

    /// Compares it with what was seen, or with why nothing was.
    pub fn look(&self, sight: Result<&Sight, &Unreadable>) -> Seen {
        let sight = match sight {
            Ok(sight) => sight,
            Err(why) => return unknown(why),
        };
        if let Self::Synced { .. } = self {
            return synced(sight);
        }
        let cluster = match &sight.cluster {
            Fact::Present(cluster) => cluster,
            Fact::Unreadable(why) => return unknown(why),
            Fact::Absent => {
                return Seen::Unknown {
                    evidence: format!("the Cluster is not in the cluster at {}", sight.server),
                    remedy: "is this the right context? kubectl config get-contexts".to_owned(),
                };
            }
        };
        match self {
            Self::Retained {
                object,
                must_be_seen,
            } => retained(object, *must_be_seen, &sight.database),
            Self::DatabaseDropped { object } => database_dropped(object, &sight.database),
            Self::RoleDropped { role } => {
                let place = format!("{} in {}", cluster.meta.name, cluster.meta.namespace);
                if !cluster.roles.get(role).is_some_and(|entry| entry.is_absent) {
                    return not_synced(&format!("the role {role:?} of the Cluster {place}"));
                }
                let status = &cluster.role_status;
                if let Some(messages) = status.cannot_reconcile.get(role) {
                    return not_yet(format!(
                        "CNPG cannot drop the role {role:?}: {}",
                        messages.join("; ")
                    ));
                }
                if !status.reconciled.contains(role) {
                    return not_yet(format!("CNPG has not dropped the role {role:?} yet"));
                }
                // The status may be of the time before the entry changed.
                match &sight.holdings {
                    Ok(_) => not_yet(format!("the role {role:?} still logs in")),
                    Err(_) => Seen::Done,
                }
            }
            Self::RoleGoesWithObject { object } => match sight.role_object(object) {
                Fact::Present(role) if role.drops_when_deleted => Seen::Done,
                Fact::Unreadable(why) => unknown(why),
                Fact::Present(_) | Fact::Absent => {
                    not_synced(&format!("the DatabaseRole {object}"))
                }
            },
            Self::Synced { .. } => synced(sight),
        }
    }
}

/// Whether a Job with the repository's very scripts has done what they say.
fn synced(sight: &Sight) -> Seen {
    let job = match sight.sync.as_ref().map(|sync| &sync.job) {
        Some(Fact::Present(job)) => job,
        Some(Fact::Unreadable(why)) => return unknown(why),
        Some(Fact::Absent) | None => {
            return Seen::NotYet {
                evidence: "no Job has run what the last stage wrote".to_owned(),
                remedy:
                    "push the last commit, let Argo CD sync it, then run the same command again"
                        .to_owned(),
                is_asked_for: false,
            };
        }
    };
    let name = &job.meta.name;
    let (evidence, remedy) = match &job.outcome {
        Outcome::Complete => return Seen::Done,
        Outcome::Running => (
            format!("the Job {name} is running"),
            "run the same command again once it is done",
        ),
        Outcome::Suspended => (
            format!("the Job {name} is suspended"),
            "let it run, then run the same command again",
        ),
        Outcome::Failed { .. } => (
            failure(job, sight.sync.as_ref().map(|sync| &sync.log)).unwrap_or_default(),
            "the CronJob tries again: run the same command again once that is done",
        ),
    };
    Seen::NotYet {
        evidence,
        remedy: remedy.to_owned(),
        is_asked_for: true,
    }
}

fn retained(object: &str, must_be_seen: bool, database: &Fact<Database>) -> Seen {
    match database {
        Fact::Present(database) if database.drops_when_deleted => Seen::NotYet {
            evidence: format!(
                "in the cluster the Database {object} has databaseReclaimPolicy delete: its data would be lost with it"
            ),
            remedy: "commit and sync `databaseReclaimPolicy: retain` first, then run the same command again"
                .to_owned(),
            is_asked_for: false,
        },
        // It may be another cluster, where this one's data is not at stake.
        Fact::Absent if must_be_seen => Seen::Unknown {
            evidence: format!("the Database {object} is not in the cluster"),
            remedy: "is this the right context? kubectl config get-contexts".to_owned(),
        },
        Fact::Present(_) | Fact::Absent => Seen::Done,
        Fact::Unreadable(why) => unknown(why),
    }
}

fn database_dropped(object: &str, database: &Fact<Database>) -> Seen {
    let database = match database {
        Fact::Present(database) if database.is_absent => database,
        Fact::Present(_) | Fact::Absent => return not_synced(&format!("the Database {object}")),
        Fact::Unreadable(why) => return unknown(why),
    };
    if database.applied.is_done(database.meta.generation) {
        return Seen::Done;
    }
    not_yet(match database.applied.message.as_str() {
        "" => format!("CNPG has not dropped the database {:?} yet", database.name),
        message => format!(
            "CNPG cannot drop the database {:?}: {message}",
            database.name
        ),
    })
}

fn not_synced(what: &str) -> Seen {
    Seen::NotYet {
        evidence: format!("in the cluster {what} does not say what the last stage wrote"),
        remedy: "push the last commit, let Argo CD sync it, then run the same command again"
            .to_owned(),
        is_asked_for: false,
    }
}

fn not_yet(evidence: String) -> Seen {
    Seen::NotYet {
        evidence,
        remedy: "CNPG tries again every 30 seconds: run the same command again once it is done"
            .to_owned(),
        is_asked_for: true,
    }
}

fn unknown(why: &Unreadable) -> Seen {
    Seen::Unknown {
        evidence: why.evidence.clone(),
        remedy: why.remedy.clone(),
    }
}
