//! Watches, as kube's `watcher` and its raw events see them.

use std::pin::pin;

use futures_util::TryStreamExt;
use kube::api::{DynamicObject, WatchEvent, WatchParams};
use kube::runtime::watcher::{self, Event, watcher};
use serde_json::json;

use super::{refusal, run, secret, secrets};
use crate::apiserver::{ApiServer, Requests};

/// An event in a few words.
fn shown(event: &WatchEvent<DynamicObject>) -> String {
    let object = |word: &str, object: &DynamicObject| {
        let metadata = &object.metadata;
        let version = metadata.resource_version.as_deref().unwrap_or_default();
        format!(
            "{word} {} {version}",
            metadata.name.as_deref().unwrap_or_default()
        )
    };
    match event {
        WatchEvent::Added(added) => object("added", added),
        WatchEvent::Modified(modified) => object("modified", modified),
        WatchEvent::Deleted(deleted) => object("deleted", deleted),
        WatchEvent::Bookmark(bookmark) => {
            format!("bookmark {}", bookmark.metadata.resource_version)
        }
        WatchEvent::Error(status) => format!("error {} {}", status.code, status.message),
    }
}

/// All events of a watch, until it ends.
async fn events(server: &ApiServer, params: &WatchParams, version: &str) -> Vec<String> {
    let stream = secrets(server).await.watch(params, version).await.unwrap();
    let events: Vec<_> = stream.try_collect().await.unwrap();
    events.iter().map(shown).collect()
}

#[test]
fn a_watch_sees_every_change_from_its_revision_on() {
    let server = ApiServer::start();
    server.put(secret("a"));
    server.put(secret("b"));
    server.edit("secrets", "shop", "a", |secret| secret["data"] = json!({}));
    server.delete("secrets", "shop", "b");
    let test = std::thread::scope(|scope| {
        let watching = scope.spawn(|| run(events(&server, &WatchParams::default(), "1001")));
        server.wait_for(&Requests::watches("secrets"), 1);
        server.put(secret("c"));
        server.send_bookmarks();
        server.close_watches();
        watching.join().unwrap()
    });
    let (last, rest) = test.split_last().unwrap();
    assert_eq!(
        rest,
        [
            "added b 1002",
            "modified a 1003",
            "deleted b 1004",
            "added c 1005"
        ]
    );
    assert_eq!(last, "bookmark 1005");
}

#[test]
fn a_selector_makes_objects_come_and_go() {
    let server = ApiServer::start();
    server.put(secret("a"));
    let name = |name: &'static str| {
        server.edit("secrets", "shop", "a", move |secret| {
            secret["metadata"]["labels"]["name"] = json!(name);
        })
    };
    name("b");
    name("c");
    let params = WatchParams::default().labels("name=b").timeout(0);
    let seen = run(events(&server, &params, "1001"));
    assert_eq!(seen, ["added a 1002", "deleted a 1003", "bookmark 1003"]);
}

#[test]
fn a_forgotten_revision_is_gone() {
    let server = ApiServer::start();
    server.put(secret("a"));
    server.put(secret("b"));
    server.compact();
    let seen = run(events(&server, &WatchParams::default(), "1001"));
    assert_eq!(seen, ["error 410 too old resource version: 1001 (1002)"]);
    run(async {
        let secrets = secrets(&server).await;
        let later = secrets.watch(&WatchParams::default(), "1003").await;
        let message = "Timeout: Too large resource version: 1003, current: 1002";
        assert_eq!(
            refusal(later),
            (504, "Timeout".to_owned(), message.to_owned())
        );
    });
}

#[test]
fn the_objects_come_first_when_asked_for() {
    let server = ApiServer::start();
    server.put(secret("a"));
    let params = WatchParams::default().initial_events().timeout(0);
    let seen = run(events(&server, &params, "0"));
    assert_eq!(seen, ["added a 1001", "bookmark 1001", "bookmark 1001"]);
    server.refuse_initial_events();
    run(async {
        let refused = secrets(&server).await.watch(&params, "0").await;
        assert_eq!(
            refusal(refused).2,
            "ListOptions.meta.k8s.io \"\" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden \
             for watch unless the WatchList feature gate is enabled"
        );
    });
}

#[test]
fn kubes_watcher_outlives_closed_watches_and_forgotten_revisions() {
    let server = ApiServer::start();
    server.put(secret("a"));
    run(async {
        let mut events = pin!(watcher(secrets(&server).await, watcher::Config::default()));
        let mut next = async || match events.try_next().await {
            Ok(Some(Event::Init)) => "init".to_owned(),
            Ok(Some(Event::InitApply(object))) => format!("has {}", object.metadata.name.unwrap()),
            Ok(Some(Event::InitDone)) => "done".to_owned(),
            Ok(Some(Event::Apply(object))) => format!("applied {}", object.metadata.name.unwrap()),
            Ok(Some(Event::Delete(object))) => format!("deleted {}", object.metadata.name.unwrap()),
            Err(watcher::Error::WatchError(status)) => format!("error {}", status.code),
            other => format!("{other:?}"),
        };
        for expected in ["init", "has a", "done"] {
            assert_eq!(next().await, expected);
        }
        server.put(secret("b"));
        assert_eq!(next().await, "applied b");
        server.close_watches();
        server.delete("secrets", "shop", "a");
        assert_eq!(next().await, "deleted a");
        // Both are done before the client can ask again: it has missed a change that is forgotten.
        server.close_watches();
        server.put(secret("c"));
        server.put(secret("d"));
        server.compact();
        let mut seen = Vec::new();
        while seen.last().is_none_or(|last| last != "done") {
            seen.push(next().await);
        }
        assert!(
            seen.ends_with(&["init", "has b", "has c", "has d", "done"].map(str::to_owned)),
            "{seen:?}"
        );
        assert!(server.count(&Requests::watches("secrets")) >= 2);
    });
}
