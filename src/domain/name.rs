//! What all names share: how they are checked and how a refusal reads.

use thiserror::Error;

/// Why a text is not the name that it should be.
///
/// The message quotes the text with control and bidirectional characters escaped, cut after 80 characters.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("{what} {} {problem}", quoted(.value))]
pub struct NameError {
    what: &'static str,
    value: String,
    problem: String,
    help: &'static str,
}

impl NameError {
    pub(crate) fn new(
        what: &'static str,
        value: &str,
        problem: impl Into<String>,
        help: &'static str,
    ) -> Self {
        Self {
            what,
            value: value.to_owned(),
            problem: problem.into(),
            help,
        }
    }

    /// What is allowed.
    pub fn help(&self) -> &'static str {
        self.help
    }
}

/// A text in quotes, with what a terminal or a reader could mistake escaped, cut after 80 characters.
pub fn quoted(text: &str) -> String {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{:?}...", text.get(..end).unwrap_or_default()),
        None => format!("{text:?}"),
    }
}

/// The first character that is not in a set, described for a message.
pub(crate) fn first_outside(text: &str, allowed: impl Fn(char) -> bool) -> Option<String> {
    let found = text.chars().find(|c| !allowed(*c))?;
    Some(match found {
        ' ' => "a space".to_owned(),
        '\n' | '\r' => "a line end".to_owned(),
        '\0' => "NUL".to_owned(),
        'A'..='Z' => format!("the capital letter {found:?}"),
        found if found.is_control() => format!("the control character U+{:04X}", u32::from(found)),
        found if found.is_ascii() => format!("the character {found:?}"),
        found => format!("the character U+{:04X}", u32::from(found)),
    })
}
