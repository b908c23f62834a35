//! Text that may be anything, made safe to be shown.

use std::borrow::Cow;

/// The text with control characters (but line ends and tabs) and bidirectional ones escaped, so that a name or a file
/// cannot move the cursor, change colours or reorder what is read.
pub fn visible(text: &str) -> Cow<'_, str> {
    let is_plain = |c: char| matches!(c, '\n' | '\t') || !(c.is_control() || is_bidirectional(c));
    if text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let escape = |c: char| {
        if is_plain(c) {
            c.to_string()
        } else {
            c.escape_unicode().to_string()
        }
    };
    Cow::Owned(text.chars().map(escape).collect())
}

/// Whether a character changes the direction in which text is shown (Unicode, "Bidi_Control").
pub(crate) fn is_bidirectional(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
