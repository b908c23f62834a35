//! Where an addition goes in flow YAML and JSON.

use crate::repo::yaml::{Node, Value};

use super::Addition;
use super::entries::{comma_after, end_of_pair};
use super::extent::is_unwritten;
use super::flow::{FlowStyle, Spread, write_inline, write_spread};
use super::lines::{Level, Lines, Reach, is_blank};
use super::splice::Splice;
use super::target::Target;

/// An entry of a list or a pair of a mapping to be written.
#[derive(Clone, Copy)]
enum Piece<'addition> {
    Entry(&'addition Addition),
    Pair(&'addition str, &'addition Addition),
}

/// Adds entries or pairs after the last one of a collection in brackets or braces that has some.
pub(super) fn append(lines: Lines<'_>, target: &Target<'_, '_>) -> Vec<Splice> {
    let Some(added) = Added::beside_last(lines, target) else {
        return Vec::new();
    };
    if added.own_lines {
        append_lines(lines, added.end, &added.pieces, &added.spread)
    } else {
        let pieces = added.pieces.iter();
        let text = pieces.map(|piece| format!("{}{piece}", added.comma));
        vec![Splice::insert(added.end, text.collect())]
    }
}

/// What is to be added, in the place of the last entry of a collection in brackets or braces.
pub(super) fn in_place_of_last(lines: Lines<'_>, target: &Target<'_, '_>) -> Option<String> {
    let added = Added::beside_last(lines, target)?;
    let between = if added.own_lines {
        format!(",{}{}", added.spread.line_break, added.spread.indent)
    } else {
        added.comma.to_owned()
    };
    Some(added.pieces.join(&between))
}

/// Entries or pairs as they are written beside the last one of a collection in brackets or braces.
struct Added {
    /// Each of them.
    pieces: Vec<String>,
    /// Where the last one ends.
    end: usize,
    /// Whether each is on a line of its own.
    own_lines: bool,
    /// What then stands before it.
    spread: Spread,
    /// What stands between two on one line.
    comma: &'static str,
}

impl Added {
    fn beside_last(lines: Lines<'_>, target: &Target<'_, '_>) -> Option<Self> {
        let node = target.node;
        let (first, last) = last_nodes(node)?;
        let end = end_of_pair(lines, first, last);
        let style = FlowStyle::of(lines, style_sources(target));
        let own_lines = lines.is_first(first.span.start);
        let has_lines = |node: &Node<'_>| {
            lines
                .between(node.span.start, node.span.end)
                .contains(['\n', '\r'])
        };
        let spread = Spread {
            indent: lines.indent(first.span.start).to_owned(),
            unit: unit(lines, style_sources(target)),
            line_break: lines.line_break(end),
        };
        let spread_pieces = match &node.value {
            Value::Sequence { .. } => has_lines(last),
            _ => own_lines,
        };
        let pieces = pieces(&target.content)
            .map(|piece| piece.written(&style, spread_pieces.then_some(&spread)));
        Some(Self {
            pieces: pieces.collect(),
            end,
            own_lines,
            comma: style.comma,
            spread,
        })
    }
}

/// Adds pieces on lines of their own, below the comments of the entry that ends at `end`.
fn append_lines(lines: Lines<'_>, end: usize, pieces: &[String], spread: &Spread) -> Vec<Splice> {
    let comma = comma_after(lines, end);
    let after = comma.unwrap_or(end);
    let reach = Reach {
        column: spread.indent.len(),
        level: Level::Own,
    };
    let rest = lines
        .between(after, lines.end(after))
        .trim_start_matches(is_blank);
    let below = match rest.chars().next() {
        None | Some('#') => lines.own_end(after, reach),
        Some(_) => after,
    };
    let no_comment = lines.between(after, below).chars().all(is_blank);
    let line = |piece: &String| format!("{}{}{piece}", spread.line_break, spread.indent);
    if no_comment || rest.starts_with([']', '}']) {
        // A comma that ends the list stays its end.
        let text = pieces.iter().map(|piece| format!(",{}", line(piece)));
        return vec![Splice::insert(end, text.collect())];
    }
    if comma.is_some() {
        let text = pieces.iter().map(|piece| format!("{},", line(piece)));
        return vec![Splice::insert(below, text.collect())];
    }
    let text: Vec<String> = pieces.iter().map(line).collect();
    vec![
        Splice::insert(end, ",".to_owned()),
        Splice::insert(below, text.join(",")),
    ]
}

