//! GET of an object and of lists, whole or in pages.

use std::fmt::Write;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde_json::json;

use super::answer::{self, Answer};
use super::requests::Request;
use super::routes::Place;
use super::selector::Selector;
use super::state::Shared;
use super::status::Status;
use super::store::{Item, Key, Page, Store};

/// An object.
pub fn get(shared: &Shared, place: &Place) -> Answer {
    place.check(shared, "get")?;
    let key = key(place);
    match shared.lock().store.get(&key) {
        Some(item) => Ok(answer::text(200, "application/json", item.text.clone())),
        None => Err(Status::not_found(place.kind, &place.name)),
    }
}

/// The end of what a pod said; a pod of which no test says anything has not started.
pub fn log(shared: &Shared, request: &Request, place: &Place) -> Answer {
    place.check(shared, "get")?;
    let state = shared.lock();
    if state.store.get(&key(place)).is_none() {
        return Err(Status::not_found(place.kind, &place.name));
    }
    let namespace = place.namespace.clone().unwrap_or_default();
    let Some(log) = state.logs.get(&(namespace, place.name.clone())) else {
        let message = format!(
            "container \"psql\" in pod {:?} is waiting to start: ContainerCreating",
            place.name
        );
        return Err(Status::bad_request(&message));
    };
    let lines: Vec<&str> = log.split_inclusive('\n').collect();
    let wanted = request.query("tailLines").parse().unwrap_or(lines.len());
    let tail: String = lines
        .iter()
        .skip(lines.len().saturating_sub(wanted))
        .copied()
        .collect();
    Ok(answer::text(200, "text/plain", tail))
}

/// The key of the object that a path names.
pub fn key(place: &Place) -> Key {
    let namespace = place.namespace.as_deref().unwrap_or_default();
    Key::new(place.kind, namespace, &place.name)
}

/// The objects of a collection, or one page of them.
pub fn list(shared: &Shared, request: &Request, place: &Place) -> Answer {
    place.check(shared, "list")?;
    let fields = request.query("fieldSelector");
    let selector = Selector::parse(place.kind, request.query("labelSelector"), fields)?;
    let limit = match request.query("limit") {
        "" | "0" => usize::MAX,
        limit => limit
            .parse()
            .map_err(|_| Status::bad_request("limit is no number"))?,
    };
    let mut state = shared.lock();
    let store = &mut state.store;
    let mut page = match request.query("continue") {
        "" => first_page(store, request, place, &selector)?,
        token => store.page(token).ok_or_else(|| expired(store))?,
    };
    let rest = page.items.split_off(limit.min(page.items.len()));
    let (remaining, token) = (rest.len(), token(request, &page, &rest));
    if let Some(token) = token.as_ref() {
        let rest = Page {
            revision: page.revision,
            items: rest,
        };
        store.keep_page(token.clone(), rest);
    }
    // What a selector left out is not counted, so nothing is said of the rest.
    let remaining = (remaining > 0 && selector.is_empty()).then_some(remaining);
    Ok(answer::text(
        200,
        "application/json",
        envelope(place, &page, token.as_deref(), remaining),
    ))
}

fn first_page(
    store: &Store,
    request: &Request,
    place: &Place,
    selector: &Selector,
) -> Result<Page, Status> {
    let revision = store.revision();
    let asked: u64 = match request.query("resourceVersion") {
        "" => 0,
        version => version
            .parse()
            .map_err(|_| Status::bad_request(&format!("invalid resource version {version:?}")))?,
    };
    if asked > revision {
        return Err(too_large(asked, revision));
    }
    let mut items = store.list(place.kind, place.namespace.as_deref());
    items.retain(|item| selector.selects(&item.value));
    Ok(Page { revision, items })
}

/// The server has not come to this revision yet; see `NewTooLargeResourceVersionError` of k8s.io/apiserver.
pub fn too_large(asked: u64, revision: u64) -> Status {
    let message = format!("Too large resource version: {asked}, current: {revision}");
    let cause =
        json!({"reason": "ResourceVersionTooLarge", "message": "Too large resource version"});
    let details = json!({"causes": [cause], "retryAfterSeconds": 1});
    let mut status = Status::new(504, "Timeout", &format!("Timeout: {message}"), details);
    status.retry_after = Some(1);
    status
}

/// A continue token that is not good any more, with one that goes on with what is there now.
fn expired(store: &Store) -> Status {
    let mut status = Status::expired(
        "The provided continue parameter is too old to display a consistent list result. You can start a new list \
         without the continue parameter, or use the continue token in this response to retrieve the remainder of the \
         results. Continuing with the provided token results in an inconsistent list - objects that were created, \
         modified, or deleted between the time the first chunk was returned and now may show up in the list.",
    );
    let token = json!({"v": "meta.k8s.io/v1", "rv": -1, "start": store.revision().to_string()});
    status.body["metadata"]["continue"] = json!(STANDARD_NO_PAD.encode(token.to_string()));
    status
}

/// The token for what is left of a list, if anything is.
fn token(request: &Request, page: &Page, rest: &[Arc<Item>]) -> Option<String> {
    rest.first()?;
    let metadata = &page.items.last()?.value["metadata"];
    let name = metadata["name"].as_str().unwrap_or_default();
    let start = match metadata["namespace"].as_str() {
        Some(namespace) => format!("{namespace}/{name}\0"),
        None => format!("{name}\0"),
    };
    // Kubernetes has the first three; `of` keeps lists apart that differ in what was asked for.
    let selectors = [
        request.query("labelSelector"),
        request.query("fieldSelector"),
    ];
    let of = format!("{} {}", request.path, selectors.join(" "));
    let token = json!({"v": "meta.k8s.io/v1", "rv": page.revision, "start": start, "of": of});
    Some(STANDARD_NO_PAD.encode(token.to_string()))
}

fn envelope(place: &Place, page: &Page, token: Option<&str>, remaining: Option<usize>) -> String {
    let mut metadata = json!({"resourceVersion": page.revision.to_string()});
    if let Some(token) = token {
        metadata["continue"] = json!(token);
    }
    if let Some(remaining) = remaining {
        metadata["remainingItemCount"] = json!(remaining);
    }
    let mut text = String::new();
    let (kind, version) = (place.kind.kind, place.kind.api_version());
    let written = write!(
        text,
        r#"{{"kind":"{kind}List","apiVersion":"{version}","metadata":{metadata},"items":["#
    );
    written.unwrap();
    for (number, item) in page.items.iter().enumerate() {
        if number > 0 {
            text.push(',');
        }
        text.push_str(&item.listed);
    }
    text.push_str("]}\n");
    text
}
