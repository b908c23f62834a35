//! Where a node's own text begins and ends, which the parser's spans tell only in part.

use std::ops::Range;

use crate::repo::yaml::{Comment, Node, ScalarStyle, Value};

use super::lines::{Lines, is_blank};

/// The text ends inside a block scalar that keeps its last line end but has none.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unterminated;

/// Where a block scalar stands.
pub(super) struct BlockScalar {
    /// Its header, such as `|` or `>-`.
    pub(super) header: Range<usize>,
    /// Its lines, from the line end of the header's line to before that of the last line with text.
    pub(super) body: Range<usize>,
}

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

/// Whether the last thing in a node is a block scalar that keeps the blank lines after it.
pub(super) fn keeps_blank_lines(lines: Lines<'_>, comments: &[Comment], node: &Node<'_>) -> bool {
    let last = match &node.value {
        Value::Sequence { flow: false, items } => items.last(),
        Value::Mapping {
            flow: false,
            entries,
        } => entries.last().map(|(_, value)| value),
        _ => {
            let block = block_scalar(lines, comments, node);
            let header = block.map(|block| lines.between(block.header.start, block.header.end));
            return header.is_some_and(|header| header.contains('+'));
        }
    };
    last.is_some_and(|last| keeps_blank_lines(lines, comments, last))
}

/// Whether a node is a list in brackets or a mapping in braces.
pub(super) fn is_flow(node: &Node<'_>) -> bool {
    matches!(
        node.value,
        Value::Sequence { flow: true, .. } | Value::Mapping { flow: true, .. }
    )
}

/// Whether a node is a null of which nothing is written: no `~`, no tag, no anchor.
pub(super) fn is_unwritten(node: &Node<'_>) -> bool {
    node.is_null() && node.span.is_empty() && node.tag.is_none() && node.anchor == 0
}

/// Where the dash of an entry of a block list stands.
pub(super) fn dash(lines: Lines<'_>, item: &Node<'_>) -> Option<usize> {
    let mut start = lines.start(item.span.start);
    loop {
        if let Some(column) = last_dash(lines.line(start), item.column) {
            return Some(start + column);
        }
        start = lines.previous(start)?;
    }
}

/// The column of the last dash before a column, where nothing but dashes stands before it, as in `- - a`.
fn last_dash(line: &str, before: usize) -> Option<usize> {
    let (mut last, mut rest) = (None, line.trim_start_matches(' '));
    while let Some(after) = rest.strip_prefix('-') {
        let column = line.len() - rest.len();
        if column >= before || !(after.is_empty() || after.starts_with(is_blank)) {
            break;
        }
        last = Some(column);
        rest = after.trim_start_matches(' ');
    }
    last
}

/// Where a block scalar stands, of which the parser tells the text's first character.
pub(super) fn block_scalar(
    lines: Lines<'_>,
    comments: &[Comment],
    node: &Node<'_>,
) -> Option<BlockScalar> {
    let Value::Scalar(text, ScalarStyle::Literal | ScalarStyle::Folded) = &node.value else {
        return None;
    };
    let has_text = text.contains(|c| c != '\n');
    let mut start = lines.start(node.span.start);
    // Without text, at the end of the document, the parser tells the header.
    if has_text || !lines.from(node.span.start).starts_with(['|', '>']) {
        start = lines.previous(start)?;
    }
    // The lines between the header's and the text are blank, or hold a comment where there is no text.
    loop {
        let first = comments.partition_point(|comment| comment.span.start < start);
        let comment = comments.get(first).map(|comment| comment.span.start);
        let end = comment.map_or(lines.end(start), |at| at.min(lines.end(start)));
        let written = lines.between(start, end).trim_end_matches(is_blank);
        if !written.is_empty() {
            let modifier = |c: char| matches!(c, '+' | '-' | '0'..='9');
            let before = written
                .trim_end_matches(modifier)
                .strip_suffix(['|', '>'])?;
            let header = start + before.len()..start + written.len();
            let body = lines.end(header.end);
            let body_end = if has_text {
                text_end(lines, node)
            } else {
                body
            };
            return Some(BlockScalar {
                header,
                body: body..body_end,
            });
        }
        start = lines.previous(start)?;
    }
}

/// The end of a block scalar's last line that holds text.
fn text_end(lines: Lines<'_>, node: &Node<'_>) -> usize {
    let mut end = node.span.end;
    if !lines.is_first(end) {
        return end;
    }
    end = lines.start(end);
    while let Some(previous) = lines.previous(end) {
        let line = lines.line(previous);
        if line.len() > node.column || line.chars().any(|c| c != ' ') {
            return lines.end(previous);
        }
        end = previous;
    }
    end
}

/// The end of a block scalar's last line, without the blank lines after it where they are no part of its text.
fn block_scalar_end(lines: Lines<'_>, node: &Node<'_>, text: &str) -> Result<usize, Unterminated> {
    let end = node.span.end;
    if !lines.is_first(end) {
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
    if !keeps_blank_lines {
        return Ok(text_end(lines, node));
    }
    // The parser counts the next line's indentation as well.
    let next = lines.start(end);
    Ok(lines
        .previous(next)
        .map_or(next, |previous| lines.end(previous)))
}
