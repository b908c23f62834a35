//! What a role's declaration says, as values, whatever it is written like.

use serde::Deserialize;
use serde_yaml::{Mapping, Value};

use super::inventory::Place;
use crate::repo::edit::Addition;

/// What a DatabaseRole says beside the attributes that an entry of the Cluster has as well.
pub(super) const OF_OBJECT: [&str; 3] =
    ["cluster", "databaseRoleReclaimPolicy", "clientCertificate"];

/// The attributes of a role where it is declared; none where they cannot be read.
pub(super) fn at(text: &str, place: &Place) -> Option<Mapping> {
    of(&document(text, place.document)?, place)
}

/// A document as the second parser reads it.
pub(super) fn document(text: &str, number: usize) -> Option<Value> {
    // It counts a byte order mark as a column.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let document = serde_yaml::Deserializer::from_str(text).nth(number)?;
    Value::deserialize(document).ok()
}

/// The same, of a document that was read.
pub(super) fn of(document: &Value, place: &Place) -> Option<Mapping> {
    let spec = document.get("spec")?;
    let Some(number) = place.entry else {
        let mut attributes = spec.as_mapping()?.clone();
        attributes.retain(|key, _| !OF_OBJECT.iter().any(|other| key.as_str() == Some(other)));
        return Some(attributes);
    };
    let entries = spec.get("managed")?.get("roles")?;
    entries.get(number)?.as_mapping().cloned()
}

/// The fields in which two declarations differ, in the order of their names; what is not said counts as its default.
///
/// Source of the defaults: CloudNativePG `api/v1/cluster_types.go`, `RoleConfiguration`.
pub(super) fn differences(one: &Mapping, other: &Mapping) -> Vec<String> {
    let keys = one.keys().chain(other.keys());
    let mut names: Vec<&str> = keys.filter_map(Value::as_str).collect();
    names.sort_unstable();
    names.dedup();
    names
        .into_iter()
        .filter(|name| value(one, name) != value(other, name))
        .map(str::to_owned)
        .collect()
}

fn value(attributes: &Mapping, name: &str) -> Value {
    match attributes.get(name) {
        Some(value) if !value.is_null() => value.clone(),
        _ => match name {
            "ensure" => Value::from("present"),
            "inherit" => Value::from(true),
            "connectionLimit" => Value::from(-1),
            "comment" => Value::from(""),
            "inRoles" => Value::Sequence(Vec::new()),
            "login" | "superuser" | "createdb" | "createrole" | "replication" | "bypassrls"
            | "disablePassword" => Value::from(false),
            _ => Value::Null,
        },
    }
}

/// Attributes as an entry that the editor writes; none where one is of a kind that it does not know.
pub(super) fn addition(attributes: &Mapping) -> Option<Addition> {
    to_addition(&Value::Mapping(attributes.clone()))
}

fn to_addition(value: &Value) -> Option<Addition> {
    Some(match value {
        Value::Bool(value) => Addition::Bool(*value),
        Value::Number(number) => Addition::Integer(number.as_i64()?),
        Value::String(text) => Addition::Text(text.clone()),
        Value::Sequence(items) => {
            Addition::List(items.iter().map(to_addition).collect::<Option<_>>()?)
        }
        Value::Mapping(mapping) => {
            let pairs = mapping.iter().filter(|(_, value)| !value.is_null());
            let pairs =
                pairs.map(|(key, value)| Some((key.as_str()?.to_owned(), to_addition(value)?)));
            Addition::Map(pairs.collect::<Option<_>>()?)
        }
        Value::Null | Value::Tagged(_) => return None,
    })
}
