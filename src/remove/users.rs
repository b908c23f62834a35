//! What else in the repository needs an app's Secret.

use std::fmt;

use super::Inputs;
use super::inventory::Inventory;
use crate::declared::Place;
use crate::declared::manifests::unlisted;
use crate::repo::object::{MANAGED_BY, Object, PRODUCT, objects, objects_in};
use crate::repo::yaml::{Node, Value};
use crate::target::CNPG;
use crate::target::own::{managed_roles, secret_reference};

/// So many places are named of those that mention a Secret.
const MOST_PLACES: usize = 5;

/// The kinds that are told of otherwise: what makes the Secret, and what keeps it.
const KNOWN: [&str; 7] = [
    "Cluster",
    "Database",
    "DatabaseRole",
    "ExternalSecret",
    "SealedSecret",
    "Secret",
    "StringSecret",
];

/// Something of CNPG that needs the Secret, so that it stays.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct User {
    what: String,
    place: Place,
}

impl fmt::Display for User {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} needs it ({})", self.what, self.place)
    }
}

/// What of CNPG in the target's namespace needs the app's Secret beside the app's own role.
pub(super) fn keeping(inventory: &Inventory<'_>) -> Vec<User> {
    let inputs = inventory.inputs;
    let Some(credential) = &inputs.app.credential else {
        return Vec::new();
    };
    let secret = credential.name.as_str();
    let found = objects(inputs.snapshot, |header, text| {
        header.is_known_kind() && text.contains(secret)
    });
    let namespace = inputs.target.namespace.as_str();
    let objects = found.objects.into_iter().flat_map(unlisted);
    let here = objects.filter(|object| object.namespace().is_none_or(|found| found == namespace));
    here.flat_map(|object| users(&object, inventory, secret))
        .collect()
}

fn users(object: &Object<'_>, inventory: &Inventory<'_>, secret: &str) -> Vec<User> {
    let name = object.name().unwrap_or_default();
    let user = |what: String, line: usize| User {
        what,
        place: Place {
            path: object.path.clone(),
            line,
        },
    };
    let own_role = inventory.role_name();
    let role_of = |node: &Node<'_>| {
        let named = node.get("name").and_then(Node::as_str).unwrap_or_default();
        let is_another = Some(named) != own_role && !inventory.beside.has(named);
        let uses = node.at(&["passwordSecret", "name"]).and_then(Node::as_str) == Some(secret);
        (uses && is_another).then(|| format!("the role {named:?}"))
    };
    if object.is(CNPG, "DatabaseRole") {
        let spec = object.root.get("spec");
        let what = spec.and_then(role_of);
        return what
            .map(|what| user(what, object.root.line))
            .into_iter()
            .collect();
    }
    if !object.is(CNPG, "Cluster") {
        return Vec::new();
    }
    let mut found: Vec<User> = managed_roles(object)
        .iter()
        .filter_map(|entry| Some(user(role_of(entry)?, entry.line)))
        .collect();
    let reference = secret_reference(&object.root, secret);
    let reference = reference.or_else(|| external_reference(&object.root, secret));
    found.extend(reference.map(|line| user(format!("the Cluster {name}"), line)));
    found
}

/// The line on which a Cluster says that it connects to another one with what is in this Secret.
fn external_reference(cluster: &Node<'_>, secret: &str) -> Option<usize> {
    const SELECTORS: [&str; 4] = ["password", "sslKey", "sslCert", "sslRootCert"];
    let others = cluster
        .at(&["spec", "externalClusters"])
        .map_or(&[][..], Node::items);
    let mut names = others
        .iter()
        .flat_map(|other| SELECTORS.iter().filter_map(|key| other.at(&[key, "name"])));
    names
        .find(|name| name.as_str() == Some(secret))
        .map(|name| name.line)
}

/// Warnings of what mentions a Secret that goes: the application's own workloads above all, which do not start without it.
pub(super) fn mentions(inputs: &Inputs<'_>, secret: &str) -> Vec<String> {
    let mut places = Vec::new();
    // Workloads may be in the files of the app itself, too.
    let own = inputs.snapshot.files();
    let own = own.filter(|(_, text)| text.contains(secret));
    for (path, text) in inputs.mentioning.files().chain(own) {
        let objects = objects_in(path, text).unwrap_or_default();
        for object in objects.into_iter().flat_map(unlisted) {
            if object.kind().is_some_and(|kind| KNOWN.contains(&kind)) {
                continue;
            }
            // The product's own Jobs go with what they are for, or do without the Secret.
            if object.label(MANAGED_BY) == Some(PRODUCT) {
                continue;
            }
            let Some(line) = mention(&object.root, secret) else {
                continue;
            };
            let kind = object.kind().unwrap_or("something").to_owned();
            let name = object.name().unwrap_or_default().to_owned();
            places.push(format!("{path}:{line} ({kind} {name})"));
        }
    }
    if places.is_empty() {
        return Vec::new();
    }
    let more = match places.len().saturating_sub(MOST_PLACES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    places.truncate(MOST_PLACES);
    vec![format!(
        "the Secret {secret} goes, and is named in {}{more}: a pod that needs it does not start any more",
        places.join(", ")
    )]
}

/// The line of the first value that is this very text.
fn mention(node: &Node<'_>, text: &str) -> Option<usize> {
    match &node.value {
        Value::Scalar(..) => (node.as_str() == Some(text)).then_some(node.line),
        Value::Sequence { items, .. } => items.iter().find_map(|item| mention(item, text)),
        Value::Mapping { entries, .. } => {
            entries.iter().find_map(|(_, value)| mention(value, text))
        }
        Value::Alias(_) => None,
    }
}
