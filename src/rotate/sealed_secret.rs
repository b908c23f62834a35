//! The SealedSecrets that hold the passwords, where they stand in the files and what is in them.

use std::collections::{BTreeSet, HashMap};

use crate::declared::{DeclaredCredential, Place};
use crate::domain::scope::Scope;
use crate::repo::edit::Step;
use crate::repo::object::{Object, objects_in};
use crate::repo::path::RepoPath;
use crate::repo::snapshot::Snapshot;
use crate::repo::yaml::{Node, Value};

/// The annotation on the SealedSecret that says on which day its password was made, as `2026-08-01`.
pub const PASSWORD_CHANGED: &str = "kubectl-pgdb/password-changed";

/// A SealedSecret, as far as its password goes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct SealedSecret {
    /// Its `metadata.name`, which is the Secret's.
    pub(super) name: String,
    /// Where it begins.
    pub(super) place: Place,
    /// The number of its document in the file, from 0.
    pub(super) document: usize,
    /// The number of its item, from 0, where the document is a List.
    pub(super) item: Option<usize>,
    /// How far its values may travel, as its own annotations say.
    pub(super) scope: Scope,
    /// The sealed values with their keys, in order.
    pub(super) encrypted: Vec<(String, String)>,
    /// The keys of the template's `data`, in order; the values where they are texts.
    pub(super) templated: Vec<(String, Option<String>)>,
    /// The name that the template gives the Secret.
    pub(super) template_name: Option<String>,
    /// The namespace that the template gives the Secret.
    pub(super) template_namespace: Option<String>,
    /// Whether the Secret is never to change: `spec.template.immutable`.
    pub(super) is_immutable: bool,
    /// Whether its values are all in one: the older `spec.data`.
    pub(super) is_of_old_form: bool,
    /// Whether an alias, a merge key or a value that is no text hides what is sealed.
    pub(super) hides_values: bool,
    /// The value of [`PASSWORD_CHANGED`].
    pub(super) changed: Option<String>,
}

/// The SealedSecrets of some files, by where they begin and their names: on one line there may be several.
pub(super) struct Located {
    found: HashMap<(Place, String), SealedSecret>,
}

impl Located {
    /// Those of the files in which these credentials are; each file is parsed once.
    pub(super) fn of<'credential>(
        snapshot: &Snapshot,
        credentials: impl Iterator<Item = &'credential DeclaredCredential>,
    ) -> Self {
        let paths: BTreeSet<&RepoPath> = credentials
            .map(|credential| &credential.place.path)
            .collect();
        let texts = paths
            .into_iter()
            .filter_map(|path| Some((path, snapshot.text(path)?)));
        let found = texts
            .filter_map(|(path, text)| objects_in(path, text).ok())
            .flatten()
            .flat_map(|object| sealed_secrets(&object));
        Self {
            found: found
                .map(|sealed| ((sealed.place.clone(), sealed.name.clone()), sealed))
                .collect(),
        }
    }

    /// The SealedSecret that makes a credential.
    pub(super) fn get(&self, credential: &DeclaredCredential) -> Option<&SealedSecret> {
        self.found
            .get(&(credential.place.clone(), credential.name.clone()))
    }
}

/// The SealedSecrets in a document: itself, or items of a List.
fn sealed_secrets(object: &Object<'_>) -> Vec<SealedSecret> {
    if !object.is("", "List") {
        return read(object, &object.root, None).into_iter().collect();
    }
    let items = object.root.get("items").map_or(&[][..], Node::items);
    let items = items.iter().enumerate();
    items
        .filter_map(|(number, item)| read(object, item, Some(number)))
        .collect()
}

/// Reads a SealedSecret; none of any other kind.
fn read(document: &Object<'_>, root: &Node<'_>, item: Option<usize>) -> Option<SealedSecret> {
    let text = |path: &[&str]| root.at(path).and_then(Node::as_str);
    let owned = |path: &[&str]| text(path).map(str::to_owned);
    let is_sealed = text(&["kind"]) == Some("SealedSecret")
        && text(&["apiVersion"]).is_some_and(|version| version.starts_with("bitnami.com/"));
    if !is_sealed {
        return None;
    }
    let encrypted = root.at(&["spec", "encryptedData"]);
    let data = root.at(&["spec", "template", "data"]);
    Some(SealedSecret {
        name: owned(&["metadata", "name"])?,
        place: Place {
            path: document.path.clone(),
            line: root.line,
        },
        document: document.document,
        item,
        scope: Scope::of_annotations(|key| text(&["metadata", "annotations", key])),
        encrypted: entries(encrypted)
            .filter_map(|(key, value)| Some((key.to_owned(), value.as_str()?.to_owned())))
            .collect(),
        templated: entries(data)
            .map(|(key, value)| (key.to_owned(), value.as_str().map(str::to_owned)))
            .collect(),
        template_name: owned(&["spec", "template", "metadata", "name"]),
        template_namespace: owned(&["spec", "template", "metadata", "namespace"]),
        is_immutable: text(&["spec", "template", "immutable"]) == Some("true"),
        is_of_old_form: root
            .at(&["spec", "data"])
            .is_some_and(|data| !data.is_null()),
        hides_values: hides(Some(root))
            || hides(root.get("spec"))
            || hides(root.at(&["spec", "template"]))
            || hides(data)
            || hides(encrypted)
            || entries(encrypted).any(|(_, value)| value.as_str().is_none()),
        changed: owned(&["metadata", "annotations", PASSWORD_CHANGED]),
    })
}

/// The keys of a mapping that are texts, with their values.
fn entries<'node, 'text>(
    mapping: Option<&'node Node<'text>>,
) -> impl Iterator<Item = (&'node str, &'node Node<'text>)> {
    let entries = mapping.map_or(&[][..], Node::entries).iter();
    entries.filter_map(|(key, value)| Some((key.as_str()?, value)))
}

/// Whether a node is an alias, or has a merge key.
fn hides(node: Option<&Node<'_>>) -> bool {
    node.is_some_and(|node| {
        let mut keys = node.entries().iter().map(|(key, _)| key);
        matches!(node.value, Value::Alias(_)) || keys.any(|key| key.as_str() == Some("<<"))
    })
}

impl SealedSecret {
    /// The steps from its document's top level down to one of its nodes.
    pub(super) fn steps<'path>(&self, path: &[&'path str]) -> Vec<Step<'path>> {
        let item = self
            .item
            .map(|number| [Step::Key("items"), Step::Item(number)]);
        let below = path.iter().map(|key| Step::Key(key));
        item.into_iter().flatten().chain(below).collect()
    }

    /// Whether a value of this key is sealed.
    pub(super) fn seals(&self, key: &str) -> bool {
        self.encrypted.iter().any(|(name, _)| name == key)
    }

    /// The text of one of the template's keys.
    pub(super) fn template(&self, key: &str) -> Option<&str> {
        let (_, text) = self.templated.iter().find(|(name, _)| name == key)?;
        text.as_deref()
    }
}
