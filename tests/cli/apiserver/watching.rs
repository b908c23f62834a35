//! Watches: changes as lines of JSON, from a revision on.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::unfold;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Bytes, Frame};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::Instant;

use super::answer::{self, Answer};
use super::kinds::Kind;
use super::reading::too_large;
use super::requests::Request;
use super::routes::Place;
use super::selector::Selector;
use super::state::{Shared, State};
use super::status::Status;
use super::store::{Change, Item};

/// How long a watch lasts that does not say; Kubernetes takes something between 30 and 60 minutes.
const LONGEST: Duration = Duration::from_secs(1800);

/// An open watch.
struct Watch {
    shared: Arc<Shared>,
    changed: watch::Receiver<()>,
    kind: &'static Kind,
    namespace: Option<String>,
    selector: Selector,
    /// Changes up to this revision have been sent.
    revision: u64,
    bookmarks: bool,
    /// How many bookmarks and closings there had been.
    bookmarks_seen: u64,
    closings_seen: u64,
    ends: Instant,
    /// What is to be sent before changes are.
    first: Vec<u8>,
    is_over: bool,
}

/// Opens a watch.
pub fn answer(shared: &Arc<Shared>, request: &Request, place: &Place) -> Answer {
    place.check(shared, "watch")?;
    let changed = shared.changes();
    let state = shared.lock();
    let fields = request.query("fieldSelector");
    let selector = Selector::parse(place.kind, request.query("labelSelector"), fields)?;
    let wants_objects = request.query("sendInitialEvents") == "true";
    check_initial_events(&state, request)?;

    let seconds = request.query("timeoutSeconds").parse();
    let current = state.store.revision();
    let mut watch = Watch {
        shared: Arc::clone(shared),
        changed,
        kind: place.kind,
        namespace: place.namespace.clone(),
        selector,
        revision: current,
        bookmarks: request.query("allowWatchBookmarks") == "true",
        bookmarks_seen: state.bookmarks,
        closings_seen: state.closings,
        ends: Instant::now() + seconds.map_or(LONGEST, Duration::from_secs),
        first: Vec::new(),
        is_over: false,
    };
    match (request.query("resourceVersion"), wants_objects) {
        ("" | "0", _) | (_, true) => watch.first = watch.objects(&state, wants_objects),
        (version, false) => {
            let bad = || Status::bad_request(&format!("invalid resource version {version:?}"));
            watch.revision = version.parse().map_err(|_| bad())?;
            if watch.revision > current {
                return Err(too_large(watch.revision, current));
            }
        }
    }
    drop(state);
    let lines = unfold(watch, |mut watch| async move {
        let lines = watch.next().await?;
        Some((Ok::<_, io::Error>(Frame::data(Bytes::from(lines))), watch))
    });
    let body = StreamBody::new(lines).boxed_unsync();
    Ok(answer::with_body(200, "application/json", body))
}

/// See k8s.io/apimachinery, `pkg/apis/meta/internalversion/validation`.
fn check_initial_events(state: &State, request: &Request) -> Result<(), Status> {
    let problem = match request.query("sendInitialEvents") {
        "" => return Ok(()),
        _ if state.refuses_initial_events => {
            "sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch unless the WatchList feature gate is \
             enabled"
        }
        _ if request.query("resourceVersionMatch") != "NotOlderThan" => {
            "resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"
        }
        _ => return Ok(()),
    };
    let message = format!("ListOptions.meta.k8s.io \"\" is invalid: {problem}");
    Err(Status::new(422, "Invalid", &message, Value::Null))
}

impl Watch {
    /// The next lines; none when the watch has ended.
    async fn next(&mut self) -> Option<Vec<u8>> {
        let mut lines = std::mem::take(&mut self.first);
        loop {
            if self.is_over {
                return None;
            }
            self.collect(&mut lines);
            if !lines.is_empty() {
                return Some(lines);
            }
            if self.is_over {
                return None;
            }
            tokio::select! {
                changed = self.changed.changed() => changed.ok()?,
                () = tokio::time::sleep_until(self.ends) => {
                    self.is_over = true;
                    return self.bookmarks.then(|| self.bookmark(None));
                }
            }
        }
    }

    /// Adds what has happened since; the closing of a watch is the last that happens.
    fn collect(&mut self, lines: &mut Vec<u8>) {
        let shared = Arc::clone(&self.shared);
        let state = shared.lock();
        self.changed.mark_unchanged();
        if self.revision < state.store.compacted() {
            let message = format!(
                "too old resource version: {} ({})",
                self.revision,
                state.store.compacted()
            );
            lines.extend(event("ERROR", &Status::expired(&message).body.to_string()));
            self.is_over = true;
            return;
        }
        for change in state.store.changes_after(self.revision) {
            if change.key.is_in(self.kind, self.namespace.as_deref()) {
                lines.extend(self.seen(change));
            }
        }
        self.revision = state.store.revision();
        if state.bookmarks > self.bookmarks_seen && self.bookmarks {
            lines.extend(self.bookmark(None));
        }
        self.bookmarks_seen = state.bookmarks;
        if state.closings > self.closings_seen {
            self.is_over = true;
        }
    }

    /// A change, as one sees it who asked for what the selector selects.
    fn seen(&self, change: &Change) -> Vec<u8> {
        let selected = |item: &Option<Arc<Item>>| {
            item.clone()
                .filter(|item| self.selector.selects(&item.value))
        };
        match (selected(&change.before), selected(&change.after)) {
            (None, None) => Vec::new(),
            (None, Some(after)) => event("ADDED", &after.text),
            (Some(_), Some(after)) => event("MODIFIED", &after.text),
            (Some(before), None) => {
                // What is not selected any more is shown as it was, at the revision of the change.
                let last = change.deleted.as_ref().map_or_else(
                    || {
                        let mut last = before.value.clone();
                        last["metadata"]["resourceVersion"] = json!(change.revision.to_string());
                        last.to_string()
                    },
                    |deleted| deleted.text.clone(),
                );
                event("DELETED", &last)
            }
        }
    }

    /// The objects that are there, and with `end` the bookmark that says that these were all.
    fn objects(&self, state: &State, end: bool) -> Vec<u8> {
        let items = state.store.list(self.kind, self.namespace.as_deref());
        let selected = items
            .iter()
            .filter(|item| self.selector.selects(&item.value));
        let mut lines: Vec<u8> = selected
            .flat_map(|item| event("ADDED", &item.text))
            .collect();
        if end {
            let annotations = json!({"k8s.io/initial-events-end": "true"});
            lines.extend(self.bookmark(Some(annotations)));
        }
        lines
    }

    fn bookmark(&self, annotations: Option<Value>) -> Vec<u8> {
        let mut metadata = json!({"resourceVersion": self.revision.to_string()});
        if let Some(annotations) = annotations {
            metadata["annotations"] = annotations;
        }
        let object = json!({
            "kind": self.kind.kind,
            "apiVersion": self.kind.api_version(),
            "metadata": metadata,
        });
        event("BOOKMARK", &object.to_string())
    }
}

fn event(kind: &str, object: &str) -> Vec<u8> {
    format!("{{\"type\":\"{kind}\",\"object\":{object}}}\n").into_bytes()
}
