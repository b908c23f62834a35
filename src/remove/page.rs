//! What `remove` shows before it changes anything: what there is, what becomes of it, and what the cluster shows.

use super::sight::{Sight, SyncSight};
use super::{Plan, Requirement};
use crate::domain::visible::visible;
use crate::live::database::Database;
use crate::live::fact::{Fact, Unreadable};
use crate::live::holdings::{Dependency, Holdings, Inside, Kind, Sessions};
use crate::live::job::{Outcome, failure};
use crate::live::login::Grantee;
use crate::target::Target;

/// So many lines are told of one thing.
const MOST: usize = 5;

/// The page of a plan.
pub fn page(app: &str, target: &Target, plan: &Plan, sight: Result<&Sight, &Unreadable>) -> String {
    let mut lines = vec![format!("{app} on {}:", target.place())];
    lines.extend(pieces(plan));
    lines.push(String::new());
    match sight {
        Ok(sight) => {
            lines.push(format!("In the cluster at {}:", sight.server));
            lines.extend(seen(plan, sight));
        }
        Err(why) => lines.push(format!(
            "The cluster was not looked at: {}. Sessions, size, what the role owns and who else has rights are unknown.",
            why.evidence
        )),
    }
    if let Some(step) = plan.step {
        lines.push(String::new());
        lines.push(format!(
            "Stage {} of {}: {}.",
            step.number,
            step.of,
            step.stage.title()
        ));
    }
    visible(&lines.join("\n")).into_owned()
}

/// The pieces as a table.
fn pieces(plan: &Plan) -> Vec<String> {
    let rows: Vec<[String; 4]> = plan
        .pieces
        .iter()
        .map(|piece| {
            [
                piece.fate.word().to_owned(),
                piece.to_string(),
                piece.place.to_string(),
                piece.fate.note().to_owned(),
            ]
        })
        .collect();
    let mut widths = [0; 4];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let line = |row: &[String; 4]| {
        let cells = row.iter().zip(widths);
        let cells = cells.map(|(cell, width)| format!("{cell:width$}"));
        let line = cells.collect::<Vec<_>>().join("   ");
        format!("  {}", line.trim_end())
    };
    rows.iter().map(line).collect()
}

/// What the cluster shows.
fn seen(plan: &Plan, sight: &Sight) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = |label: &str, text: String| lines.push(format!("  {label:10} {text}"));
    if let Some(sync) = &sight.sync {
        line("Sync", state_of_sync(sync));
    }
    match &sight.cluster {
        _ if sight.sync.is_some() => {}
        Fact::Present(_) => {}
        Fact::Absent => line(
            "Cluster",
            "not there: is this the right context?".to_owned(),
        ),
        Fact::Unreadable(why) => line("Cluster", format!("unknown: {}", why.evidence)),
    }
    match &sight.database {
        _ if sight.sync.is_some() => {}
        Fact::Present(database) => line("Database", state(database)),
        Fact::Absent => line("Database", "not there".to_owned()),
        Fact::Unreadable(why) => line("Database", format!("unknown: {}", why.evidence)),
    }
    match &sight.holdings {
        Ok(holdings) => {
            for (label, text) in held(plan, holdings) {
                line(label, text);
            }
        }
        Err(problem) => line(
            "unknown",
            format!(
                "sessions, size, what the role owns and who else has rights: {}",
                problem.evidence()
            ),
        ),
    }
    lines
}

/// What the newest Job with the repository's scripts shows.
fn state_of_sync(sync: &SyncSight) -> String {
    match &sync.job {
        Fact::Present(job) => match (&job.outcome, failure(job, Some(&sync.log))) {
            (_, Some(failure)) => failure,
            (Outcome::Running, None) => format!("the Job {} is running", job.meta.name),
            (Outcome::Suspended, None) => format!("the Job {} is suspended", job.meta.name),
            (_, None) => format!(
                "the Job {} has made the server what is declared",
                job.meta.name
            ),
        },
        Fact::Absent => "no Job has run what the repository declares".to_owned(),
        Fact::Unreadable(why) => format!("unknown: {}", why.evidence),
    }
}

/// What CNPG says of a Database.
fn state(database: &Database) -> String {
    let policy = if database.drops_when_deleted {
        "delete"
    } else {
        "retain"
    };
    let asked = if database.is_absent {
        "ensure absent"
    } else {
        "ensure present"
    };
    let done = match database.applied.applied {
        _ if database.applied.is_done(database.meta.generation) => "applied".to_owned(),
        Some(false) => format!("not applied: {}", database.applied.message),
        _ => "not applied yet".to_owned(),
    };
    format!("{asked}, databaseReclaimPolicy {policy}, {done}")
}

