//! The CNPG Pooler that an app connects through: somebody else declares it.
//!
//! Source: CloudNativePG `api/v1/pooler_types.go`.

use super::error::Conflict;
use super::inventory::{Findings, Surroundings};
use crate::repo::object::{Object, objects};
use crate::repo::yaml::Node;
use crate::target::CNPG;
use crate::target::own::is_on_cluster;

const POOLER_FLAG: &str = "--pooler";

/// Looks at the Pooler that was asked for.
pub(super) fn inspect(around: &Surroundings<'_, '_>, findings: &mut Findings) {
    let inputs = around.inputs;
    let Some(pooler) = &inputs.app.options.pooler else {
        return;
    };
    let target = inputs.target;
    let name = pooler.as_str();
    let is_here = |object: &Object<'_>| {
        let namespace = object.namespace();
        object.is(CNPG, "Pooler")
            && object.name() == Some(name)
            && namespace.is_none_or(|found| found == target.namespace.as_str())
    };
    let found = objects(inputs.snapshot, |header, text| {
        header.kind == Some("Pooler") && text.contains(name)
    });
    let mut poolers = found
        .objects
        .iter()
        .filter(|object| is_here(object))
        .peekable();
    if poolers.peek().is_none() {
        findings.warnings.push(format!(
            "nothing in the repository declares the Pooler {pooler}: it has to be in the namespace {} and of the Cluster {}",
            target.namespace, target.cluster
        ));
    }
    let found: Vec<_> = poolers.collect();
    let own = |object: &&&Object<'_>| is_on_cluster(object, target.cluster.as_str());
    match found.iter().find(own) {
        Some(object) => look(object, findings),
        None => findings
            .conflicts
            .extend(found.first().map(|object| foreign(object))),
    }
}

/// The conflict with a Pooler of another Cluster.
fn foreign(object: &Object<'_>) -> Conflict {
    let cluster = object.root.at(&["spec", "cluster", "name"]);
    Conflict {
        place: object.place(),
        problem: format!(
            "Pooler {} is one of the Cluster {:?}",
            object.name().unwrap_or_default(),
            cluster.and_then(Node::as_str).unwrap_or_default()
        ),
        flag: POOLER_FLAG,
    }
}

/// Notes what is wrong with a Pooler of the Cluster.
fn look(object: &Object<'_>, findings: &mut Findings) {
    let spec = |path: &[&str]| object.root.get("spec")?.at(path)?.as_str();
    let (place, name) = (object.place(), object.name().unwrap_or_default());
    let kind = spec(&["type"]).unwrap_or("rw");
    if kind != "rw" {
        findings.conflicts.push(Conflict {
            place: place.clone(),
            problem: format!(
                "Pooler {name} does not lead to the primary alone (type: {kind}), where the app could write"
            ),
            flag: POOLER_FLAG,
        });
    }
    if spec(&["pgbouncer", "poolMode"]) == Some("transaction") {
        findings.warnings.push(format!(
            "{place}: the Pooler {name} gives out connections for one transaction each (poolMode: transaction): what an \
             application keeps in a session, such as SET, LISTEN, temporary tables and advisory locks, does not last"
        ));
    }
    if spec(&["pgbouncer", "paused"]) == Some("true") {
        findings.warnings.push(format!(
            "{place}: the Pooler {name} is paused: nobody gets a connection through it"
        ));
    }
}
