//! What nobody may show of a repository: lines and files that hold, or may hold, a value that must be kept secret.
//!
//! Broader than what the rules report: a line that is left out although it could be shown does no harm.

use std::collections::HashMap;

use memchr::memmem;

use super::Repository;
use super::blank::is_blank_or_example;
use super::password::passwords;
use super::word::Span;
use crate::lint::finding::Place;
use crate::repo::path::RepoPath;
use crate::sealing::shape::rsa_bytes;

/// What the keys of secret values end with, in lower case.
const KEYS: [&str; 12] = [
    "password",
    "passwd",
    "passphrase",
    "pgpass",
    "token",
    "apikey",
    "api_key",
    "api-key",
    "accesskey",
    "access_key",
    "access-key",
    "clientsecret",
];

/// What nobody may show of the files of a repository.
pub struct Confidential<'run, 'text> {
    repository: &'run Repository<'text>,
    /// Secrets, and the literals that kustomizations make Secrets of.
    clear: HashMap<&'text RepoPath, Vec<Span>>,
    /// The values of SealedSecrets: what is not sealed may stand there too, and what is sealed is of no use to anybody.
    sealed: HashMap<&'text RepoPath, Vec<Span>>,
    /// The line that was looked at last, by its file and first byte, and whether it may not be shown.
    last: Option<(RepoPath, usize, bool)>,
}

impl<'run, 'text> Confidential<'run, 'text> {
    /// Those of a repository.
    pub fn of(repository: &'run Repository<'text>) -> Self {
        let mut clear: HashMap<&RepoPath, Vec<Span>> = HashMap::new();
        let mut sealed: HashMap<&RepoPath, Vec<Span>> = HashMap::new();
        for credential in &repository.credentials {
            let object = &credential.object;
            if object.holds_values && !credential.is_encrypted {
                clear.entry(object.path).or_default().push(object.whole);
            }
            for (_, value) in &credential.sealed {
                let is_sealed = rsa_bytes(&value.text).is_ok();
                let list = if is_sealed { &mut sealed } else { &mut clear };
                list.entry(object.path).or_default().push(value.span);
            }
        }
        for kustomize in &repository.kustomizes {
            let generators = kustomize.generators.iter();
            for word in generators.flat_map(|generator| &generator.literals) {
                clear.entry(kustomize.path).or_default().push(word.span);
            }
        }
        for spans in clear.values_mut().chain(sealed.values_mut()) {
            spans.sort_unstable_by_key(|span| span.start);
        }
        Self {
            repository,
            clear,
            sealed,
            last: None,
        }
    }

    /// Whether a file holds a value in clear that must be kept secret, wherever it is in it.
    pub fn holds_in_clear(&self, path: &RepoPath) -> bool {
        self.clear.contains_key(path) || may_hold_secret(self.repository.text(path))
    }

    /// Whether the line at which a place begins may not be shown. Quick where places come in their order.
    pub fn hides(&mut self, place: &Place) -> bool {
        let text = self.repository.text(&place.path);
        let byte = usize::try_from(place.span.start).unwrap_or(usize::MAX);
        let (start, end) = line_around(text, byte);
        if let Some((path, known, hides)) = &self.last
            && *path == place.path
            && *known == start
        {
            return *hides;
        }
        let line = Span::new(start, end);
        let hides = [&self.clear, &self.sealed].into_iter().any(|list| {
            let spans = list.get(&place.path).map_or(&[][..], Vec::as_slice);
            // They are in order, and none is within another.
            let next = spans.partition_point(|span| span.end <= line.start);
            spans.get(next).is_some_and(|span| span.start < line.end)
        }) || may_hold_secret(text.get(start..end).unwrap_or_default());
        self.last = Some((place.path.clone(), start, hides));
        hides
    }
}

/// The bytes of the line that holds a byte, without its end.
fn line_around(text: &str, byte: usize) -> (usize, usize) {
    let byte = byte.min(text.len());
    let (before, behind) = text.as_bytes().split_at(byte);
    let start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    let end = memchr::memchr(b'\n', behind).map_or(text.len(), |at| byte + at);
    (start, end)
}

