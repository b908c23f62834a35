//! The real binary on real repositories: exact output, exit code and resulting tree.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "these tests run a program and look at files, and fail by panicking"
)]

mod completion;
mod faults;
mod new_app;
mod readme;
mod reference;
mod strace;
mod support;
