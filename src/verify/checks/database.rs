//! Database: CNPG has made it as it is declared now.
//!
//! Source: CloudNativePG `internal/management/controller/database_controller.go`: it retries every 30 s, and
//! `observedGeneration` moves on success alone.

use super::{Link, absent, new_app, unread};
use crate::live::database::{Database, Part};
use crate::live::fact::Fact;
use crate::report::{Check, Subject};
use crate::verify::chain::Chain;
use crate::verify::expected::ExpectedDatabase;

const LINK: Subject = Subject {
    check: "database",
    title: "Database",
};

/// What CNPG says on a replica cluster (`internal/management/controller/common.go`).
pub(super) const REPLICA: &str = "waiting for the cluster to become primary";

/// Looks at the app's Database.
pub(super) fn check(chain: &Chain<'_>) -> Vec<Check> {
    let Some(expected) = &chain.app.database else {
        if let Some(database) = &chain.app.guest_in {
            let evidence = format!("logs in to {database:?}, the database of another app");
            return vec![LINK.skipped("guest", evidence)];
        }
        return vec![
            LINK.broken(
                "not-declared",
                format!("nothing declares a Database for {}", chain.app.app),
            )
            .remedy(new_app(chain)),
        ];
    };
    let check = match chain.database() {
        Fact::Unreadable(why) => unread(Link::Database, &why),
        Fact::Absent => absent(chain, Link::Database, &[Link::ArgoCd], "it is not there"),
        Fact::Present(database) => declared(chain, expected, database)
            .unwrap_or_else(|| described(applied(expected, database), database)),
    };
    vec![check.of(chain.place("Database", &expected.object))]
}

/// The failure of a Database that is declared otherwise than the app needs it.
fn declared(chain: &Chain<'_>, expected: &ExpectedDatabase, live: &Database) -> Option<Check> {
    if live.meta.is_deleted {
        return Some(LINK.broken("deleting", "it is being deleted"));
    }
    if live.is_absent {
        let check = LINK.broken(
            "ensure-absent",
            "it is declared with `ensure: absent`, so CNPG drops the database",
        );
        return Some(check.remedy("take `ensure: absent` out of its manifest"));
    }
    let differs = |reason, what: &str, live: &str, wanted: &str| {
        let evidence = format!("its {what} is {live:?}, expected is {wanted:?}");
        let check = LINK.broken(reason, evidence);
        (live != wanted).then(|| check.remedy(format!("see spec.{what} of its manifest")))
    };
    let app = chain.app;
    differs("other-cluster", "cluster.name", &live.cluster, &app.cluster)
        .or_else(|| differs("other-name", "name", &live.name, &expected.name))
        .or_else(|| differs("other-owner", "owner", &live.owner, app.role.as_deref()?))
        .or_else(|| stale(expected, live))
}

/// The failure of a live object that lacks what the repository asks for.
fn stale(expected: &ExpectedDatabase, live: &Database) -> Option<Check> {
    let lacks = |what: &str, wanted: &[String], live: &[String]| -> Vec<String> {
        let missing = wanted.iter().filter(|name| !live.contains(name));
        missing.map(|name| format!("the {what} {name}")).collect()
    };
    let mut missing = lacks("extension", &expected.extensions, &live.extensions);
    missing.extend(lacks("schema", &expected.schemas, &live.schemas));
    if missing.is_empty() {
        return None;
    }
    let evidence = format!(
        "the live object lacks {} of the repository",
        missing.join(", ")
    );
    let check = LINK
        .pending("stale", evidence)
        .remedy("git push what is committed, and let Argo CD sync it; or git pull, when this working tree is behind");
    Some(check)
}

/// What its status says.
fn applied(expected: &ExpectedDatabase, live: &Database) -> Check {
    let status = &live.applied;
    let generation = live.meta.generation;
    match status.applied {
        Some(true) if status.observed_generation == generation => parts(expected, live),
        Some(true) => {
            let evidence = format!(
                "generation {} is applied, and this is generation {generation}",
                status.observed_generation
            );
            LINK.pending("outdated", evidence)
        }
        Some(false) => refused(live),
        None if status.message.contains(REPLICA) => LINK.broken(
            "replica-cluster",
            format!("CNPG does not apply it: {}", status.message),
        ),
        None if status.message.is_empty() => {
            LINK.pending("not-observed", "CNPG has not looked at it yet")
        }
        None => LINK.pending(
            "not-observed",
            format!("CNPG has not applied it yet: {}", status.message),
        ),
    }
}

fn refused(live: &Database) -> Check {
    let message = &live.applied.message;
    let role_came_late = message.contains(&format!("role \"{}\" does not exist", live.owner));
    if role_came_late {
        return LINK.pending(
            "retrying",
            format!("the role came late, and CNPG tries again every 30 s: {message}"),
        );
    }
    if message.contains("is already managed by object") {
        return LINK.broken(
            "declared-twice",
            format!("another Database declares {:?} too: {message}", live.name),
        );
    }
    // What came before the failed part may be applied, and the parts say more than the message.
    let parts = part_failures(live);
    let more = if parts.is_empty() {
        String::new()
    } else {
        format!("; {}", parts.join("; "))
    };
    LINK.pending(
        "not-applied",
        format!("CNPG cannot apply it: {message}{more}"),
    )
}

/// The extensions and schemas, of which each has to be applied.
fn parts(expected: &ExpectedDatabase, live: &Database) -> Check {
    let mut failures = part_failures(live);
    let unseen = |what: &str, wanted: &[String], seen: &[Part]| -> Vec<String> {
        let is_unseen = |name: &&String| !seen.iter().any(|part| part.name == **name);
        let unseen = wanted.iter().filter(is_unseen);
        unseen
            .map(|name| format!("the {what} {name} is not applied yet"))
            .collect()
    };
    failures.extend(unseen(
        "extension",
        &live.extensions,
        &live.extension_status,
    ));
    failures.extend(unseen("schema", &live.schemas, &live.schema_status));
    if !failures.is_empty() {
        return LINK.pending("part-not-applied", failures.join("; "));
    }
    let with = |what: &str, names: &[String]| match names {
        [] => String::new(),
        names => format!(", {what} {}", names.join(", ")),
    };
    LINK.pass(format!(
        "{:?} is applied at generation {}, owned by {:?}{}{}",
        expected.name,
        live.meta.generation,
        live.owner,
        with("extensions", &live.extensions),
        with("schemas", &live.schemas)
    ))
}

fn part_failures(live: &Database) -> Vec<String> {
    let told = |what: &str, parts: &[Part]| -> Vec<String> {
        let failed = parts.iter().filter(|part| !part.applied);
        failed
            .map(|part| format!("the {what} {}: {}", part.name, part.message))
            .collect()
    };
    let mut failures = told("extension", &live.extension_status);
    failures.extend(told("schema", &live.schema_status));
    failures
}

/// The same check with the command that shows the Database, where it does not pass.
fn described(check: Check, database: &Database) -> Check {
    if check.waiting_helps.is_none() {
        return check;
    }
    check.remedy(format!(
        "kubectl describe databases.postgresql.cnpg.io {} --namespace {}",
        database.meta.name, database.meta.namespace
    ))
}
