//! How a string is written as a YAML scalar, so that every reader gives back the same string.
//!
//! Readers differ: YAML 1.1 (go-yaml, PyYAML) takes `yes`, `0o17`, `1_000`, `12:30` and `2001-12-14` for something
//! other than text, YAML 1.2 takes only some of them so. What any of them could take for something else is quoted.

use std::borrow::Cow;
use std::fmt::Write;

/// Words that one reader or another resolves to a boolean, a null, a number or a merge key, in small letters.
///
/// Source: YAML 1.1 types bool, null, merge, value and float; YAML 1.2.2, section 10.3.2.
const RESOLVED_WORDS: [&str; 22] = [
    "y",
    "n",
    "yes",
    "no",
    "on",
    "off",
    "true",
    "false",
    "null",
    "~",
    "<<",
    "=",
    ".",
    ".inf",
    "+.inf",
    ".nan",
    "inf",
    "+inf",
    "nan",
    "infinity",
    "+infinity",
    "+.nan",
];

/// How a string is written on one line of block YAML: plain where that is safe, else in double quotes.
///
/// # Examples
/// ```
/// use pgdb::repo::scalar::quote;
///
/// assert_eq!(quote("my_shop"), "my_shop");
/// assert_eq!(quote("true"), "\"true\"");
/// ```
pub fn quote(text: &str) -> Cow<'_, str> {
    if plain_in_block(text) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(double_quoted(text, Escapes::Yaml))
    }
}

/// How a string is written between the brackets of flow YAML, where `,`, `[`, `]`, `{`, `}` and `:` have meanings.
pub fn quote_flow(text: &str) -> Cow<'_, str> {
    let indicator = |c: char| matches!(c, ',' | '[' | ']' | '{' | '}' | ':' | '?');
    if plain_in_block(text) && !text.contains(indicator) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(double_quoted(text, Escapes::Yaml))
    }
}

/// How a string is written in JSON: always in double quotes, with escapes that YAML has as well.
pub fn quote_json(text: &str) -> String {
    double_quoted(text, Escapes::Json)
}

/// How a string is written in double quotes, outside of JSON.
pub fn quote_double(text: &str) -> String {
    double_quoted(text, Escapes::Yaml)
}

/// How a string is written on one line in single quotes; nothing where it needs escapes.
pub fn quote_single(text: &str) -> Option<String> {
    (!needs_escapes(text)).then(|| format!("'{}'", text.replace('\'', "''")))
}

/// Whether a string holds characters that are only written as escapes, line ends among them.
pub fn needs_escapes(text: &str) -> bool {
    text.chars().any(is_hidden)
}

/// Whether every reader takes a plain scalar, as it is written, for a string.
pub fn is_string(plain: &str) -> bool {
    !plain.is_empty() && !is_resolved(plain.strip_prefix('-').unwrap_or(plain))
}

/// Which escapes a double-quoted scalar may use.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Escapes {
    /// Those of YAML.
    Yaml,
    /// Only those that JSON shares. A character above U+FFFF stays as it is: JSON would write it as two escapes,
    /// which YAML does not put together again.
    Json,
}

/// Whether the string may stand without quotes, outside of brackets.
fn plain_in_block(text: &str) -> bool {
    let starts_plain = text.chars().next().is_some_and(|c| {
        !c.is_whitespace() && !"-?:,[]{}#&*!|>'\"%@`".contains(c) && !text.starts_with("...")
    });
    starts_plain
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !needs_escapes(text)
        && !is_resolved(text)
}

/// Whether a reader might take the plain string for a boolean, null, number, date or merge key.
fn is_resolved(text: &str) -> bool {
    let unsigned = text.strip_prefix('+').unwrap_or(text);
    let like_a_number = unsigned.starts_with(|c: char| matches!(c, '0'..='9' | '.' | '_'))
        && unsigned.contains(|c: char| c.is_ascii_digit())
        && unsigned
            .chars()
            .all(|c| c.is_ascii_hexdigit() || "xXoOpP_.,:+-TtZz ".contains(c));
    like_a_number || RESOLVED_WORDS.contains(&text.to_ascii_lowercase().as_str())
}

