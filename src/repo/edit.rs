//! Edits of YAML that insert, or change one scalar's text: comments, order, quoting, indentation, line ends and all
//! other bytes stay.
//!
//! [`append`] adds entries to a list and [`insert_key`] a key to a mapping, each at a path of one document. What is
//! missing on the path is made: an absent key, a null, an empty `[]` or `{}`. An item of a list is not made, nor filled
//! where nothing is written behind its dash. [`set_text`] gives scalars that are there another text. A step of a path
//! is a key or the number of a list's item, see [`Step`].
//!
//! New text looks like the text beside it: the columns of dashes and keys, the step of nested mappings, the line ends,
//! block or flow or JSON.
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
//! A scalar with another text keeps its style where that can hold the text: plain where every reader takes it for a
//! string, single quotes where nothing has to be escaped, double quotes always. A block scalar stays one for a text with
//! the line end that its header says (`|` and `>` one, `|-` and `>-` none; `>` and `>-` for one line only), unless the
//! header counts spaces or keeps blank lines. Else the text is put in double quotes on one line, and the comment of a
//! block scalar's header stays behind it. A number or boolean in brackets, beside quoted keys or none, may be JSON and
//! gives way to double quotes.
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
mod replace;
mod second_parser;
mod splice;
mod step;
mod style;
mod target;

#[cfg(test)]
mod tests;

pub use error::{EditError, Place};
pub use step::Step;

use block::{BlockStyle, BlockWriter, DashStyle};
use into_block::NoPlace;
use lines::Lines;
use second_parser::{Doubt, Part};
use splice::{Splice, spliced};
use target::{Change, Request, Target};

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

/// Appends entries to the list at a path, in document number `document` (from 0), and gives the new text.
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
pub fn append<'path>(
    text: &str,
    document: usize,
    path: &[impl Into<Step<'path>> + Copy],
    entries: &[Addition],
) -> Result<String, EditError> {
    if entries.is_empty() {
        return Ok(text.to_owned());
    }
    edit(
        text,
        document,
        &[Request {
            path: step::steps(path),
            change: Change::Entries(entries),
        }],
    )
}

/// Adds a key with its value to the mapping at a path, in document number `document` (from 0), and gives the
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
pub fn insert_key<'path>(
    text: &str,
    document: usize,
    path: &[impl Into<Step<'path>> + Copy],
    key: &str,
    value: &Addition,
) -> Result<String, EditError> {
    edit(
        text,
        document,
        &[Request {
            path: step::steps(path),
            change: Change::Pair(key, value),
        }],
    )
}

