//! Keeping what is in memory out of crash reports.

use rustix::process::{Resource, Rlimit, setrlimit};

/// Keeps this process from leaving its memory on disk when it crashes: no core file, and on Linux no dump for a
/// crash collector either, which the limit does not bind (core(5)).
///
/// A system that refuses is no reason to stop: what is asked for is already the default on most.
pub(crate) fn forbid_core_dumps() {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    let _refused = setrlimit(Resource::Core, none);
    #[cfg(target_os = "linux")]
    let _refused =
        rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}
