//! CNPG's Poolers.

use serde_json::{Value, json};

use super::{Cluster, argo, place, platform};

/// Puts a Pooler that takes connections, and its pods.
pub fn put(cluster: &dyn Cluster, manifest: &Value) {
    let mut object = argo::tracked(manifest);
    let spec = &mut object["spec"];
    // The defaults of the CRD.
    for (field, default) in [("type", json!("rw")), ("instances", json!(1))] {
        if spec[field].is_null() {
            spec[field] = default;
        }
    }
    let instances = spec["instances"].as_u64().unwrap_or(1);
    object["status"] = json!({"instances": instances, "phase": "active"});
    let object = cluster.put(object);
    let (namespace, name) = place(&object);
    for number in 1..=instances {
        cluster.put(json!({
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "name": format!("{name}-{number}"),
                "namespace": namespace,
                "labels": {"cnpg.io/poolerName": name, "cnpg.io/podRole": "pooler"},
            },
            "spec": {"containers": [{"name": "pgbouncer", "image": "pgbouncer"}]},
            "status": {"phase": "Running", "conditions": platform::ready()},
        }));
    }
}