/// Puts a list or a mapping in the place of an empty node.
pub(super) fn fill(lines: Lines<'_>, target: &Target<'_, '_>) -> Vec<Splice> {
    let node = target.node;
    let mut style = FlowStyle::of(lines, style_sources(target));
    // A document that is nothing but `{}` or `[]` may be JSON, and what is JSON is YAML as well.
    style.json |= target.parents.is_empty();
    let spread = target
        .parents
        .last()
        .and_then(|parent| last_nodes(parent))
        .filter(|(key, _)| is_in_flow(target) && lines.is_first(key.span.start))
        .map(|(key, _)| Spread {
            indent: lines.indent(key.span.start).to_owned(),
            unit: unit(lines, style_sources(target)),
            line_break: lines.line_break(key.span.start),
        });
    let body = Piece::Entry(&target.content).written(&style, spread.as_ref());
    match target.key {
        Some(key) if is_unwritten(node) => {
            let end = end_of_pair(lines, key, node);
            let colon = if end == key.span.end {
                style.colon
            } else {
                " "
            };
            vec![Splice::insert(end, format!("{colon}{body}"))]
        }
        _ if node.span.is_empty() => vec![Splice::insert(node.span.end, format!(" {body}"))],
        _ => {
            let written = lines.between(node.span.start, node.span.end);
            if written.contains(['\n', '\r', '#']) {
                let pieces: Vec<String> = pieces(&target.content)
                    .map(|piece| piece.written(&style, None))
                    .collect();
                let inside = node.span.end - 1;
                return vec![Splice::insert(inside, pieces.join(style.comma))];
            }
            vec![Splice {
                removed: node.span.clone(),
                inserted: body,
            }]
        }
    }
}

/// Whether a node stands inside of brackets or braces.
pub(super) fn is_in_flow(target: &Target<'_, '_>) -> bool {
    target.parents.iter().any(|parent| {
        matches!(
            parent.value,
            Value::Mapping { flow: true, .. } | Value::Sequence { flow: true, .. }
        )
    })
}

impl Piece<'_> {
    fn written(self, style: &FlowStyle, spread: Option<&Spread>) -> String {
        let mut out = String::new();
        let value = match self {
            Self::Entry(entry) => entry,
            Self::Pair(key, value) => {
                write_inline(&mut out, &Addition::Text(key.to_owned()), style);
                out.push_str(style.colon);
                value
            }
        };
        match spread {
            Some(spread) => write_spread(&mut out, value, style, spread),
            None => write_inline(&mut out, value, style),
        }
        out
    }
}

/// The entries of a `List` or the pairs of a `Map`.
fn pieces(content: &Addition) -> impl Iterator<Item = Piece<'_>> {
    let (entries, pairs) = match content {
        Addition::List(entries) => (entries.as_slice(), [].as_slice()),
        Addition::Map(pairs) => ([].as_slice(), pairs.as_slice()),
        _ => ([].as_slice(), [].as_slice()),
    };
    entries
        .iter()
        .map(Piece::Entry)
        .chain(pairs.iter().map(|(key, value)| Piece::Pair(key, value)))
}

/// Where the last entry of a collection in brackets begins and ends: the entry twice, or a key and its value.
fn last_nodes<'tree, 'text>(
    node: &'tree Node<'text>,
) -> Option<(&'tree Node<'text>, &'tree Node<'text>)> {
    match &node.value {
        Value::Sequence { items, .. } => items.last().map(|item| (item, item)),
        Value::Mapping { entries, .. } => entries.last().map(|(key, value)| (key, value)),
        _ => None,
    }
}

/// The nodes that show how flow YAML is written here, the nearest first.
fn style_sources<'tree, 'text>(
    target: &Target<'tree, 'text>,
) -> impl Iterator<Item = &'tree Node<'text>> + Clone {
    target
        .node
        .items()
        .last()
        .into_iter()
        .chain([target.node])
        .chain(target.parents.clone().into_iter().rev())
}

/// The blanks by which an entry on its own line stands deeper than the collection that holds it.
fn unit<'node, 'text: 'node>(
    lines: Lines<'_>,
    nodes: impl Iterator<Item = &'node Node<'text>>,
) -> String {
    nodes
        .filter_map(|node| {
            let (first, _) = last_nodes(node)?;
            if !lines.is_first(first.span.start) {
                return None;
            }
            lines
                .indent(first.span.start)
                .strip_prefix(lines.indent(node.span.start))
        })
        .find(|unit| !unit.is_empty())
        .unwrap_or("  ")
        .to_owned()
}