/// Gives the scalars at some paths other texts, in document number `document` (from 0), and gives the new text.
///
/// Every YAML 1.1 and 1.2 reader then reads each of them as a string, whatever it was before: what could be taken for a
/// number, a boolean, a null or a date is quoted. A scalar that every reader takes for its new text already stays as it
/// is. No scalar is to be there twice. Either all of them change, or the text is refused.
///
/// # Errors
/// [`EditError::Missing`] where a path leads nowhere; [`EditError::WrongKind`] where it leads to a list, a mapping or a
/// null, an empty value included, since there is no scalar whose style and place would say how to write one;
/// [`EditError::Tagged`] for a scalar with a tag; and otherwise as for [`append`].
///
/// # Examples
/// ```
/// use pgdb::repo::edit::{Step, set_text};
///
/// let new = set_text("metadata:\n  wave: 1 # late\n", 0, &[(&["metadata", "wave"], "2")])?;
/// assert_eq!(new, "metadata:\n  wave: \"2\" # late\n");
///
/// let path = [Step::Key("items"), Step::Item(0), Step::Key("kind")];
/// let new = set_text("items:\n  - kind: 'A'\n", 0, &[(&path, "B")])?;
/// assert_eq!(new, "items:\n  - kind: 'B'\n");
/// # Ok::<(), pgdb::repo::edit::EditError>(())
/// ```
pub fn set_text<'path>(
    text: &str,
    document: usize,
    changes: &[(&[impl Into<Step<'path>> + Copy], &str)],
) -> Result<String, EditError> {
    let requests = changes.iter().map(|(path, text)| Request {
        path: step::steps(path),
        change: Change::Text(text),
    });
    edit(text, document, &requests.collect::<Vec<_>>())
}

fn edit(text: &str, document: usize, requests: &[Request<'_>]) -> Result<String, EditError> {
    let Some(first) = requests.first() else {
        return Ok(text.to_owned());
    };
    let lines = Lines::new(text);
    let attempt = || {
        let stream = yaml::parse(text).map_err(|error| EditError::NotYaml {
            place: Place::new(error.line, &first.path),
            template: text.contains("{{"),
            problem: error.problem,
        })?;
        let found = stream.documents.get(document);
        let found = found.ok_or_else(|| EditError::DocumentOutOfRange {
            place: Place::new(last_line(lines), &first.path),
            number: document.saturating_add(1),
            count: stream.documents.len(),
        })?;
        let mut targets = requests
            .iter()
            .map(|request| target::find(found, &request.path, request.change))
            .collect::<Result<Vec<_>, _>>()?;
        targets.retain(|target| !replace::has_its_text(lines, target));
        let mut splices = Vec::new();
        for target in &targets {
            splices.extend(splices_of(lines, &stream, target)?);
        }
        splices.sort_by_key(|splice| splice.removed.start);
        checked(text, &stream, document, &targets, &splices)
    };
    attempt().map_err(|error: EditError| error.with_snippet(snippet(requests)))
}

/// The number of the text's last line, from 1.
fn last_line(lines: Lines<'_>) -> usize {
    lines.number(lines.text().trim_end_matches(['\r', '\n']).len())
}

/// What has to be put where for a target.
fn splices_of(
    lines: Lines<'_>,
    stream: &Stream<'_>,
    target: &Target<'_, '_>,
) -> Result<Vec<Splice>, EditError> {
    let is_empty = target.node.items().is_empty() && target.node.entries().is_empty();
    let splices = match (&target.node.value, &target.content) {
        (_, Addition::Text(text)) => replace::replace(lines, &stream.comments, target, text),
        (Value::Sequence { flow: false, .. } | Value::Mapping { flow: false, .. }, _) => {
            into_block::append(lines, target)
        }
        _ if !is_empty => Ok(into_flow::append(lines, target)),
        _ if !into_flow::is_in_flow(target) && into_block::can_fill(lines, target) => {
            Ok(into_block::fill(lines, target))
        }
        _ => Ok(into_flow::fill(lines, target)),
    };
    splices.map_err(|no_place| match no_place {
        NoPlace::Unterminated => EditError::UnterminatedBlockScalar {
            place: Place::new(last_line(lines), &target.path),
        },
        NoPlace::NoDash => failed(target, "the dash of the last entry is not found"),
        NoPlace::Unfit => failed(target, "the node is not of the kind it was taken for"),
    })
}

/// The new text, if it is the old one plus exactly the changes.
fn checked(
    text: &str,
    stream: &Stream<'_>,
    document: usize,
    targets: &[Target<'_, '_>],
    splices: &[Splice],
) -> Result<String, EditError> {
    let Some(first) = targets.first() else {
        return Ok(text.to_owned());
    };
    let new_text = spliced(text, splices)
        .ok_or_else(|| failed(first, "the place of the change is not in the text"))?;
    let edit = check::Edit {
        old_text: text,
        old: stream,
        new_text: &new_text,
        splices,
        document,
        targets,
    };
    check::check(&edit).map_err(|problem| failed(first, problem))?;
    let parts = targets.iter().map(|target| Part {
        path: &target.path,
        content: &target.content,
    });
    let comparison = second_parser::Comparison {
        old: text,
        new: &new_text,
        count: stream.documents.len(),
        document,
        parts: &parts.collect::<Vec<_>>(),
    };
    let left_out = (text.len() > LARGE)
        .then(|| inner_entries(Lines::new(text), first, splices))
        .flatten();
    match second_parser::confirm(comparison, left_out) {
        Ok(()) => Ok(new_text),
        Err(Doubt::Differs) => Err(failed(first, "a second YAML parser reads it otherwise")),
        Err(Doubt::Unreadable { line, problem }) => Err(EditError::Unconfirmed {
            place: Place::new(line.unwrap_or(first.node.line), &first.path),
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

/// The changes as YAML from a document's top level down.
fn snippet(requests: &[Request<'_>]) -> String {
    let mut writer = BlockWriter::new(BlockStyle {
        step: 2,
        list_offset: 2,
        line_break: "\n",
    });
    let changes = requests
        .iter()
        .map(|request| (request.path.as_slice(), request.change));
    match target::outline(&changes.collect::<Vec<_>>()) {
        Addition::List(entries) => writer.entries(&entries, &DashStyle::at(0)),
        Addition::Map(pairs) => writer.pairs(&pairs, 0),
        _ => {}
    }
    writer.finish()
}
