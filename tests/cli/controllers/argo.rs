//! Argo CD: an automated sync with pruning (`gitops-engine/pkg/sync/sync_context.go`).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::super::world::{self, argo, cnpg, platform};
use super::{Controllers, admission, jobs, objects, source};

/// The kinds whose objects may be pruned. Namespaces are their teams'.
const KINDS: [&str; 8] = [
    "sealedsecrets",
    "clusters",
    "databaseroles",
    "databases",
    "configmaps",
    "services",
    "cronjobs",
    "networkpolicies",
];

/// What is to be done in a wave.
#[derive(Default)]
struct Wave {
    prune: Vec<Value>,
    apply: Vec<Value>,
}

/// Syncs what is in the folder, and says in the Application how that went.
pub fn sync(controllers: &Controllers) -> Result<(), String> {
    let server = &controllers.server;
    let manifests = source::of(&controllers.root);
    for namespace in world::namespaces(&manifests) {
        if server.get("namespaces", "", &namespace).is_none() {
            server.put(platform::namespace(&namespace));
        }
    }
    let outcome = waves(controllers, &manifests)
        .into_values()
        .try_for_each(|wave| run(controllers, &wave));
    let mut application = argo::application(&manifests);
    let status = &mut application["status"];
    if let Err((phase, message)) = &outcome {
        status["operationState"]["phase"] = json!(phase);
        status["operationState"]["message"] = json!(message);
        status["sync"]["status"] = json!("OutOfSync");
    }
    if manifests.iter().any(|one| unhealthy(controllers, one)) {
        status["health"]["status"] = json!("Degraded");
    }
    server.put(application);
    outcome.map_err(|(phase, message)| format!("{phase}: {message}"))
}

/// What is to be done, by sync-wave. Among themselves, the waves of what is pruned run backwards.
fn waves(controllers: &Controllers, manifests: &[Value]) -> BTreeMap<i64, Wave> {
    let mut waves: BTreeMap<i64, Wave> = BTreeMap::new();
    for manifest in manifests {
        if manifest["kind"] != "Namespace" {
            let wave = waves.entry(argo::wave(manifest)).or_default();
            wave.apply.push(manifest.clone());
        }
    }
    let identity = |object: &Value| (objects::plural(object), world::place(object));
    let wanted: BTreeSet<_> = manifests.iter().map(identity).collect();
    let live = KINDS.iter().flat_map(|kind| controllers.server.all(kind));
    let stale: Vec<Value> = live
        .filter(|object| object["metadata"]["annotations"][argo::TRACKING].is_string())
        .filter(|object| !wanted.contains(&identity(object)))
        .collect();
    let pruned: BTreeSet<i64> = stale.iter().map(argo::wave).collect();
    let reversed: BTreeMap<i64, i64> = pruned
        .iter()
        .copied()
        .zip(pruned.iter().rev().copied())
        .collect();
    for object in stale {
        let wave = reversed[&argo::wave(&object)];
        waves.entry(wave).or_default().prune.push(object);
    }
    waves
}

/// Runs a wave; the next one begins when this one's objects are gone or healthy.
///
/// # Errors
/// The phase and the message of the operation.
fn run(controllers: &Controllers, wave: &Wave) -> Result<(), (&'static str, String)> {
    let server = &controllers.server;
    for object in &wave.prune {
        objects::delete(server, object);
        controllers.look();
    }
    let mut refused = Vec::new();
    let (hooks, objects): (Vec<&Value>, Vec<&Value>) =
        wave.apply.iter().partition(|one| jobs::is_hook(one));
    for manifest in objects {
        if let Err(reason) = apply(controllers, manifest) {
            refused.push(reason);
        }
        controllers.look();
    }
    controllers.rest();
    if !refused.is_empty() {
        let message = format!(
            "one or more objects failed to apply, reason: {}",
            refused.join(",")
        );
        return Err(("Failed", message));
    }
    let still_there = |object: &&Value| objects::current(server, object).is_some();
    let waited_for: Vec<&Value> = wave.prune.iter().filter(still_there).collect();
    if let [first, others @ ..] = waited_for.as_slice() {
        let group = first["apiVersion"].as_str().unwrap_or_default();
        let group = group.split('/').next().unwrap_or_default();
        let (_, name) = world::place(first);
        let kind = first["kind"].as_str().unwrap_or_default();
        let more = match others.len() {
            0 => String::new(),
            number => format!(" and {number} more resources"),
        };
        let message = format!("waiting for deletion of {group}/{kind}/{name}{more}");
        return Err(("Running", message));
    }
    for hook in hooks {
        if !jobs::run_hook(controllers, hook).succeeded {
            let (_, name) = world::place(hook);
            let message = format!("Job {name}: Job has reached the specified backoff limit");
            return Err(("Failed", message));
        }
    }
    if wave.apply.iter().any(|one| unhealthy(controllers, one)) {
        let message = "one or more synchronization tasks completed unsuccessfully";
        return Err(("Failed", message.to_owned()));
    }
    Ok(())
}

/// Applies a manifest. What others keep in the object's metadata stays.
fn apply(controllers: &Controllers, manifest: &Value) -> Result<(), String> {
    let server = &controllers.server;
    let mut object = cnpg::with_defaults(&argo::tracked(manifest));
    let live = objects::current(server, &object);
    admission::check(&object, live.as_ref())?;
    for field in ["finalizers", "deletionTimestamp"] {
        if let Some(kept) = live.as_ref().and_then(|live| live["metadata"].get(field)) {
            object["metadata"][field] = kept.clone();
        }
    }
    server.apply(object);
    Ok(())
}

/// What Argo CD's health check of SealedSecrets says (`resource_customizations/bitnami.com/SealedSecret/health.lua`).
fn unhealthy(controllers: &Controllers, manifest: &Value) -> bool {
    manifest["kind"] == "SealedSecret"
        && objects::current(&controllers.server, manifest)
            .is_some_and(|sealed| sealed["status"]["conditions"][0]["status"] != "True")
}
