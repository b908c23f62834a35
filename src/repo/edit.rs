//! Edits of YAML by byte spans: what comes, goes or changes is what was asked for, and comments, order, quoting,
//! indentation, line ends and all other bytes stay.
//!
//! [`append`] adds entries to a list and [`insert_key`] a key to a mapping, each at a path of one document. What is
//! missing on the path is made: an absent key, a null, an empty `[]` or `{}`. An item of a list is not made, nor filled
//! where nothing is written behind its dash. [`set_text`] gives scalars that are there another text, [`set`] gives a key
//! a value whether it is there or not, and [`remove`] takes items and keys out. [`apply`] makes several such changes at
//! once, all of them or none. A step of a path is a key or the number of a list's item, see [`Step`].
//! [`remove_document`] takes a whole document out.
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
//! block scalar's header stays behind it. A number, boolean or null in brackets, beside quoted keys or none, may be JSON
//! and gives way to double quotes. Booleans and whole numbers are written plain.
//!
//! What goes with an entry. The comments on its lines and inside of it; those below it that are deeper than its dash (or
//! key); and those right above it at that column, with no blank line between. Of the latter stay those that head more
//! than the entry: above the first entry of a list or mapping, unless another entry has comments above it as well; and
//! at the begin of a paragraph, where one-line entries follow each other and one of the next ones stays. A comment that
//! blank lines set apart stays, and so does one below an entry at its own column. Blank lines that would come to stand
//! next to each other become as many as stood above; those above the last entry go with it.
//!
//! A list that loses its last entry becomes `[]`, a mapping `{}`. Beside a dash, the next key takes the place of the
//! first one, or stands below the dash where a comment comes between. In brackets the comma goes along. What shares its
//! lines with others and comments is not taken out.
//!
//! After every edit the result is checked against the old text, whatever the edit did: see [`EditError::CheckFailed`]
//! and [`EditError::Unconfirmed`]. A text is never returned that fails a check.

mod anchors;
mod block;
mod branch;
mod by_hand;
mod change;
mod check;
mod comment;
mod documents;
mod entries;
mod error;
mod extent;
mod flow;
mod gone;
mod into_block;
mod into_flow;
mod lines;
mod open_end;
mod removal;
mod removal_in_flow;
mod replace;
mod second_parser;
mod splice;
mod step;
mod style;
mod target;

#[cfg(test)]
mod tests;

pub use change::Edit;
pub use comment::{with_comment, without_comment};
pub use documents::remove_document;
pub use error::{EditError, Place};
pub use removal::Extent;
pub use step::Step;

