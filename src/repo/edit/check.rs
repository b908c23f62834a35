//! Whether an edited text is the old one plus exactly the change, judged without regard to how it was made.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::repo::scalar;
use crate::repo::yaml::{self, Node, ScalarStyle, Stream, Value};

use super::Addition;
use super::anchors::{numbers, renumber};
use super::branch::Branch;
use super::extent::{block_scalar, is_flow};
use super::gone::Gone;
use super::lines::Lines;
use super::splice::Splice;
use super::step::Step;
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
    let mut new = yaml::parse(edit.new_text).map_err(|_| "the new text is no valid YAML")?;
    renumber(&mut new, &kept_anchors(edit));
    let lines = Lines::new(edit.old_text);
    let gone = Gone::of(lines, &edit.old.comments, edit.targets);
    let gone = gone.ok_or("it is not known where the entries are that go")?;
    let targets = edit.targets.iter();
    let changes = Branch::of(targets.map(|target| (target.path.clone(), target)));
    require(
        bytes_are_kept(edit, &gone),
        "other bytes than those of the old value gave way",
    )?;
    require(
        new.documents.len() == edit.old.documents.len(),
        "the number of documents changed",
    )?;
    require(
        documents_are_kept(edit, &new, &changes),
        "the new tree is not the old one with the change alone",
    )?;
    require(comments_are_kept(edit, &new, &gone), "the comments changed")?;
    require(
        edit.targets
            .iter()
            .all(|target| columns_fit(edit, target, &new, &changes)),
        "the new columns are not those of the entries beside it",
    )
}

fn require(holds: bool, problem: &'static str) -> Result<(), &'static str> {
    if holds { Ok(()) } else { Err(problem) }
}

/// The numbers of the anchors that are to be there after the edit.
fn kept_anchors(edit: &Edit<'_, '_>) -> Vec<usize> {
    let mut gone = BTreeSet::new();
    for target in edit.targets {
        for number in &target.removed {
            gone.extend(
                target
                    .node
                    .items()
                    .get(*number)
                    .iter()
                    .flat_map(|item| numbers(item)),
            );
            if let Some((key, value)) = target.node.entries().get(*number) {
                gone.extend(numbers(key));
                gone.extend(numbers(value));
            }
        }
    }
    let documents = edit.old.documents.iter();
    let all = documents.flat_map(|document| numbers(&document.root));
    all.filter(|number| !gone.contains(number)).collect()
}

/// Whether the new text is the old one with insertions, for which only empty values gave way, scalars that were to have
/// another value, and entries that were to go.
fn bytes_are_kept(edit: &Edit<'_, '_>, gone: &Gone) -> bool {
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
            let later = scalars.partition_point(|scalar| scalar.start <= splice.removed.start);
            let scalar = later.checked_sub(1).and_then(|number| scalars.get(number));
            scalar.is_some_and(|scalar| splice.removed.end <= scalar.end)
        };
        if !removed.is_some_and(is_empty_value)
            && !is_scalar()
            && !gone.may_go(edit.old_text, &splice.removed)
        {
            return false;
        }
        (at, rest) = (splice.removed.end, after);
    }
    edit.old_text.get(at..) == Some(rest)
}

