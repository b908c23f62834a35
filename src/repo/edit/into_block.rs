//! Where an addition goes in block YAML.

use crate::repo::yaml::{Node, Value};

use super::Addition;
use super::block::{BlockStyle, BlockWriter, DashStyle};
use super::extent::{Unterminated, content_end, is_unwritten};
use super::lines::{Level, Lines, Reach, is_blank};
use super::splice::Splice;
use super::style::{block_style, dash_style};
use super::target::Target;

/// Why there is no place for an addition.
#[derive(Clone, Copy, Debug)]
pub(super) enum NoPlace {
    /// The text ends inside a block scalar that would change.
    Unterminated,
    /// The dash of the list's last entry is in no line of its own.
    NoDash,
    /// The node is not of the kind that it was found to be.
    Unfit,
    /// What belongs to an entry that is to go cannot be told from what stays.
    Unclear,
}

impl From<Unterminated> for NoPlace {
    fn from(_: Unterminated) -> Self {
        Self::Unterminated
    }
}

/// Adds entries after the last one of a block list, and pairs after the last one of a block mapping.
pub(super) fn append(lines: Lines<'_>, target: &Target<'_, '_>) -> Result<Vec<Splice>, NoPlace> {
    let end = content_end(lines, target.node)?;
    let style = style_at(lines, target, end);
    let mut writer = BlockWriter::new(style);
    let reach = match (&target.node.value, &target.content) {
        (Value::Sequence { items, .. }, Addition::List(entries)) => {
            let for_mapping = matches!(entries.first(), Some(Addition::Map(_)));
            let dash = dash_style(lines, items, for_mapping).ok_or(NoPlace::NoDash)?;
            writer.entries(entries, &dash);
            Reach {
                column: dash.column,
                level: level(target, dash.column),
            }
        }
        (Value::Mapping { .. }, Addition::Map(pairs)) => {
            writer.pairs(pairs, target.node.column);
            Reach {
                column: target.node.column,
                level: level(target, target.node.column),
            }
        }
        _ => return Err(NoPlace::Unfit),
    };
    let end = lines.own_end(end, reach);
    Ok(vec![below_line(lines, end, writer.finish(), style)])
}

/// Whether an empty node can give way to block YAML below its key: nothing but a comment follows it in its line.
pub(super) fn can_fill(lines: Lines<'_>, target: &Target<'_, '_>) -> bool {
    let node = target.node;
    if node.span.is_empty() {
        return true;
    }
    let Some(key) = target.key else { return false };
    let before = lines.between(key.span.end, node.span.start);
    let written = lines.between(node.span.start, node.span.end);
    let after = lines.between(node.span.end, lines.end(node.span.end));
    let after = after.trim_start_matches(is_blank);
    !before.contains(['\n', '\r'])
        && !written.contains('#')
        && (after.is_empty() || after.starts_with('#'))
}

/// Puts a list or a mapping below the key of an empty node, which gives way if anything of it is written.
pub(super) fn fill(lines: Lines<'_>, target: &Target<'_, '_>) -> Vec<Splice> {
    let node = target.node;
    let end = match target.key {
        Some(key) if is_unwritten(node) => key.span.end,
        _ => node.span.end,
    };
    let style = style_at(lines, target, end);
    let parent_column = target.parents.last().map(|parent| parent.column);
    let mut writer = BlockWriter::new(style);
    match &target.content {
        Addition::List(entries) => {
            let column = parent_column.map_or(0, |column| column + style.list_offset);
            writer.entries(entries, &DashStyle::at(column));
        }
        Addition::Map(pairs) => {
            let column = parent_column.map_or(0, |column| column + style.step);
            writer.pairs(pairs, column);
        }
        _ => {}
    }
    let reach = Reach {
        column: parent_column.map_or(0, |column| column + 1),
        level: Level::Own,
    };
    let end = lines.own_end(end, reach);
    let insertion = below_line(lines, end, writer.finish(), style);
    if node.span.is_empty() {
        return vec![insertion];
    }
    vec![removal(lines, node), insertion]
}

/// Takes an empty node away with the blanks before it.
fn removal(lines: Lines<'_>, node: &Node<'_>) -> Splice {
    let start = lines.start(node.span.start);
    let before = lines.between(start, node.span.start);
    Splice {
        removed: start + before.trim_end_matches(is_blank).len()..node.span.end,
        inserted: String::new(),
    }
}

/// New lines below the line that ends at an offset.
fn below_line(lines: Lines<'_>, end: usize, mut body: String, style: BlockStyle) -> Splice {
    let next = lines.next(end);
    if next > end {
        return Splice::insert(next, body);
    }
    // The text has no final line end, and goes on having none.
    let own = body.len() - style.line_break.len();
    body.truncate(own);
    Splice::insert(end, format!("{}{body}", style.line_break))
}

/// The layout of new text after an offset.
fn style_at(lines: Lines<'_>, target: &Target<'_, '_>, end: usize) -> BlockStyle {
    BlockStyle {
        line_break: lines.line_break(end),
        ..block_style(lines, target)
    }
}

/// To whom a comment at the column of the target's dashes or keys belongs.
fn level(target: &Target<'_, '_>, column: usize) -> Level {
    match target.parents.last() {
        Some(parent) if parent.column < column => Level::Own,
        _ => Level::OwnAtEnd,
    }
}
