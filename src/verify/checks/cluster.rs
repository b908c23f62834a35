//! Cluster: PostgreSQL runs, has a primary, and the sync-waves of the live objects ascend.
//!
//! Source: CloudNativePG `api/v1/cluster_types.go` (phases, conditions) and `pkg/utils/labels_annotations.go`.

use super::{Link, unread};
use crate::domain::wave::SYNC_WAVE;
use crate::live::application::Application;
use crate::live::cluster::Cluster;
use crate::live::fact::{Cause, Fact};
use crate::live::meta::Meta;
use crate::report::{Check, Subject};
use crate::verify::chain::{Chain, LiveRole};

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
    match waves(chain, cluster) {
        Ok(waves) => LINK.pass(format!(
            "is ready with {} of {} instances, the primary is {}{waves}",
            cluster.ready_instances, cluster.instances, cluster.current_primary
        )),
        Err(check) => *check,
    }
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

/// That the waves ascend from the credential over the role to the database, in words; empty where Argo CD has no part in
/// it. An object that is not there is left out: its own link says so.
fn waves(chain: &Chain<'_>, cluster: &Cluster) -> Result<String, Box<Check>> {
    let mut metas: Vec<(&str, &Meta)> = Vec::new();
    if let Fact::Present(sealed) = chain.sealed_secret() {
        metas.push(("the SealedSecret", &sealed.meta));
    }
    match chain.role() {
        Fact::Present(LiveRole::Object(object)) => metas.push(("the DatabaseRole", &object.meta)),
        Fact::Unreadable(_) => {}
        Fact::Absent if chain.app.role_object().is_some() => {}
        _ => metas.push(("the Cluster", &cluster.meta)),
    }
    if let Fact::Present(database) = chain.database() {
        metas.push(("the Database", &database.meta));
    }
    let argo_cd = chain.facts.applications.unread_of("");
    let is_without_argo_cd = chain.skip.contains(&Link::ArgoCd)
        || argo_cd.is_some_and(|why| why.cause == Cause::NotServed);
    if is_without_argo_cd
        && metas
            .iter()
            .all(|(_, meta)| meta.annotation(SYNC_WAVE).is_none())
    {
        return Ok(String::new());
    }
    let mut waves: Vec<(&str, i32, Option<&Application>)> = Vec::new();
    for (what, meta) in metas {
        let kind = what.trim_start_matches("the ");
        let application = chain.index.application(kind, &meta.namespace, &meta.name);
        waves.push((what, wave(what, meta)?, application));
    }
    // Waves order what one Application holds.
    let are_together = |one: Option<&Application>, other: Option<&Application>| match (one, other) {
        (Some(one), Some(other)) => std::ptr::eq(one, other),
        _ => true,
    };
    let descends = waves.windows(2).find_map(|pair| match pair {
        [(first, low, one), (second, high, other)] if low >= high && are_together(*one, *other) => {
            Some((first, low, second, high))
        }
        _ => None,
    });
    match descends {
        // One alone says nothing.
        None if waves.len() < 2 => Ok(String::new()),
        None => {
            let numbers: Vec<String> = waves.iter().map(|(_, wave, _)| wave.to_string()).collect();
            Ok(format!(", the waves {} ascend", numbers.join(", ")))
        }
        Some((first, low, second, high)) => {
            let evidence = format!(
                "the sync-wave of {first} is {low}, that of {second} is {high}: they have to ascend"
            );
            Err(Box::new(waves_broken(evidence)))
        }
    }
}

/// An object's sync-wave: 0 where it has none.
fn wave(what: &str, meta: &Meta) -> Result<i32, Box<Check>> {
    let Some(text) = meta.annotation(SYNC_WAVE) else {
        return Ok(0);
    };
    text.parse().map_err(|_| {
        Box::new(waves_broken(format!(
            "the sync-wave of {what} is {text:?}, which is no integer"
        )))
    })
}

fn waves_broken(evidence: String) -> Check {
    LINK.broken("waves", evidence).remedy(format!(
        "set {SYNC_WAVE} on the objects' own metadata: \"0\" on the SealedSecret, \"1\" on the Cluster or the \
         DatabaseRole, \"2\" on the Database"
    ))
}
