//! How a scalar's text gives way to another one, in the scalar's own style where that can hold the new text.

use crate::repo::scalar;
use crate::repo::yaml::{Comment, Node, ScalarStyle, Value};

use super::Addition;
use super::extent::{BlockScalar, block_scalar, content_end};
use super::flow::is_quoted;
use super::into_block::NoPlace;
use super::into_flow::is_in_flow;
use super::lines::Lines;
use super::splice::Splice;
use super::target::Target;

/// Whether a target is a scalar that every reader takes for the text that it is to have.
pub(super) fn has_its_text(lines: Lines<'_>, target: &Target<'_, '_>) -> bool {
    let (Addition::Text(text), Value::Scalar(read, style)) = (&target.content, &target.node.value)
    else {
        return false;
    };
    // Parsers do not agree on a line end that a block scalar says but the text's end does not have.
    read == text
        && (*style != ScalarStyle::Plain || scalar::is_string(text))
        && content_end(lines, target.node).is_ok()
}

/// Puts another text in a scalar's place.
pub(super) fn replace(
    lines: Lines<'_>,
    comments: &[Comment],
    target: &Target<'_, '_>,
    text: &str,
) -> Result<Vec<Splice>, NoPlace> {
    let Value::Scalar(_, style) = &target.node.value else {
        return Err(NoPlace::Unfit);
    };
    if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
        let block = block_scalar(lines, comments, target.node).ok_or(NoPlace::Unfit)?;
        return Ok(replace_block(lines, target.node, block, text));
    }
    Ok(vec![Splice {
        removed: target.node.span.clone(),
        inserted: written(target, *style, text),
    }])
}

/// A text on one line, in a scalar's style where that can hold it.
fn written(target: &Target<'_, '_>, style: ScalarStyle, text: &str) -> String {
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

/// Whether a scalar may stand in JSON: it is in brackets or the whole document, and in double quotes; or it is a number
/// or a boolean there, beside quoted keys or none.
fn may_be_json(target: &Target<'_, '_>, in_flow: bool) -> bool {
    let is_json = match &target.node.value {
        Value::Scalar(_, ScalarStyle::DoubleQuoted) => true,
        Value::Scalar(read, ScalarStyle::Plain) => {
            let mut parents = target.parents.iter().rev();
            (read.parse::<f64>().is_ok() || matches!(read.as_ref(), "true" | "false"))
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
        return vec![
            Splice {
                removed: block.header,
                inserted: scalar::quote_double(text),
            },
            Splice {
                removed: block.body,
                inserted: String::new(),
            },
        ];
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
