//! A Database or DatabaseRole in another namespace than its Cluster.

use std::sync::Arc;

use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::cluster::Cluster;
use crate::lint::repository::object::Object;
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB102",
    name: "object-outside-namespace",
    severity: Severity::Error,
    is_fixable: false,
    summary: "A Database or DatabaseRole is in another namespace than the Cluster that it names.",
    why: "CNPG looks for the Cluster in the object's own namespace alone, and does nothing while there is none. Argo CD knows no \
          health of these objects, so the application is green all the same.",
    mend: "Put the object into the Cluster's namespace. Only the credential goes to the application's, as a mirror.",
    example: Example {
        path: "infra/databases/postgres/my-shop-db.yaml",
        bad: include_str!("object_outside_namespace/bad.yaml"),
        good: include_str!("object_outside_namespace/good.yaml"),
        beside: &[],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    let databases = repository
        .databases
        .iter()
        .map(|database| (&database.object, database.known_cluster()));
    let roles = repository.roles.iter();
    let roles = roles.filter(|role| role.entry.is_none());
    let roles = roles.map(|role| (&role.object, role.known_cluster()));
    for (object, cluster) in databases.chain(roles) {
        if let Some(cluster) = cluster {
            check_object(repository, object, cluster, found);
        }
    }
}

fn check_object(
    repository: &Repository<'_>,
    object: &Arc<Object<'_>>,
    cluster: &str,
    found: &mut Findings,
) {
    let is_beside = || repository.clusters_named(cluster, object).next().is_some();
    let mut elsewhere = repository.all_clusters_named(cluster);
    let Some(first) = elsewhere.find(|cluster| cluster.is_whole) else {
        return;
    };
    if object.is_patch || is_beside() {
        return;
    }
    let message = format!(
        "this object is in the namespace {}, but the Cluster {cluster} is in {}, and CNPG looks for it here alone",
        object.namespaces.join(", "),
        namespaces(first, elsewhere),
    );
    let finding = Finding::of(object, object.namespace_span(), message);
    let place = first.object.namespace_span();
    let finding = finding.related(&first.object, place, "the Cluster");
    // The Cluster may also be a template that nobody filled in yet.
    let severity = if repository.is_in_unread("postgresql.cnpg.io") {
        Severity::Info
    } else {
        Severity::Error
    };
    found.push_as(severity, finding);
}

/// The namespaces of some Clusters, each once.
fn namespaces<'a, 'text: 'a>(
    first: &Cluster<'text>,
    others: impl Iterator<Item = &'a Cluster<'text>>,
) -> String {
    let mut names = first.object.namespaces.clone();
    names.extend(others.flat_map(|cluster| cluster.object.namespaces.clone()));
    names.sort();
    names.dedup();
    names.join(", ")
}
