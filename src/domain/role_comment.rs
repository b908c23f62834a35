//! What PostgreSQL shows beside a role.

use std::str::FromStr;

use super::name::{NameError, checked_texts};
use super::visible::is_bidirectional;

/// The most characters of a comment; PostgreSQL has no limit of its own.
const LONGEST: usize = 500;

const HELP: &str = "write one line of printable text";

/// The comment on a role, as `COMMENT ON ROLE` sets it and `\du+` shows it: one line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RoleComment(String);

checked_texts!(RoleComment);

impl FromStr for RoleComment {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let refuse = |problem: &str| NameError::new("the comment", text, problem, HELP);
        if text.trim().is_empty() {
            return Err(refuse("is empty"));
        }
        if text.chars().count() > LONGEST {
            return Err(refuse("has more than 500 characters"));
        }
        if text.contains(|c: char| c.is_control() || is_bidirectional(c)) {
            return Err(refuse("holds a character that is not printable"));
        }
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_of_printable_text() {
        let comment: RoleComment = "shop team <shop@example.com>".parse().unwrap();
        assert_eq!(comment.as_str(), "shop team <shop@example.com>");
        let problem = |text: &str| text.parse::<RoleComment>().unwrap_err().to_string();
        assert_eq!(problem(" "), r#"the comment " " is empty"#);
        assert_eq!(
            problem("a\nb"),
            r#"the comment "a\nb" holds a character that is not printable"#
        );
        assert_eq!(
            problem("a\u{202e}b"),
            r#"the comment "a\u{202e}b" holds a character that is not printable"#
        );
        assert!(
            "x".repeat(501)
                .parse::<RoleComment>()
                .unwrap_err()
                .to_string()
                .ends_with("has more than 500 characters")
        );
    }
}
