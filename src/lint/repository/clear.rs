//! Values of Secrets that stand in the repository in clear.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::blank::is_blank;
use super::password::passwords;
use super::word::Word;
use crate::repo::yaml::Node;

/// A key of a Secret whose value stands in clear and must be kept secret. The value itself is not kept.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ClearValue<'text> {
    /// The key.
    pub key: Word<'text>,
    /// What the value gives away.
    pub exposure: Exposure,
}

/// What a value in clear gives away.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Exposure {
    /// Something that its key says is secret, such as a password.
    Secret,
    /// A connection to PostgreSQL, password included.
    Connection,
}

/// What the keys of secret values have in their names, letters and digits alone.
const SECRET: [&str; 7] = [
    "password",
    "passwd",
    "pgpass",
    "secret",
    "token",
    "accesskey",
    "apikey",
];

/// What the keys of passwords of PostgreSQL are called in its image and clients.
const POSTGRES: [&str; 4] = [
    "PGPASSWORD",
    "POSTGRES_PASSWORD",
    "POSTGRESQL_PASSWORD",
    "POSTGRESQL_POSTGRES_PASSWORD",
];

/// Whether a value under this key must be kept secret, as far as the name says.
pub fn is_secret_key(key: &str) -> bool {
    let letters = key.chars().filter(|c| c.is_ascii_alphanumeric());
    let folded: String = letters.map(|c| c.to_ascii_lowercase()).collect();
    folded == "pass" || SECRET.iter().any(|word| folded.contains(word))
}

/// Whether a key is that of a password of PostgreSQL, as far as the name says.
pub fn is_postgres_key(key: &str) -> bool {
    POSTGRES.contains(&key)
}

/// What a value gives away under this key; none where it is still to be filled in, or need not be kept secret.
pub fn exposure(key: &str, value: &str) -> Option<Exposure> {
    if is_blank(value) {
        return None;
    }
    if !passwords(value).is_empty() {
        return Some(Exposure::Connection);
    }
    // A URI without a password, or one that is still to be filled in, gives nothing away.
    (is_secret_key(key) && !value.contains("://")).then_some(Exposure::Secret)
}

/// A key of a Secret for a message; what cannot be one may be a part of the value, and is not shown.
///
/// Source: Kubernetes `staging/src/k8s.io/apimachinery/pkg/util/validation/validation.go`, `IsConfigMapKey`.
pub fn shown_key(key: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if key.chars().all(is_part) {
        format!("{key:?}")
    } else {
        "a key that there cannot be".to_owned()
    }
}

/// The values of a Secret that stand in clear: of its `data`, in base64, and of its `stringData`.
pub(super) fn values<'text>(secret: &Node<'text>) -> Vec<ClearValue<'text>> {
    let mut found = Vec::new();
    for (list, is_encoded) in [("data", true), ("stringData", false)] {
        let entries = secret.get(list).map_or(&[][..], Node::entries);
        for (key, value) in entries {
            // A tag of its own, such as `!vault`, stands for a tool that fills it in.
            let is_tagged = value.tag.as_ref().is_some_and(|tag| tag.starts_with('!'));
            let (Some(key), Some(text)) = (Word::of(key), value.as_str()) else {
                continue;
            };
            let decoded = if is_encoded { decoded(text) } else { None };
            let text = decoded.as_ref().map_or(text, |text| text.as_str());
            let exposed = exposure(&key.text, text).filter(|_| !is_tagged);
            found.extend(exposed.map(|exposure| ClearValue { key, exposure }));
        }
    }
    found
}

/// The text that is here in base64; none where it is not in base64, as somebody may paste a password.
fn decoded(text: &str) -> Option<Zeroizing<String>> {
    let digits: Zeroizing<Vec<u8>> = Zeroizing::new(
        text.bytes()
            .filter(|byte| !byte.is_ascii_whitespace())
            .collect(),
    );
    let bytes = Zeroizing::new(STANDARD.decode(&*digits).ok()?);
    Some(Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned()))
}
