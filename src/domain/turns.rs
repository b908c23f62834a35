//! The names of what two login roles need that take turns.

/// What the names of the login roles of an owner end with.
pub const LOGIN_SUFFIXES: [&str; 2] = ["_a", "_b"];

/// What the name of the Secret ends with that has the next login's credential, before the app's own Secret has it.
pub const NEXT_SUFFIX: &str = "-next";
