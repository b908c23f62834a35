//! The real binary on real repositories: exact output, exit code and resulting tree.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "these tests run a program and look at files, and fail by panicking"
)]

mod again;
mod apiserver;
mod certificates;
mod cluster_files;
mod completion;
mod concurrency;
mod connections;
mod controllers;
mod discovery;
mod disk;
mod doctor;
mod editing;
mod existing_secret;
mod faults;
mod fetch_cert;
mod flags;
mod grant;
mod harness;
mod import;
mod interruptions;
mod kubeconfig;
mod layouts;
mod leaks;
mod lifecycle;
mod lint;
mod list;
mod migrate_roles;
mod mistyped;
mod names;
mod new_app;
mod output;
mod password;
mod postgres;
mod precedence;
mod rbac;
mod readme;
mod reference;
mod remove;
mod root;
mod rotate;
mod scripts;
mod secrecy;
mod server;
mod settings_file;
mod strace;
mod support;
mod taken;
mod targets;
mod terminal;
mod verify;
mod wizard;
mod world;
