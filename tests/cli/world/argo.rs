//! Argo CD: the tracking of what it applies, and its Application.

use serde_json::{Value, json};

use super::super::apiserver::now;
use super::place;

/// The name of the Application.
const NAME: &str = "databases";
/// The commit that it has synced.
const REVISION: &str = "5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed";

/// The annotation that says what an object belongs to.
pub const TRACKING: &str = "argocd.argoproj.io/tracking-id";

/// A manifest as Argo CD applies it.
pub fn tracked(manifest: &Value) -> Value {
    let mut object = manifest.clone();
    let (group, _) = group_and_version(manifest);
    let kind = manifest["kind"].as_str().unwrap_or_default();
    let (namespace, name) = place(manifest);
    // See argo-cd, util/argo/resource_tracking.go.
    let id = format!("{NAME}:{group}/{kind}:{namespace}/{name}");
    object["metadata"]["annotations"][TRACKING] = json!(id);
    object
}

/// The Application that holds these manifests, synced and healthy.
pub fn application(manifests: &[Value]) -> Value {
    let source = json!({
        "repoURL": "https://git.example.com/platform/gitops.git",
        "path": "infra/databases/postgres",
        "targetRevision": "HEAD",
    });
    let destination = json!({"server": "https://kubernetes.default.svc", "namespace": "postgres"});
    let policy = json!({"automated": {"prune": true, "selfHeal": true}});
    json!({
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {
            "name": NAME,
            "namespace": "argocd",
            "finalizers": ["resources-finalizer.argocd.argoproj.io"],
        },
        "spec": {
            "project": "default",
            "source": source,
            "destination": destination,
            "syncPolicy": policy,
        },
        "status": status(manifests, &source, &destination),
    })
}

fn status(manifests: &[Value], source: &Value, destination: &Value) -> Value {
    let resources: Vec<Value> = manifests.iter().map(resource).collect();
    let compared = json!({"source": source, "destination": destination});
    let operation = json!({
        "initiatedBy": {"automated": true},
        "retry": {"limit": 5},
        "sync": {"prune": true, "revision": REVISION},
    });
    json!({
        "controllerNamespace": "argocd",
        "health": {"status": "Healthy", "lastTransitionTime": now()},
        "history": [{
            "id": 0,
            "revision": REVISION,
            "source": source,
            "deployStartedAt": now(),
            "deployedAt": now(),
            "initiatedBy": {"automated": true},
        }],
        "operationState": {
            "phase": "Succeeded",
            "message": "successfully synced (all tasks run)",
            "operation": operation,
            "startedAt": now(),
            "finishedAt": now(),
            "syncResult": {"revision": REVISION, "source": source, "resources": manifests.iter().map(result).collect::<Vec<_>>()},
        },
        "reconciledAt": now(),
        "resources": resources,
        "resourceHealthSource": "appTree",
        "sourceType": "Kustomize",
        "sync": {"status": "Synced", "revision": REVISION, "comparedTo": compared},
    })
}

fn resource(manifest: &Value) -> Value {
    let (group, version) = group_and_version(manifest);
    let (namespace, name) = place(manifest);
    let mut resource = json!({
        "version": version,
        "kind": manifest["kind"],
        "name": name,
        "status": "Synced",
    });
    if !group.is_empty() {
        resource["group"] = json!(group);
    }
    if !namespace.is_empty() {
        resource["namespace"] = json!(namespace);
    }
    let wave = wave(manifest);
    if wave != 0 {
        resource["syncWave"] = json!(wave);
    }
    resource
}

/// The sync-wave of an object.
pub fn wave(object: &Value) -> i64 {
    let wave = object["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"].as_str();
    wave.and_then(|wave| wave.parse().ok()).unwrap_or(0)
}

/// What the sync did with an object.
fn result(manifest: &Value) -> Value {
    let (group, version) = group_and_version(manifest);
    let (namespace, name) = place(manifest);
    let kind = manifest["kind"].as_str().unwrap_or_default();
    json!({
        "group": group,
        "version": version,
        "kind": kind,
        "namespace": namespace,
        "name": name,
        "status": "Synced",
        "message": format!("{}.{group}/{name} created", kind.to_lowercase()),
        "hookPhase": "Running",
        "syncPhase": "Sync",
    })
}

fn group_and_version(manifest: &Value) -> (&str, &str) {
    let version = manifest["apiVersion"].as_str().unwrap_or_default();
    version.split_once('/').unwrap_or(("", version))
}
