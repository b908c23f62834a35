//! Core Secrets: every value becomes its fingerprint while it is read, and is wiped.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use pgdb::live::secret::{Fingerprint, Secret};
use serde::{Deserialize, Deserializer};

use super::value::Value;
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
        let Value(bytes) = Value::deserialize(deserializer)?;
        Ok(Self(Fingerprint::of(&bytes)))
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
