//! Edits of YAML that only insert: comments, order, quoting, indentation, line ends and all other bytes stay.
//!
//! [`append`] adds entries to a list and [`insert_key`] a key to a mapping, each at a path of keys of one document.
//! What is missing on the path is made: an absent key, a null, an empty `[]` or `{}`. New text looks like the text
//! beside it: the columns of dashes and keys, the step of nested mappings, the line ends, block or flow or JSON.
//!
//! Where new text goes. It follows the last entry's last line and the comments that belong to it. A comment below an
//! entry belongs to it when its `#` is at the column of the dash (or key) or deeper; a shallower one belongs to what
//! follows. In a list that is not indented, a comment at the dash's column could be either's: it goes with what
//! follows, and with the list only when nothing but comments follows up to the text's end, without a blank line
//! between. Blank lines that follow stay behind the new text, except those that a `|+` keeps as its text. Where a
//! blank line stands between the last two entries, one is put before each new one.
//!
//! An empty value in block YAML gives way to block YAML below its key; inside of brackets, or on a line of its own,
//! it becomes flow YAML. In a list in brackets with one entry a line, an entry's comment stays with it: its comma is
//! then put before the comment, and the new entry below.
//!
//! After every edit the result is checked against the old text, whatever the edit did: see [`EditError::CheckFailed`]
//! and [`EditError::Unconfirmed`]. A text is never returned that fails a check.

mod block;
mod check;
mod error;
mod extent;
mod flow;
mod into_block;
mod into_flow;
mod lines;
mod second_parser;
mod splice;
mod style;
mod target;

#[cfg(test)]
mod tests;

pub use error::{EditError, Place};

use block::{BlockStyle, BlockWriter, DashStyle};
use into_block::NoPlace;
use lines::Lines;
use second_parser::Doubt;
use splice::{Splice, spliced};
use target::{Change, Target};

use std::ops::Range;

use super::yaml::{self, Node, Stream, Value};

/// The bytes from which on a text is large, so that the second parser does not read all of it; see
/// [`second_parser`]. Some thousand roles; no text that a person keeps.
const LARGE: usize = 128 * 1024;

/// Something to be added to a document.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Addition {
    /// A string, quoted where it would not be read as one.
    Text(String),
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A list of these.
    List(Vec<Addition>),
    /// Keys with their values, in order. A key is not to be there twice.
    Map(Vec<(String, Addition)>),
}

/// Appends entries to the list at a path of keys, in document number `document` (from 0), and gives the new text.
///
/// The list is made where it is absent, null or empty, and the mappings above it likewise. With no entries, the text
/// comes back as it is. The time grows with the text's length, not with the number of entries times that.
///
/// # Errors
/// Where the document is such that an insertion is not safe; [`EditError::snippet`] is then what to add by hand.
///
/// # Examples
/// ```
/// use pgdb::repo::edit::{Addition, append};
///
/// let text = "resources:\n  - a.yaml # first\n";
/// let new = append(text, 0, &["resources"], &[Addition::Text("b.yaml".to_owned())])?;
/// assert_eq!(new, "resources:\n  - a.yaml # first\n  - b.yaml\n");
/// # Ok::<(), pgdb::repo::edit::EditError>(())
/// ```
pub fn append(
    text: &str,
    document: usize,
    path: &[&str],
    entries: &[Addition],
) -> Result<String, EditError> {
    if entries.is_empty() {
        return Ok(text.to_owned());
    }
    edit(text, document, path, Change::Entries(entries))
}

/// Adds a key with its value to the mapping at a path of keys, in document number `document` (from 0), and gives the
/// new text.
///
/// The mapping is made where it is absent, null or empty, and those above it likewise.
///
/// # Errors
/// [`EditError::KeyExists`] where the mapping has the key, and otherwise as for [`append`].
///
/// # Examples
/// ```
/// use pgdb::repo::edit::{Addition, insert_key};
///
/// let wave = Addition::Text("1".to_owned());
/// let new = insert_key("metadata:\n  name: a\n", 0, &["metadata", "annotations"], "wave", &wave)?;
/// assert_eq!(new, "metadata:\n  name: a\n  annotations:\n    wave: \"1\"\n");
/// # Ok::<(), pgdb::repo::edit::EditError>(())
/// ```
pub fn insert_key(
    text: &str,
    document: usize,
    path: &[&str],
    key: &str,
    value: &Addition,
) -> Result<String, EditError> {
    edit(text, document, path, Change::Pair(key, value))
}

