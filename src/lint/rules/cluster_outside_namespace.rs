//! A Cluster in another namespace than `.pgdb.yaml` says.

use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::cluster::Cluster;
use crate::lint::rule::{Example, Findings, Rule};
use crate::settings::{FILE, TargetSettings};

pub(super) const RULE: Rule = Rule {
    code: "PGDB103",
    name: "cluster-outside-namespace",
    severity: Severity::Error,
    is_fixable: false,
    summary: "A Cluster is in another namespace than `.pgdb.yaml` says of its target.",
    why: "Credentials, roles and databases are written for the namespace that `.pgdb.yaml` names, and CNPG looks for them in the \
          Cluster's own.",
    mend: "Correct the target's `namespace` in `.pgdb.yaml`, or the namespace of the Cluster. Without the setting, the namespace is \
           taken from the Cluster's manifest.",
    example: Example {
        path: FILE,
        bad: include_str!("cluster_outside_namespace/bad.yaml"),
        good: include_str!("cluster_outside_namespace/good.yaml"),
        beside: &[],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    for target in repository.targets {
        let Some(namespace) = &target.namespace else {
            continue;
        };
        let named: Vec<&Cluster<'_>> = repository
            .clusters
            .iter()
            .filter(|cluster| cluster.is_whole && is_of(cluster, target))
            .collect();
        let mut all = named.iter();
        if all.any(|cluster| cluster.object.may_be_in(namespace.as_str())) {
            continue;
        }
        for cluster in named {
            let message = format!(
                "{FILE} says that this Cluster is in the namespace {namespace}, but it is in {}",
                cluster.object.namespaces.join(", "),
            );
            let place = cluster.object.namespace_span();
            found.push(Finding::of(&cluster.object, place, message));
        }
    }
}

/// Whether the settings of a target name this Cluster.
fn is_of(cluster: &Cluster<'_>, target: &TargetSettings) -> bool {
    let name = target.cluster.as_ref();
    let file = target.cluster_file.as_ref();
    (name.is_some() || file.is_some())
        && name.is_none_or(|name| cluster.name() == Some(name.as_str()))
        && file.is_none_or(|file| file == cluster.object.path)
}
