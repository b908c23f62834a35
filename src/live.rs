//! The live cluster: facts of its objects, each present, absent or unreadable with the reason.
//!
//! The binary reads them through the Kubernetes API and hands them over; nothing here knows how.

pub mod application;
pub mod cluster;
pub mod controller;
pub mod database;
pub mod fact;
pub mod holdings;
pub mod job;
pub mod login;
pub mod meta;
pub mod permission;
pub mod pod;
pub mod pooler;
pub mod rights;
pub mod sealed_secret;
pub mod secret;
pub mod server;
pub mod service;
pub mod shelf;

use meta::Meta;

/// An object that has a place in the cluster.
pub trait Live {
    /// Its kind, as messages name it.
    const KIND: &'static str;

    /// Its metadata.
    fn meta(&self) -> &Meta;
}
