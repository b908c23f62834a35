//! A Secret as the cluster has it, without its values.

use std::collections::BTreeMap;
use std::fmt;

use sha2::{Digest, Sha256};

use super::Live;
use super::meta::Meta;

/// A Secret: its values are there as fingerprints alone, so that nothing can show them.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Secret {
    /// Its metadata.
    pub meta: Meta,
    /// Its type, such as `kubernetes.io/basic-auth`.
    pub kind: String,
    /// The keys, each with its value's fingerprint.
    pub values: BTreeMap<String, Fingerprint>,
}

/// What two equal values have in common, and nothing else can be told from.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct Fingerprint {
    whole: [u8; 32],
    trimmed: [u8; 32],
    is_empty: bool,
}

impl Fingerprint {
    /// The fingerprint of a value.
    pub fn of(value: &[u8]) -> Self {
        let trimmed = std::str::from_utf8(value).map_or(value, |text| text.trim().as_bytes());
        Self {
            whole: Sha256::digest(value).into(),
            trimmed: Sha256::digest(trimmed).into(),
            is_empty: trimmed.is_empty(),
        }
    }

    /// Whether the value is this text but for white space around either, as CNPG compares
    /// (`pkg/postgres/roles.go`).
    pub fn is_text(&self, text: &str) -> bool {
        self.trimmed == <[u8; 32]>::from(Sha256::digest(text.trim()))
    }

    /// Whether the value begins or ends with white space.
    pub fn has_outer_space(&self) -> bool {
        self.whole != self.trimmed
    }

    /// Whether the value is nothing but white space.
    pub fn is_empty(&self) -> bool {
        self.is_empty
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A digest of a short value could be guessed from.
        f.write_str("Fingerprint")
    }
}

impl Live for Secret {
    const KIND: &'static str = "Secret";

    fn meta(&self) -> &Meta {
        &self.meta
    }
}
