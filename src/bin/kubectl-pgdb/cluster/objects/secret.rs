//! Core Secrets: every value becomes its fingerprint while it is read, and is wiped.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use pgdb::live::secret::{Fingerprint, Secret};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

use super::{Wire, meta};

/// A Secret.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct SecretWire {
    metadata: ObjectMeta,
    #[serde(default)]
    r#type: String,
    #[serde(default)]
    data: Option<BTreeMap<String, Hidden>>,
}

/// A value, as its fingerprint.
#[derive(Clone, Debug)]
struct Hidden(Fingerprint);

impl<'de> Deserialize<'de> for Hidden {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Base64)
    }
}

/// Reads base64 text. What it refuses it does not quote, as the value may be most of a secret.
struct Base64;

impl Visitor<'_> for Base64 {
    type Value = Hidden;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("base64")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Hidden, E> {
        let value = STANDARD
            .decode(text)
            .map_err(|_| E::custom("a value is no base64"))?;
        Ok(Hidden(Fingerprint::of(&Zeroizing::new(value))))
    }
}

impl Wire for SecretWire {
    type Object = Secret;
    const GROUP: &'static str = "";
    const VERSION: &'static str = "v1";
    const PLURAL: &'static str = "secrets";

    fn metadata(&self) -> &ObjectMeta {
        &self.metadata
    }

    fn metadata_mut(&mut self) -> &mut ObjectMeta {
        &mut self.metadata
    }

    fn live(self) -> Secret {
        let values = self.data.unwrap_or_default().into_iter();
        Secret {
            meta: meta(self.metadata),
            kind: self.r#type,
            values: values.map(|(key, Hidden(value))| (key, value)).collect(),
        }
    }
}
