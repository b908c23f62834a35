//! The two values of a Secret by which an app logs in: the only ones that are ever kept, and for that alone.

use std::borrow::Cow;
use std::fmt;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::Resource;
use kube::core::DynamicResourceScope;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

use super::value::Value;

/// A Secret, of which username and password are read.
#[derive(Clone, Deserialize)]
pub(crate) struct CredentialWire {
    metadata: ObjectMeta,
    data: Option<Data>,
}

#[derive(Clone, Deserialize)]
struct Data {
    username: Option<Text>,
    password: Option<Text>,
}

/// A value that is text; wiped when dropped.
#[derive(Clone)]
struct Text(Zeroizing<String>);

/// What an app logs in with; this copy is wiped when dropped, those of kube's client and of the PostgreSQL client are not.
pub(crate) struct Credential {
    /// The role.
    pub(crate) username: Zeroizing<String>,
    /// Its password.
    pub(crate) password: Zeroizing<String>,
}

impl CredentialWire {
    /// The credential; none where one of the two is missing.
    pub(crate) fn credential(self) -> Option<Credential> {
        let data = self.data?;
        Some(Credential {
            username: data.username?.0,
            password: data.password?.0,
        })
    }
}

impl fmt::Debug for CredentialWire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CredentialWire")
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Value(bytes) = Value::deserialize(deserializer)?;
        let text =
            std::str::from_utf8(&bytes).map_err(|_| D::Error::custom("a value is no text"))?;
        Ok(Self(Zeroizing::new(text.to_owned())))
    }
}

impl Resource for CredentialWire {
    type DynamicType = ();
    type Scope = DynamicResourceScope;

    fn kind((): &()) -> Cow<'_, str> {
        "Secret".into()
    }

    fn group((): &()) -> Cow<'_, str> {
        "".into()
    }

    fn version((): &()) -> Cow<'_, str> {
        "v1".into()
    }

    fn plural((): &()) -> Cow<'_, str> {
        "secrets".into()
    }

    fn meta(&self) -> &ObjectMeta {
        &self.metadata
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.metadata
    }
}
