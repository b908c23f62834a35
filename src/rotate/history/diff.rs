//! The sealed values on the lines of a diff, however the file is written.

use super::NAME_LENGTH;

/// A sealed value on a changed line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct SealedLine {
    /// Its key.
    pub(super) key: String,
    /// Its beginning.
    pub(super) value: String,
}

/// A line of one side of a hunk.
#[derive(Debug)]
struct Line {
    text: String,
    /// Whether it is not on the other side.
    is_changed: bool,
}

/// A hunk of a diff while it is read: its two sides.
#[derive(Debug, Default)]
pub(super) struct Hunk {
    is_open: bool,
    before: Vec<Line>,
    after: Vec<Line>,
}

impl Hunk {
    /// Begins another one; what precedes a file's first one belongs to none.
    pub(super) fn begin(&mut self, is_open: bool) {
        *self = Self {
            is_open,
            ..Self::default()
        };
    }

    /// Reads a line, which begins with a sign for each parent of the commit.
    pub(super) fn line(&mut self, line: &[u8], parents: usize) {
        if !self.is_open {
            return;
        }
        let (signs, text) = line.split_at_checked(parents).unwrap_or((line, b""));
        let (is_added, is_removed) = (signs.contains(&b'+'), signs.contains(&b'-'));
        let line = |is_changed| Line {
            text: String::from_utf8_lossy(text).into_owned(),
            is_changed,
        };
        if !is_added {
            self.before.push(line(is_removed));
        }
        if !is_removed {
            self.after.push(line(is_added));
        }
    }

    /// The sealed values that went and those that came; the hunk is empty afterwards.
    pub(super) fn take(&mut self) -> (Vec<SealedLine>, Vec<SealedLine>) {
        let hunk = std::mem::take(self);
        (sealed_lines(&hunk.before), sealed_lines(&hunk.after))
    }
}

/// The sealed values on the changed lines of one side, with their keys: before them on their line, or alone on the line
/// before, as with block scalars.
fn sealed_lines(lines: &[Line]) -> Vec<SealedLine> {
    let mut found = Vec::new();
    let mut pending = None;
    for line in lines {
        let values = values(&line.text);
        let last_key = pending.take();
        if values.is_empty() {
            pending = key_alone(&line.text);
        }
        for (before, value) in values {
            let key = match before.trim() {
                "" => last_key.clone(),
                _ => key_at_end(before),
            };
            if let (Some(key), true) = (key, line.is_changed) {
                found.push(SealedLine { key, value });
            }
        }
    }
    found
}

/// What may be sealed values on a line: the text before each, and its beginning.
fn values(line: &str) -> Vec<(&str, String)> {
    let mut found = Vec::new();
    let mut start = 0;
    for part in line.split(|c: char| !u8::try_from(c).is_ok_and(is_base64)) {
        if let (true, Some(name), Some(before)) = (
            part.len() >= NAME_LENGTH,
            part.get(..NAME_LENGTH),
            line.get(..start),
        ) {
            found.push((before, name.to_owned()));
        }
        let rest = line.get(start + part.len()..).unwrap_or_default();
        start += part.len() + rest.chars().next().map_or(0, char::len_utf8);
    }
    found
}

/// Whether a byte is one of standard base64's.
pub(super) fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

/// The key at the end of what stands before its value, such as `{"password": "`.
fn key_at_end(before: &str) -> Option<String> {
    let key = before.trim_end_matches([' ', '\t', '"', '\'']);
    let key = key.strip_suffix(':')?;
    let key = key.trim_end_matches([' ', '\t', '"', '\'']);
    let start = key.rfind(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')));
    let key = match start {
        Some(start) => key.get(start..)?.get(1..)?,
        None => key,
    };
    (!key.is_empty()).then(|| key.to_owned())
}

/// The key of a line whose value begins below it, such as `password: >-`.
fn key_alone(line: &str) -> Option<String> {
    let head = line.trim_end();
    let head =
        head.trim_end_matches(|c: char| matches!(c, '|' | '>' | '-' | '+') || c.is_ascii_digit());
    key_at_end(head)
}
