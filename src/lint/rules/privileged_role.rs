//! An app's role with the attributes of an administrator.

use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::role::Role;
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB707",
    name: "privileged-role",
    severity: Severity::Warning,
    is_fixable: false,
    summary: "A role that owns a database is a superuser, may replicate, pass over row-level security, or make roles \
              or databases.",
    why: "Applications share this cluster. An attribute of a role holds in all of it: a superuser reads every other \
          application's data and runs programs on the server, and whoever takes over the application does the same.",
    mend: "Remove the attribute. What an administrator has to do once, such as an extension that needs it, belongs \
           into the Database's `extensions`, or to another role.",
    example: Example {
        path: "infra/databases/postgres/postgres-cluster.yaml",
        bad: include_str!("privileged_role/bad.yaml"),
        good: include_str!("privileged_role/good.yaml"),
        beside: &[],
    },
    check,
};

/// The attributes, how much each matters, and what it lets a role do.
const ATTRIBUTES: [(&str, Severity, &str); 5] = [
    (
        "superuser",
        Severity::Error,
        "do anything in all databases of the cluster",
    ),
    (
        "replication",
        Severity::Warning,
        "copy all databases of the cluster",
    ),
    (
        "bypassrls",
        Severity::Warning,
        "read rows that policies keep from it",
    ),
    (
        "createrole",
        Severity::Warning,
        "make roles that no manifest declares",
    ),
    (
        "createdb",
        Severity::Info,
        "make databases that no manifest declares",
    ),
];

fn check(repository: &Repository<'_>, found: &mut Findings) {
    for role in &repository.roles {
        if role.is_absent() || !owns_database(repository, role) {
            continue;
        }
        for (field, severity, may) in ATTRIBUTES {
            let Some(value) = role.field(field).filter(|value| value.is_true()) else {
                continue;
            };
            let severity = if severity == Severity::Error && is_alone(repository, role) {
                // All that it may reach is its own.
                Severity::Warning
            } else {
                severity
            };
            let message = format!("with `{field}` the role of an app may {may}");
            found.push_as(severity, Finding::of(&role.object, value.span, message));
        }
    }
}

/// Whether its Cluster is evidently made for this role alone: no other role is known there, and the bootstrap makes this one
/// or the Cluster is named after it.
fn is_alone(repository: &Repository<'_>, role: &Role<'_>) -> bool {
    let Some((cluster, name)) = role.known_cluster().zip(role.known_name()) else {
        return false;
    };
    let mut roles = repository.roles_of(cluster);
    let owners = repository.all_clusters_named(cluster);
    let mut owners = owners.filter_map(|cluster| {
        let written = cluster.owner.as_ref().or(cluster.database.as_ref());
        written.map(|word| &*word.text)
    });
    let is_named_so = || cluster.split('-').any(|part| part == name);
    !roles.any(|other| other.known_name() != Some(name))
        && owners.next().map_or_else(is_named_so, |owner| {
            owner == name && owners.all(|owner| owner == name)
        })
}

fn owns_database(repository: &Repository<'_>, role: &Role<'_>) -> bool {
    let names = role.known_cluster().zip(role.known_name());
    names.is_some_and(|(cluster, name)| {
        let mut databases = repository.databases_of(cluster, name);
        databases.any(|database| !database.is_absent())
    })
}