/// What the role has, by labels.
fn held(plan: &Plan, holdings: &Holdings) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    let database = plan.database.as_deref().unwrap_or_default();
    if plan.database.is_some() {
        found.push(match &holdings.database {
            None => ("size", format!("the database {database:?} is not there")),
            Some(state) => (
                "size",
                state
                    .size
                    .map_or("unknown: it may not be seen".to_owned(), size),
            ),
        });
        found.extend(labelled("sessions", sessions(&holdings.sessions)));
    }
    match &holdings.inside {
        Some(inside) => found.extend(rights(inside)),
        None if holdings.database.is_some() => {
            let why = format!("unknown: PostgreSQL lets the role not into {database:?}");
            found.push(("owns", why));
        }
        None => {}
    }
    let beside = holdings.dependencies_beside(database);
    found.extend(labelled("elsewhere", beside.iter().map(depends).collect()));
    let others: Vec<&str> = holdings
        .databases
        .iter()
        .map(String::as_str)
        .filter(|name| *name != database)
        .collect();
    if !others.is_empty() {
        found.push((
            "elsewhere",
            format!("owns the databases {}", others.join(", ")),
        ));
    }
    if !holdings.members.is_empty() {
        found.push(("members", holdings.members.join(", ")));
    }
    if holdings.is_superuser {
        let text = "the role is a superuser: what it owns is not recorded in full";
        found.push(("role", text.to_owned()));
    }
    found
}

/// What is in the database.
fn rights(inside: &Inside) -> Vec<(&'static str, String)> {
    let mut found = labelled("owns", inside.owned.iter().map(kind).collect());
    if found.is_empty() {
        found.push(("owns", "nothing in the database".to_owned()));
    }
    let granted =
        |(role, count): &(String, u64)| format!("{role} has rights to {}", objects(*count));
    found.extend(labelled(
        "others",
        inside.granted.iter().map(granted).collect(),
    ));
    let foreign = |(role, count): &(String, u64)| format!("{role} owns {}", objects(*count));
    found.extend(labelled(
        "others",
        inside.foreign.iter().map(foreign).collect(),
    ));
    let connect: Vec<&str> = inside
        .connect
        .iter()
        .map(|grantee| match grantee {
            Grantee::Public => "every role of the server (PUBLIC)",
            Grantee::Role(role) => role,
        })
        .collect();
    if !connect.is_empty() {
        found.push((
            "connect",
            format!("may connect too: {}", connect.join(", ")),
        ));
    }
    found
}

/// Lines of one thing: the first of them, and how many more there are.
fn labelled(label: &'static str, mut lines: Vec<String>) -> Vec<(&'static str, String)> {
    let more = lines.len().saturating_sub(MOST);
    lines.truncate(MOST);
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    lines.into_iter().map(|line| (label, line)).collect()
}

fn sessions(all: &[Sessions]) -> Vec<String> {
    if all.is_empty() {
        return vec!["none".to_owned()];
    }
    let line = |found: &Sessions| {
        let mut text = format!("{} of {}", found.count, found.role);
        if !found.application.is_empty() {
            text.push_str(&format!(", {}", found.application));
        }
        if let Some(address) = &found.address {
            text.push_str(&format!(" from {address}"));
        }
        if let Some(since) = &found.since {
            text.push_str(&format!(" since {since}"));
        }
        text
    };
    all.iter().map(line).collect()
}

/// Objects of a kind, with the first names.
fn kind(found: &Kind) -> String {
    let named = u64::try_from(found.names.len()).unwrap_or_default();
    let more = if found.count > named { ", ..." } else { "" };
    format!(
        "{} ({}): {}{more}",
        found.kind,
        found.count,
        found.names.join(", ")
    )
}

fn depends(found: &Dependency) -> String {
    let mut parts = Vec::new();
    if found.owned > 0 {
        parts.push(format!("owns {}", objects(found.owned)));
    }
    if found.rights > 0 {
        let plural = if found.rights == 1 { "" } else { "s" };
        parts.push(format!("has {} right{plural}", found.rights));
    }
    let place = match &found.database {
        Some((database, _)) => format!("in the database {database}"),
        None => "on the server".to_owned(),
    };
    format!("{} {place}", parts.join(" and "))
}

fn objects(count: u64) -> String {
    match count {
        1 => "1 object".to_owned(),
        _ => format!("{count} objects"),
    }
}

/// A size as people read it; of three digits, as `pg_size_pretty` gives it in larger steps.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["bytes", "kB", "MB", "GB", "TB"];
    let mut value = bytes;
    let mut unit = 0;
    while value >= 10 * 1024 && unit + 1 < UNITS.len() {
        value /= 1024;
        unit += 1;
    }
    format!("{value} {}", UNITS.get(unit).unwrap_or(&"bytes"))
}

impl Requirement {
    /// What has to be seen, in a few words.
    pub fn told(&self) -> String {
        match self {
            Self::Retained { object, .. } => {
                format!("the Database {object} has databaseReclaimPolicy retain")
            }
            Self::DatabaseDropped { object } => format!("the database of {object} is dropped"),
            Self::RoleDropped { role } => format!("the role {role:?} is dropped"),
            Self::RoleGoesWithObject { object } => format!("the role goes with {object}"),
            Self::Synced { .. } => "a Job has done the last stage on the server".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_told_in_large_units() {
        assert_eq!(size(900), "900 bytes");
        assert_eq!(size(7_700_000), "7519 kB");
        assert_eq!(size(50 * 1024 * 1024), "50 MB");
        assert_eq!(size(u64::MAX), "16777215 TB");
    }
}
