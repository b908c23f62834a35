//! What `remove` tells a program: `-o json`.

use serde::Serialize;

use super::sight::Sight;
use super::stage::{Goal, Step};
use super::unblocking::Script;
use super::{Inputs, Plan};
use crate::live::fact::{Fact, Unreadable};
use crate::live::holdings::{Dependency, Holdings, Inside, Kind, Sessions};
use crate::live::login::Grantee;
use crate::repo::change_set::Change;
use crate::report::REPORT_VERSION;

/// The structure of `-o json`. It holds no secret and no sealed value.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// [`REPORT_VERSION`].
    pub api_version: &'static str,
    /// Always `Remove`.
    pub kind: &'static str,
    /// The app's name.
    pub app: String,
    /// The CNPG Cluster's name.
    pub cluster: String,
    /// Its namespace.
    pub namespace: String,
    /// `keep-data` or `drop-database`.
    pub goal: &'static str,
    /// The role in PostgreSQL.
    pub role: Option<String>,
    /// The database in PostgreSQL.
    pub database: Option<String>,
    /// Whether nothing was written because that was asked for.
    pub dry_run: bool,
    /// Whether there is anything to write.
    pub changed: bool,
    /// The stage; none where nothing is left to do.
    pub stage: Option<StageReport>,
    /// What there is in the repository, and what becomes of it.
    pub pieces: Vec<PieceReport>,
    /// The files that change.
    pub files: Vec<FileReport>,
    /// What the cluster shows.
    pub live: LiveReport,
    /// The SQL that frees what keeps the stage from being done.
    pub sql: Vec<ScriptReport>,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// A stage.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct StageReport {
    /// `retain`, `close`, `detach`, `drop-database`, `drop-role` or `take-out`.
    pub name: &'static str,
    /// From 1.
    pub number: usize,
    /// How many there are.
    pub of: usize,
}

/// A piece of the app.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct PieceReport {
    /// Its kind.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Where: `path:line`.
    pub place: String,
    /// `goes`, `changes`, `made` or `stays`.
    pub fate: &'static str,
    /// What more there is to say.
    pub note: String,
}

/// A file that changes.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct FileReport {
    /// From the repository's root.
    pub path: String,
    /// `create`, `edit` or `delete`.
    pub action: &'static str,
}

/// A script.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct ScriptReport {
    /// What it does.
    pub purpose: String,
    /// The SQL, for `psql`.
    pub sql: String,
}

/// What the cluster shows; what is not known is null, never an empty list.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LiveReport {
    /// The API server.
    pub server: Option<String>,
    /// Why something is not known.
    pub unknown: Vec<String>,
    /// Whether the database is there.
    pub database_exists: Option<bool>,
    /// Its size in bytes.
    pub size_bytes: Option<u64>,
    /// The sessions on it.
    pub sessions: Option<Vec<SessionsReport>>,
    /// What the role owns in it.
    pub owned: Option<Vec<KindReport>>,
    /// Other roles with rights to what the role owns there.
    pub granted: Option<Vec<RoleReport>>,
    /// Other roles that own something there.
    pub foreign: Option<Vec<RoleReport>>,
    /// Who else may connect; null in the list is every role.
    pub connect: Option<Vec<Option<String>>>,
    /// What depends on the role elsewhere.
    pub elsewhere: Option<Vec<DependencyReport>>,
    /// The members of the role.
    pub members: Option<Vec<String>>,
}

/// Sessions that have the same of all this.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct SessionsReport {
    /// The role.
    pub role: String,
    /// What the application calls itself.
    pub application: String,
    /// Where it comes from.
    pub address: Option<String>,
    /// When the oldest began.
    pub since: Option<String>,
    /// How many.
    pub count: u64,
}

/// Objects of a kind.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct KindReport {
    /// As PostgreSQL calls it.
    pub kind: String,
    /// How many.
    pub count: u64,
    /// The first names.
    pub names: Vec<String>,
}

/// A role, and a number of objects.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct RoleReport {
    /// The role.
    pub role: String,
    /// How many objects.
    pub objects: u64,
}

/// What depends on the role in one database.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct DependencyReport {
    /// The database; null for what is in no single one.
    pub database: Option<String>,
    /// How many objects it owns.
    pub owned: u64,
    /// How many rights it has.
    pub rights: u64,
}

