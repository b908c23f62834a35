//! Whether an edited text is the old one plus exactly the change, judged without regard to how it was made.

use std::ops::Range;

use crate::repo::scalar;
use crate::repo::yaml::{self, Node, ScalarStyle, Stream, Value};

use super::Addition;
use super::extent::block_scalar;
use super::lines::Lines;
use super::splice::Splice;
use super::step::{Step, node_at};
use super::style::{dash_column, is_block_mapping};
use super::target::Target;

/// What is judged.
pub(super) struct Edit<'edit, 'text> {
    /// The text before.
    pub(super) old_text: &'edit str,
    /// The text before, parsed.
    pub(super) old: &'edit Stream<'text>,
    /// The text after.
    pub(super) new_text: &'edit str,
    /// How the one became the other.
    pub(super) splices: &'edit [Splice],
    /// The number of the document that changed, from 0.
    pub(super) document: usize,
    /// The nodes that changed, in the old tree.
    pub(super) targets: &'edit [Target<'edit, 'text>],
}

/// Checks bytes, trees, comments and columns.
///
/// # Errors
/// What does not hold, as half a sentence.
pub(super) fn check(edit: &Edit<'_, '_>) -> Result<(), &'static str> {
    let new = yaml::parse(edit.new_text).map_err(|_| "the new text is no valid YAML")?;
    require(
        bytes_are_kept(edit),
        "other bytes than those of the old value gave way",
    )?;
    require(
        new.documents.len() == edit.old.documents.len(),
        "the number of documents changed",
    )?;
    require(
        documents_are_kept(edit, &new),
        "the new tree is not the old one with the change alone",
    )?;
    require(comments_are_kept(edit, &new), "the comments changed")?;
    require(
        edit.targets
            .iter()
            .all(|target| columns_fit(edit, target, &new)),
        "the new columns are not those of the entries beside it",
    )
}

