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

/// Gives types that hold one checked text their ways out: `as_str` and `Display`.
macro_rules! checked_texts {
    ($($name:ident),+ $(,)?) => {
        $(
            impl $name {
                /// The name as text.
                pub fn as_str(&self) -> &str {
                    &self.0
                }
            }

            impl std::fmt::Display for $name {
                fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    formatter.write_str(&self.0)
                }
            }
        )+
    };
}

pub(crate) use checked_texts;

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

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use proptest::prelude::*;

    use super::quoted;
    use crate::domain::database_option::{Encoding, Extension, Locale};
    use crate::domain::kubernetes_name::{AppName, ClusterName, Namespace, ObjectName};
    use crate::domain::postgres_name::{DatabaseName, GroupRoleName, RoleName, SchemaName};
    use crate::repo::yaml::parse;

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(quoted("a\u{202e}b"), r#""a\u{202e}b""#);
        assert_eq!(quoted(&"x".repeat(81)), format!("{:?}...", "x".repeat(80)));
    }

    /// Whether a text is taken as a name.
    fn is_taken<T: FromStr>(text: &str) -> bool {
        text.parse::<T>().is_ok()
    }

    proptest! {
        #[test]
        fn what_is_taken_means_itself_everywhere(text in prop_oneof![
            any::<String>(),
            "[a-zA-Z0-9_.@ -]{0,70}",
            "[a-z]([a-z0-9._@-]{0,80})",
        ]) {
            let taken = is_taken::<AppName>(&text)
                || is_taken::<Namespace>(&text)
                || is_taken::<ObjectName>(&text)
                || is_taken::<ClusterName>(&text)
                || is_taken::<RoleName>(&text)
                || is_taken::<GroupRoleName>(&text)
                || is_taken::<DatabaseName>(&text)
                || is_taken::<SchemaName>(&text)
                || is_taken::<Extension>(&text)
                || is_taken::<Encoding>(&text)
                || is_taken::<Locale>(&text);
            prop_assume!(taken);
            prop_assert!(!text.is_empty() && text.len() <= 253);
            prop_assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.@".contains(&byte)));
            let in_paths = is_taken::<AppName>(&text) || is_taken::<ObjectName>(&text);
            prop_assert!(!in_paths || !text.contains(".."));
            let yaml = format!("key: \"{text}\"\n");
            let stream = parse(&yaml).unwrap();
            prop_assert_eq!(stream.documents[0].root.get("key").unwrap().as_str(), Some(text.as_str()));
        }
    }
}
