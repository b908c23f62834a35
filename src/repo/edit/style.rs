//! Reads off the user's text how new text beside it is to be laid out.

use crate::repo::yaml::{Node, Value};

use super::block::{BlockStyle, DashStyle};
use super::extent::{content_end, dash, ends_in_block_scalar};
use super::flow::FlowStyle;
use super::lines::Lines;
use super::target::Target;

/// The step where a document has no nested mapping that shows one.
const DEFAULT_STEP: usize = 2;

/// The layout of nested mappings and lists: that inside the target, else that of the nearest text around it.
pub(super) fn block_style(lines: Lines<'_>, target: &Target<'_, '_>) -> BlockStyle {
    let around = || {
        [target.node]
            .into_iter()
            .chain(target.parents.iter().rev().copied())
    };
    let step = around().find_map(nested_step).unwrap_or(DEFAULT_STEP);
    let own_offset = || match (&target.node.value, target.parents.last()) {
        (Value::Sequence { flow: false, items }, Some(parent)) => {
            dash_column(lines, items.last()?)?.checked_sub(parent.column)
        }
        _ => None,
    };
    let list_offset = nested_list_offset(lines, target.node)
        .or_else(own_offset)
        .or_else(|| around().find_map(|node| nested_list_offset(lines, node)))
        .unwrap_or(step);
    BlockStyle {
        step,
        list_offset,
        line_break: "\n",
    }
}

/// How the entries of a block list begin, for new entries that are mappings or not.
pub(super) fn dash_style(
    lines: Lines<'_>,
    items: &[Node<'_>],
    for_mapping: bool,
) -> Option<DashStyle> {
    let last = items.last()?;
    let mut style = DashStyle::at(dash_column(lines, last)?);
    let model = model(items, for_mapping).unwrap_or(last);
    let after = dash(lines, model)? + 1;
    let beside = lines.between(after, lines.end(after));
    let content = beside.trim_start_matches(' ');
    if content.is_empty() || content.starts_with('#') {
        style.keys_below = is_block_mapping(model).then_some(model.column);
    } else {
        style.gap = (beside.len() - content.len()).max(1);
    }
    if matches!(&model.value, Value::Mapping { flow: true, entries } if !entries.is_empty()) {
        style.flow = Some(FlowStyle::of(lines, [model].into_iter()));
    }
    style.blank_line = !ends_in_block_scalar(last) && is_set_apart(lines, items);
    Some(style)
}

/// The last entry whose layout a new entry can follow.
fn model<'tree, 'text>(
    items: &'tree [Node<'text>],
    for_mapping: bool,
) -> Option<&'tree Node<'text>> {
    let is_mapping = |item: &&Node<'_>| matches!(item.value, Value::Mapping { .. });
    let is_bare = |item: &&Node<'_>| item.anchor == 0 && item.tag.is_none();
    let from_last = || items.iter().rev();
    if for_mapping {
        from_last()
            .find(|item| is_mapping(item) && is_bare(item))
            .or_else(|| from_last().find(is_mapping))
            .or_else(|| from_last().find(|item| !item.is_null()))
    } else {
        from_last().find(|item| !is_mapping(item) && !item.is_null() && is_bare(item))
    }
}

/// Whether a blank line stands before the last entry, or before the comments above it.
fn is_set_apart(lines: Lines<'_>, items: &[Node<'_>]) -> bool {
    let [.., before, last] = items else {
        return false;
    };
    let (Ok(end), Some(dash)) = (content_end(lines, before), dash(lines, last)) else {
        return false;
    };
    let mut at = lines.next(end);
    while at < lines.start(dash) {
        if lines.line(at).trim().is_empty() {
            return true;
        }
        at = lines.next(at);
    }
    false
}

/// The column of an entry's dash.
pub(super) fn dash_column(lines: Lines<'_>, item: &Node<'_>) -> Option<usize> {
    dash(lines, item).map(|dash| dash - lines.start(dash))
}

pub(super) fn is_block_mapping(node: &Node<'_>) -> bool {
    matches!(node.value, Value::Mapping { flow: false, .. })
}

/// The step of the first nested block mapping at or below a node; in a list the last entry counts first.
fn nested_step(node: &Node<'_>) -> Option<usize> {
    match &node.value {
        Value::Sequence { items, .. } => items.iter().rev().find_map(nested_step),
        Value::Mapping {
            flow: false,
            entries,
        } => entries.iter().find_map(|(_, value)| {
            let step = value.column.checked_sub(node.column)?;
            if is_block_mapping(value) && step > 0 {
                return Some(step);
            }
            nested_step(value)
        }),
        _ => None,
    }
}

/// The offset of the first block list below a mapping's key, at or below a node; in a list the last entry counts first.
fn nested_list_offset(lines: Lines<'_>, node: &Node<'_>) -> Option<usize> {
    match &node.value {
        Value::Sequence { items, .. } => items
            .iter()
            .rev()
            .find_map(|item| nested_list_offset(lines, item)),
        Value::Mapping {
            flow: false,
            entries,
        } => entries.iter().find_map(|(_, value)| match &value.value {
            Value::Sequence { flow: false, items } => {
                dash_column(lines, items.last()?)?.checked_sub(node.column)
            }
            _ => nested_list_offset(lines, value),
        }),
        _ => None,
    }
}