/// Whether a character cannot be seen, moves what is seen, or may not stand in YAML: it is always escaped.
///
/// Source: YAML 1.2.2, production `c-printable`; Unicode's bidirectional and other format characters.
fn is_hidden(c: char) -> bool {
    matches!(c,
        '\0'..='\u{1f}'
        | '\u{7f}'..='\u{a0}'
        | '\u{ad}'
        | '\u{61c}'
        | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}'
        | '\u{1680}' | '\u{180e}'
        | '\u{2000}'..='\u{200f}'
        | '\u{2028}'..='\u{202f}'
        | '\u{205f}'..='\u{206f}'
        | '\u{3000}'
        | '\u{feff}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{fffe}' | '\u{ffff}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// The string in double quotes.
fn double_quoted(text: &str, escapes: Escapes) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_hidden(c) && c <= '\u{ffff}' => push_escape(&mut out, c, 'u', 4),
            c if is_hidden(c) && escapes == Escapes::Yaml => push_escape(&mut out, c, 'U', 8),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Writes an escape by code point, such as `\u00a0`.
fn push_escape(out: &mut String, c: char, letter: char, digits: usize) {
    // Writing to a String does not fail.
    let _ = write!(out, "\\{letter}{:0digits$x}", u32::from(c));
}

#[cfg(test)]
mod tests {
    use super::{is_string, quote, quote_double, quote_flow, quote_json, quote_single};
    use crate::repo::yaml;
    use proptest::prelude::{Strategy, any, prop_oneof, proptest};
    use serde_yaml::Value;

    #[test]
    fn stays_plain() {
        for text in [
            "my_shop",
            "postgresql://{{ .username }}:{{ .password }}@h:5432/d",
            "${VAR}",
            "10Gi",
            "a#b",
            "it's",
            "say \"hi\"",
            "a:b",
            "./infra/postgres",
            "../base",
            "Größe",
            "v1.29",
            "kubernetes.io/basic-auth",
            "null-and-void",
            "<<<",
            "😀",
        ] {
            assert_eq!(quote(text), text);
        }
    }

    #[test]
    fn is_quoted() {
        for text in [
            "",
            "5432",
            "0",
            "-1",
            "+1",
            "+_1",
            "1_000",
            "0x1f",
            "0o17",
            "017",
            "0b1",
            "1e3",
            "1.5",
            ".5",
            ".",
            "12:30:45",
            "2001-12-14",
            "2001-12-14t21:59:43.10-05:00",
            "1,000",
            "true",
            "True",
            "no",
            "NO",
            "y",
            "off",
            "null",
            "~",
            ".inf",
            ".NaN",
            "<<",
            "=",
            " a",
            "a ",
            "a: b",
            "a #b",
            "a:",
            "- a",
            "-",
            "?",
            "#a",
            "&a",
            "*a",
            "!a",
            "|",
            ">",
            "'a'",
            "%a",
            "@a",
            "`a",
            "{{ .username }}",
            "[a]",
            "---",
            "...",
            ", a",
        ] {
            let expected = format!("\"{text}\"");
            assert_eq!(quote(text), expected);
            assert_eq!(quote_flow(text), expected);
        }
        assert_eq!(quote("a\nb\t\"\\"), r#""a\nb\t\"\\""#);
        assert_eq!(
            quote("a\u{202e}b\u{feff}\u{85}"),
            r#""a\u202eb\ufeff\u0085""#
        );
        assert_eq!(quote("\u{e0041}"), r#""\U000e0041""#);
        assert_eq!(quote_json("\u{e0041}\u{7f}"), "\"\u{e0041}\\u007f\"");
    }

    #[test]
    fn is_quoted_in_flow() {
        assert_eq!(quote_flow("a-b.yaml"), "a-b.yaml");
        for text in ["a,b", "a]", "a{", "${VAR}", "http://host"] {
            assert_eq!(quote_flow(text), format!("\"{text}\""));
        }
    }

    #[test]
    fn is_in_single_quotes() {
        assert_eq!(quote_single("it's 2"), Some("'it''s 2'".to_owned()));
        assert_eq!(quote_single(""), Some("''".to_owned()));
        for text in ["a\nb", "\t", "\u{7f}", "\u{202e}"] {
            assert_eq!(quote_single(text), None);
        }
    }

    #[test]
    fn is_a_string_to_every_reader() {
        for plain in ["a", "-a", "--", "<<<", "a: b", "null-and-void", "v1.29"] {
            assert!(is_string(plain), "{plain}");
        }
        for plain in [
            "", "1", "-1", "+1", "-0x1f", "-.inf", "-.5", "-1_000", "-12:30", "~", "No", "<<",
        ] {
            assert!(!is_string(plain), "{plain}");
        }
    }

    /// What our tree and the second parser read of a text that is to hold one string.
    fn read_back(text: &str, path: &[usize]) -> (Option<String>, Option<String>) {
        let stream = yaml::parse(text).unwrap_or_else(|error| panic!("{error} in {text:?}"));
        let mut node = &stream.documents[0].root;
        let value: Value =
            serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{error} in {text:?}"));
        let mut second = &value;
        for step in path {
            node = match node.entries().first() {
                Some((key, value)) => [key, value][*step],
                None => &node.items()[*step],
            };
            second = match second {
                Value::Mapping(map) => {
                    let (key, value) = map.iter().next().unwrap();
                    [key, value][*step]
                }
                other => &other[*step],
            };
        }
        (
            node.as_str().map(str::to_owned),
            second.as_str().map(str::to_owned),
        )
    }

    fn assert_reads_back(text: &str) {
        let expected = (Some(text.to_owned()), Some(text.to_owned()));
        let (block, flow, json) = (quote(text), quote_flow(text), quote_json(text));
        let double = quote_double(text);
        let single = quote_single(text).unwrap_or_else(|| double.clone());
        for written in [block.as_ref(), flow.as_ref(), &json, &double, &single] {
            assert_eq!(read_back(&format!("{written}\n"), &[]), expected);
            assert_eq!(read_back(&format!("a: {written}\n"), &[1]), expected);
            assert_eq!(read_back(&format!("a: {written} # c\n"), &[1]), expected);
            assert_eq!(read_back(&format!("? {written}\n: a\n"), &[0]), expected);
            assert_eq!(read_back(&format!("- {written}\n"), &[0]), expected);
        }
        for written in [flow.as_ref(), &json, &double, &single] {
            assert_eq!(read_back(&format!("[{written}, a]"), &[0]), expected);
            assert_eq!(read_back(&format!("{{a: {written}}}"), &[1]), expected);
        }
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }

    #[test]
    fn every_character_reads_back() {
        let codes = (0..0x180)
            .chain(0x1670..0x1690)
            .chain(0x1ff0..0x2080)
            .chain(0xd7f0..0xe010)
            .chain(0xfe00..0x1_0010);
        for c in codes.filter_map(char::from_u32) {
            assert_reads_back(&format!("a{c}b"));
            assert_reads_back(&c.to_string());
        }
    }

    fn texts() -> impl Strategy<Value = String> {
        prop_oneof![
            any::<String>(),
            "[-+0-9a-fxo_.:eTZ ]{0,12}",
            "[ -~]{0,12}",
            "[a-z#:,\\[\\]{}&*!|>'\"%@`?\\- ]{0,10}",
            "(yes|NO|on|~|null|True|\\.inf|<<|=|---|\\.\\.\\.)[ :#]?",
        ]
    }

    proptest! {
        #[test]
        fn any_string_reads_back(text in texts()) {
            assert_reads_back(&text);
        }
    }
}
