//! The kubectl plugin: reads, asks, writes and prints, and leaves every decision to the library `pgdb`.

fn main() {}
