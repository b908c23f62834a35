//! The change of a text as bytes: what goes at which offset.

use std::ops::Range;

/// New text at one place of a text, where an empty node or a scalar may give way to it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Splice {
    /// The bytes that go: none, an empty `[]` or `{}` or a null with the blanks before it, a scalar or a part of it, or
    /// entries with what belongs to them.
    pub(super) removed: Range<usize>,
    /// What comes in their place.
    pub(super) inserted: String,
}

impl Splice {
    /// New text at an offset.
    pub(super) fn insert(at: usize, inserted: String) -> Self {
        Self {
            removed: at..at,
            inserted,
        }
    }

    /// Bytes that go without anything in their place.
    pub(super) fn remove(removed: Range<usize>) -> Self {
        Self {
            removed,
            inserted: String::new(),
        }
    }
}

/// Puts splices in order, where blank lines that go for two reasons overlap, or new text comes amid such lines.
pub(super) fn disjoint(splices: Vec<Splice>) -> Vec<Splice> {
    let mut splices = splices;
    splices.sort_by_key(|splice| (splice.removed.start, splice.removed.end));
    let mut out: Vec<Splice> = Vec::with_capacity(splices.len());
    for mut splice in splices {
        let Some(last) = out.last_mut() else {
            out.push(splice);
            continue;
        };
        let (start, end) = (splice.removed.start, last.removed.end);
        if start < end && splice.removed.is_empty() {
            last.removed.end = start;
            out.push(splice);
            out.push(Splice::remove(start..end));
        } else if start < end && splice.inserted.is_empty() {
            splice.removed = end..end.max(splice.removed.end);
            out.push(splice);
        } else {
            out.push(splice);
        }
    }
    out
}

/// The text after splices, which are in order and do not overlap; nothing where their offsets do not fit the text.
pub(super) fn spliced(text: &str, splices: &[Splice]) -> Option<String> {
    let inserted: usize = splices.iter().map(|splice| splice.inserted.len()).sum();
    let mut out = String::with_capacity(text.len() + inserted);
    let mut at = 0;
    for splice in splices {
        out.push_str(text.get(at..splice.removed.start)?);
        out.push_str(&splice.inserted);
        at = splice.removed.end;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}
