//! The objects, and every change of them as a revision, like etcd keeps it.

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::jiff::{Timestamp, Unit};
use serde_json::{Value, json};

use super::kinds::Kind;

/// Where an object is; the namespace is empty for one of the cluster.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Key {
    group: &'static str,
    resource: &'static str,
    pub namespace: String,
    pub name: String,
}

impl Key {
    /// The key of a kind's object.
    pub fn new(kind: &Kind, namespace: &str, name: &str) -> Self {
        let namespace = if kind.namespaced { namespace } else { "" };
        Self {
            group: kind.group,
            resource: kind.resource,
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        }
    }

    /// The key of an object.
    pub fn of(object: &Value) -> Self {
        let metadata = &object["metadata"];
        let name = metadata["name"].as_str().unwrap();
        let namespace = metadata["namespace"].as_str().unwrap_or_default();
        Self::new(Kind::of(object), namespace, name)
    }

    /// Whether it is of this kind, and in this namespace where one is given.
    pub fn is_in(&self, kind: &Kind, namespace: Option<&str>) -> bool {
        (self.group, self.resource) == (kind.group, kind.resource)
            && namespace.is_none_or(|namespace| namespace == self.namespace)
    }
}

/// An object as it was at one revision, with its JSON text.
#[derive(Debug)]
pub struct Item {
    pub value: Value,
    pub text: String,
    /// As an item of a list, where built-in kinds stand without `apiVersion` and `kind`.
    pub listed: String,
}

impl Item {
    fn new(value: Value) -> Arc<Self> {
        let text = value.to_string();
        let listed = if Kind::of(&value).custom {
            text.clone()
        } else {
            let mut bare = value.clone();
            let fields = bare.as_object_mut().unwrap();
            fields.remove("apiVersion");
            fields.remove("kind");
            bare.to_string()
        };
        Arc::new(Self {
            value,
            text,
            listed,
        })
    }
}

/// A change: the object before it, and after it; a deleted object has its deletion's revision.
#[derive(Clone, Debug)]
pub struct Change {
    pub revision: u64,
    pub key: Key,
    pub before: Option<Arc<Item>>,
    pub after: Option<Arc<Item>>,
    pub deleted: Option<Arc<Item>>,
}

/// All objects of the cluster.
pub struct Store {
    objects: BTreeMap<Key, Arc<Item>>,
    changes: Vec<Change>,
    revision: u64,
    /// Changes up to this revision are forgotten.
    compacted: u64,
    /// What is left of lists that were asked for in pages, by continue token.
    pages: BTreeMap<String, Page>,
}

/// The rest of a list, as it was at a revision.
#[derive(Clone)]
pub struct Page {
    pub revision: u64,
    pub items: Vec<Arc<Item>>,
}

impl Store {
    pub fn new() -> Self {
        Self {
            objects: BTreeMap::new(),
            changes: Vec::new(),
            revision: 1000,
            compacted: 0,
            pages: BTreeMap::new(),
        }
    }

    /// The revision of the last change.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The revision up to which changes are forgotten.
    pub fn compacted(&self) -> u64 {
        self.compacted
    }

    /// Forgets all changes up to now, and the rest of all lists.
    pub fn compact(&mut self) {
        self.compacted = self.revision;
        self.changes.clear();
        self.expire_pages();
    }

    /// Forgets the rest of all lists: their continue tokens have expired.
    pub fn expire_pages(&mut self) {
        self.pages.clear();
    }

    /// Keeps the rest of a list for its token.
    pub fn keep_page(&mut self, token: String, page: Page) {
        self.pages.insert(token, page);
    }

    /// The rest of a list, unless its token has expired.
    pub fn page(&self, token: &str) -> Option<Page> {
        self.pages.get(token).cloned()
    }

    pub fn get(&self, key: &Key) -> Option<Arc<Item>> {
        self.objects.get(key).cloned()
    }

    /// The objects of a kind, in a namespace where one is given, in etcd's order.
    pub fn list(&self, kind: &Kind, namespace: Option<&str>) -> Vec<Arc<Item>> {
        let from = Key::new(kind, namespace.unwrap_or_default(), "");
        let items = self.objects.range(from..);
        items
            .take_while(|(key, _)| key.is_in(kind, namespace))
            .map(|(_, item)| Arc::clone(item))
            .collect()
    }

    /// The changes after a revision.
    pub fn changes_after(&self, revision: u64) -> &[Change] {
        let known = self
            .changes
            .partition_point(|change| change.revision <= revision);
        &self.changes[known..]
    }

    /// Puts an object in the place of the one with its name, if there is one, and fills in what a server fills in.
    /// Nothing changes when it is the same.
    pub fn put(&mut self, mut object: Value) -> Arc<Item> {
        let key = Key::of(&object);
        let kind = Kind::of(&object);
        let before = self.get(&key);
        let revision = self.revision + 1;
        let metadata = &mut object["metadata"];
        let old = |field: &str| {
            let item = before.as_ref()?;
            item.value["metadata"].get(field).cloned()
        };
        fill_in(metadata, "uid", || {
            old("uid").unwrap_or_else(|| json!(uid(revision)))
        });
        fill_in(metadata, "creationTimestamp", || {
            old("creationTimestamp").unwrap_or_else(|| json!(now()))
        });
        if kind.has_generation() {
            fill_in(metadata, "generation", || {
                old("generation").unwrap_or(json!(1))
            });
        }
        if let Some(before) = before.as_ref() {
            metadata["resourceVersion"] = before.value["metadata"]["resourceVersion"].clone();
            if before.value == object {
                return Arc::clone(before);
            }
        }
        object["metadata"]["resourceVersion"] = json!(revision.to_string());
        let item = Item::new(object);
        self.objects.insert(key.clone(), Arc::clone(&item));
        self.record(key, before, Some(&item), None);
        item
    }

    /// Removes an object, if it is there.
    pub fn delete(&mut self, key: &Key) -> Option<Arc<Item>> {
        let before = self.objects.remove(key)?;
        let mut last = before.value.clone();
        last["metadata"]["resourceVersion"] = json!((self.revision + 1).to_string());
        self.record(
            key.clone(),
            Some(Arc::clone(&before)),
            None,
            Some(Item::new(last)),
        );
        Some(before)
    }

    fn record(
        &mut self,
        key: Key,
        before: Option<Arc<Item>>,
        after: Option<&Arc<Item>>,
        deleted: Option<Arc<Item>>,
    ) {
        self.revision += 1;
        self.changes.push(Change {
            revision: self.revision,
            key,
            before,
            after: after.cloned(),
            deleted,
        });
    }
}

fn fill_in(metadata: &mut Value, field: &str, value: impl FnOnce() -> Value) {
    if metadata[field].is_null() {
        metadata[field] = value();
    }
}

fn uid(number: u64) -> String {
    format!("{number:08x}-5eed-4c1e-8000-{number:012x}")
}

/// The time as Kubernetes writes it, such as `2026-01-31T10:00:00Z`.
pub fn now() -> String {
    let now = Timestamp::now();
    now.round(Unit::Second).unwrap_or(now).to_string()
}
