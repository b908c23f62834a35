//! Has a text without a final line end go on having none, when what stands at its end goes.

use crate::repo::yaml::{Comment, Node, ScalarStyle, Value};

use super::extent::block_scalar;
use super::lines::Lines;
use super::splice::Splice;

/// Splices that are in order, where those that reach the text's end become one that adds no line end there.
///
/// Lines that stand at the end go with the line end before them, unless that ends a block scalar which says a line end.
pub(super) fn kept(
    lines: Lines<'_>,
    comments: &[Comment],
    root: &Node<'_>,
    splices: Vec<Splice>,
) -> Vec<Splice> {
    let mut splices = splices;
    let length = lines.text().len();
    let mut start = length;
    let mut first = splices.len();
    for splice in splices.iter().rev() {
        let is_in_place = !splice.removed.is_empty() && !splice.inserted.is_empty();
        if splice.removed.end != start || is_in_place {
            break;
        }
        start = splice.removed.start;
        first -= 1;
    }
    if lines.are_ended() || start == length {
        return splices;
    }
    let line_break = lines.line_break(length);
    let starts_line = lines.start(start) == start;
    let mut inserted = String::new();
    for splice in splices.drain(first..) {
        let is_open = splice.removed.start == length && (starts_line || !inserted.is_empty());
        match splice.inserted.strip_prefix(line_break) {
            // It was written to come behind text without a line end, which is gone.
            Some(own) if is_open => {
                inserted.push_str(own);
                inserted.push_str(line_break);
            }
            _ => inserted.push_str(&splice.inserted),
        }
    }
    if let Some(own) = inserted.strip_suffix(line_break) {
        inserted.truncate(own.len());
    } else if inserted.is_empty() && !ends_block_scalar(lines, comments, root, start) {
        start = lines.before_break(start);
    }
    splices.push(Splice {
        removed: start..length,
        inserted,
    });
    splices
}

/// Whether a block scalar that keeps a line end reaches to an offset.
fn ends_block_scalar(
    lines: Lines<'_>,
    comments: &[Comment],
    node: &Node<'_>,
    offset: usize,
) -> bool {
    if let Value::Scalar(_, ScalarStyle::Literal | ScalarStyle::Folded) = node.value {
        let block = block_scalar(lines, comments, node);
        return block.is_some_and(|block| {
            let header = lines.between(block.header.start, block.header.end);
            let is_there = block.header.start < offset && offset <= node.span.end;
            is_there && !header.contains('-')
        });
    }
    let mut items = node.items().iter();
    let mut values = node.entries().iter().map(|(_, value)| value);
    let mut has = |node: &Node<'_>| ends_block_scalar(lines, comments, node, offset);
    items.any(&mut has) || values.any(&mut has)
}