impl Plan {
    /// The structure of `-o json`.
    pub fn report(
        &self,
        inputs: &Inputs<'_>,
        sight: Result<&Sight, &Unreadable>,
        scripts: &[Script],
        dry_run: bool,
    ) -> Report {
        let goal: Goal = inputs.goal;
        Report {
            api_version: REPORT_VERSION,
            kind: "Remove",
            app: inputs.app.name.clone(),
            cluster: inputs.target.cluster.to_string(),
            namespace: inputs.target.namespace.to_string(),
            goal: goal.as_str(),
            role: self.role.clone(),
            database: self.database.clone(),
            dry_run,
            changed: !self.changes.is_empty(),
            stage: self.step.map(StageReport::of),
            pieces: self
                .pieces
                .iter()
                .map(|piece| PieceReport {
                    kind: piece.kind,
                    name: piece.name.clone(),
                    place: piece.place.to_string(),
                    fate: piece.fate.word(),
                    note: piece.fate.note().to_owned(),
                })
                .collect(),
            files: self.changes.changes().iter().map(FileReport::of).collect(),
            live: LiveReport::of(self, sight),
            sql: scripts
                .iter()
                .map(|script| ScriptReport {
                    purpose: script.purpose.clone(),
                    sql: script.sql.clone(),
                })
                .collect(),
            warnings: self.warnings.clone(),
        }
    }
}

impl StageReport {
    fn of(step: Step) -> Self {
        Self {
            name: step.stage.as_str(),
            number: step.number,
            of: step.of,
        }
    }
}

impl FileReport {
    fn of(change: &Change) -> Self {
        Self {
            path: change.path().to_string(),
            action: match change {
                Change::Create { .. } => "create",
                Change::Edit { .. } => "edit",
                Change::Delete { .. } => "delete",
            },
        }
    }
}

impl LiveReport {
    fn of(plan: &Plan, sight: Result<&Sight, &Unreadable>) -> Self {
        let sight = match sight {
            Ok(sight) => sight,
            Err(why) => {
                return Self {
                    unknown: vec![why.evidence.clone()],
                    ..Self::default()
                };
            }
        };
        let mut unknown: Vec<String> = Vec::new();
        if let Fact::Unreadable(why) = &sight.cluster {
            unknown.push(why.evidence.clone());
        }
        if let Fact::Unreadable(why) = &sight.database {
            unknown.push(why.evidence.clone());
        }
        let server = Some(sight.server.clone());
        match &sight.holdings {
            Ok(holdings) => Self {
                server,
                unknown,
                ..Self::of_holdings(plan, holdings)
            },
            Err(problem) => {
                unknown.push(problem.evidence());
                Self {
                    server,
                    unknown,
                    ..Self::default()
                }
            }
        }
    }

    fn of_holdings(plan: &Plan, holdings: &Holdings) -> Self {
        let database = plan.database.as_deref().unwrap_or_default();
        let inside = holdings.inside.as_ref();
        Self {
            database_exists: Some(holdings.database.is_some()),
            size_bytes: holdings.database.as_ref().and_then(|state| state.size),
            sessions: Some(holdings.sessions.iter().map(sessions).collect()),
            owned: inside.map(|inside| inside.owned.iter().map(kind).collect()),
            granted: inside.map(|inside: &Inside| inside.granted.iter().map(role).collect()),
            foreign: inside.map(|inside| inside.foreign.iter().map(role).collect()),
            connect: inside.map(|inside| inside.connect.iter().map(grantee).collect()),
            elsewhere: Some(
                holdings
                    .dependencies_beside(database)
                    .iter()
                    .map(dependency)
                    .collect(),
            ),
            members: Some(holdings.members.clone()),
            ..Self::default()
        }
    }
}

fn sessions(found: &Sessions) -> SessionsReport {
    SessionsReport {
        role: found.role.clone(),
        application: found.application.clone(),
        address: found.address.clone(),
        since: found.since.clone(),
        count: found.count,
    }
}

fn kind(found: &Kind) -> KindReport {
    KindReport {
        kind: found.kind.clone(),
        count: found.count,
        names: found.names.clone(),
    }
}

fn role((role, objects): &(String, u64)) -> RoleReport {
    RoleReport {
        role: role.clone(),
        objects: *objects,
    }
}

fn grantee(found: &Grantee) -> Option<String> {
    match found {
        Grantee::Public => None,
        Grantee::Role(role) => Some(role.clone()),
    }
}

fn dependency(found: &Dependency) -> DependencyReport {
    DependencyReport {
        database: found.database.as_ref().map(|(name, _)| name.clone()),
        owned: found.owned,
        rights: found.rights,
    }
}