/// The bytes of the scalars that were to have another value, in order.
fn scalars(edit: &Edit<'_, '_>) -> Vec<Range<usize>> {
    let lines = Lines::new(edit.old_text);
    let targets = edit.targets.iter().filter(|target| target.is_scalar());
    let scalars =
        targets.flat_map(
            |target| match block_scalar(lines, &edit.old.comments, target.node) {
                Some(block) => vec![block.header, block.body],
                None => vec![target.node.span.clone()],
            },
        );
    let mut scalars: Vec<_> = scalars.collect();
    scalars.sort_by_key(|scalar| scalar.start);
    scalars
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
fn documents_are_kept(edit: &Edit<'_, '_>, new: &Stream<'_>, changes: &Judged<'_, '_>) -> bool {
    let pairs = edit.old.documents.iter().zip(&new.documents);
    pairs.enumerate().all(|(number, (old, new))| {
        old.explicit == new.explicit
            && if number == edit.document {
                has_changes(&old.root, &new.root, changes)
            } else {
                is_same(&old.root, &new.root)
            }
    })
}

/// Whether two nodes are the same in all but their places.
pub(super) fn is_same(old: &Node<'_>, new: &Node<'_>) -> bool {
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

/// The changes of a document as they are judged.
type Judged<'edit, 'text> = Branch<'edit, &'edit Target<'edit, 'text>>;

/// Whether the new node is the old one with the changes at and below it, and with nothing else.
fn has_changes(old: &Node<'_>, new: &Node<'_>, changes: &Judged<'_, '_>) -> bool {
    let target = changes.own.first();
    if !has_same_properties(old, new) {
        return false;
    }
    if let Some(target) = target.filter(|target| target.is_scalar()) {
        return is_set(&target.content, old, new);
    }
    let removed = target.map_or([].as_slice(), |target| &target.removed);
    let is_emptied = target.is_some_and(|target| target.is_emptied());
    let had_none = old.items().is_empty() && old.entries().is_empty();
    if !had_none && is_flow(old) != is_flow(new) && !(is_emptied && is_flow(new)) {
        return false;
    }
    let added = target.map(|target| &target.content);
    match (&old.value, &new.value, added) {
        (Value::Sequence { .. }, Value::Sequence { items, .. }, None) => {
            has_items(kept(old.items(), removed), items, &[], changes)
        }
        (Value::Mapping { .. }, Value::Mapping { entries, .. }, None) => {
            has_pairs(kept(old.entries(), removed), entries, &[], changes)
        }
        (
            Value::Sequence { .. } | Value::Scalar(..),
            Value::Sequence { items, .. },
            Some(Addition::List(added)),
        ) => has_items(kept(old.items(), removed), items, added, changes),
        (
            Value::Mapping { .. } | Value::Scalar(..),
            Value::Mapping { entries, .. },
            Some(Addition::Map(added)),
        ) => has_pairs(kept(old.entries(), removed), entries, added, changes),
        _ => false,
    }
}

/// The entries that do not go, each with its number.
fn kept<'list, T>(
    entries: &'list [T],
    removed: &'list [usize],
) -> impl Iterator<Item = (usize, &'list T)> {
    let entries = entries.iter().enumerate();
    entries.filter(|(number, _)| removed.binary_search(number).is_err())
}

/// Whether a list's new items are the kept ones, with the changes below them, and what was added.
fn has_items<'list, 'text: 'list>(
    kept: impl Iterator<Item = (usize, &'list Node<'text>)>,
    new: &[Node<'_>],
    added: &[Addition],
    changes: &Judged<'_, '_>,
) -> bool {
    let mut rest = new.iter();
    for (number, old) in kept {
        let is_kept = match (rest.next(), changes.below.get(&Step::Item(number))) {
            (Some(new), Some(below)) => has_changes(old, new, below),
            (Some(new), None) => is_same(old, new),
            (None, _) => false,
        };
        if !is_kept {
            return false;
        }
    }
    are_added(added, rest.as_slice())
}

/// Whether a mapping's new pairs are the kept ones, with the changes of their values, and what was added.
fn has_pairs<'list, 'text: 'list>(
    kept: impl Iterator<Item = (usize, &'list (Node<'text>, Node<'text>))>,
    new: &[(Node<'_>, Node<'_>)],
    added: &[(String, Addition)],
    changes: &Judged<'_, '_>,
) -> bool {
    let mut rest = new.iter();
    for (_, (key, old)) in kept {
        let Some((new_key, new)) = rest.next() else {
            return false;
        };
        let below = key
            .as_str()
            .and_then(|key| changes.below.get(&Step::Key(key)));
        let is_kept = is_same(key, new_key)
            && match below {
                Some(below) => has_changes(old, new, below),
                None => is_same(old, new),
            };
        if !is_kept {
            return false;
        }
    }
    are_added_pairs(added, rest.as_slice())
}

/// Whether the new scalar is what it was to be: a text that every reader takes for one, in the old style or in double
/// quotes, or a plain boolean or number.
fn is_set(content: &Addition, old: &Node<'_>, new: &Node<'_>) -> bool {
    let (Value::Scalar(_, old_style), Value::Scalar(read, style)) = (&old.value, &new.value) else {
        return false;
    };
    let is_plain = *style == ScalarStyle::Plain;
    match content {
        Addition::Text(text) => {
            read == text
                && (!is_plain || scalar::quote(text) == *text)
                && (style == old_style || *style == ScalarStyle::DoubleQuoted)
        }
        Addition::Bool(value) => is_plain && *read == value.to_string(),
        Addition::Integer(value) => is_plain && *read == value.to_string(),
        Addition::List(_) | Addition::Map(_) => false,
    }
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

/// Whether the comments have the same texts in the same order, but for those that went with an entry and belong to it.
fn comments_are_kept(edit: &Edit<'_, '_>, new: &Stream<'_>, gone: &Gone) -> bool {
    let mut splices = edit.splices.iter().peekable();
    let mut rest = new.comments.iter();
    for comment in &edit.old.comments {
        while splices
            .next_if(|splice| splice.removed.end <= comment.span.start)
            .is_some()
        {}
        let went = splices.peek().is_some_and(|splice| {
            splice.removed.start <= comment.span.start && comment.span.end <= splice.removed.end
        });
        if went && gone.holds(&comment.span) {
            continue;
        }
        let kept = rest
            .next()
            .and_then(|new| edit.new_text.get(new.span.clone()));
        if kept.is_none() || kept != edit.old_text.get(comment.span.clone()) {
            return false;
        }
    }
    rest.next().is_none()
}

/// The node that a target has become.
fn new_node<'tree, 'text>(
    root: &'tree Node<'text>,
    target: &Target<'_, '_>,
    changes: &Judged<'_, '_>,
) -> Option<&'tree Node<'text>> {
    let (mut node, mut changes) = (root, changes);
    for step in &target.path {
        node = match *step {
            Step::Key(key) => node.get(key)?,
            Step::Item(number) => {
                let own = changes.own.first();
                let removed = own.map_or([].as_slice(), |target| &target.removed);
                let before = removed.partition_point(|other| *other < number);
                node.items().get(number - before)?
            }
        };
        changes = changes.below.get(step)?;
    }
    Some(node)
}

/// Whether dashes and keys stand where they were, and new ones below those that were there.
fn columns_fit(
    edit: &Edit<'_, '_>,
    target: &Target<'_, '_>,
    new: &Stream<'_>,
    changes: &Judged<'_, '_>,
) -> bool {
    let new_node = new
        .documents
        .get(edit.document)
        .and_then(|document| new_node(&document.root, target, changes));
    let Some(new_node) = new_node else {
        return false;
    };
    let (old_lines, new_lines) = (Lines::new(edit.old_text), Lines::new(edit.new_text));
    match &target.node.value {
        Value::Sequence { flow: false, items } => {
            let plain = |item: &&Node<'_>| item.anchor == 0 && item.tag.is_none();
            let mappings = |item: &&Node<'_>| is_block_mapping(item) && plain(item);
            let kept = items.len() - target.removed.len();
            let (kept, added) = new_node.items().split_at_checked(kept).unwrap_or_default();
            let dash = |lines, item: Option<&Node<'_>>| dash_column(lines, item?);
            let column = dash(old_lines, items.last());
            let is_beside =
                |new: &[Node<'_>]| new.is_empty() || dash(new_lines, new.last()) == column;
            let sibling = items.iter().rev().find(mappings);
            is_beside(kept)
                && is_beside(added)
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
            let mut new = new_node.entries().iter().filter(bare);
            new.all(|(key, _)| sibling.is_none_or(|column| key.column == column))
        }
        _ => true,
    }
}
