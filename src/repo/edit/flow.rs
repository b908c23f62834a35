//! Writes additions as flow YAML or JSON: in brackets and braces.

use crate::repo::scalar;
use crate::repo::yaml::{Node, ScalarStyle, Value};

use super::Addition;
use super::lines::Lines;

/// How new flow YAML is written, taken from what stands beside it.
#[derive(Clone, Debug)]
pub(super) struct FlowStyle {
    /// Whether keys and texts stand in double quotes, as in JSON.
    pub(super) json: bool,
    /// Between a key and its value: `: `, or `:` after a quoted key.
    pub(super) colon: &'static str,
    /// Between two entries on one line: `, ` or `,`.
    pub(super) comma: &'static str,
    /// Inside of braces that open and close on one line: a space or nothing.
    pub(super) pad: &'static str,
}

/// How a collection is spread over lines.
#[derive(Clone, Debug)]
pub(super) struct Spread {
    /// The blanks before the collection's closing bracket.
    pub(super) indent: String,
    /// The blanks by which its entries stand deeper.
    pub(super) unit: String,
    /// The line end.
    pub(super) line_break: &'static str,
}

impl FlowStyle {
    /// The style of the first of these nodes that shows one; they stand from the nearest to the farthest.
    pub(super) fn of<'node, 'text: 'node>(
        lines: Lines<'_>,
        nodes: impl Iterator<Item = &'node Node<'text>> + Clone,
    ) -> Self {
        let json = nodes.clone().find_map(is_quoted).unwrap_or(false);
        let colon = match nodes.clone().find_map(|node| colon_gap(lines, node)) {
            Some("") if json => ":",
            _ => ": ",
        };
        let comma = match nodes.clone().find_map(|node| comma_gap(lines, node)) {
            Some("") => ",",
            None if colon == ":" => ",",
            _ => ", ",
        };
        let pad = match nodes.clone().find_map(|node| brace_gap(lines, node)) {
            Some(gap) if !gap.is_empty() => " ",
            _ => "",
        };
        Self {
            json,
            colon,
            comma,
            pad,
        }
    }

    fn text(&self, out: &mut String, text: &str) {
        if self.json {
            out.push_str(&scalar::quote_json(text));
        } else {
            out.push_str(&scalar::quote_flow(text));
        }
    }
}

/// Writes an addition on one line.
pub(super) fn write_inline(out: &mut String, addition: &Addition, style: &FlowStyle) {
    match addition {
        Addition::Text(text) => style.text(out, text),
        Addition::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Addition::Integer(value) => out.push_str(&value.to_string()),
        Addition::List(entries) => {
            out.push('[');
            for (index, entry) in entries.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { style.comma });
                write_inline(out, entry, style);
            }
            out.push(']');
        }
        Addition::Map(pairs) => {
            let pad = if pairs.is_empty() { "" } else { style.pad };
            out.push('{');
            out.push_str(pad);
            for (index, (key, value)) in pairs.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { style.comma });
                style.text(out, key);
                out.push_str(style.colon);
                write_inline(out, value, style);
            }
            out.push_str(pad);
            out.push('}');
        }
    }
}

/// Writes an addition with each entry and pair on a line of its own; the first line's indentation is not written.
pub(super) fn write_spread(
    out: &mut String,
    addition: &Addition,
    style: &FlowStyle,
    spread: &Spread,
) {
    let inner = spread.deeper();
    match addition {
        Addition::List(entries) if !entries.is_empty() => {
            out.push('[');
            for (index, entry) in entries.iter().enumerate() {
                inner.separate(out, index);
                write_spread(out, entry, style, &inner);
            }
            spread.start_line(out);
            out.push(']');
        }
        Addition::Map(pairs) if !pairs.is_empty() => {
            out.push('{');
            for (index, (key, value)) in pairs.iter().enumerate() {
                inner.separate(out, index);
                style.text(out, key);
                out.push_str(style.colon);
                write_spread(out, value, style, &inner);
            }
            spread.start_line(out);
            out.push('}');
        }
        other => write_inline(out, other, style),
    }
}

impl Spread {
    /// The same, one level deeper.
    pub(super) fn deeper(&self) -> Self {
        Self {
            indent: format!("{}{}", self.indent, self.unit),
            unit: self.unit.clone(),
            line_break: self.line_break,
        }
    }

    /// Begins a new line at this depth.
    pub(super) fn start_line(&self, out: &mut String) {
        out.push_str(self.line_break);
        out.push_str(&self.indent);
    }

    /// Begins the line of an entry, with a comma before it unless it is the first.
    fn separate(&self, out: &mut String, index: usize) {
        if index > 0 {
            out.push(',');
        }
        self.start_line(out);
    }
}

/// Whether a node is written with double quotes around its keys or texts, when it shows that.
pub(super) fn is_quoted(node: &Node<'_>) -> Option<bool> {
    match &node.value {
        Value::Scalar(_, ScalarStyle::DoubleQuoted) => Some(true),
        Value::Mapping {
            flow: true,
            entries,
        } => entries.last().and_then(|(key, _)| is_quoted(key)).or(
            // A key without quotes shows that there need be none.
            (!entries.is_empty()).then_some(false),
        ),
        _ => None,
    }
}

/// What stands between the last key's colon and its value.
fn colon_gap<'text>(lines: Lines<'text>, node: &Node<'_>) -> Option<&'text str> {
    let Value::Mapping {
        flow: true,
        entries,
    } = &node.value
    else {
        return None;
    };
    let (key, value) = entries.last()?;
    lines
        .between(key.span.end, value.span.start)
        .strip_prefix(':')
}

/// What stands between the comma before a collection's last entry and that entry.
fn comma_gap<'text>(lines: Lines<'text>, node: &Node<'_>) -> Option<&'text str> {
    let (end, start) = match &node.value {
        Value::Sequence { flow: true, items } => match items.as_slice() {
            [.., before, last] => (before.span.end, last.span.start),
            _ => return None,
        },
        Value::Mapping {
            flow: true,
            entries,
        } => match entries.as_slice() {
            [.., (_, before), (last, _)] => (before.span.end, last.span.start),
            _ => return None,
        },
        _ => return None,
    };
    let gap = lines.between(end, start).trim_start().strip_prefix(',')?;
    (!gap.contains(['\n', '\r'])).then_some(gap)
}

/// What stands between a mapping's brace and its first key on the same line.
fn brace_gap<'text>(lines: Lines<'text>, node: &Node<'_>) -> Option<&'text str> {
    let Value::Mapping {
        flow: true,
        entries,
    } = &node.value
    else {
        return None;
    };
    let (key, _) = entries.first()?;
    let gap = lines
        .between(node.span.start, key.span.start)
        .strip_prefix('{')?;
    (!gap.contains(['\n', '\r'])).then_some(gap)
}
