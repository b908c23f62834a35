//! Hook Jobs that Argo CD ran at its last sync, and their pods.

use serde_json::{Value, json};

use super::super::apiserver::now;
use super::{Cluster, place};

/// Puts a Job that has completed, with its pod.
pub fn put(cluster: &dyn Cluster, manifest: &Value) {
    let mut job = manifest.clone();
    job["status"] = json!({
        "startTime": now(),
        "completionTime": now(),
        "succeeded": 1,
        "conditions": [{"type": "Complete", "status": "True", "lastTransitionTime": now()}],
    });
    let job = cluster.put(job);
    cluster.put(pod(&job, "x7k2p", "Succeeded"));
}

/// A pod of a Job, as the Job's controller names and labels it.
pub fn pod(job: &Value, suffix: &str, phase: &str) -> Value {
    let (namespace, name) = place(job);
    let mut labels = job["spec"]["template"]["metadata"]["labels"].clone();
    labels["batch.kubernetes.io/job-name"] = json!(name);
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": format!("{name}-{suffix}"),
            "namespace": namespace,
            "labels": labels,
            "ownerReferences": [{
                "apiVersion": "batch/v1",
                "kind": "Job",
                "name": name,
                "uid": job["metadata"]["uid"],
                "controller": true,
            }],
        },
        "spec": job["spec"]["template"]["spec"],
        "status": {"phase": phase},
    })
}
