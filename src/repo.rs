//! The repository as text: what was read of it, what it means, and what should change.

pub mod change_set;
pub mod edit;
pub mod path;
pub mod scalar;
pub mod snapshot;
pub mod yaml;
