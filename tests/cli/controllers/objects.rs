//! Objects of the API server: their status, their deletion with finalizers and dependents.

use serde_json::{Value, json};

use super::super::apiserver::{ApiServer, now};
use super::super::world;

/// The plural of an object's kind, such as `sealedsecrets`.
pub fn plural(object: &Value) -> String {
    let kind = object["kind"].as_str().unwrap_or_default();
    match kind.to_lowercase() {
        kind if kind.ends_with('y') => format!("{}ies", kind.trim_end_matches('y')),
        kind => format!("{kind}s"),
    }
}

/// The object as it is now, if it is there.
pub fn current(server: &ApiServer, object: &Value) -> Option<Value> {
    let (namespace, name) = world::place(object);
    server.get(&plural(object), &namespace, &name)
}

/// Gives an object this status, and gives the object.
pub fn set_status(server: &ApiServer, object: &Value, status: Value) -> Value {
    let mut object = object.clone();
    object["status"] = status;
    server.put(object)
}

pub fn is_being_deleted(object: &Value) -> bool {
    !object["metadata"]["deletionTimestamp"].is_null()
}

fn finalizers(object: &Value) -> Vec<Value> {
    let finalizers = object["metadata"]["finalizers"].as_array();
    finalizers.cloned().unwrap_or_default()
}

pub fn has_finalizer(object: &Value, name: &str) -> bool {
    finalizers(object).iter().any(|known| known == name)
}

/// Adds a finalizer, where it is missing, and gives the object.
pub fn add_finalizer(server: &ApiServer, object: &Value, name: &str) -> Value {
    if has_finalizer(object, name) {
        return object.clone();
    }
    let mut finalizers = finalizers(object);
    finalizers.push(json!(name));
    let mut object = object.clone();
    object["metadata"]["finalizers"] = json!(finalizers);
    server.put(object)
}

/// Takes a finalizer away from an object that is being deleted. Without any it is gone.
pub fn remove_finalizer(server: &ApiServer, object: &Value, name: &str) {
    let mut left = finalizers(object);
    left.retain(|known| known != name);
    if left.is_empty() {
        return remove(server, object);
    }
    let mut object = object.clone();
    object["metadata"]["finalizers"] = json!(left);
    server.put(object);
}

/// Deletes an object: at once, or when its finalizers have been removed. The mark is a new generation, as
/// `BeforeDelete` of Kubernetes' `pkg/registry/rest/delete.go` counts it.
pub fn delete(server: &ApiServer, object: &Value) {
    if finalizers(object).is_empty() {
        return remove(server, object);
    }
    if is_being_deleted(object) {
        return;
    }
    let mut object = object.clone();
    let generation = object["metadata"]["generation"].as_i64().unwrap_or(1);
    object["metadata"]["generation"] = json!(generation + 1);
    object["metadata"]["deletionTimestamp"] = json!(now());
    server.put(object);
}

/// Removes an object, and what it owns.
fn remove(server: &ApiServer, object: &Value) {
    let (namespace, name) = world::place(object);
    server.delete(&plural(object), &namespace, &name);
    for kind in ["secrets", "pods", "services"] {
        for dependent in server.all(kind) {
            let owners = dependent["metadata"]["ownerReferences"].as_array();
            let mut owners = owners.into_iter().flatten();
            if owners.any(|owner| owner["uid"] == object["metadata"]["uid"]) {
                remove(server, &dependent);
            }
        }
    }
}
