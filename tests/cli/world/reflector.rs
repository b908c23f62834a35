//! Reflector: copies of Secrets in other namespaces.

use serde_json::{Value, json};

use super::super::apiserver::now;
use super::{place, version};

pub const PREFIX: &str = "reflector.v1.k8s.emberstack.com";

/// The namespaces that an object's annotations name; they are taken for names, not for patterns.
pub fn targets(object: &Value) -> Vec<String> {
    let annotation = |name: &str| {
        let value = &object["metadata"]["annotations"][format!("{PREFIX}/{name}")];
        value.as_str().unwrap_or_default()
    };
    if annotation("reflection-auto-enabled") != "true" {
        return Vec::new();
    }
    annotation("reflection-auto-namespaces")
        .split(',')
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

/// A Secret's copy: type and data, no labels, and whose copy it is (`ResourceMirror.cs`).
pub fn mirror(source: &Value, namespace: &str) -> Value {
    let (source_namespace, name) = place(source);
    let annotations = json!({
        format!("{PREFIX}/auto-reflects"): "True",
        format!("{PREFIX}/reflects"): format!("{source_namespace}/{name}"),
        format!("{PREFIX}/reflected-version"): version(source),
        format!("{PREFIX}/reflected-at"): now().replace('Z', ".0000000+00:00"),
    });
    json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": namespace, "annotations": annotations},
        "type": source["type"],
        "data": source["data"],
    })
}
