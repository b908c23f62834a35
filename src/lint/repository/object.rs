//! What every object of the repository has, whatever its kind.

use super::word::{Span, Word};
use crate::domain::wave::SYNC_WAVE;
use crate::lint::finding::Step;
use crate::repo::object::Object as Manifest;
use crate::repo::path::RepoPath;
use crate::repo::yaml::{Node, Value};

/// An object, and where it stands.
#[derive(Clone, Debug)]
pub struct Object<'text> {
    /// Its file.
    pub path: &'text RepoPath,
    /// The text of the whole file.
    pub text: &'text str,
    /// The number of its document in the file, from 0.
    pub document: usize,
    /// The way from the document's top level down to it: `items` and a number in a List, else none.
    pub steps: Vec<Step>,
    /// Where a finding about the object as a whole is shown: its name, else its kind.
    pub head: Span,
    /// All of it.
    pub whole: Span,
    /// Its `kind`.
    pub kind: String,
    /// Its `metadata.name`.
    pub name: Option<Word<'text>>,
    /// Its `metadata.namespace`.
    pub namespace: Option<Word<'text>>,
    /// The namespaces that it ends up in: what kustomize sets, else its own; empty where nobody says, or a placeholder does.
    pub namespaces: Vec<String>,
    /// Its annotation `argocd.argoproj.io/sync-wave`.
    pub wave: Option<Word<'text>>,
    /// Its annotations that are scalars: keys and values.
    pub annotations: Vec<(Word<'text>, Word<'text>)>,
    /// Whether an alias or a merge key may bring in other annotations.
    pub hides_annotations: bool,
    /// The app that the product's label names.
    pub app: Option<String>,
    /// Whether a kustomization uses its file as a patch, so that it need not be complete.
    pub is_patch: bool,
    /// Whether it holds values in clear that nobody may show: a Secret.
    pub holds_values: bool,
}

impl<'text> Object<'text> {
    /// Reads what every object has.
    pub(super) fn of(manifest: &Manifest<'text>, text: &'text str) -> Self {
        let root = &manifest.root;
        let kind = Word::at(root, &["kind"]);
        let name = Word::at(root, &["metadata", "name"]);
        let head = name.as_ref().or(kind.as_ref()).map_or_else(
            || Span::new(root.span.start, root.span.start),
            |word| word.span,
        );
        let annotations = root.at(&["metadata", "annotations"]);
        Self {
            path: manifest.path,
            text,
            document: manifest.document,
            steps: Vec::new(),
            head,
            whole: Span::of(root),
            kind: kind.map(|word| word.text.into_owned()).unwrap_or_default(),
            name,
            namespace: Word::at(root, &["metadata", "namespace"]),
            namespaces: Vec::new(),
            wave: annotations.and_then(|node| Word::at(node, &[SYNC_WAVE])),
            annotations: annotations.map_or_else(Vec::new, pairs),
            hides_annotations: hides(root.get("metadata")) || hides(annotations),
            app: manifest.app().map(str::to_owned),
            is_patch: false,
            holds_values: manifest.is("", "Secret"),
        }
    }

    /// Its name, where it is known.
    pub fn known_name(&self) -> Option<&str> {
        self.name.as_ref()?.known()
    }

    /// Its name for a message, such as `Database my-shop-db`.
    pub fn title(&self) -> String {
        match &self.name {
            Some(name) => format!("{} {}", self.kind, name.text),
            None => self.kind.clone(),
        }
    }

    /// Where a finding about its namespace is shown: the namespace that it says where that counts, else its head.
    pub fn namespace_span(&self) -> Span {
        let own = self.namespace.as_ref();
        let own = own.filter(|word| self.namespaces.iter().any(|known| *known == word.text));
        own.map_or(self.head, |word| word.span)
    }

    /// The value of one of its annotations.
    pub fn annotation(&self, key: &str) -> Option<&Word<'text>> {
        let mut annotations = self.annotations.iter();
        annotations
            .find(|(name, _)| name.text == key)
            .map(|(_, value)| value)
    }

    /// Whether it may be in one of the namespaces of another object: nothing is known of one of them, or they share one.
    pub fn may_be_beside(&self, other: &Self) -> bool {
        self.namespaces.is_empty()
            || other.namespaces.is_empty()
            || self
                .namespaces
                .iter()
                .any(|namespace| other.namespaces.contains(namespace))
    }

    /// Whether it may be in this namespace.
    pub fn may_be_in(&self, namespace: &str) -> bool {
        self.namespaces.is_empty() || self.namespaces.iter().any(|known| known == namespace)
    }
}

/// Whether a node is an alias, or a mapping with a merge key: what is in it is not known.
pub(super) fn hides(node: Option<&Node<'_>>) -> bool {
    node.is_some_and(|node| matches!(node.value, Value::Alias(_)) || node.get("<<").is_some())
}

/// The keys and values of a mapping whose values are scalars.
pub(super) fn pairs<'text>(mapping: &Node<'text>) -> Vec<(Word<'text>, Word<'text>)> {
    let pair = |(key, value): &(Node<'text>, Node<'text>)| Some((Word::of(key)?, Word::of(value)?));
    mapping.entries().iter().filter_map(pair).collect()
}
