//! What was read of the live cluster.
//!
//! - [`controller`]: which Service is the Sealed Secrets controller's.
//! - [`fact`]: something that is present, absent, or could not be read, with the reason.
//! - [`permission`]: the right to do something with a kind of object, as `kubectl auth can-i` asks for it.

pub mod controller;
pub mod fact;
pub mod permission;