fn require(holds: bool, problem: &'static str) -> Result<(), &'static str> {
    if holds { Ok(()) } else { Err(problem) }
}

/// Whether the new text is the old one with insertions, for which only empty values gave way, and scalars that were to
/// have another text.
fn bytes_are_kept(edit: &Edit<'_, '_>) -> bool {
    let scalars = scalars(edit);
    let (mut at, mut rest) = (0, edit.new_text);
    for splice in edit.splices {
        let kept = edit.old_text.get(at..splice.removed.start);
        let after = kept.and_then(|kept| rest.strip_prefix(kept));
        let Some(after) = after.and_then(|rest| rest.strip_prefix(splice.inserted.as_str())) else {
            return false;
        };
        let removed = edit.old_text.get(splice.removed.clone());
        let is_scalar = || {
            scalars.iter().any(|scalar| {
                scalar.start <= splice.removed.start && splice.removed.end <= scalar.end
            })
        };
        if !removed.is_some_and(is_empty_value) && !is_scalar() {
            return false;
        }
        (at, rest) = (splice.removed.end, after);
    }
    edit.old_text.get(at..) == Some(rest)
}

/// The bytes of the scalars that were to have another text.
fn scalars(edit: &Edit<'_, '_>) -> Vec<Range<usize>> {
    let lines = Lines::new(edit.old_text);
    let targets = edit.targets.iter();
    targets
        .filter(|target| matches!(target.content, Addition::Text(_)))
        .flat_map(
            |target| match block_scalar(lines, &edit.old.comments, target.node) {
                Some(block) => vec![block.header, block.body],
                None => vec![target.node.span.clone()],
            },
        )
        .collect()
}

/// Whether text is an empty value, or nothing at all.
fn is_empty_value(text: &str) -> bool {
    let without_space: String = text.split([' ', '\t', '\r', '\n']).collect();
    matches!(
        without_space.as_str(),
        "" | "[]" | "{}" | "~" | "null" | "Null" | "NULL"
    )
}

/// Whether every document is the same, but for the one that has the changes as well.
fn documents_are_kept(edit: &Edit<'_, '_>, new: &Stream<'_>) -> bool {
    let targets: Vec<&Target<'_, '_>> = edit.targets.iter().collect();
    let pairs = edit.old.documents.iter().zip(&new.documents);
    pairs.enumerate().all(|(number, (old, new))| {
        old.explicit == new.explicit
            && if number == edit.document {
                has_changes(&old.root, &new.root, &targets, 0)
            } else {
                is_same(&old.root, &new.root)
            }
    })
}

/// Whether two nodes are the same in all but their places.
fn is_same(old: &Node<'_>, new: &Node<'_>) -> bool {
    has_same_properties(old, new)
        && match (&old.value, &new.value) {
            (Value::Scalar(old, old_style), Value::Scalar(new, new_style)) => {
                old == new && old_style == new_style
            }
            (Value::Alias(old), Value::Alias(new)) => old == new,
            (
                Value::Sequence { flow, items },
                Value::Sequence {
                    flow: new_flow,
                    items: new_items,
                },
            ) => flow == new_flow && are_same(items, new_items),
            (
                Value::Mapping { flow, entries },
                Value::Mapping {
                    flow: new_flow,
                    entries: new_entries,
                },
            ) => flow == new_flow && are_same_pairs(entries, new_entries),
            _ => false,
        }
}

fn has_same_properties(old: &Node<'_>, new: &Node<'_>) -> bool {
    old.tag == new.tag && old.anchor == new.anchor
}

fn are_same(old: &[Node<'_>], new: &[Node<'_>]) -> bool {
    old.len() == new.len() && old.iter().zip(new).all(|(old, new)| is_same(old, new))
}

fn are_same_pairs(old: &[(Node<'_>, Node<'_>)], new: &[(Node<'_>, Node<'_>)]) -> bool {
    old.len() == new.len()
        && old
            .iter()
            .zip(new)
            .all(|(old, new)| is_same(&old.0, &new.0) && is_same(&old.1, &new.1))
}

/// Whether the new node is the old one with the change of each target, and with nothing else. The first `depth` steps
/// of the targets' paths lead to the node.
fn has_changes(old: &Node<'_>, new: &Node<'_>, targets: &[&Target<'_, '_>], depth: usize) -> bool {
    let Some((first, others)) = targets.split_first() else {
        return is_same(old, new);
    };
    if !has_same_properties(old, new) {
        return false;
    }
    if first.path.len() == depth {
        return others.is_empty() && has_content(old, new, &first.content);
    }
    let have_changes = |step: Step<'_>, old: &Node<'_>, new: &Node<'_>| {
        let below = targets
            .iter()
            .filter(|target| target.path.get(depth) == Some(&step));
        has_changes(old, new, &below.copied().collect::<Vec<_>>(), depth + 1)
    };
    let (items, entries) = (old.items(), old.entries());
    is_flow(old) == is_flow(new)
        && items.len() == new.items().len()
        && entries.len() == new.entries().len()
        && items
            .iter()
            .zip(new.items())
            .enumerate()
            .all(|(number, (old, new))| have_changes(Step::Item(number), old, new))
        && entries.iter().zip(new.entries()).all(|(old, new)| {
            is_same(&old.0, &new.0)
                && match old.0.as_str() {
                    Some(key) => have_changes(Step::Key(key), &old.1, &new.1),
                    None => is_same(&old.1, &new.1),
                }
        })
}

/// Whether the new collection is the old one, or an empty node, with the content after what it held; or the new scalar
/// has the text.
fn has_content(old: &Node<'_>, new: &Node<'_>, content: &Addition) -> bool {
    if let Addition::Text(text) = content {
        return is_set(text, old, new);
    }
    let was_empty = old.items().is_empty() && old.entries().is_empty();
    if !was_empty && is_flow(old) != is_flow(new) {
        return false;
    }
    match (&new.value, content) {
        (Value::Sequence { items, .. }, Addition::List(entries)) => items
            .split_at_checked(old.items().len())
            .is_some_and(|(kept, added)| are_same(old.items(), kept) && are_added(entries, added)),
        (Value::Mapping { entries, .. }, Addition::Map(pairs)) => entries
            .split_at_checked(old.entries().len())
            .is_some_and(|(kept, added)| {
                are_same_pairs(old.entries(), kept) && are_added_pairs(pairs, added)
            }),
        _ => false,
    }
}

/// Whether the new scalar has a text that every reader takes for one, in the old style or in double quotes.
fn is_set(text: &str, old: &Node<'_>, new: &Node<'_>) -> bool {
    let (Value::Scalar(_, old_style), Value::Scalar(read, style)) = (&old.value, &new.value) else {
        return false;
    };
    let is_safe = match style {
        ScalarStyle::Plain => scalar::quote(text) == text,
        _ => true,
    };
    read == text && is_safe && (style == old_style || *style == ScalarStyle::DoubleQuoted)
}

