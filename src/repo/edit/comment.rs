//! Comments behind values.

use super::step::{Step, node_at};
use crate::repo::yaml::{Value, parse};

/// The text with a comment behind the scalar at a path, which says why it is so; none where something else stands behind it
/// on its line, or where the document is in braces, as JSON is, which has no comments. `comment` is without its `#`.
///
/// # Examples
/// ```
/// use pgdb::repo::edit::{Step, with_comment};
///
/// let path = [Step::Key("ensure")];
/// let text = "ensure: absent\nname: a\n";
/// assert_eq!(with_comment(text, 0, &path, "leaving").as_deref(), Some("ensure: absent # leaving\nname: a\n"));
/// assert_eq!(with_comment("{\"ensure\": \"absent\"\n}\n", 0, &path, "leaving"), None);
/// ```
pub fn with_comment(
    text: &str,
    document: usize,
    path: &[Step<'_>],
    comment: &str,
) -> Option<String> {
    let (before, rest, after) = around_end(text, document, path)?;
    rest.trim()
        .is_empty()
        .then(|| format!("{before} # {comment}{rest}{after}"))
}

/// The text without this very comment behind the scalar at a path; none where it is not there.
pub fn without_comment(
    text: &str,
    document: usize,
    path: &[Step<'_>],
    comment: &str,
) -> Option<String> {
    let (before, rest, after) = around_end(text, document, path)?;
    let found = rest.trim_start().strip_prefix("# ").map(str::trim_end);
    (found == Some(comment)).then(|| format!("{before}{after}"))
}

/// The text up to the end of the scalar at a path, the rest of its line, and what follows.
fn around_end<'text>(
    text: &'text str,
    document: usize,
    path: &[Step<'_>],
) -> Option<(&'text str, &'text str, &'text str)> {
    let stream = parse(text).ok()?;
    let root = &stream.documents.get(document)?.root;
    if matches!(root.value, Value::Mapping { flow: true, .. }) {
        return None;
    }
    let node = node_at(root, path)?;
    let (before, after) = text.split_at_checked(node.span.end)?;
    let end = after.find(['\r', '\n']).unwrap_or(after.len());
    let (rest, after) = after.split_at_checked(end)?;
    Some((before, rest, after))
}
