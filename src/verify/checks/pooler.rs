//! Pooler: the one that the app connects through leads to the primary, and takes connections.
//!
//! Source: CloudNativePG `api/v1/pooler_types.go` and `internal/controller/pooler_status.go`: `status.instances` counts the
//! pods, whether they are ready or not; the pods have the label `cnpg.io/poolerName`.

use super::{Link, absent, unread};
use crate::live::fact::Fact;
use crate::live::pod::Pod;
use crate::live::pooler::Pooler;
use crate::report::{Check, Subject};
use crate::verify::chain::Chain;
use crate::verify::facts::POOLER_NAME;

const LINK: Subject = Subject {
    check: "pooler",
    title: "Pooler",
};

/// Looks at the app's Pooler; says nothing of an app without one.
pub(super) fn check(chain: &Chain<'_>) -> Vec<Check> {
    let Some(name) = &chain.app.pooler else {
        return Vec::new();
    };
    let namespace = &chain.app.namespace;
    let check = match chain.facts.poolers.get(namespace, name) {
        Fact::Unreadable(why) => unread(Link::Pooler, &why),
        Fact::Absent => absent(chain, Link::Pooler, &[Link::ArgoCd], "it is not there"),
        Fact::Present(pooler) => look(chain, pooler),
    };
    vec![check.of(chain.place("Pooler", name))]
}

fn look(chain: &Chain<'_>, pooler: &Pooler) -> Check {
    let cluster = &chain.app.cluster;
    if pooler.meta.is_deleted {
        return LINK.broken("deleting", "it is being deleted");
    }
    if pooler.cluster != *cluster {
        let evidence = format!(
            "its cluster.name is {:?}, expected is {cluster:?}",
            pooler.cluster
        );
        return LINK.broken("other-cluster", evidence);
    }
    if pooler.kind != "rw" {
        let evidence = format!(
            "its type is {:?}: it does not lead to the primary alone, where the app could write",
            pooler.kind
        );
        return LINK
            .broken("not-read-write", evidence)
            .remedy("name a Pooler of type rw");
    }
    if let Some(check) = stopped(pooler) {
        return check;
    }
    ready(chain, pooler)
}

/// The failure of a Pooler that gives nobody a connection, as its declaration or the operator says.
fn stopped(pooler: &Pooler) -> Option<Check> {
    let reason = match pooler.phase_reason.as_str() {
        "" => String::new(),
        reason => format!(": {reason}"),
    };
    if pooler.is_paused || pooler.phase == "paused" {
        let check = LINK.broken("paused", "it is paused: who connects waits");
        return Some(check.remedy("take `paused: true` out of spec.pgbouncer of its manifest"));
    }
    match pooler.phase.as_str() {
        "failed" => Some(LINK.broken("failed", format!("CNPG could not set it up{reason}"))),
        "inactive" => Some(LINK.pending("inactive", format!("it lacks what it needs{reason}"))),
        _ if pooler.instances == 0 => {
            let check = LINK.broken("no-instances", "it is declared with no instances");
            Some(check.remedy("set spec.instances of its manifest"))
        }
        _ => None,
    }
}

/// Whether its pods take connections.
fn ready(chain: &Chain<'_>, pooler: &Pooler) -> Check {
    let (name, namespace) = (&pooler.meta.name, &pooler.meta.namespace);
    let wanted = pooler.instances;
    let see = format!("kubectl get pods --namespace {namespace} --selector {POOLER_NAME}={name}");
    if let Some(why) = chain.facts.pooler_pods.unread_of(namespace) {
        return unread(Link::Pooler, why);
    }
    let is_its = |pod: &&Pod| {
        let label = pod.meta.labels.get(POOLER_NAME);
        label == Some(name) && !pod.meta.is_deleted
    };
    let pods = chain.facts.pooler_pods.in_namespace(namespace);
    let ready = pods.filter(is_its).filter(|pod| pod.is_ready).count();
    let evidence = format!("{ready} of {wanted} instances are ready");
    if ready == 0 {
        return LINK.pending("not-ready", evidence).remedy(see);
    }
    let check = LINK.pass(format!("leads to the primary, {evidence}"));
    if i64::try_from(ready).is_ok_and(|ready| ready < wanted) {
        return check.warning("not-all-ready", evidence, vec![see]);
    }
    check
}