use branch::Branch;
use into_block::NoPlace;
use lines::Lines;
use second_parser::{Doubt, Part};
use splice::{Splice, disjoint, spliced};
use target::Target;

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
    apply(text, document, &[Edit::append(path, entries.to_vec())])
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
    key: &'path str,
    value: &Addition,
) -> Result<String, EditError> {
    apply(
        text,
        document,
        &[Edit::insert_key(path, key, value.clone())],
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
    let edits = changes
        .iter()
        .map(|(path, text)| Edit::set_text(path, *text));
    apply(text, document, &edits.collect::<Vec<_>>())
}

/// Gives a key a value in document number `document` (from 0), whether the key is there or not, and gives the new text.
///
/// A scalar that is there, a null included, becomes the value, which then is a text, a boolean or a whole number: plain
/// `true`, `false` and digits whatever the scalar was; a text as with [`set_text`]. A scalar that every reader takes for
/// the value already stays as it is. Where the key is missing or null, the value may be anything, and is made with what
/// is missing above it, as with [`insert_key`].
///
/// # Errors
/// [`EditError::WrongKind`] where a list or a mapping is there, or where one should take a scalar's place, and otherwise
/// as for [`set_text`] and [`insert_key`].
///
/// # Examples
/// ```
/// use pgdb::repo::edit::{Addition, set};
///
/// let new = set("spec:\n  login: true # yet\n", 0, &["spec", "login"], &Addition::Bool(false))?;
/// assert_eq!(new, "spec:\n  login: false # yet\n");
/// let new = set("spec:\n  login: true\n", 0, &["spec", "inherit"], &Addition::Bool(false))?;
/// assert_eq!(new, "spec:\n  login: true\n  inherit: false\n");
/// # Ok::<(), pgdb::repo::edit::EditError>(())
/// ```
pub fn set<'path>(
    text: &str,
    document: usize,
    path: &[impl Into<Step<'path>> + Copy],
    value: &Addition,
) -> Result<String, EditError> {
    apply(text, document, &[Edit::set(path, value.clone())])
}

/// Takes items of lists, and keys with their values, out of document number `document` (from 0), and gives the new text.
///
/// # Errors
/// [`EditError::Missing`] where a path leads nowhere; [`EditError::AnchorNeeded`] where an alias that stays repeats
/// something of what should go; and otherwise as for [`append`].
///
/// # Examples
/// ```
/// use pgdb::repo::edit::{Step, remove};
///
/// let text = "roles:\n  - name: a\n  # the shop\n  - name: b # ours\n    login: true\n";
/// let new = remove(text, 0, &[&[Step::Key("roles"), Step::Item(1)]])?;
/// assert_eq!(new, "roles:\n  - name: a\n");
/// let new = remove(&new, 0, &[&[Step::Key("roles"), Step::Item(0)]])?;
/// assert_eq!(new, "roles: []\n");
/// # Ok::<(), pgdb::repo::edit::EditError>(())
/// ```
pub fn remove<'path, P>(text: &str, document: usize, paths: &[P]) -> Result<String, EditError>
where
    P: AsRef<[Step<'path>]>,
{
    let edits = paths.iter().map(|path| Edit::Remove {
        path: path.as_ref().to_vec(),
    });
    apply(text, document, &edits.collect::<Vec<_>>())
}

/// Makes several changes of document number `document` (from 0), all of them or none, and gives the new text.
///
/// All paths mean the document as it is before. Changes may be of one list or mapping: items go, others come, and keys
/// of those that stay change. What is added to one place comes in the order of the changes. The time grows with the
/// text's length and the number of changes.
///
/// # Errors
/// [`EditError::Conflict`] where one node is to be changed twice, or something below what is to go; otherwise as for the
/// single changes, for the first that is not possible.
///
/// # Examples
/// ```
/// use pgdb::repo::edit::{Addition, Edit, Step, apply};
///
/// let role = [Step::Key("roles"), Step::Item(0)];
/// let edits = [
///     Edit::set(&[role[0], role[1], Step::Key("login")], Addition::Bool(false)),
///     Edit::remove(&[role[0], role[1], Step::Key("passwordSecret")]),
///     Edit::insert_key(&role, "disablePassword", Addition::Bool(true)),
/// ];
/// let text = "roles:\n  - name: a\n    login: true # app\n    passwordSecret:\n      name: b\n";
/// assert_eq!(
///     apply(text, 0, &edits)?,
///     "roles:\n  - name: a\n    login: false # app\n    disablePassword: true\n"
/// );
/// # Ok::<(), pgdb::repo::edit::EditError>(())
/// ```
pub fn apply(text: &str, document: usize, edits: &[Edit<'_>]) -> Result<String, EditError> {
    let adds_nothing =
        |edit: &&Edit<'_>| matches!(edit, Edit::Append { entries, .. } if entries.is_empty());
    let edits: Vec<&Edit<'_>> = edits.iter().filter(|edit| !adds_nothing(edit)).collect();
    let Some(first) = edits.first() else {
        return Ok(text.to_owned());
    };
    let changes = Branch::of(edits.iter().map(|edit| edit.change()));
    let attempt = || {
        let stream = yaml::parse(text).map_err(|error| EditError::NotYaml {
            place: Place::new(error.line, first.path()),
            template: text.contains("{{"),
            problem: error.problem,
        })?;
        let lines = Lines::new(text);
        let found = stream.documents.get(document);
        let found = found.ok_or_else(|| EditError::DocumentOutOfRange {
            place: Place::new(last_line(lines), first.path()),
            number: document.saturating_add(1),
            count: stream.documents.len(),
        })?;
        let mut targets = target::find(found, &changes)?;
        targets.retain(|target| !replace::has_its_value(lines, target));
        let mut splices = Vec::new();
        for target in &targets {
            splices.extend(splices_of(lines, &stream, target)?);
        }
        let splices = disjoint(splices);
        let splices = open_end::kept(lines, &stream.comments, &found.root, splices);
        checked(text, &stream, document, &targets, &splices)
    };
    attempt().map_err(|error: EditError| {
        let removals = edits
            .iter()
            .filter(|edit| matches!(edit, Edit::Remove { .. }));
        let removals = removals.map(|edit| step::shown(edit.path())).collect();
        error.with_snippet(by_hand::snippet(&changes), removals)
    })
}

/// Where the entries of the list or mapping at a path stand, in document number `document` (from 0), in order.
///
/// # Errors
/// As for [`remove`].
pub fn extents(text: &str, document: usize, path: &[Step<'_>]) -> Result<Vec<Extent>, EditError> {
    let stream = yaml::parse(text).map_err(|error| EditError::NotYaml {
        place: Place::new(error.line, path),
        template: text.contains("{{"),
        problem: error.problem,
    })?;
    let lines = Lines::new(text);
    let missing = || EditError::Missing {
        place: Place::new(1, path),
    };
    let found = stream.documents.get(document).ok_or_else(missing)?;
    let target = target::at(found, path).ok_or_else(missing)?;
    let removal = removal::Removal::of(lines, &stream.comments, &target);
    let removal =
        removal.ok_or_else(|| failed(&target, "it is not clear where its entries stand"))?;
    let count = removal.entries.len();
    Ok((0..count).map(|entry| removal.extent(entry)).collect())
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
    let added = if target.is_scalar() {
        replace::replace(lines, &stream.comments, target)
    } else if target.has_additions() || target.removed.is_empty() {
        added(lines, target)
    } else {
        Ok(Vec::new())
    };
    let splices = match added {
        Ok(added) if !target.removed.is_empty() => {
            removal::remove(lines, &stream.comments, target, added)
        }
        added => added,
    };
    splices.map_err(|no_place| match no_place {
        NoPlace::Unterminated => EditError::UnterminatedBlockScalar {
            place: Place::new(last_line(lines), &target.path),
        },
        NoPlace::NoDash => failed(target, "the dash of the last entry is not found"),
        NoPlace::Unfit => failed(target, "the node is not of the kind it was taken for"),
        NoPlace::Unclear => failed(
            target,
            "it is not clear what belongs to the entry that is to go",
        ),
    })
}

/// What is added to a list or a mapping, or put in the place of an empty one.
fn added(lines: Lines<'_>, target: &Target<'_, '_>) -> Result<Vec<Splice>, NoPlace> {
    match &target.node.value {
        Value::Sequence { flow: false, .. } | Value::Mapping { flow: false, .. } => {
            into_block::append(lines, target)
        }
        _ if target.count() > 0 => Ok(into_flow::append(lines, target)),
        _ if !into_flow::is_in_flow(target) && into_block::can_fill(lines, target) => {
            Ok(into_block::fill(lines, target))
        }
        _ => Ok(into_flow::fill(lines, target)),
    }
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
        removed: removed_steps(target),
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

/// The steps to what goes of a target.
fn removed_steps<'tree>(target: &Target<'tree, '_>) -> Vec<Step<'tree>> {
    let removed = target.removed.iter();
    let steps = removed.filter_map(|number| match target.node.entries().get(*number) {
        Some((key, _)) => key.as_str().map(Step::Key),
        None => Some(Step::Item(*number)),
    });
    let mut steps: Vec<_> = steps.collect();
    steps.sort_unstable();
    steps
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
    if !target.removed.is_empty() {
        return None;
    }
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
