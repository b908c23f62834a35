//! Pods and namespaces.

use super::Live;
use super::meta::Meta;

/// A pod.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Pod {
    /// Its metadata.
    pub meta: Meta,
    /// Whether its condition `Ready` is true.
    pub is_ready: bool,
    /// Its phase, such as `Running`.
    pub phase: String,
}

/// A namespace.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Namespace {
    /// Its metadata.
    pub meta: Meta,
}

impl Live for Pod {
    const KIND: &'static str = "Pod";

    fn meta(&self) -> &Meta {
        &self.meta
    }
}

impl Live for Namespace {
    const KIND: &'static str = "Namespace";

    fn meta(&self) -> &Meta {
        &self.meta
    }
}
