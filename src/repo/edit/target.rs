//! Walks a path down a document, and refuses what makes an edit there unsafe.

use crate::repo::yaml::{Document, Node, Value};

use super::Addition;
use super::error::{EditError, Place};
use super::step::Step;

/// The deepest node on a path that is there, and what is to become of it.
pub(super) struct Target<'tree, 'text> {
    /// A list, a mapping or an untagged null; for a `Text`, a scalar that is not null.
    pub(super) node: &'tree Node<'text>,
    /// The node's key, unless it is the document's root or a list's item.
    pub(super) key: Option<&'tree Node<'text>>,
    /// The mappings and lists above the node, the root first.
    pub(super) parents: Vec<&'tree Node<'text>>,
    /// The steps down to the node.
    pub(super) path: Vec<Step<'tree>>,
    /// A `List` whose entries are to be added to the node, a `Map` whose pairs are, or the `Text` that a scalar is to
    /// have.
    pub(super) content: Addition,
}

/// What is to be done at the end of a path.
#[derive(Clone, Copy)]
pub(super) enum Change<'change> {
    /// Entries added to the list there.
    Entries(&'change [Addition]),
    /// A pair added to the mapping there.
    Pair(&'change str, &'change Addition),
    /// Another text for the scalar there.
    Text(&'change str),
}

/// A path and what is to be done at its end.
pub(super) struct Request<'change> {
    /// The steps from the document's top level down.
    pub(super) path: Vec<Step<'change>>,
    /// The change.
    pub(super) change: Change<'change>,
}

impl Change<'_> {
    /// What the change is by itself.
    fn content(self) -> Addition {
        match self {
            Self::Entries(entries) => Addition::List(entries.to_vec()),
            Self::Pair(key, value) => Addition::Map(vec![(key.to_owned(), value.clone())]),
            Self::Text(text) => Addition::Text(text.to_owned()),
        }
    }
}

/// A change below some steps.
type Below<'change> = (&'change [Step<'change>], Change<'change>);

