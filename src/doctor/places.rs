//! The Cluster and the namespaces.

use std::collections::BTreeSet;

use super::{Expected, unread};
use crate::live::cluster::Cluster;
use crate::live::fact::{Cause, Fact};
use crate::live::meta::place;
use crate::live::secret::Secret;
use crate::report::{Check, Subject};

pub(super) const CLUSTER: Subject = Subject {
    check: "cluster",
    title: "Cluster",
};
pub(super) const CONNECTION: Subject = Subject {
    check: "connection",
    title: "Connection",
};
pub(super) const NAMESPACE: Subject = Subject {
    check: "namespace",
    title: "Namespace",
};

/// How to see all Clusters.
const ALL_CLUSTERS: &str = "kubectl get clusters.postgresql.cnpg.io --all-namespaces";

/// The Secret is there with the connection of a server that CNPG does not run.
pub(super) fn connection(
    expected: &Expected,
    (name, key): &(String, String),
    secret: &Fact<Secret>,
) -> Check {
    let object = place("Secret", &expected.namespace, name);
    let check = match secret {
        Fact::Unreadable(why) => unread(CONNECTION, why),
        Fact::Present(secret) if secret.values.contains_key(key) => {
            CONNECTION.pass(format!("it has the key {key}"))
        }
        Fact::Present(_) => CONNECTION
            .broken("no-key", format!("it has no key {key}"))
            .remedy("name the right key as `connectionKey` in .pgdb.yaml"),
        Fact::Absent => CONNECTION
            .pending(
                "missing",
                "it is not there: the Jobs of the server cannot connect",
            )
            .remedy("seal it: kubectl pgdb init --engine postgres --dsn-stdin < FILE")
            .remedy("or name the right one as `connectionSecret` in .pgdb.yaml"),
    };
    check.of(object)
}

/// The Cluster that is meant is there.
pub(super) fn cluster(expected: &Expected, clusters: &Fact<Vec<Cluster>>) -> Check {
    let namespace = &expected.namespace;
    let there: Vec<&Cluster> = match clusters {
        Fact::Unreadable(why) if why.cause == Cause::NotServed => {
            return CLUSTER.skipped("waits", "waits for CloudNativePG");
        }
        Fact::Unreadable(why) => return unread(CLUSTER, why),
        Fact::Absent => Vec::new(),
        Fact::Present(clusters) => clusters.iter().collect(),
    };
    let names: Vec<&str> = there
        .iter()
        .map(|cluster| cluster.meta.name.as_str())
        .collect();
    match (&expected.cluster, there.as_slice()) {
        (Some(name), there) => match there.iter().find(|cluster| cluster.meta.name == *name) {
            Some(cluster) => state(cluster),
            None => missing(name, namespace, &names),
        },
        (None, [only]) => state(only),
        (None, []) => CLUSTER
            .pending(
                "missing",
                format!("there is no CNPG Cluster in the namespace {namespace}"),
            )
            .remedy(ALL_CLUSTERS)
            .remedy("name the namespace with --namespace, or let Argo CD sync the Cluster's manifest"),
        (None, _) => CLUSTER.skipped(
            "not-named",
            format!(
                "nothing says which of the Clusters in {namespace} is meant: {}; name one with --cluster",
                names.join(", ")
            ),
        ),
    }
}

fn missing(name: &str, namespace: &str, others: &[&str]) -> Check {
    let others = match others {
        [] => "the namespace has no other".to_owned(),
        others => format!("the namespace has {}", others.join(", ")),
    };
    CLUSTER
        .pending("missing", format!("it is not there; {others}"))
        .of(place("Cluster", namespace, name))
        .remedy("let Argo CD sync the Cluster's manifest")
        .remedy(ALL_CLUSTERS)
}

/// A Cluster that is there: whether apps can log in matters to `verify`; here it is worth a warning.
fn state(cluster: &Cluster) -> Check {
    let instances = format!(
        "{} of {} instances are ready",
        cluster.ready_instances, cluster.instances
    );
    let check = CLUSTER.pass(instances).of(cluster.meta.place("Cluster"));
    if cluster.ready == Some(true) {
        return check;
    }
    let phase = match cluster.phase.as_str() {
        "" => "it says nothing of its state yet".to_owned(),
        phase => format!("it is not ready: {phase}"),
    };
    let describe = format!(
        "kubectl describe cluster.postgresql.cnpg.io {} --namespace {}",
        cluster.meta.name, cluster.meta.namespace
    );
    check.warning("not-ready", phase, vec![describe])
}

/// The Cluster's namespace is there, and those that credentials are mirrored to.
pub(super) fn namespaces(expected: &Expected, there: &Fact<BTreeSet<String>>) -> Vec<Check> {
    let there = match there {
        Fact::Present(there) => there,
        Fact::Absent => &BTreeSet::new(),
        Fact::Unreadable(why) => return vec![unread(NAMESPACE, why)],
    };
    let mut names = vec![(&expected.namespace, "the Cluster's")];
    let apps = expected.app_namespaces.iter();
    names.extend(
        apps.filter(|name| **name != expected.namespace)
            .map(|name| (name, "an app's")),
    );
    let check = |(name, whose): (&String, &str)| {
        let check = if there.contains(name) {
            NAMESPACE.pass(format!("it is there: {whose}"))
        } else {
            NAMESPACE
                .pending("missing", format!("it is not there: {whose}"))
                .remedy(format!(
                    "let Argo CD sync its manifest, or: kubectl create namespace {name}"
                ))
        };
        check.of(place("Namespace", "", name))
    };
    names.into_iter().map(check).collect()
}
