//! The kubectl plugin: reads, asks, writes and prints, and leaves every decision to the library `pgdb`.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the binary is the part that reads and changes the world, so that the library need not"
)]

#[allow(
    dead_code,
    unused_imports,
    reason = "no command reads or writes files yet"
)]
mod files;

fn main() {}