/// A tree that holds nothing but changes, below the steps that lead to them.
pub(super) fn outline(changes: &[Below<'_>]) -> Addition {
    let mut below: Vec<(Step<'_>, Vec<Below<'_>>)> = Vec::new();
    for (path, change) in changes {
        let Some((first, deeper)) = path.split_first() else {
            return change.content();
        };
        match below.iter_mut().find(|(step, _)| step == first) {
            Some((_, changes)) => changes.push((deeper, *change)),
            None => below.push((*first, vec![(deeper, *change)])),
        }
    }
    if let Some((Step::Item(_), _)) = below.first() {
        return Addition::List(below.iter().map(|(_, changes)| outline(changes)).collect());
    }
    let pairs = below.iter().filter_map(|(step, changes)| match step {
        Step::Key(key) => Some(((*key).to_owned(), outline(changes))),
        Step::Item(_) => None,
    });
    Addition::Map(pairs.collect())
}

/// Finds where a change goes.
pub(super) fn find<'tree, 'text>(
    document: &'tree Document<'text>,
    path: &[Step<'tree>],
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
        let next = next(&target, rest.first(), change)?;
        match (next, rest.split_first()) {
            (Some((key, value)), Some((step, deeper))) => {
                target.path.push(*step);
                target.parents.push(node);
                target.key = key;
                target.node = value;
                rest = deeper;
            }
            (_, None) => {
                target.content = change.content();
                return Ok(target);
            }
            (None, Some((step, _))) => {
                if !can_be_made(rest, change) {
                    return Err(EditError::Missing {
                        place: Place::new(node.line, &below(&target.path, *step)),
                    });
                }
                target.content = outline(&[(rest, change)]);
                return Ok(target);
            }
        }
    }
}

/// A node below another one, with its key if it has one.
type Child<'tree, 'text> = (Option<&'tree Node<'text>>, &'tree Node<'text>);

/// The node that a step leads to; nothing where it is not there, or where the path ends at a node that fits the change.
fn next<'tree, 'text>(
    target: &Target<'tree, 'text>,
    step: Option<&Step<'_>>,
    change: Change<'_>,
) -> Result<Option<Child<'tree, 'text>>, EditError> {
    let node = target.node;
    match (&node.value, step, change) {
        (Value::Scalar(..), None, Change::Text(_)) => {
            refuse_tag(node, &target.path)?;
            if node.is_null() {
                return Err(wrong_kind(node, step, change, &target.path));
            }
            Ok(None)
        }
        // Where nothing is written behind a dash, there is nothing that could give way.
        _ if node.is_null() && node.tag.is_none() && !is_bare_item(target) => Ok(None),
        (Value::Mapping { .. }, Some(Step::Key(key)), _) => {
            let pair = find_key(node, key, &target.path)?;
            Ok(pair.map(|(key, value)| (Some(key), value)))
        }
        (Value::Sequence { items, .. }, Some(Step::Item(number)), _) => {
            Ok(items.get(*number).map(|item| (None, item)))
        }
        (Value::Mapping { .. }, None, Change::Pair(key, _)) => {
            refuse_key(node, key, &target.path)?;
            Ok(None)
        }
        (Value::Sequence { .. }, None, Change::Entries(_)) => Ok(None),
        _ => Err(wrong_kind(node, step, change, &target.path)),
    }
}

/// Whether the node is a list's item of which nothing but an anchor is written.
fn is_bare_item(target: &Target<'_, '_>) -> bool {
    target.key.is_none() && !target.parents.is_empty() && target.node.span.is_empty()
}

/// Whether what is missing of a path is made: keys are, for something that is added.
fn can_be_made(missing: &[Step<'_>], change: Change<'_>) -> bool {
    !matches!(change, Change::Text(_)) && missing.iter().all(|step| matches!(step, Step::Key(_)))
}

/// A key of a mapping with its value.
type Pair<'tree, 'text> = (&'tree Node<'text>, &'tree Node<'text>);

/// The pair of a key in a mapping that is on the path.
fn find_key<'tree, 'text>(
    mapping: &'tree Node<'text>,
    key: &str,
    path: &[Step<'_>],
) -> Result<Option<Pair<'tree, 'text>>, EditError> {
    refuse_merge_key(mapping, path)?;
    let mut pairs = mapping
        .entries()
        .iter()
        .filter(|(name, _)| name.as_str() == Some(key));
    let first = pairs.next().map(|(key, value)| (key, value));
    if let (Some((first, _)), Some((second, _))) = (first, pairs.next()) {
        return Err(EditError::DuplicateKey {
            place: Place::new(second.line, &below(path, Step::Key(key))),
            first_line: first.line,
        });
    }
    Ok(first)
}

/// Refuses to insert a key that a mapping has.
fn refuse_key(mapping: &Node<'_>, key: &str, path: &[Step<'_>]) -> Result<(), EditError> {
    match find_key(mapping, key, path)? {
        Some((existing, _)) => Err(EditError::KeyExists {
            place: Place::new(existing.line, &below(path, Step::Key(key))),
        }),
        None => Ok(()),
    }
}

/// Refuses a mapping with `<<`. Quoted as well: go-yaml, which Kubernetes' tools use, merges that too.
fn refuse_merge_key(mapping: &Node<'_>, path: &[Step<'_>]) -> Result<(), EditError> {
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
fn refuse_alias(root: &Node<'_>, node: &Node<'_>, path: &[Step<'_>]) -> Result<(), EditError> {
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

/// Refuses a scalar whose tag says how its text is read.
fn refuse_tag(node: &Node<'_>, path: &[Step<'_>]) -> Result<(), EditError> {
    match &node.tag {
        Some(tag) => Err(EditError::Tagged {
            place: Place::new(node.line, path),
            tag: tag.replacen("tag:yaml.org,2002:", "!!", 1),
        }),
        None => Ok(()),
    }
}

fn wrong_kind(
    node: &Node<'_>,
    step: Option<&Step<'_>>,
    change: Change<'_>,
    path: &[Step<'_>],
) -> EditError {
    let found = match &node.value {
        Value::Scalar(..) if node.is_null() && node.tag.is_some() => "a null with a tag",
        Value::Scalar(..) if node.is_null() => "a null",
        Value::Scalar(..) => "a scalar",
        Value::Sequence { .. } => "a list",
        Value::Mapping { .. } => "a mapping",
        Value::Alias(_) => "an alias",
    };
    let needed = match (step, change) {
        (Some(Step::Item(_)), _) | (None, Change::Entries(_)) => "a list",
        (Some(Step::Key(_)), _) | (None, Change::Pair(..)) => "a mapping",
        (None, Change::Text(_)) => "a text, number or boolean",
    };
    EditError::WrongKind {
        place: Place::new(node.line, path),
        found,
        needed,
    }
}

/// A path and one step more.
fn below<'step>(path: &[Step<'step>], step: Step<'step>) -> Vec<Step<'step>> {
    path.iter().copied().chain([step]).collect()
}