fn edit(
    text: &str,
    document: usize,
    path: &[&str],
    change: Change<'_>,
) -> Result<String, EditError> {
    let lines = Lines::new(text);
    let attempt = || {
        let stream = yaml::parse(text).map_err(|error| EditError::NotYaml {
            place: Place::new(error.line, path),
            template: text.contains("{{"),
            problem: error.problem,
        })?;
        let last_line = || lines.number(text.trim_end_matches(['\r', '\n']).len());
        let found = stream.documents.get(document);
        let found = found.ok_or_else(|| EditError::DocumentOutOfRange {
            place: Place::new(last_line(), path),
            number: document.saturating_add(1),
            count: stream.documents.len(),
        })?;
        let target = target::find(found, path, change)?;
        let splices = splices(lines, &target).map_err(|no_place| match no_place {
            NoPlace::Unterminated => EditError::UnterminatedBlockScalar {
                place: Place::new(last_line(), &target.path),
            },
            NoPlace::NoDash => failed(&target, "the dash of the last entry is not found"),
            NoPlace::Unfit => failed(&target, "the node is not of the kind it was taken for"),
        })?;
        checked(text, &stream, document, &target, &splices)
    };
    attempt().map_err(|error: EditError| error.with_snippet(snippet(path, change)))
}

/// What has to be inserted where.
fn splices(lines: Lines<'_>, target: &Target<'_, '_>) -> Result<Vec<Splice>, NoPlace> {
    let is_empty = target.node.items().is_empty() && target.node.entries().is_empty();
    match &target.node.value {
        Value::Sequence { flow: false, .. } | Value::Mapping { flow: false, .. } => {
            into_block::append(lines, target)
        }
        _ if !is_empty => Ok(into_flow::append(lines, target)),
        _ if !into_flow::is_in_flow(target) && into_block::can_fill(lines, target) => {
            Ok(into_block::fill(lines, target))
        }
        _ => Ok(into_flow::fill(lines, target)),
    }
}

/// The new text, if it is the old one plus exactly the change.
fn checked(
    text: &str,
    stream: &Stream<'_>,
    document: usize,
    target: &Target<'_, '_>,
    splices: &[Splice],
) -> Result<String, EditError> {
    let new_text = spliced(text, splices)
        .ok_or_else(|| failed(target, "the place of the change is not in the text"))?;
    let edit = check::Edit {
        old_text: text,
        old: stream,
        new_text: &new_text,
        splices,
        document,
        target,
    };
    check::check(&edit).map_err(|problem| failed(target, problem))?;
    let comparison = second_parser::Comparison {
        old: text,
        new: &new_text,
        count: stream.documents.len(),
        document,
        path: &target.path,
        content: &target.content,
    };
    let left_out = (text.len() > LARGE)
        .then(|| inner_entries(Lines::new(text), target, splices))
        .flatten();
    match second_parser::confirm(comparison, left_out) {
        Ok(()) => Ok(new_text),
        Err(Doubt::Differs) => Err(failed(target, "a second YAML parser reads it otherwise")),
        Err(Doubt::Unreadable { line, problem }) => Err(EditError::Unconfirmed {
            place: Place::new(line.unwrap_or(target.node.line), &target.path),
            problem,
        }),
    }
}

/// The lines of a block list's entries from the second to the last but one, which stand before any change.
fn inner_entries(
    lines: Lines<'_>,
    target: &Target<'_, '_>,
    splices: &[Splice],
) -> Option<Range<usize>> {
    let [_, second, .., last] = target.node.items() else {
        return None;
    };
    let start = lines.start(extent::dash(lines, second)?);
    let end = lines.start(extent::dash(lines, last)?);
    let change = splices.first()?.removed.start;
    (is_block_list(target.node) && start < end && end <= change).then_some(start..end)
}

fn is_block_list(node: &Node<'_>) -> bool {
    matches!(node.value, Value::Sequence { flow: false, .. })
}

fn failed(target: &Target<'_, '_>, problem: &'static str) -> EditError {
    EditError::CheckFailed {
        place: Place::new(target.node.line, &target.path),
        problem,
    }
}

/// The change as YAML from a document's top level down.
fn snippet(path: &[&str], change: Change<'_>) -> String {
    let mut writer = BlockWriter::new(BlockStyle {
        step: 2,
        list_offset: 2,
        line_break: "\n",
    });
    match change.below(path) {
        Addition::List(entries) => writer.entries(&entries, &DashStyle::at(0)),
        Addition::Map(pairs) => writer.pairs(&pairs, 0),
        _ => {}
    }
    writer.finish()
}
