//! Anchors and the aliases that repeat them.

use std::collections::{BTreeMap, BTreeSet};

use super::error::{EditError, Place};
use super::step::Step;
use crate::repo::yaml::{Node, Stream, Value};

/// The aliases of a document, and the anchors that are to go.
pub(super) struct Anchors<'tree> {
    /// Where the aliases of each anchor stand, as offset and line.
    aliases: BTreeMap<usize, Vec<(usize, usize)>>,
    /// The anchors that go, each with the line and the path of what goes.
    removed: Vec<(usize, usize, Vec<Step<'tree>>)>,
    /// Where the aliases that go with them stand.
    removed_aliases: BTreeSet<usize>,
}

impl<'tree> Anchors<'tree> {
    /// The aliases at and below a node.
    pub(super) fn of(root: &Node<'_>) -> Self {
        let mut aliases: BTreeMap<usize, Vec<(usize, usize)>> = BTreeMap::new();
        each_node(root, &mut |node| {
            if let Value::Alias(anchor) = node.value {
                let places = aliases.entry(anchor).or_default();
                places.push((node.span.start, node.line));
            }
        });
        Self {
            aliases,
            removed: Vec::new(),
            removed_aliases: BTreeSet::new(),
        }
    }

    /// The line of the first alias that repeats a node.
    pub(super) fn alias_of(&self, node: &Node<'_>) -> Option<usize> {
        let places = self.aliases.get(&node.anchor)?;
        places.first().map(|(_, line)| *line)
    }

    /// Notes that a node goes.
    pub(super) fn remove(&mut self, node: &Node<'_>, path: &[Step<'tree>]) {
        each_node(node, &mut |inner| {
            if inner.anchor != 0 {
                self.removed.push((inner.anchor, node.line, path.to_vec()));
            }
            if matches!(inner.value, Value::Alias(_)) {
                self.removed_aliases.insert(inner.span.start);
            }
        });
    }

    /// Refuses that an anchor goes while an alias of it stays.
    pub(super) fn refuse_lost(&self) -> Result<(), EditError> {
        for (anchor, line, path) in &self.removed {
            let mut places = self.aliases.get(anchor).into_iter().flatten();
            let staying = places.find(|(at, _)| !self.removed_aliases.contains(at));
            if let Some((_, alias_line)) = staying {
                return Err(EditError::AnchorNeeded {
                    place: Place::new(*line, path),
                    alias_line: *alias_line,
                });
            }
        }
        Ok(())
    }
}

/// Visits a node and all below it, keys before their values.
fn each_node<'tree, 'text>(node: &'tree Node<'text>, visit: &mut impl FnMut(&'tree Node<'text>)) {
    visit(node);
    for item in node.items() {
        each_node(item, visit);
    }
    for (key, value) in node.entries() {
        each_node(key, visit);
        each_node(value, visit);
    }
}

/// Gives the anchors of a text the numbers that they had in another one, in the order in which they come.
///
/// The parser counts anchors through the text, so that those behind one that went have other numbers than before.
pub(super) fn renumber(stream: &mut Stream<'_>, numbers: &[usize]) {
    let mut numbers = numbers.iter();
    let mut known = BTreeMap::new();
    for document in &mut stream.documents {
        renumber_node(&mut document.root, &mut numbers, &mut known);
    }
}

fn renumber_node(
    node: &mut Node<'_>,
    numbers: &mut std::slice::Iter<'_, usize>,
    known: &mut BTreeMap<usize, usize>,
) {
    if node.anchor != 0 {
        // A number that no anchor has stands for one too many.
        let number = numbers.next().copied().unwrap_or(usize::MAX);
        known.insert(node.anchor, number);
        node.anchor = number;
    }
    match &mut node.value {
        Value::Alias(anchor) => *anchor = known.get(anchor).copied().unwrap_or(usize::MAX),
        Value::Scalar(..) => {}
        Value::Sequence { items, .. } => {
            for item in items {
                renumber_node(item, numbers, known);
            }
        }
        Value::Mapping { entries, .. } => {
            for (key, value) in entries {
                renumber_node(key, numbers, known);
                renumber_node(value, numbers, known);
            }
        }
    }
}

/// The numbers of the anchors at and below a node, in the order in which they come.
pub(super) fn numbers(node: &Node<'_>) -> Vec<usize> {
    let mut numbers = Vec::new();
    each_node(node, &mut |node| {
        if node.anchor != 0 {
            numbers.push(node.anchor);
        }
    });
    numbers
}
