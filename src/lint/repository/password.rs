//! Passwords in text: in connection URIs and strings, in SQL, in the environment of a program.
//!
//! Only where they stand is told, never what they are. What is still to be filled in is no password, nor is what examples have
//! in place of one.

use std::ops::Range;

use memchr::memmem;

use super::blank::is_blank_or_example;

/// In what a password stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    /// `postgresql://user:password@host/`, or `?password=` in such a URI or that of JDBC.
    Uri,
    /// `host=h password=p`, as libpq takes it (PostgreSQL manual, "Connection Strings").
    ConnectionString,
    /// The environment variable `PGPASSWORD`.
    Environment,
    /// `CREATE` or `ALTER`, `ROLE` or `USER`, with `PASSWORD 'p'`.
    Sql,
    /// The same with a SCRAM verifier, from which the password cannot be read.
    Verifier,
}

/// A password in a text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Password {
    /// Its bytes in the text.
    pub bytes: Range<usize>,
    /// In what it stands.
    pub form: Form,
}

/// How far before the word `PASSWORD` its statement may begin, in bytes.
const STATEMENT: usize = 400;

/// The parts of a connection string that tell it from other text.
const PARTS: [&str; 4] = ["host=", "hostaddr=", "dbname=", "user="];

/// The passwords in a text, by their places.
pub fn passwords(text: &str) -> Vec<Password> {
    let mut found = Vec::new();
    for start in memmem::find_iter(text.as_bytes(), "postgres") {
        found.extend(in_uri(text, start));
    }
    for word in ["assword", "ASSWORD"] {
        for middle in memmem::find_iter(text.as_bytes(), word) {
            let start = middle.saturating_sub(1);
            let end = middle + word.len();
            if text.get(start..end).is_some_and(is_word) {
                let beside = in_variable(text, start, end)
                    .or_else(|| in_string(text, start, end))
                    .or_else(|| in_sql(text, start, end));
                found.extend(beside);
            }
        }
    }
    found.sort_by_key(|password| password.bytes.start);
    found.dedup();
    found
}

fn is_word(text: &str) -> bool {
    text.eq_ignore_ascii_case("password")
}

/// A password at this byte, unless it is none.
fn password(text: &str, start: usize, end: usize, form: Form) -> Option<Password> {
    let bytes = start..end;
    let is_known = text
        .get(bytes.clone())
        .is_some_and(|word| !is_blank_or_example(word));
    is_known.then_some(Password { bytes, form })
}

/// Where what begins at this byte ends: before the first character that is one of these.
fn end_of(text: &str, start: usize, is_end: impl Fn(char) -> bool) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    start + rest.find(is_end).unwrap_or(rest.len())
}

fn is_space_or_quote(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '\\')
}

/// The passwords of a URI whose scheme begins here, or whose JDBC name does.
fn in_uri(text: &str, start: usize) -> Vec<Password> {
    let scheme = end_of(text, start, |c| !c.is_ascii_alphanumeric() && c != '+');
    let rest = text.get(scheme..).unwrap_or_default();
    if !rest.starts_with(':') {
        return Vec::new();
    }
    let end = end_of(text, scheme, is_space_or_quote);
    let mut found = Vec::new();
    if rest.starts_with("://") {
        let begin = scheme + "://".len();
        let authority = end_of(text, begin, |c| {
            is_space_or_quote(c) || matches!(c, '/' | '?' | '#')
        });
        let authority = text.get(begin..authority).unwrap_or_default();
        let user = authority.rsplit_once('@').map(|(user, _)| user);
        if let Some((name, secret)) = user.and_then(|user| user.split_once(':')) {
            let begin = begin + name.len() + 1;
            found.extend(password(text, begin, begin + secret.len(), Form::Uri));
        }
    }
    let query = text.get(scheme..end).unwrap_or_default();
    for mark in ["?password=", "&password="] {
        if let Some(at) = query.find(mark) {
            let begin = scheme + at + mark.len();
            let end = end_of(text, begin, |c| {
                is_space_or_quote(c) || matches!(c, '&' | '#')
            });
            found.extend(password(text, begin, end, Form::Uri));
        }
    }
    found
}

