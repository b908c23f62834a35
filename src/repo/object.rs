//! Kubernetes objects in the repository's files.

use super::header::{Header, headers};
use super::path::RepoPath;
use super::snapshot::Snapshot;
use super::yaml::{Document, Node, YamlError, parse};

/// The label by which the product marks what it made: its own name.
pub const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
/// The product's name in that label.
pub const PRODUCT: &str = "kubectl-pgdb";
/// The label that holds the app's name.
pub const PART_OF: &str = "app.kubernetes.io/part-of";

/// An object in a file.
#[derive(Debug)]
pub struct Object<'text> {
    /// The file.
    pub path: &'text RepoPath,
    /// The number of its document in the file, from 0.
    pub document: usize,
    /// The document's top node, a mapping.
    pub root: Node<'text>,
}

/// The objects of the files that were looked at, and the files that are no YAML.
#[derive(Debug, Default)]
pub struct Objects<'text> {
    /// In the order of the paths and documents.
    pub objects: Vec<Object<'text>>,
    /// Files that could not be parsed, such as Helm templates.
    pub unreadable: Vec<(&'text RepoPath, YamlError)>,
}

impl<'text> Object<'text> {
    /// Its `kind`.
    pub fn kind(&self) -> Option<&str> {
        self.root.get("kind")?.as_str()
    }

    /// Whether it is of this API group and kind; an empty group is Kubernetes' core.
    pub fn is(&self, group: &str, kind: &str) -> bool {
        let version = self
            .root
            .get("apiVersion")
            .and_then(Node::as_str)
            .unwrap_or_default();
        let found = version.split_once('/').map_or("", |(group, _)| group);
        found == group && self.kind() == Some(kind)
    }

    /// Its `metadata.name`.
    pub fn name(&self) -> Option<&str> {
        self.root.at(&["metadata", "name"])?.as_str()
    }

    /// Its `metadata.namespace`.
    pub fn namespace(&self) -> Option<&str> {
        self.root.at(&["metadata", "namespace"])?.as_str()
    }

    /// The value of one of its labels.
    pub fn label(&self, key: &str) -> Option<&str> {
        self.root.at(&["metadata", "labels", key])?.as_str()
    }

    /// The name of the app that the product made it for; none for what somebody else made.
    pub fn app(&self) -> Option<&str> {
        (self.label(MANAGED_BY) == Some(PRODUCT))
            .then(|| self.label(PART_OF))
            .flatten()
    }

    /// The value of one of its annotations.
    pub fn annotation(&self, key: &str) -> Option<&Node<'text>> {
        self.root.at(&["metadata", "annotations", key])
    }

    /// Where it begins, for a message: `path:line`.
    pub fn place(&self) -> String {
        format!("{}:{}", self.path, self.root.line)
    }
}

/// The objects of all files of which `wanted` holds for the header of at least one document and the file's text.
pub fn objects<'text>(
    snapshot: &'text Snapshot,
    wanted: impl Fn(&Header<'_>, &str) -> bool,
) -> Objects<'text> {
    let mut found = Objects::default();
    for (path, text) in snapshot.files() {
        if headers(text).iter().any(|header| wanted(header, text)) {
            match objects_in(path, text) {
                Ok(objects) => found.objects.extend(objects),
                Err(error) => found.unreadable.push((path, error)),
            }
        }
    }
    found
}

/// The documents of one file, as objects.
///
/// # Errors
/// When the text is no YAML.
pub fn objects_in<'text>(
    path: &'text RepoPath,
    text: &'text str,
) -> Result<Vec<Object<'text>>, YamlError> {
    let documents = parse(text)?.documents.into_iter().enumerate();
    let object = |(document, parsed): (usize, Document<'text>)| Object {
        path,
        document,
        root: parsed.root,
    };
    Ok(documents.map(object).collect())
}
