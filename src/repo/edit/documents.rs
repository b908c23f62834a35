//! Takes a whole document out of a text that has several.

use std::ops::Range;

use crate::repo::yaml::{self, Document, Stream};

use super::anchors::{numbers, renumber};
use super::check::is_same;
use super::error::{EditError, Place};
use super::lines::Lines;
use super::second_parser::{Doubt, without_document};

/// Takes document number `document` (from 0) out of a text, and gives the new text; nothing where no document with
/// content would be left, so that the whole text is to go.
///
/// What goes is all from the document's `---` to before the next one. The first document may have none: then it goes with
/// the comments above it up to a blank line, and the `---` of the next document stays. All other bytes stay.
///
/// # Errors
/// Where the text is no YAML, has fewer documents, or has directives (`%YAML`) where the document stands; and where a
/// check fails. There is nothing to paste then.
///
/// # Examples
/// ```
/// use pgdb::repo::edit::remove_document;
///
/// let text = "a: 1\n---\n# two\nb: 2\n---\nc: 3\n";
/// assert_eq!(remove_document(text, 1)?.as_deref(), Some("a: 1\n---\nc: 3\n"));
/// assert_eq!(remove_document("# nothing\n---\na: 1\n", 0)?, None);
/// # Ok::<(), pgdb::repo::edit::EditError>(())
/// ```
pub fn remove_document(text: &str, document: usize) -> Result<Option<String>, EditError> {
    let stream = yaml::parse(text).map_err(|error| EditError::NotYaml {
        place: Place::new(error.line, &[]),
        template: text.contains("{{"),
        problem: error.problem,
    })?;
    let lines = Lines::new(text);
    let found = stream.documents.get(document);
    let found = found.ok_or_else(|| EditError::DocumentOutOfRange {
        place: Place::new(lines.number(text.len()), &[]),
        number: document.saturating_add(1),
        count: stream.documents.len(),
    })?;
    let mut others = stream.documents.iter().enumerate();
    if !others.any(|(number, other)| number != document && !other.root.is_null()) {
        return Ok(None);
    }
    let failed = |problem| EditError::CheckFailed {
        place: Place::new(found.root.line, &[]),
        problem,
    };
    let removed = extent(lines, &stream, document);
    let old = lines.between(removed.start, removed.end);
    if old.lines().any(|line| line.starts_with('%')) {
        return Err(failed("a directive stands beside the document"));
    }
    let new = [lines.between(0, removed.start), lines.from(removed.end)].concat();
    check(&stream, document, text, &removed, &new).map_err(failed)?;
    match without_document(text, &new, stream.documents.len(), document) {
        Ok(()) => Ok(Some(new)),
        Err(Doubt::Differs) => Err(failed("a second YAML parser reads it otherwise")),
        Err(Doubt::Unreadable { line, problem }) => Err(EditError::Unconfirmed {
            place: Place::new(line.unwrap_or(found.root.line), &[]),
            problem,
        }),
    }
}

/// The bytes of a document with what belongs to it.
fn extent(lines: Lines<'_>, stream: &Stream<'_>, document: usize) -> Range<usize> {
    let marker = |number: usize| {
        let found = stream.documents.get(number);
        found
            .filter(|document| document.explicit)
            .map(|document| document.start)
    };
    let end = marker(document + 1).unwrap_or(lines.text().len());
    let start = marker(document).unwrap_or_else(|| {
        let root = stream
            .documents
            .get(document)
            .map_or(0, |document| document.root.span.start);
        first_line(lines, root)
    });
    start..end
}

/// Where the comments begin that stand right above an offset's line.
fn first_line(lines: Lines<'_>, offset: usize) -> usize {
    let mut start = lines.start(offset);
    while let Some(previous) = lines.previous(start) {
        if lines.comment_column(previous).is_none() {
            break;
        }
        start = previous;
    }
    start
}

/// Whether the other documents and the comments outside of what went are the same.
fn check(
    old: &Stream<'_>,
    document: usize,
    old_text: &str,
    removed: &Range<usize>,
    new_text: &str,
) -> Result<(), &'static str> {
    let mut new = yaml::parse(new_text).map_err(|_| "the new text is no valid YAML")?;
    let others: Vec<&Document<'_>> = old
        .documents
        .iter()
        .enumerate()
        .filter(|(number, _)| *number != document)
        .map(|(_, other)| other)
        .collect();
    let anchors: Vec<usize> = others
        .iter()
        .flat_map(|other| numbers(&other.root))
        .collect();
    renumber(&mut new, &anchors);
    let are_same = others.len() == new.documents.len()
        && others
            .iter()
            .zip(&new.documents)
            .all(|(old, new)| old.explicit == new.explicit && is_same(&old.root, &new.root));
    if !are_same {
        return Err("the other documents would change");
    }
    let outside = old
        .comments
        .iter()
        .filter(|comment| !removed.contains(&comment.span.start));
    let outside = outside.map(|comment| old_text.get(comment.span.clone()));
    let comments = new
        .comments
        .iter()
        .map(|comment| new_text.get(comment.span.clone()));
    if outside.eq(comments) {
        Ok(())
    } else {
        Err("the comments of other documents would change")
    }
}