/// Whether a text may hold a value that must be kept secret: a password, in whatever form, or what a key says is one.
pub fn may_hold_secret(text: &str) -> bool {
    let folded = text.to_ascii_lowercase();
    let is_given = |key: &&str| {
        let mut places = memmem::find_iter(folded.as_bytes(), key);
        places.any(|start| {
            let behind = text.get(start + key.len()..).unwrap_or_default();
            value_behind(behind).is_some_and(is_secret)
        })
    };
    let mut schemes = memmem::find_iter(text.as_bytes(), "://");
    KEYS.iter().any(is_given)
        || schemes.any(|start| holds_login(text.get(start + 3..).unwrap_or_default()))
        || !passwords(text).is_empty()
}

fn is_secret(value: &str) -> bool {
    !is_blank_or_example(value)
        && !matches!(value, "true" | "false" | "null" | "~")
        && rsa_bytes(value).is_err()
}

/// The value of the key behind which this text begins: on the same line, or that of an entry `name: KEY, value: VALUE`.
fn value_behind(text: &str) -> Option<&str> {
    let is_quote = |c: char| matches!(c, '"' | '\'' | '\\');
    let is_gap = |c: char| matches!(c, ' ' | '\t');
    let same_line = text.trim_start_matches(is_quote).trim_start_matches(is_gap);
    let value = match same_line.strip_prefix([':', '=']) {
        Some(value) => value,
        None => {
            let next = same_line
                .trim_start_matches(|c: char| c.is_whitespace() || c == ',' || is_quote(c));
            let next = next.strip_prefix("value")?.trim_start_matches(is_quote);
            next.trim_start_matches(is_gap).strip_prefix(':')?
        }
    };
    let value = value.trim_start_matches(is_gap);
    // A collection, an alias or a comment is no value itself; what is in quotes is one.
    if value.starts_with(['{', '[', '*', '#']) && !value.starts_with("{{") {
        return None;
    }
    let value = value.trim_start_matches(is_quote);
    let end = value.find(|c: char| c.is_whitespace() || is_quote(c) || matches!(c, ',' | ';'));
    value.get(..end.unwrap_or(value.len()))
}

/// Whether this begins with a URI's `user:password@`.
fn holds_login(text: &str) -> bool {
    let end = text.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '/' | '`'));
    let authority = text.get(..end.unwrap_or(text.len())).unwrap_or_default();
    let user = authority.rsplit_once('@').map(|(user, _)| user);
    let password = user.and_then(|user| user.split_once(':'));
    password.is_some_and(|(_, password)| !is_blank_or_example(password))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_may_be_a_secret() {
        for text in [
            "password: hunter2",
            "  DB_PASSWORD=hunter2",
            "{\"password\": \"hunter2\"}",
            "\"{\\\"password\\\":\\\"hunter2\\\"}\"",
            "- {name: DB_PASSWORD, value: hunter2}",
            "- name: DB_PASSWORD\n  value: \"hunter2\"",
            "{\"name\":\"DB_PASSWORD\",\"value\":\"hunter2\"}",
            "Server=h;User Id=u;Password=hunter2;",
            "apiToken: hunter2",
            "password: |\n  hunter2",
            "password: \"*hunter2\"",
            "redis://:hunter2@h",
            "name: x # postgres://u:hunter2@h/db",
            "x: ALTER ROLE a PASSWORD 'hunter2'",
        ] {
            assert!(may_hold_secret(text), "{text}");
        }
    }

    #[test]
    fn knows_what_is_none() {
        let sealed = format!("  password: AgB{}", "A".repeat(2000 - 3));
        for text in [
            "disablePassword: true",
            "passwordSecret:\n  name: my-shop-db-creds",
            "passwordSecret: {name: my-shop-db-creds}",
            "password: \"{{ .password }}\"",
            "password: ${DB_PASSWORD}",
            "password:",
            "password: *alias",
            "secretName: my-shop",
            "secretKeyRef: {name: creds, key: password}",
            "- name: DB_PASSWORD\n  valueFrom: {secretKeyRef: {name: a, key: b}}",
            "https://example.org/a:b@c",
            "owner: my_shop",
            &sealed,
        ] {
            assert!(!may_hold_secret(text), "{text}");
        }
    }

    #[test]
    fn finds_lines() {
        assert_eq!(line_around("ab\ncd\n", 0), (0, 2));
        assert_eq!(line_around("ab\ncd\n", 2), (0, 2));
        assert_eq!(line_around("ab\ncd\n", 4), (3, 5));
        assert_eq!(line_around("ab\ncd\n", 99), (6, 6));
    }
}
