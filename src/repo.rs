//! The repository as text: what was read of it, what it means, and what should change.

pub mod change_set;
pub mod diff;
pub mod documents;
pub mod draft;
pub mod edit;
pub mod enlisting;
pub mod header;
pub mod inside;
pub mod kustomization;
pub mod namespaces;
pub mod object;
pub mod path;
pub mod scalar;
pub mod snapshot;
pub mod yaml;
