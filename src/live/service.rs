//! A Service as the cluster has it.

use super::Live;
use super::meta::Meta;

/// A Service.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Service {
    /// Its metadata.
    pub meta: Meta,
    /// `spec.type`, such as `ExternalName`.
    pub kind: String,
    /// `spec.externalName`; empty of another type.
    pub external_name: String,
}

impl Live for Service {
    const KIND: &'static str = "Service";

    fn meta(&self) -> &Meta {
        &self.meta
    }
}
