//! What is served: `/version`, `/api`, `/apis` and the lists of resources.

use hyper::Response;
use serde_json::{Value, json};

use super::answer::{self, Body};
use super::kinds::{KINDS, Kind};
use super::state::{Shared, State};

/// The group of SelfSubjectAccessReviews, which are no stored objects.
const AUTHORIZATION: &str = "authorization.k8s.io";

/// Answers a path that names no resource.
pub fn answer(shared: &Shared, segments: &[&str]) -> Response<Body> {
    let state = shared.lock();
    let found = match segments {
        ["version"] => Some(version(&state.version)),
        ["api"] => Some(json!({"kind": "APIVersions", "versions": ["v1"]})),
        ["apis"] => {
            let groups: Vec<Value> = groups(&state).iter().map(|name| group(name)).collect();
            Some(json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}))
        }
        ["apis", name] if groups(&state).contains(name) => {
            let mut group = group(name);
            group["kind"] = json!("APIGroup");
            group["apiVersion"] = json!("v1");
            Some(group)
        }
        ["api", version] => resources(&state, "", version),
        ["apis", group, version] => resources(&state, group, version),
        ["healthz" | "livez" | "readyz"] => return answer::text(200, "text/plain", "ok"),
        _ => None,
    };
    found.map_or_else(answer::no_such_path, |found| answer::json(200, &found))
}

/// What a server of this version says, such as `v1.34.1`.
fn version(version: &str) -> Value {
    let mut numbers = version.trim_start_matches('v').split('.');
    json!({
        "major": numbers.next(),
        "minor": numbers.next(),
        "gitVersion": version,
        "gitCommit": "93248f9ae092f571eb870b7664c534bfc7d00f03",
        "gitTreeState": "clean",
        "buildDate": "2025-09-09T19:39:03Z",
        "goVersion": "go1.24.6",
        "compiler": "gc",
        "platform": "linux/amd64",
    })
}

/// The named groups that serve something.
fn groups(state: &State) -> Vec<&'static str> {
    let served = KINDS.iter().filter(|kind| state.serves(kind));
    let mut groups: Vec<&str> = served
        .map(|kind| kind.group)
        .filter(|group| !group.is_empty())
        .collect();
    groups.push(AUTHORIZATION);
    groups.dedup();
    groups
}

fn group(name: &str) -> Value {
    let version = KINDS
        .iter()
        .find(|kind| kind.group == name)
        .map_or("v1", |kind| kind.version);
    let version = json!({"groupVersion": format!("{name}/{version}"), "version": version});
    json!({"name": name, "versions": [version], "preferredVersion": version})
}

/// The list of a group's resources, if it serves any in this version.
fn resources(state: &State, group: &str, version: &str) -> Option<Value> {
    let is_asked_for =
        |kind: &&Kind| (kind.group, kind.version) == (group, version) && state.serves(kind);
    let mut resources: Vec<Value> = KINDS
        .iter()
        .filter(is_asked_for)
        .flat_map(Kind::discovery)
        .collect();
    if (group, version) == (AUTHORIZATION, "v1") {
        resources.push(json!({
            "name": "selfsubjectaccessreviews",
            "singularName": "selfsubjectaccessreview",
            "namespaced": false,
            "kind": "SelfSubjectAccessReview",
            "verbs": ["create"],
        }));
    }
    let name = if group.is_empty() {
        version.to_owned()
    } else {
        format!("{group}/{version}")
    };
    (!resources.is_empty()).then(|| {
        json!({"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": name, "resources": resources})
    })
}
