//! An Argo CD Application.
//!
//! Source: Argo CD `pkg/apis/application/v1alpha1/types.go`.

use super::Live;
use super::meta::Meta;

/// An Application: what Argo CD has synced, and how that went.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Application {
    /// Its metadata.
    pub meta: Meta,
    /// Whether it deploys to the cluster that it is in.
    pub is_local: bool,
    /// `Synced`, `OutOfSync` or `Unknown`; empty before the first comparison.
    pub sync: String,
    /// The revisions that it was compared with; several for an Application of several sources.
    pub revisions: Vec<String>,
    /// The last operation.
    pub operation: Option<Operation>,
    /// Messages of conditions that are errors.
    pub errors: Vec<String>,
    /// The objects that it holds.
    pub resources: Vec<Held>,
}

/// The last sync.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Operation {
    /// `Running`, `Terminating`, `Succeeded`, `Failed` or `Error`.
    pub phase: String,
    /// What Argo CD says of it.
    pub message: String,
    /// The hooks that it ran.
    pub hooks: Vec<Hook>,
}

/// A hook that a sync ran.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Hook {
    /// Its kind.
    pub kind: String,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// `Running`, `Succeeded`, `Failed`, `Error` or `Terminating`.
    pub phase: String,
    /// What Argo CD says of it.
    pub message: String,
}

/// An object that an Application holds.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Held {
    /// Its API group.
    pub group: String,
    /// Its kind.
    pub kind: String,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// `Synced`, `OutOfSync` or `Unknown`.
    pub sync: String,
}

impl Live for Application {
    const KIND: &'static str = "Application";

    fn meta(&self) -> &Meta {
        &self.meta
    }
}
