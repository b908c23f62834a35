//! A Database's owner that is no role.

use std::collections::HashSet;
use std::sync::Arc;

use crate::domain::nearest::nearest;
use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::cluster::Cluster;
use crate::lint::repository::database::Database;
use crate::lint::repository::object::Object;
use crate::lint::repository::role::Role;
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB201",
    name: "unknown-owner",
    severity: Severity::Error,
    is_fixable: false,
    summary: "A Database's `owner` is declared by no managed role, DatabaseRole or bootstrap of its Cluster.",
    why: "CNPG cannot make the database until the role exists, and tries again every 30 seconds without end. Argo CD knows no \
          health of a Database, so the application is green all the same.",
    mend: "Make `spec.owner` the name of a role, letter for letter: an entry of the Cluster's `spec.managed.roles`, or the \
           `spec.name` of a DatabaseRole of that Cluster. If the role is made outside the repository, ignore the finding with \
           that reason.",
    example: Example {
        path: "infra/databases/postgres/my-shop-db.yaml",
        bad: include_str!("unknown_owner/bad.yaml"),
        good: include_str!("unknown_owner/good.yaml"),
        beside: &[],
    },
    check,
};

/// More comparisons than this are not made: where so many names are unknown, no slip of the pen is the cause.
const MOST_COMPARISONS: usize = 200_000;

fn check(repository: &Repository<'_>, found: &mut Findings) {
    let mut left = MOST_COMPARISONS;
    for database in &repository.databases {
        let (Some(owner), Some(name), Some(cluster)) = (
            database.field("owner"),
            database.known_owner(),
            database.known_cluster(),
        ) else {
            continue;
        };
        // Of a Cluster that is kept elsewhere nothing is known.
        let is_elsewhere = repository.all_clusters_named(cluster).next().is_none()
            && repository.roles_of(cluster).next().is_none();
        let is_left_alone = database.is_absent() || database.object.is_patch || is_elsewhere;
        if is_left_alone || is_declared(repository, database, cluster, name) {
            continue;
        }
        let message = format!(
            "no role of the Cluster {cluster} is called {name:?}, to which this database is to belong"
        );
        let mut finding = Finding::of(&database.object, owner.span, message);
        if let Some(near) = near_role(repository, cluster, name, &mut left) {
            finding = finding.help(did_you_mean(near, name));
        }
        let severity = if is_sure(repository, database, cluster, name) {
            Severity::Error
        } else {
            Severity::Info
        };
        found.push_as(severity, finding);
    }
}

/// The role of the Cluster that was perhaps meant; `left` is how many comparisons may still be made.
fn near_role<'a>(
    repository: &'a Repository<'_>,
    cluster: &str,
    owner: &str,
    left: &mut usize,
) -> Option<&'a str> {
    if *left == 0 {
        return None;
    }
    let known = repository.roles_of(cluster).take(*left);
    let known: Vec<&str> = known.filter_map(Role::known_name).collect();
    *left = left.saturating_sub(known.len());
    nearest(owner, known)
}

fn did_you_mean(near: &str, owner: &str) -> String {
    if near == owner {
        return "only another copy of the Cluster declares it".to_owned();
    }
    format!("did you mean {near:?}?")
}

/// Whether all that may declare a role is known: the Cluster's roles, and nothing that makes others when it begins.
fn is_sure(
    repository: &Repository<'_>,
    database: &Database<'_>,
    cluster: &str,
    owner: &str,
) -> bool {
    let mut clusters = repository.clusters_named(cluster, &database.object);
    repository.knows_roles_of(cluster, &database.object)
        && !clusters.any(|cluster| cluster.brings_roles)
        && !repository.is_in_unread(owner)
}

/// Whether the Cluster has such a role: an entry, a patch's, a DatabaseRole, or one that its bootstrap makes or imports.
fn is_declared(
    repository: &Repository<'_>,
    database: &Database<'_>,
    cluster: &str,
    owner: &str,
) -> bool {
    let object = &database.object;
    owner == "postgres"
        || has_role(repository, object, cluster, owner)
        || repository.all_clusters_named(cluster).any(|cluster| {
            cluster.bootstrap_owner() == Some(owner)
                || cluster.imported_roles.iter().any(|role| role == owner)
        })
        || repository.kustomize_mentions(object, owner)
}

/// Whether a role of this name is there that is no entry of a copy: of another Cluster of this name while one is where the
/// object is.
fn has_role(repository: &Repository<'_>, object: &Object<'_>, cluster: &str, owner: &str) -> bool {
    let is_here =
        |other: &Object<'_>| other.may_be_beside(object) && repository.are_together(other, object);
    let mut near = repository.roles_named(cluster, owner);
    if near.any(|role| role.entry.is_none() || is_here(&role.object)) {
        return true;
    }
    let whole = |found: &&Cluster<'_>| found.is_whole;
    let all = repository.all_clusters_named(cluster).filter(whole);
    let all: HashSet<_> = all.map(|found| Arc::as_ptr(&found.object)).collect();
    let mut beside = repository.clusters_named(cluster, object).filter(whole);
    let has_beside = beside.next().is_some();
    let mut beside = repository.clusters_named(cluster, object).filter(whole);
    let has_own = beside.any(|found| is_here(&found.object));
    let mut roles = repository.roles_named(cluster, owner);
    roles.any(|role| {
        let is_copy = all.contains(&Arc::as_ptr(&role.object));
        let is_beside = role.object.may_be_beside(object);
        !is_copy || !(has_own || has_beside && !is_beside)
    })
}
