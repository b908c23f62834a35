//! Cluster: PostgreSQL runs, has a primary, and the sync-waves of the live objects ascend.
//!
//! Source: CloudNativePG `api/v1/cluster_types.go` (phases, conditions) and `pkg/utils/labels_annotations.go`.

mod waves;

use super::{Link, unread};
use crate::live::cluster::Cluster;
use crate::live::fact::Fact;
use crate::report::{Check, Subject};
use crate::verify::chain::Chain;

const LINK: Subject = Subject {
    check: "cluster",
    title: "Cluster",
};
/// The annotation that shuts a Cluster down and keeps its volumes.
const HIBERNATION: &str = "cnpg.io/hibernation";

/// Looks at the Cluster, at its primary and at the waves.
pub(super) fn check(chain: &Chain<'_>) -> Vec<Check> {
    let place = chain.place("Cluster", &chain.app.cluster);
    let check = match chain.cluster() {
        Fact::Unreadable(why) => unread(Link::Cluster, &why),
        Fact::Absent => LINK
            .pending("missing", "it is not there")
            .remedy(format!(
                "kubectl get clusters.postgresql.cnpg.io --namespace {}",
                chain.app.namespace
            ))
            .remedy("name it with --cluster and --namespace where it is not the one that is meant"),
        Fact::Present(cluster) => look(chain, cluster),
    };
    vec![check.of(place)]
}

fn look(chain: &Chain<'_>, cluster: &Cluster) -> Check {
    let status = format!(
        "kubectl cnpg status {} --namespace {}",
        cluster.meta.name, cluster.meta.namespace
    );
    let wrong = stopped(cluster)
        .or_else(|| not_ready(cluster))
        .or_else(|| without_primary(chain, cluster));
    if let Some(check) = wrong {
        return check.remedy(status);
    }
    let waves = match waves::check(chain, cluster) {
        Ok(waves) => waves,
        Err(evidence) => return waves::broken(evidence),
    };
    LINK.pass(format!(
        "is ready with {} of {} instances, the primary is {}{waves}",
        cluster.ready_instances, cluster.instances, cluster.current_primary
    ))
}

fn stopped(cluster: &Cluster) -> Option<Check> {
    if cluster.meta.annotation(HIBERNATION) == Some("on") {
        return Some(LINK.broken(
            "hibernated",
            "it is hibernated: its annotation cnpg.io/hibernation is `on`",
        ));
    }
    if cluster.is_replica {
        let evidence = "it is a replica of another cluster: it is read alone, and makes no roles and databases";
        return Some(LINK.broken("replica-cluster", evidence));
    }
    cluster
        .meta
        .is_deleted
        .then(|| LINK.broken("deleting", "it is being deleted"))
}

fn not_ready(cluster: &Cluster) -> Option<Check> {
    if cluster.ready == Some(true) {
        return None;
    }
    let instances = format!(
        "{} of {} instances are ready",
        cluster.ready_instances, cluster.instances
    );
    let phase = match (cluster.phase.as_str(), cluster.phase_reason.as_str()) {
        ("", _) => "it has no phase yet".to_owned(),
        (phase, "") => phase.to_owned(),
        (phase, reason) => format!("{phase} ({reason})"),
    };
    Some(LINK.pending("not-ready", format!("{phase}; {instances}")))
}

fn without_primary(chain: &Chain<'_>, cluster: &Cluster) -> Option<Check> {
    let primary = &cluster.current_primary;
    if primary.is_empty() {
        return Some(LINK.pending("no-primary", "it has no primary"));
    }
    if *primary != cluster.target_primary {
        let evidence = format!(
            "the primary is changing from {primary} to {}",
            cluster.target_primary
        );
        return Some(LINK.pending("failing-over", evidence));
    }
    match chain.facts.pods.get(&cluster.meta.namespace, primary) {
        Fact::Unreadable(why) => Some(unread(Link::Cluster, &why)),
        Fact::Absent => Some(LINK.pending(
            "no-primary",
            format!(
                "the primary's pod {primary} is not there, or does not bear the primary's label"
            ),
        )),
        Fact::Present(pod) if pod.meta.is_deleted => {
            let evidence = format!("the primary's pod {primary} is being deleted");
            Some(LINK.pending("primary-not-ready", evidence))
        }
        Fact::Present(pod) if !pod.is_ready => {
            let evidence = format!(
                "the primary's pod {primary} is not ready, its phase is {}",
                pod.phase
            );
            Some(LINK.pending("primary-not-ready", evidence))
        }
        Fact::Present(_) => None,
    }
}
