//! The change of a text as bytes: what goes at which offset.

use std::ops::Range;

/// New text at one place of a text, where an empty node or a scalar may give way to it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Splice {
    /// The bytes that go: none, an empty `[]` or `{}` or a null with the blanks before it, or a scalar or a part of it.
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
