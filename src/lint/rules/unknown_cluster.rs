//! A Database or DatabaseRole of a Cluster that is not in the repository.

use std::collections::BTreeSet;

use crate::domain::nearest::{differ_in_digits_alone, nearest};
use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::object::Object;
use crate::lint::repository::word::Word;
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB203",
    name: "unknown-cluster",
    severity: Severity::Error,
    is_fixable: false,
    summary: "A Database or DatabaseRole names a Cluster that is not in the repository.",
    why: "CNPG does nothing with the object while there is no Cluster of that name in its namespace, and Argo CD shows it as \
          healthy all the same. It is an error where the repository has a Cluster of nearly that name; else the Cluster may be \
          kept elsewhere, and it is for your information.",
    mend: "Make `spec.cluster.name` the `metadata.name` of the Cluster, letter for letter.",
    example: Example {
        path: "infra/databases/postgres/my-shop-db.yaml",
        bad: include_str!("unknown_cluster/bad.yaml"),
        good: include_str!("unknown_cluster/good.yaml"),
        beside: &[],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    let names = repository.cluster_names();
    if names.is_empty() {
        return;
    }
    let renamed = renamed(repository);
    let databases = repository.databases.iter();
    let databases = databases.map(|database| (&database.object, database.cluster.as_ref()));
    let roles = repository.roles.iter().filter(|role| role.entry.is_none());
    let roles = roles.map(|role| (&role.object, role.cluster.as_ref()));
    for (object, word) in databases.chain(roles) {
        let Some(word) = word.filter(|_| !object.is_patch) else {
            continue;
        };
        let Some(name) = word.known() else { continue };
        let is_renamed = || renamed.iter().any(|known| name.contains(known));
        if repository.all_clusters_named(name).next().is_none()
            && !is_renamed()
            && !is_explained(repository, object, name)
        {
            push(repository, object, word, &names, found);
        }
    }
}

/// The names of Clusters that kustomize puts a prefix or suffix on.
fn renamed<'a>(repository: &'a Repository<'_>) -> BTreeSet<&'a str> {
    let clusters = repository.clusters.iter();
    clusters
        .filter(|cluster| repository.is_renamed(&cluster.object))
        .filter_map(|cluster| cluster.name())
        .collect()
}

/// Whether a file that could not be read, a kustomization or `.pgdb.yaml` speaks of such a Cluster.
fn is_explained<'text>(repository: &Repository<'text>, object: &Object<'text>, name: &str) -> bool {
    let mut targets = repository.targets.iter();
    targets.any(|target| {
        target
            .cluster
            .as_ref()
            .is_some_and(|known| known.as_str() == name)
    }) || repository.is_in_unread(name)
        || repository.kustomize_mentions(object, name)
}

fn push<'text>(
    repository: &Repository<'text>,
    object: &Object<'text>,
    word: &Word<'text>,
    names: &BTreeSet<&str>,
    found: &mut Findings,
) {
    let message = format!("no Cluster in the repository is called {:?}", word.text);
    let finding = Finding::of(object, word.span, message);
    let near = nearest(&word.text, names.iter().copied());
    // Names that differ in numbers alone are those of several Clusters.
    let near = near.filter(|near| !differ_in_digits_alone(near, &word.text));
    let near = near.filter(|near| repository.clusters_named(near, object).next().is_some());
    match near {
        Some(near) => found.push(finding.help(format!("did you mean {near:?}?"))),
        None => found.push_as(Severity::Info, finding),
    }
}
