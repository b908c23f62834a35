//! The SQL that frees what keeps a stage from being done, for a superuser to run.

use super::sight::Sight;
use super::stage::Stage;
use super::{Plan, Requirement};
use crate::domain::endpoint::Endpoint;
use crate::live::fact::Fact;
use crate::live::holdings::Holdings;
use crate::sql::freeing::{Place, ask_for_places, close_database, end_sessions, release_role};
use crate::target::Target;

/// The database that is always there, and the superuser who owns it.
const SUPERUSER: &str = "postgres";

/// A script for `psql`, and what it is for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Script {
    /// What it does, as a sentence without its end.
    pub purpose: String,
    /// The SQL.
    pub sql: String,
    /// The command that runs it as a superuser, for a POSIX shell.
    pub command: String,
}

/// Who is to be freed from what.
#[derive(Clone, Copy, Debug)]
pub struct Blocked<'names> {
    /// The stage that may not get done.
    pub stage: Stage,
    /// The role in PostgreSQL.
    pub role: Option<&'names str>,
    /// The database in PostgreSQL.
    pub database: Option<&'names str>,
}

impl Plan {
    /// Who may be kept from what: by what is there while a stage is to be done in the cluster.
    pub fn blocked(&self, stage: Stage) -> Blocked<'_> {
        let goes_with_object =
            |required: &Requirement| matches!(required, Requirement::RoleGoesWithObject { .. });
        // An entry of the Cluster is dropped by then.
        let is_dropped = stage == Stage::TakeOut && !self.requirements.iter().any(goes_with_object);
        Blocked {
            stage,
            role: self.role.as_deref().filter(|_| !is_dropped),
            database: self.database.as_deref(),
        }
    }
}

/// The scripts that free what keeps a stage from being done, as far as was seen; where nothing was, what may.
pub fn scripts(blocked: Blocked<'_>, target: &Target, sight: Option<&Sight>) -> Vec<Script> {
    let holdings = sight.and_then(Sight::known_holdings);
    let script = |purpose: String, sql: String| Script {
        purpose,
        command: command(&sql, target, sight),
        sql,
    };
    match (blocked.stage, blocked.role, blocked.database) {
        (Stage::Close, Some(role), _) if has_sessions(holdings, Some(role)) => vec![script(
            format!("ends the sessions that {role:?} has open: losing its login does not"),
            end_sessions(role),
        )],
        (Stage::DropDatabase, _, Some(database)) if has_sessions(holdings, None) => vec![script(
            format!(
                "ends the sessions on {database:?}: PostgreSQL drops no database that somebody is connected to"
            ),
            close_database(database),
        )],
        (Stage::DropRole | Stage::TakeOut, Some(role), _) => match holdings {
            Some(holdings) => {
                let places = places(holdings, blocked.database.unwrap_or_default());
                if places.is_empty() {
                    return Vec::new();
                }
                vec![script(
                    format!(
                        "gives away what {role:?} owns elsewhere and takes its rights: with either PostgreSQL does not drop it"
                    ),
                    release_role(role, &places),
                )]
            }
            None => vec![
                script(
                    format!("tells in which databases {role:?} owns something or has rights"),
                    ask_for_places(role),
                ),
                script(
                    format!(
                        "gives away what {role:?} owns and takes its rights: with either PostgreSQL does not drop it; the same is for \
                         each database in which there is something"
                    ),
                    release_role(role, &[at_home()]),
                ),
            ],
        },
        _ => Vec::new(),
    }
}

/// Whether there are, or may be, sessions: of this role, or of any.
fn has_sessions(holdings: Option<&Holdings>, role: Option<&str>) -> bool {
    holdings.is_none_or(|holdings| {
        let mut sessions = holdings.sessions.iter();
        sessions.any(|found| role.is_none_or(|role| found.role == role))
    })
}

/// Where something depends on the role, beside the database that goes: what is in no single database first, so that it does
/// not fall to the owner of another.
fn places(holdings: &Holdings, database: &str) -> Vec<Place> {
    let heir = |owner: &str| {
        if owner == holdings.role {
            SUPERUSER
        } else {
            owner
        }
        .to_owned()
    };
    let mut found: Vec<Place> = Vec::new();
    for dependency in &holdings.dependencies_beside(database) {
        match &dependency.database {
            None => found.insert(0, at_home()),
            Some((name, owner)) if name != SUPERUSER => found.push(Place {
                database: name.clone(),
                heir: heir(owner),
            }),
            Some(_) if found.contains(&at_home()) => {}
            Some(_) => found.insert(0, at_home()),
        }
    }
    found
}

fn at_home() -> Place {
    Place {
        database: SUPERUSER.to_owned(),
        heir: SUPERUSER.to_owned(),
    }
}

/// The command that hands a script to `psql`: in the primary's pod, where the superuser needs no password, or over the network
/// to a server that CNPG does not run.
fn command(sql: &str, target: &Target, sight: Option<&Sight>) -> String {
    let mut end = "SQL".to_owned();
    while sql.lines().any(|line| line == end) {
        end.push('_');
    }
    if let Some(server) = &target.server {
        let Endpoint { host, port } = &server.endpoint;
        return format!(
            "psql --host {host} --port {port} --dbname {SUPERUSER} --username {SUPERUSER} <<'{end}'\n{sql}{end}"
        );
    }
    let cluster = sight.map(|sight| &sight.cluster);
    let primary = match cluster {
        Some(Fact::Present(cluster)) if !cluster.current_primary.is_empty() => {
            cluster.current_primary.clone()
        }
        _ => format!(
            "$(kubectl get pod --namespace {} --selector cnpg.io/cluster={},cnpg.io/instanceRole=primary --output name)",
            target.namespace, target.cluster
        ),
    };
    format!(
        "kubectl exec --stdin --namespace {} {primary} --container postgres -- psql <<'{end}'\n{sql}{end}",
        target.namespace
    )
}