fn is_flow(node: &Node<'_>) -> bool {
    matches!(
        node.value,
        Value::Sequence { flow: true, .. } | Value::Mapping { flow: true, .. }
    )
}

/// Whether a node is just what was to be added.
fn is_added(addition: &Addition, node: &Node<'_>) -> bool {
    if node.tag.is_some() || node.anchor != 0 {
        return false;
    }
    match (addition, &node.value) {
        (Addition::List(entries), Value::Sequence { items, .. }) => are_added(entries, items),
        (Addition::Map(pairs), Value::Mapping { entries, .. }) => are_added_pairs(pairs, entries),
        (Addition::Text(text), _) => is_text(text, node),
        (Addition::Bool(value), Value::Scalar(read, ScalarStyle::Plain)) => {
            *read == if *value { "true" } else { "false" }
        }
        (Addition::Integer(value), Value::Scalar(read, ScalarStyle::Plain)) => {
            *read == value.to_string()
        }
        _ => false,
    }
}

/// Whether a node is a text, without tag and anchor, that every reader takes for one.
fn is_text(text: &str, node: &Node<'_>) -> bool {
    let Value::Scalar(read, style) = &node.value else {
        return false;
    };
    let is_safe = match style {
        ScalarStyle::Plain => scalar::quote(text) == text,
        style => *style == ScalarStyle::DoubleQuoted,
    };
    read == text && is_safe && node.tag.is_none() && node.anchor == 0
}

fn are_added(entries: &[Addition], items: &[Node<'_>]) -> bool {
    entries.len() == items.len()
        && entries
            .iter()
            .zip(items)
            .all(|(entry, item)| is_added(entry, item))
}

fn are_added_pairs(pairs: &[(String, Addition)], entries: &[(Node<'_>, Node<'_>)]) -> bool {
    pairs.len() == entries.len()
        && pairs
            .iter()
            .zip(entries)
            .all(|((key, value), entry)| is_text(key, &entry.0) && is_added(value, &entry.1))
}

/// Whether the comments have the same texts in the same order.
fn comments_are_kept(edit: &Edit<'_, '_>, new: &Stream<'_>) -> bool {
    let (old, new) = (&edit.old.comments, &new.comments);
    old.len() == new.len()
        && old.iter().zip(new).all(|(old, new)| {
            edit.old_text.get(old.span.clone()) == edit.new_text.get(new.span.clone())
        })
}

/// Whether new dashes and keys stand below those that were there.
fn columns_fit(edit: &Edit<'_, '_>, target: &Target<'_, '_>, new: &Stream<'_>) -> bool {
    let old_node = target.node;
    let new_node = new
        .documents
        .get(edit.document)
        .and_then(|document| node_at(&document.root, &target.path));
    let Some(new_node) = new_node else {
        return false;
    };
    let (old_lines, new_lines) = (Lines::new(edit.old_text), Lines::new(edit.new_text));
    match &old_node.value {
        Value::Sequence { flow: false, items } => {
            let plain = |item: &&Node<'_>| item.anchor == 0 && item.tag.is_none();
            let mappings = |item: &&Node<'_>| is_block_mapping(item) && plain(item);
            let (_, added) = new_node
                .items()
                .split_at_checked(items.len())
                .unwrap_or_default();
            let dash = |lines, item: Option<&Node<'_>>| dash_column(lines, item?);
            let sibling = items.iter().rev().find(mappings);
            dash(old_lines, items.last()) == dash(new_lines, added.last())
                && sibling.is_none_or(|sibling| {
                    let mut added = added.iter().filter(mappings);
                    added.all(|item| item.column == sibling.column)
                })
        }
        Value::Mapping {
            flow: false,
            entries,
        } => {
            let bare = |(key, _): &&(Node<'_>, Node<'_>)| key.anchor == 0 && key.tag.is_none();
            let sibling = entries.iter().rev().find(bare).map(|(key, _)| key.column);
            let mut added = new_node.entries().iter().skip(entries.len());
            added.all(|(key, _)| sibling.is_none_or(|column| key.column == column))
        }
        _ => true,
    }
}
