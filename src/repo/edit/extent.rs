//! Where a node's own text begins and ends, which the parser's spans tell only in part.

use crate::repo::yaml::{Node, ScalarStyle, Value};

use super::lines::{Lines, is_blank};

/// The text ends inside a block scalar that keeps its last line end but has none.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unterminated;

/// Where a node's own text ends: on its last line, without comments and blank lines that follow.
pub(super) fn content_end(lines: Lines<'_>, node: &Node<'_>) -> Result<usize, Unterminated> {
    let mut node = node;
    loop {
        match &node.value {
            Value::Sequence { flow: false, items } => match items.last() {
                Some(last) => node = last,
                None => return Ok(node.span.start),
            },
            Value::Mapping {
                flow: false,
                entries,
            } => match entries.last() {
                // The place of an empty value may be the next token's.
                Some((key, value)) if is_unwritten(value) => return Ok(key.span.end),
                Some((_, value)) => node = value,
                None => return Ok(node.span.start),
            },
            Value::Scalar(text, ScalarStyle::Literal | ScalarStyle::Folded) => {
                return block_scalar_end(lines, node, text);
            }
            _ => return Ok(node.span.end),
        }
    }
}

/// Whether the last thing in a node is a block scalar, to which a blank line might be added by mistake.
pub(super) fn ends_in_block_scalar(node: &Node<'_>) -> bool {
    match &node.value {
        Value::Sequence { flow: false, items } => items.last().is_some_and(ends_in_block_scalar),
        Value::Mapping {
            flow: false,
            entries,
        } => entries
            .last()
            .is_some_and(|(_, value)| ends_in_block_scalar(value)),
        Value::Scalar(_, style) => matches!(style, ScalarStyle::Literal | ScalarStyle::Folded),
        _ => false,
    }
}

/// Whether a node is a null of which nothing is written: no `~`, no tag, no anchor.
pub(super) fn is_unwritten(node: &Node<'_>) -> bool {
    node.is_null() && node.span.is_empty() && node.tag.is_none() && node.anchor == 0
}

/// Where the dash of an entry of a block list stands.
pub(super) fn dash(lines: Lines<'_>, item: &Node<'_>) -> Option<usize> {
    let mut start = lines.start(item.span.start);
    loop {
        let line = lines.line(start);
        let rest = line.trim_start_matches(' ');
        let column = line.len() - rest.len();
        let dashed = rest
            .strip_prefix('-')
            .is_some_and(|after| after.is_empty() || after.starts_with(is_blank));
        if dashed && column < item.column {
            return Some(start + column);
        }
        start = lines.previous(start)?;
    }
}

/// The end of a block scalar's last line, without the blank lines after it where they are no part of its text.
fn block_scalar_end(lines: Lines<'_>, node: &Node<'_>, text: &str) -> Result<usize, Unterminated> {
    let mut end = node.span.end;
    if lines.is_first(end) {
        // The parser counts the next line's indentation as well.
        end = lines.start(end);
    } else {
        let ends_the_text = lines.end(end) == lines.text().len();
        return if text.ends_with('\n') && ends_the_text {
            Err(Unterminated)
        } else {
            Ok(end)
        };
    }
    // Only `+` keeps more than one line end, or line ends without text.
    let keeps_blank_lines =
        text.ends_with("\n\n") || (!text.is_empty() && text.chars().all(|c| c == '\n'));
    while let Some(previous) = lines.previous(end) {
        let line = lines.line(previous);
        let blank = line.len() <= node.column && line.chars().all(|c| c == ' ');
        if keeps_blank_lines || !blank {
            return Ok(lines.end(previous));
        }
        end = previous;
    }
    Ok(end)
}
