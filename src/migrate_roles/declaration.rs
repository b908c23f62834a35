//! Comments that silence `lint` while a role is declared twice.

use super::fields::COMMENT;
use crate::repo::yaml::parse;

/// Puts the comment above the name of a DatabaseRole, where `lint` finds that the role is declared twice.
pub(super) fn silenced(text: &str, document: usize) -> Option<String> {
    let stream = parse(text).ok()?;
    let spec = stream.documents.get(document)?.root.get("spec")?;
    let mut keys = spec.entries().iter().map(|(key, _)| key);
    let name = keys.find(|key| key.as_str() == Some("name"))?;
    let (before, after) = text.split_at_checked(name.span.start)?;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let indent = before.get(start..)?;
    let line_break = if before.ends_with("\r\n") || before.contains("\r\n") {
        "\r\n"
    } else {
        "\n"
    };
    let is_own_line = indent.chars().all(|c| c == ' ');
    let is_there = text.contains(COMMENT);
    (is_own_line && !is_there).then(|| format!("{before}{COMMENT}{line_break}{indent}{after}"))
}

/// Takes the comment out of a text, with its line.
pub(super) fn without_comment(text: &str, document: usize) -> Option<String> {
    let stream = parse(text).ok()?;
    let name = stream.documents.get(document)?.root.at(&["spec", "name"])?;
    let before = stream.comments.iter().rev();
    let mut before = before.filter(|comment| comment.span.end <= name.span.start);
    let comment = before.find(|comment| text.get(comment.span.clone()) == Some(COMMENT))?;
    let start = text.get(..comment.span.start)?;
    let start = start.rfind('\n').map_or(0, |at| at + 1);
    let rest = text.get(comment.span.end..)?;
    let end = comment.span.end + rest.find('\n').map_or(rest.len(), |at| at + 1);
    Some([text.get(..start)?, text.get(end..)?].concat())
}
