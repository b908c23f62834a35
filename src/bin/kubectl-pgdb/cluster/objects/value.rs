//! A value of a Secret, for as long as it takes to make something else of it.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

/// The bytes of a value; wiped when dropped. What is refused is not quoted, as it may be most of a secret.
pub(super) struct Value(pub(super) Zeroizing<Vec<u8>>);

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Base64)
    }
}

/// Reads base64.
struct Base64;

impl Visitor<'_> for Base64 {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("base64")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        let value = STANDARD
            .decode(text)
            .map_err(|_| E::custom("a value is no base64"))?;
        Ok(Value(Zeroizing::new(value)))
    }
}
