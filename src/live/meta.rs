//! What every object of the cluster carries.

use std::collections::BTreeMap;

use crate::domain::time::UnixTime;

/// An object's metadata, as far as checks compare it.
///
/// Source: Kubernetes API conventions, "Metadata".
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Meta {
    /// The name.
    pub name: String,
    /// The namespace; empty for what has none.
    pub namespace: String,
    /// The identity: another object of the same name has another one.
    pub uid: String,
    /// The version that changes with every write, an opaque text.
    pub resource_version: String,
    /// The number that goes up with every change of the specification; 0 where the server keeps none.
    pub generation: i64,
    /// When it was made.
    pub created: Option<UnixTime>,
    /// When it was last written, as far as its writers say.
    pub changed: Option<UnixTime>,
    /// Whether it is on its way out.
    pub is_deleted: bool,
    /// The labels.
    pub labels: BTreeMap<String, String>,
    /// The annotations.
    pub annotations: BTreeMap<String, String>,
    /// The objects that it was made by.
    pub owners: Vec<Owner>,
}

/// An owner reference.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Owner {
    /// The owner's kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its identity.
    pub uid: String,
}

impl Meta {
    /// An annotation's value.
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.annotations.get(key).map(String::as_str)
    }

    /// A label's value.
    pub fn label(&self, key: &str) -> Option<&str> {
        self.labels.get(key).map(String::as_str)
    }

    /// The object for a message: `Kind namespace/name`.
    pub fn place(&self, kind: &str) -> String {
        place(kind, &self.namespace, &self.name)
    }
}

/// An object for a message: `Kind namespace/name`.
pub fn place(kind: &str, namespace: &str, name: &str) -> String {
    if namespace.is_empty() {
        format!("{kind} {name}")
    } else {
        format!("{kind} {namespace}/{name}")
    }
}
