//! Walks a path of keys down a document, and refuses what makes an edit there unsafe.

use crate::repo::yaml::{Document, Node, Value};

use super::Addition;
use super::error::{EditError, Place};

/// The deepest node on a path that is there, and what has to be added to it.
pub(super) struct Target<'tree, 'text> {
    /// A list, a mapping or an untagged null.
    pub(super) node: &'tree Node<'text>,
    /// The node's key, unless it is the document's root.
    pub(super) key: Option<&'tree Node<'text>>,
    /// The mappings above the node, the root first.
    pub(super) parents: Vec<&'tree Node<'text>>,
    /// The keys down to the node.
    pub(super) path: Vec<&'tree str>,
    /// A `List` whose entries are to be added to the node, or a `Map` whose pairs are.
    pub(super) content: Addition,
}

/// What is added at the end of a path.
#[derive(Clone, Copy)]
pub(super) enum Change<'change> {
    /// Entries of the list there.
    Entries(&'change [Addition]),
    /// A pair of the mapping there.
    Pair(&'change str, &'change Addition),
}

impl Change<'_> {
    /// The collection that holds nothing but the change, below those of the keys that are not there.
    pub(super) fn below(&self, keys: &[&str]) -> Addition {
        let change = match *self {
            Self::Entries(entries) => Addition::List(entries.to_vec()),
            Self::Pair(key, value) => Addition::Map(vec![(key.to_owned(), value.clone())]),
        };
        keys.iter().rev().fold(change, |inner, key| {
            Addition::Map(vec![((*key).to_owned(), inner)])
        })
    }
}

/// Finds where a change goes.
pub(super) fn find<'tree, 'text>(
    document: &'tree Document<'text>,
    path: &'tree [&'tree str],
    change: Change<'_>,
) -> Result<Target<'tree, 'text>, EditError> {
    let mut target = Target {
        node: &document.root,
        key: None,
        parents: Vec::new(),
        path: Vec::new(),
        content: Addition::List(Vec::new()),
    };
    let mut rest = path;
    loop {
        let node = target.node;
        refuse_alias(&document.root, node, &target.path)?;
        let goes_down_to = match (&node.value, rest.first(), change) {
            _ if node.is_null() && node.tag.is_none() => None,
            (Value::Mapping { .. }, Some(key), _) => find_key(node, key, &target.path)?,
            (Value::Mapping { .. }, None, Change::Pair(key, _)) => {
                refuse_key(node, key, &target.path)?;
                None
            }
            (Value::Sequence { .. }, None, Change::Entries(_)) => None,
            (_, rest, _) => return Err(wrong_kind(node, rest.is_some(), change, &target.path)),
        };
        let Some((key, value)) = goes_down_to else {
            target.content = change.below(rest);
            return Ok(target);
        };
        if let Some((name, deeper)) = rest.split_first() {
            target.path.push(name);
            rest = deeper;
        }
        target.parents.push(node);
        target.key = Some(key);
        target.node = value;
    }
}

/// A key of a mapping with its value.
type Pair<'tree, 'text> = (&'tree Node<'text>, &'tree Node<'text>);

/// The pair of a key in a mapping that is on the path.
fn find_key<'tree, 'text>(
    mapping: &'tree Node<'text>,
    key: &str,
    path: &[&str],
) -> Result<Option<Pair<'tree, 'text>>, EditError> {
    refuse_merge_key(mapping, path)?;
    let mut pairs = mapping
        .entries()
        .iter()
        .filter(|(name, _)| name.as_str() == Some(key));
    let first = pairs.next().map(|(key, value)| (key, value));
    if let (Some((first, _)), Some((second, _))) = (first, pairs.next()) {
        return Err(EditError::DuplicateKey {
            place: Place::new(second.line, &below(path, key)),
            first_line: first.line,
        });
    }
    Ok(first)
}

/// Refuses to insert a key that a mapping has.
fn refuse_key(mapping: &Node<'_>, key: &str, path: &[&str]) -> Result<(), EditError> {
    match find_key(mapping, key, path)? {
        Some((existing, _)) => Err(EditError::KeyExists {
            place: Place::new(existing.line, &below(path, key)),
        }),
        None => Ok(()),
    }
}

/// Refuses a mapping with `<<`. Quoted as well: go-yaml, which Kubernetes' tools use, merges that too.
fn refuse_merge_key(mapping: &Node<'_>, path: &[&str]) -> Result<(), EditError> {
    let merge = mapping
        .entries()
        .iter()
        .find(|(key, _)| key.as_str() == Some("<<"));
    match merge {
        Some((key, _)) => Err(EditError::MergeKey {
            place: Place::new(key.line, path),
        }),
        None => Ok(()),
    }
}

/// Refuses an alias, and an anchored node that an alias of the document repeats.
fn refuse_alias(root: &Node<'_>, node: &Node<'_>, path: &[&str]) -> Result<(), EditError> {
    if matches!(node.value, Value::Alias(_)) {
        return Err(EditError::Alias {
            place: Place::new(node.line, path),
        });
    }
    match alias_of(root, node.anchor) {
        Some(alias) if node.anchor != 0 => Err(EditError::SharedAnchor {
            place: Place::new(node.line, path),
            alias_line: alias.line,
        }),
        _ => Ok(()),
    }
}

/// The first alias of an anchor at or below a node.
fn alias_of<'tree, 'text>(node: &'tree Node<'text>, anchor: usize) -> Option<&'tree Node<'text>> {
    match &node.value {
        _ if anchor == 0 => None,
        Value::Alias(id) => (*id == anchor).then_some(node),
        Value::Scalar(..) => None,
        Value::Sequence { items, .. } => items.iter().find_map(|item| alias_of(item, anchor)),
        Value::Mapping { entries, .. } => entries
            .iter()
            .find_map(|(key, value)| alias_of(key, anchor).or_else(|| alias_of(value, anchor))),
    }
}

fn wrong_kind(node: &Node<'_>, inner: bool, change: Change<'_>, path: &[&str]) -> EditError {
    let found = match &node.value {
        Value::Scalar(..) if node.is_null() => "a null with a tag",
        Value::Scalar(..) => "a scalar",
        Value::Sequence { .. } => "a list",
        Value::Mapping { .. } => "a mapping",
        Value::Alias(_) => "an alias",
    };
    let needed = match change {
        Change::Entries(_) if !inner => "a list",
        _ => "a mapping",
    };
    EditError::WrongKind {
        place: Place::new(node.line, path),
        found,
        needed,
    }
}

/// A path and one key more.
fn below<'key>(path: &[&'key str], key: &'key str) -> Vec<&'key str> {
    path.iter().copied().chain([key]).collect()
}
