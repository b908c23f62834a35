//! Sealing as `kubeseal` does it: a certificate becomes a key, a value becomes what only the controller can open.
//!
//! - `certificate`: the PEM that a person or the controller gave becomes a [`SealingKey`], or is refused.
//! - `seal`: the format of a sealed value, and making one.
//! - `shape`: what a sealed value must look like, whatever key opens it.
//! - `unseal`: opening one, for `demo` and tests alone.
//! - `demo_key`: a key pair such as the controller makes, for `demo` and tests alone.

mod certificate;
mod demo_key;
mod pem;
mod seal;
pub mod shape;
mod unseal;

pub use certificate::{CertificateError, ENDS_SOON_DAYS, SealingKey};
pub use demo_key::{DemoKey, DemoKeyError};
pub use seal::SealError;
pub use unseal::{UnsealError, UnsealingKey};
