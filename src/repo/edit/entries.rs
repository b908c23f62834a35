//! Where the entries of a list or a mapping stand: facts, without a decision about comments.

use std::ops::Range;

use crate::repo::yaml::{Node, Value};

use super::extent::{content_end, dash, is_unwritten};
use super::lines::{Lines, is_blank};

/// The bytes of each entry's own text, in order: from its dash, or from its key, to the end of its value. Nothing where
/// that cannot be told.
pub(super) fn entries(lines: Lines<'_>, node: &Node<'_>) -> Option<Vec<Range<usize>>> {
    match &node.value {
        Value::Sequence { flow: false, items } => items
            .iter()
            .map(|item| {
                let start = dash(lines, item)?;
                let end = if is_unwritten(item) {
                    start + 1
                } else {
                    end_of(lines, item)
                };
                (start < end).then_some(start..end)
            })
            .collect(),
        Value::Mapping {
            flow: false,
            entries,
        } => entries
            .iter()
            .map(|(key, value)| {
                let end = if is_unwritten(value) {
                    end_of_pair(lines, key, value)
                } else {
                    end_of(lines, value)
                };
                (key.span.start < end).then_some(key.span.start..end)
            })
            .collect(),
        Value::Sequence { flow: true, items } => {
            in_brackets(lines, node, items.iter().map(|item| flow_end(lines, item)))
        }
        Value::Mapping {
            flow: true,
            entries,
        } => {
            let ends = entries
                .iter()
                .map(|(key, value)| end_of_pair(lines, key, value));
            in_brackets(lines, node, ends)
        }
        _ => None,
    }
}

/// Where a node's text ends in block YAML; at the text's end where a block scalar has no line end there.
fn end_of(lines: Lines<'_>, node: &Node<'_>) -> usize {
    let end = content_end(lines, node).unwrap_or(lines.text().len());
    // It may be the end of a key that nothing follows but its colon.
    colon_at(lines, end).unwrap_or(end)
}

/// Where a node's text ends in brackets. A mapping without braces, as in `[a: b]`, ends with its value.
fn flow_end(lines: Lines<'_>, node: &Node<'_>) -> usize {
    match node.entries() {
        [(key, value)] if !lines.from(node.span.start).starts_with('{') => {
            end_of_pair(lines, key, value)
        }
        _ => node.span.end,
    }
}

/// The entries of a collection in brackets or braces that end at some offsets, each with its tag and anchor.
fn in_brackets(
    lines: Lines<'_>,
    node: &Node<'_>,
    ends: impl Iterator<Item = usize>,
) -> Option<Vec<Range<usize>>> {
    if !lines.from(node.span.start).starts_with(['[', '{']) {
        return None;
    }
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut at = node.span.start + 1;
    for end in ends {
        if let Some(before) = ranges.last() {
            at = comma_after(lines, before.end)?;
        }
        let start = over_comments(lines, at);
        if start >= end {
            return None;
        }
        ranges.push(start..end);
    }
    Some(ranges)
}

/// Where a key and its value end; the value may be missing, and the colon too.
pub(super) fn end_of_pair(lines: Lines<'_>, key: &Node<'_>, value: &Node<'_>) -> usize {
    if !is_unwritten(value) {
        return value.span.end;
    }
    colon_after(lines, key).unwrap_or(key.span.end)
}

/// The end of the colon that follows a key in its line.
pub(super) fn colon_after(lines: Lines<'_>, key: &Node<'_>) -> Option<usize> {
    colon_at(lines, key.span.end)
}

/// The end of the colon that comes next, over blanks.
fn colon_at(lines: Lines<'_>, at: usize) -> Option<usize> {
    let rest = lines.from(at);
    let colon = rest.trim_start_matches(is_blank);
    let is_colon = colon.starts_with(':');
    is_colon.then(|| at + (rest.len() - colon.len()) + 1)
}

/// The end of the comma that follows an entry, over line ends and comments.
pub(super) fn comma_after(lines: Lines<'_>, end: usize) -> Option<usize> {
    let at = over_comments(lines, end);
    lines.from(at).starts_with(',').then_some(at + 1)
}

/// The first character from an offset on that is no white space and in no comment.
fn over_comments(lines: Lines<'_>, from: usize) -> usize {
    let mut at = from;
    loop {
        match lines.from(at).chars().next() {
            Some('#') => at = lines.end(at),
            Some(c) if c.is_ascii_whitespace() => at += 1,
            _ => return at,
        }
    }
}
