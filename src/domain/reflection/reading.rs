//! What an entry of Reflector's lists evidently means, told from its text.

use regex::Regex;

use super::has_class_operator;
use crate::domain::kubernetes_name::Namespace;

/// What an entry that is no plain name of a namespace evidently is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reading {
    /// No regular expression of .NET.
    Invalid,
    /// A shell's pattern, such as `shop-*`, which means something else as a regular expression.
    Glob,
    /// Plain text that no namespace can be called.
    Nowhere,
    /// Names of namespaces, written as a regular expression.
    Names,
    /// Every namespace.
    Everything,
    /// A regular expression that later namespaces may match.
    Pattern,
}

impl Reading {
    /// Reads an entry.
    pub fn of(text: &str) -> Self {
        if matches!(text, ".*" | ".+" | "^.*$" | "^.+$") {
            return Self::Everything;
        }
        if !text.contains(|c| METACHARACTERS.contains(c)) {
            return Self::Nowhere;
        }
        if is_names(text) {
            return Self::Names;
        }
        if is_glob(text) {
            return Self::Glob;
        }
        if is_invalid(text) {
            return Self::Invalid;
        }
        Self::Pattern
    }
}

/// What has a meaning of its own in a regular expression.
const METACHARACTERS: &str = r".*+?()[]{}|^$\";

/// Whether this is one name or several, with anchors or brackets around them.
fn is_names(text: &str) -> bool {
    let text = text.strip_prefix('^').unwrap_or(text);
    let text = text.strip_suffix('$').unwrap_or(text);
    let inner = text
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'));
    let names = inner.unwrap_or(text);
    let names = names.strip_prefix("?:").unwrap_or(names);
    names
        .split('|')
        .all(|name| name.parse::<Namespace>().is_ok())
}

/// Whether this is made of nothing but what names are made of, and stars that stand for any text.
fn is_glob(text: &str) -> bool {
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    text.contains('*') && text.chars().all(|c| is_name(c) || c == '*')
}

/// Whether .NET certainly refuses this. What the `regex` crate refuses too, unless it uses something that .NET alone knows:
/// groups with a question mark, escapes, braces that are plain text, and operators within classes.
fn is_invalid(text: &str) -> bool {
    let is_dialect = text.contains("(?") || text.contains(['\\', '{']) || has_class_operator(text);
    !is_dialect && Regex::new(text).is_err()
}

#[cfg(test)]
mod tests {
    use super::Reading;

    #[test]
    fn tells_what_is_meant() {
        for (text, expected) in [
            ("*", Reading::Glob),
            ("shop-*", Reading::Glob),
            ("*-prod", Reading::Glob),
            ("+shop", Reading::Invalid),
            ("shop-(a|b", Reading::Invalid),
            ("[shop", Reading::Invalid),
            ("Shop", Reading::Nowhere),
            ("shop blog", Reading::Nowhere),
            ("shop;blog", Reading::Nowhere),
            ("my_shop", Reading::Nowhere),
            ("^shop$", Reading::Names),
            ("(shop|blog)", Reading::Names),
            ("^(?:shop|blog)$", Reading::Names),
            (".*", Reading::Everything),
            ("^.+$", Reading::Everything),
            ("shop-.*", Reading::Pattern),
            ("shop-[0-9]+", Reading::Pattern),
            ("^(?!kube-).*$", Reading::Pattern),
            (r"shop-\d{2,}", Reading::Pattern),
            ("shop{", Reading::Pattern),
        ] {
            assert_eq!(Reading::of(text), expected, "{text}");
        }
    }
}
