//! POST, PUT, PATCH and DELETE of objects, and of their `status`.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::answer::{self, Answer};
use super::kinds::Kind;
use super::reading::key;
use super::routes::Place;
use super::state::{Shared, State};
use super::status::Status;
use super::store::{Item, Key};

/// Writes what a request says.
pub fn answer(shared: &Shared, method: &str, place: &Place, body: &[u8]) -> Answer {
    let verb = match method {
        "POST" => "create",
        "PUT" => "update",
        "PATCH" => "patch",
        _ => "delete",
    };
    place.check(shared, verb)?;
    shared.change(|state| match (method, place.name.is_empty()) {
        ("POST", true) => create(state, place, parse(body)?),
        ("PUT", false) => update(state, place, parse(body)?),
        ("PATCH", false) => patch(state, place, &parse(body)?),
        ("DELETE", false) if place.subresource.is_empty() => delete(state, place),
        _ => Err(Status::method_not_allowed()),
    })
}

/// A JSON body.
pub fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Status> {
    serde_json::from_slice(body).map_err(|error| {
        Status::bad_request(&format!("error decoding the body of the request: {error}"))
    })
}

fn create(state: &mut State, place: &Place, mut object: Value) -> Answer {
    let name = object["metadata"]["name"].as_str().map(str::to_owned);
    let name = name.ok_or_else(|| {
        let message = format!(
            "{} \"\" is invalid: metadata.name: Required value: name or generateName is required",
            place.kind.kind
        );
        Status::new(422, "Invalid", &message, Value::Null)
    })?;
    if let Some(namespace) = place.namespace.as_ref() {
        settle_namespace(&mut object, namespace)?;
        let home = Kind::named("", "namespaces").unwrap();
        if state.store.get(&Key::new(home, "", namespace)).is_none() {
            return Err(Status::not_found(home, namespace));
        }
    }
    let key = Key::new(
        place.kind,
        place.namespace.as_deref().unwrap_or_default(),
        &name,
    );
    if state.store.get(&key).is_some() {
        return Err(Status::already_exists(place.kind, &name));
    }
    for field in ["uid", "resourceVersion", "creationTimestamp", "generation"] {
        remove(&mut object["metadata"], field);
    }
    if place.kind.has_status {
        remove(&mut object, "status");
    }
    fill_in_defaults(place.kind, &mut object);
    if object["apiVersion"] != place.kind.api_version() || object["kind"] != place.kind.kind {
        let message = format!(
            "the object provided is unrecognized (must be of type {})",
            place.kind.kind
        );
        return Err(Status::bad_request(&message));
    }
    Ok(written(201, &state.store.put(object)))
}

/// What the API server itself puts into new objects of built-in kinds.
fn fill_in_defaults(kind: &Kind, object: &mut Value) {
    match (kind.group, kind.resource) {
        ("", "namespaces") => {
            let name = object["metadata"]["name"].clone();
            object["metadata"]["labels"]["kubernetes.io/metadata.name"] = name;
            object["spec"] = json!({"finalizers": ["kubernetes"]});
            object["status"] = json!({"phase": "Active"});
        }
        ("", "secrets") if object["type"].is_null() => object["type"] = json!("Opaque"),
        _ => {}
    }
}

fn update(state: &mut State, place: &Place, mut object: Value) -> Answer {
    let before = existing(state, place)?;
    if let Some(namespace) = place.namespace.as_ref() {
        settle_namespace(&mut object, namespace)?;
    }
    let version = &object["metadata"]["resourceVersion"];
    if !version.is_null() && *version != before["metadata"]["resourceVersion"] {
        return Err(Status::conflict(place.kind, &place.name));
    }
    Ok(written(200, &replace(state, place, &before, object)))
}

/// A merge patch (RFC 7396); the other kinds of patches are taken for one.
fn patch(state: &mut State, place: &Place, change: &Value) -> Answer {
    let before = existing(state, place)?;
    let mut object = before.clone();
    merge(&mut object, change);
    Ok(written(200, &replace(state, place, &before, object)))
}

/// Puts the part that the path names into the place of the old one.
fn replace(state: &mut State, place: &Place, before: &Value, mut object: Value) -> Arc<Item> {
    if place.subresource == "status" {
        let mut whole = before.clone();
        whole["status"] = object["status"].take();
        return state.store.put(whole);
    }
    state.store.put(successor(place.kind, before, object))
}

/// Creates an object without its status, or puts it in the place of the one with its name, as a request does.
pub fn apply(state: &mut State, mut object: Value) -> Arc<Item> {
    let kind = Kind::of(&object);
    if let Some(before) = state.store.get(&Key::of(&object)) {
        let object = successor(kind, &before.value, object);
        return state.store.put(object);
    }
    if kind.has_status {
        remove(&mut object, "status");
    }
    fill_in_defaults(kind, &mut object);
    state.store.put(object)
}

/// What is kept of an object that is written over: its status, and its generation where the specification is the same.
fn successor(kind: &Kind, before: &Value, mut object: Value) -> Value {
    if kind.has_status {
        remove(&mut object, "status");
        if let Some(status) = before.get("status") {
            object["status"] = status.clone();
        }
    }
    for field in ["uid", "creationTimestamp", "generation"] {
        remove(&mut object["metadata"], field);
    }
    if kind.has_generation() {
        let specified = |object: &Value| {
            let mut object = object.clone();
            remove(&mut object, "metadata");
            remove(&mut object, "status");
            object
        };
        let generation = before["metadata"]["generation"].as_i64().unwrap_or(1);
        let is_changed = specified(&object) != specified(before);
        object["metadata"]["generation"] = json!(generation + i64::from(is_changed));
    }
    object
}

fn delete(state: &mut State, place: &Place) -> Answer {
    let removed = state.store.delete(&key(place));
    let removed = removed.ok_or_else(|| Status::not_found(place.kind, &place.name))?;
    let details = json!({
        "name": place.name,
        "group": place.kind.group,
        "kind": place.kind.resource,
        "uid": removed.value["metadata"]["uid"],
    });
    Ok(answer::json(
        200,
        &json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}),
    ))
}

fn existing(state: &State, place: &Place) -> Result<Value, Status> {
    match state.store.get(&key(place)) {
        Some(item) => Ok(item.value.clone()),
        None => Err(Status::not_found(place.kind, &place.name)),
    }
}

fn settle_namespace(object: &mut Value, namespace: &str) -> Result<(), Status> {
    let given = &mut object["metadata"]["namespace"];
    if given.is_null() {
        *given = json!(namespace);
    }
    if *given == namespace {
        Ok(())
    } else {
        Err(Status::bad_request(
            "the namespace of the provided object does not match the namespace sent on the request",
        ))
    }
}

fn written(code: u16, item: &Item) -> hyper::Response<answer::Body> {
    answer::text(code, "application/json", item.text.clone())
}

fn remove(object: &mut Value, field: &str) {
    if let Some(fields) = object.as_object_mut() {
        fields.remove(field);
    }
}

fn merge(target: &mut Value, change: &Value) {
    let Some(changes) = change.as_object() else {
        *target = change.clone();
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    for (name, value) in changes {
        if value.is_null() {
            remove(target, name);
        } else {
            merge(&mut target[name.as_str()], value);
        }
    }
}
