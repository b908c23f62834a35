//! Reflector: copies of Secrets (`Mirroring/Core/ResourceMirror.cs`).

use std::cell::RefCell;
use std::collections::BTreeMap;

use regex::Regex;
use serde_json::Value;

use super::super::apiserver::ApiServer;
use super::super::world::reflector::{PREFIX, mirror};
use super::super::world::{place, version};
use super::objects;

/// The namespace and the name of a Secret.
type Place = (String, String);

/// Reflector with what it remembers: for each source the version and the namespaces that it has acted on. A mirror that
/// somebody deletes is not made again until one of them changes.
#[derive(Default)]
pub struct Reflector {
    seen: RefCell<BTreeMap<Place, (String, Vec<String>)>>,
}

impl Reflector {
    /// Acts on what has changed.
    pub fn reconcile(&self, server: &ApiServer) {
        let secrets = server.all("secrets");
        let namespaces: Vec<String> = server
            .all("namespaces")
            .iter()
            .map(|namespace| place(namespace).1)
            .collect();
        let sources = secrets.iter().filter(|secret| source(secret).is_none());
        let mut seen = BTreeMap::new();
        for secret in sources {
            let state = (version(secret), namespaces.clone());
            if self.seen.borrow().get(&place(secret)) != Some(&state) {
                reflect(server, secret, &namespaces, &secrets);
            }
            seen.insert(place(secret), state);
        }
        for mirror in secrets.iter().filter(|secret| is_automatic(secret)) {
            if source(mirror).is_some_and(|source| !seen.contains_key(&source)) {
                objects::delete(server, mirror);
            }
        }
        self.seen.replace(seen);
    }
}

/// Makes the mirrors that a Secret allows and asks for, and deletes its others. A Secret that is no mirror of it is left alone.
fn reflect(server: &ApiServer, secret: &Value, namespaces: &[String], secrets: &[Value]) {
    let (home, name) = place(secret);
    for namespace in namespaces.iter().filter(|namespace| **namespace != home) {
        let there = (namespace.clone(), name.clone());
        let there = secrets.iter().find(|one| place(one) == there);
        let is_mirror = there.is_some_and(|one| source(one) == Some((home.clone(), name.clone())));
        match (is_wanted(secret, namespace), there) {
            (true, None) => drop(server.put(mirror(secret, namespace))),
            (true, Some(there)) if is_mirror => {
                let reflected = annotation(there, "reflected-version");
                if reflected != version(secret) {
                    server.put(mirror(secret, namespace));
                }
            }
            (false, Some(there)) if is_mirror && is_automatic(there) => {
                objects::delete(server, there);
            }
            _ => {}
        }
    }
}

fn annotation<'secret>(secret: &'secret Value, name: &str) -> &'secret str {
    let value = &secret["metadata"]["annotations"][format!("{PREFIX}/{name}")];
    value.as_str().unwrap_or_default()
}

/// What a mirror is a mirror of.
fn source(secret: &Value) -> Option<Place> {
    let (namespace, name) = annotation(secret, "reflects").split_once('/')?;
    Some((namespace.to_owned(), name.to_owned()))
}

fn is_automatic(secret: &Value) -> bool {
    annotation(secret, "auto-reflects").eq_ignore_ascii_case("true")
}

fn is_wanted(secret: &Value, namespace: &str) -> bool {
    let says = |name: &str| annotation(secret, name).eq_ignore_ascii_case("true");
    let matches = |name: &str| {
        let patterns = annotation(secret, name);
        let mut patterns = patterns.split(',').map(str::trim);
        let whole = |pattern: &str| Regex::new(&format!("^(?:{pattern})$")).unwrap();
        annotation(secret, name).is_empty()
            || patterns.any(|one| !one.is_empty() && whole(one).is_match(namespace))
    };
    says("reflection-allowed")
        && says("reflection-auto-enabled")
        && matches("reflection-allowed-namespaces")
        && matches("reflection-auto-namespaces")
}
