//! How a scalar's text gives way to another one, in the scalar's own style where that can hold the new text.

use crate::repo::scalar;
use crate::repo::yaml::{Comment, Node, ScalarStyle, Value};

use super::Addition;
use super::entries::end_of_pair;
use super::extent::{BlockScalar, block_scalar, content_end, is_unwritten};
use super::flow::is_quoted;
use super::into_block::NoPlace;
use super::into_flow::is_in_flow;
use super::lines::Lines;
use super::splice::Splice;
use super::target::Target;

/// Whether a target is a scalar that every reader takes for what it is to be.
pub(super) fn has_its_value(lines: Lines<'_>, target: &Target<'_, '_>) -> bool {
    let Value::Scalar(read, style) = &target.node.value else {
        return false;
    };
    let is_plain = *style == ScalarStyle::Plain;
    match &target.content {
        // Parsers do not agree on a line end that a block scalar says but the text's end does not have.
        Addition::Text(text) => {
            read == text
                && (!is_plain || scalar::is_string(text))
                && content_end(lines, target.node).is_ok()
        }
        // Source: YAML 1.2.2, section 10.3.2; all readers of YAML 1.1 take these for booleans as well.
        Addition::Bool(true) => is_plain && matches!(read.as_ref(), "true" | "True" | "TRUE"),
        Addition::Bool(false) => is_plain && matches!(read.as_ref(), "false" | "False" | "FALSE"),
        Addition::Integer(value) => is_plain && *read == value.to_string(),
        Addition::List(_) | Addition::Map(_) => false,
    }
}

/// Puts another value in a scalar's place.
pub(super) fn replace(
    lines: Lines<'_>,
    comments: &[Comment],
    target: &Target<'_, '_>,
) -> Result<Vec<Splice>, NoPlace> {
    let Value::Scalar(_, style) = &target.node.value else {
        return Err(NoPlace::Unfit);
    };
    if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
        let block = block_scalar(lines, comments, target.node).ok_or(NoPlace::Unfit)?;
        return Ok(match &target.content {
            Addition::Text(text) => replace_block(lines, target.node, block, text),
            _ => instead_of_block(block, written(target, *style)),
        });
    }
    let inserted = written(target, *style);
    Ok(vec![match target.key {
        Some(key) if is_unwritten(target.node) => {
            let end = end_of_pair(lines, key, target.node);
            let colon = if end == key.span.end { ": " } else { " " };
            Splice::insert(end, format!("{colon}{inserted}"))
        }
        _ if target.node.span.is_empty() => {
            Splice::insert(target.node.span.end, format!(" {inserted}"))
        }
        _ => Splice {
            removed: target.node.span.clone(),
            inserted,
        },
    }])
}

/// A target's new value on one line, a text in the scalar's style where that can hold it.
fn written(target: &Target<'_, '_>, style: ScalarStyle) -> String {
    let text = match &target.content {
        Addition::Text(text) => text,
        Addition::Bool(value) => return value.to_string(),
        Addition::Integer(value) => return value.to_string(),
        Addition::List(_) | Addition::Map(_) => return String::new(),
    };
    let in_flow = is_in_flow(target);
    match style {
        ScalarStyle::SingleQuoted => {
            scalar::quote_single(text).unwrap_or_else(|| scalar::quote_double(text))
        }
        _ if may_be_json(target, in_flow) => scalar::quote_json(text),
        ScalarStyle::Plain if in_flow => scalar::quote_flow(text).into_owned(),
        ScalarStyle::Plain => scalar::quote(text).into_owned(),
        _ => scalar::quote_double(text),
    }
}

/// Whether a scalar may stand in JSON: it is in brackets or the whole document, and in double quotes; or it is a number,
/// a boolean or a null there, beside quoted keys or none.
fn may_be_json(target: &Target<'_, '_>, in_flow: bool) -> bool {
    let is_json = match &target.node.value {
        Value::Scalar(_, ScalarStyle::DoubleQuoted) => true,
        Value::Scalar(read, ScalarStyle::Plain) => {
            let mut parents = target.parents.iter().rev();
            (read.parse::<f64>().is_ok() || matches!(read.as_ref(), "true" | "false" | "null"))
                && parents.find_map(|parent| is_quoted(parent)) != Some(false)
        }
        _ => false,
    };
    is_json && (in_flow || target.parents.is_empty())
}

/// Puts a text in the place of a block scalar: below its header where it can stand there, else in double quotes in the
/// header's place.
fn replace_block(lines: Lines<'_>, node: &Node<'_>, block: BlockScalar, text: &str) -> Vec<Splice> {
    let header = lines.between(block.header.start, block.header.end);
    // The line end that parsers do not agree on.
    let is_cut_off = text.ends_with('\n') && block.body.end == lines.text().len();
    if !can_be_block(header, text) || block.body.is_empty() || is_cut_off {
        return instead_of_block(block, scalar::quote_double(text));
    }
    let line_break = lines.line_break(block.header.start);
    let indent = " ".repeat(node.column);
    let mut inserted = String::new();
    for line in text.lines() {
        inserted.push_str(line_break);
        if !line.is_empty() {
            inserted.push_str(&indent);
            inserted.push_str(line);
        }
    }
    vec![Splice {
        removed: block.body,
        inserted,
    }]
}

/// Puts what is on one line in the place of a block scalar's header.
fn instead_of_block(block: BlockScalar, inserted: String) -> Vec<Splice> {
    let header = Splice {
        removed: block.header,
        inserted,
    };
    vec![header, Splice::remove(block.body)]
}

/// Whether a text can stand below a header as it is: `|` and `>` end it with one line end, `|-` and `>-` with none.
///
/// Source: YAML 1.2.2, section 8.1. A header that counts spaces, or keeps the blank lines after the text, is none for
/// another text; nor is a folded one for several lines.
fn can_be_block(header: &str, text: &str) -> bool {
    let body = match header {
        "|" | ">" => text.strip_suffix('\n'),
        "|-" | ">-" => Some(text),
        _ => None,
    };
    body.is_some_and(|body| {
        let is_one_line = !body.contains('\n') && body.trim_matches(' ') == body;
        !body.is_empty()
            && !body.ends_with('\n')
            && !body.trim_start_matches('\n').starts_with(' ')
            && (is_one_line || header.starts_with('|'))
            && body.split('\n').all(|line| {
                let is_spaces = !line.is_empty() && line.chars().all(|c| c == ' ');
                !is_spaces && !scalar::needs_escapes(line)
            })
    })
}
