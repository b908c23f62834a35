//! The two values of a Secret by which an app logs in: the only ones that are ever kept, and for that alone.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::Resource;
use kube::core::DynamicResourceScope;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;
use zeroize::Zeroizing;

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

/// What an app logs in with; wiped when dropped.
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
        deserializer.deserialize_str(Base64)
    }
}

/// Reads base64 of text, and quotes nothing of what it refuses.
struct Base64;

impl Visitor<'_> for Base64 {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("base64")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Text, E> {
        let refused = || E::custom("a value is no base64 of text");
        let bytes = STANDARD.decode(text).map_err(|_| refused())?;
        let bytes = Zeroizing::new(bytes);
        let text = std::str::from_utf8(&bytes).map_err(|_| refused())?;
        Ok(Text(Zeroizing::new(text.to_owned())))
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
