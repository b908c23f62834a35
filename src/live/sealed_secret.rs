//! A SealedSecret as the cluster has it.
//!
//! Source: sealed-secrets `pkg/apis/sealedsecrets/v1alpha1/types.go`.

use std::collections::BTreeMap;

use super::Live;
use super::meta::Meta;

/// A SealedSecret.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct SealedSecret {
    /// Its metadata.
    pub meta: Meta,
    /// The sealed values, base64; only the controller can open them.
    pub encrypted: BTreeMap<String, String>,
    /// The generation that the controller has looked at; 0 before the first look.
    pub observed_generation: i64,
    /// The condition `Synced`: whether it was unsealed and written as a Secret.
    pub synced: Option<bool>,
    /// The controller's message with that condition.
    pub message: String,
}

impl Live for SealedSecret {
    const KIND: &'static str = "SealedSecret";

    fn meta(&self) -> &Meta {
        &self.meta
    }
}
