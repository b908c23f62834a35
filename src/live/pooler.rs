//! A CNPG Pooler as the cluster has it.
//!
//! Source: CloudNativePG `api/v1/pooler_types.go`.

use super::Live;
use super::meta::Meta;

/// A Pooler.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Pooler {
    /// Its metadata.
    pub meta: Meta,
    /// `spec.cluster.name`.
    pub cluster: String,
    /// `spec.type`: `rw`, `ro` or `r`.
    pub kind: String,
    /// `spec.instances`: so many pods are wanted.
    pub instances: i64,
    /// Whether it keeps its clients waiting: `spec.pgbouncer.paused`.
    pub is_paused: bool,
    /// `status.phase`, such as `active`; empty where CNPG does not tell it yet.
    pub phase: String,
    /// `status.phaseReason`.
    pub phase_reason: String,
}

impl Live for Pooler {
    const KIND: &'static str = "Pooler";

    fn meta(&self) -> &Meta {
        &self.meta
    }
}