/// The value of `PGPASSWORD`, whose end this word is.
fn in_variable(text: &str, start: usize, end: usize) -> Option<Password> {
    let before = text.get(..start)?;
    let rest = text.get(end..)?;
    let name = before.strip_suffix("PG")?;
    if name.ends_with(is_part_of_name) || rest.starts_with(is_part_of_name) {
        return None;
    }
    let same_line = rest.trim_start_matches(['"', '\'', ' ', '\t']);
    let value = match same_line.strip_prefix(['=', ':']) {
        Some(value) => value.trim_start_matches([' ', '\t']),
        // An entry of a container's `env`: the name, then its value.
        None => {
            let next = same_line.trim_start_matches([',', ' ', '\t', '\r', '\n', '"']);
            let value = next.strip_prefix("value")?;
            let value = value.trim_start_matches('"').strip_prefix(':')?;
            value.trim_start_matches([' ', '\t'])
        }
    };
    let value = value.strip_prefix(['"', '\'']).unwrap_or(value);
    let begin = text.len() - value.len();
    let end = end_of(text, begin, |c| is_space_or_quote(c) || c == ';');
    password(text, begin, end, Form::Environment)
}

fn is_part_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

/// The value of `password` in a connection string on this line.
fn in_string(text: &str, start: usize, end: usize) -> Option<Password> {
    let before = text.get(..start)?;
    if before.ends_with(|c: char| is_part_of_name(c) || matches!(c, '?' | '&' | '.')) {
        return None;
    }
    let value = text.get(end..)?.trim_start_matches([' ', '\t']);
    let value = value.strip_prefix('=')?.trim_start_matches([' ', '\t']);
    let from = before.rfind('\n').map_or(0, |at| at + 1);
    let line = text.get(from..end_of(text, end, |c| c == '\n'))?;
    let mut words = line.split(is_space_or_quote);
    if !words.any(|word| PARTS.iter().any(|part| word.starts_with(part))) {
        return None;
    }
    let begin = text.len() - value.len();
    let (begin, end) = match value.strip_prefix('\'') {
        Some(_) => (
            begin + 1,
            end_of(text, begin + 1, |c| matches!(c, '\'' | '\n')),
        ),
        None => (begin, end_of(text, begin, is_space_or_quote)),
    };
    password(text, begin, end, Form::ConnectionString)
}

/// The string behind `PASSWORD` in a statement about a role.
fn in_sql(text: &str, start: usize, end: usize) -> Option<Password> {
    let rest = text.get(end..)?;
    let quoted = rest.trim_start();
    let value = quoted
        .strip_prefix(['E', 'e'])
        .unwrap_or(quoted)
        .strip_prefix('\'')?;
    if quoted.len() == rest.len() || !is_about_role(text, start) {
        return None;
    }
    // In single quotes of YAML, each quote is two.
    let (value, is_doubled) = match value.strip_prefix('\'') {
        Some(value) => (value, true),
        None => (value, false),
    };
    let close = if is_doubled { "''" } else { "'" };
    let secret = value.lines().next()?.split(close).next()?;
    if secret.contains("||") || is_doubled && !value.contains(close) {
        return None;
    }
    let begin = text.len() - value.len();
    let form = if secret.starts_with("SCRAM-SHA-256$") {
        Form::Verifier
    } else {
        Form::Sql
    };
    password(text, begin, begin + secret.len(), form)
}

/// Whether the statement up to this byte makes or alters a role.
fn is_about_role(text: &str, byte: usize) -> bool {
    let mut from = byte.saturating_sub(STATEMENT);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let before = text.get(from..byte).unwrap_or_default();
    let statement = before.rsplit(';').next().unwrap_or_default();
    let words = statement.split_whitespace().map(|word| {
        let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        word.to_ascii_uppercase()
    });
    let words: Vec<String> = words.collect();
    words.windows(2).any(|pair| {
        matches!(
            pair,
            [verb, what] if matches!(verb.as_str(), "CREATE" | "ALTER") && matches!(what.as_str(), "ROLE" | "USER" | "GROUP")
        )
    })
}

#[cfg(test)]
mod tests;
