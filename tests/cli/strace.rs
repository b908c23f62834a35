//! The binary under strace: what it asks of the system, and faults put in its way.
//!
//! `-e inject=` makes the system answer a call with an error, or kill the program at it. Calls are counted by name, so a
//! fault is a name and a number. See strace(1), "Tampering".

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::support::{Outcome, Repository, run};

/// Set to skip what needs strace, and know it.
const SKIP: &str = "SKIP_STRACE_TESTS";

/// A system call that was made.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Call {
    /// Such as `openat`.
    pub name: String,
    /// Which call of this name it was, from 1.
    pub number: usize,
    /// The whole line of the trace, without the process id.
    pub line: String,
}

impl Call {
    /// The `-e` argument that makes this call fail.
    pub fn failing(&self, error: &str) -> String {
        format!("inject={}:error={error}:when={}", self.name, self.number)
    }

    /// The `-e` argument that kills the program instead of making this call.
    pub fn deadly(&self) -> String {
        format!("inject={}:signal=KILL:when={}", self.name, self.number)
    }

    /// Whether a file or folder changes by it.
    pub fn changes_disk(&self) -> bool {
        match self.name.as_str() {
            "openat" => self.line.contains("O_CREAT"),
            "write" => !self.line.starts_with("write(1,") && !self.line.starts_with("write(2,"),
            name => {
                matches!(
                    name,
                    "fsync"
                        | "fchmod"
                        | "fchown"
                        | "linkat"
                        | "mkdirat"
                        | "renameat"
                        | "renameat2"
                        | "unlinkat"
                )
            }
        }
    }
}

/// Whether strace can be used.
///
/// Without it these tests would prove nothing, so they fail unless `SKIP_STRACE_TESTS` is set.
pub fn is_usable() -> bool {
    static USABLE: OnceLock<bool> = OnceLock::new();
    if std::env::var_os(SKIP).is_some_and(|value| !value.is_empty()) {
        return false;
    }
    let usable = *USABLE.get_or_init(|| {
        let probe = Command::new("strace")
            .args(["-f", "-o", "/dev/null", "true"])
            .stderr(Stdio::null())
            .status();
        probe.is_ok_and(|status| status.success())
    });
    assert!(
        usable,
        "strace is not installed or may not trace: run scripts/test, which installs what the tests need, or set \
         {SKIP}=1 to do without the tests that inject faults"
    );
    true
}

/// Runs the binary in a repository under strace with these options, and gives the trace too.
pub fn traced(
    repository: &Repository,
    options: &[&str],
    line: &str,
    stdin: &[u8],
) -> (Outcome, String) {
    let folder = TempDir::new().unwrap();
    let log = folder.path().join("log");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o"]).arg(&log).args(options);
    let outcome = run(
        wrapped(strace, &repository.command(line.split_whitespace())),
        stdin,
    );
    let trace = fs::read(&log).unwrap_or_default();
    (outcome, String::from_utf8_lossy(&trace).into_owned())
}

/// A program that runs a command: `strace`, say, with the command's words, folder and environment.
pub fn wrapped(mut wrapper: Command, command: &Command) -> Command {
    wrapper.arg(command.get_program()).args(command.get_args());
    wrapper.env_clear();
    wrapper.envs(
        command
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    if let Some(folder) = command.get_current_dir() {
        wrapper.current_dir(folder);
    }
    wrapper
}

/// Runs the binary with faults.
pub fn run_with_faults(repository: &Repository, faults: &[String], line: &str) -> Outcome {
    let options: Vec<&str> = faults
        .iter()
        .flat_map(|fault| ["-e", fault.as_str()])
        .collect();
    traced(repository, &options, line, b"").0
}

/// All calls of a run that must succeed.
pub fn calls(repository: &Repository, line: &str) -> Vec<Call> {
    let (outcome, trace) = traced(repository, &[], line, b"");
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut calls = Vec::new();
    for traced in trace.lines() {
        let Some((_, call)) = traced.split_once(' ') else {
            continue;
        };
        let call = call.trim_start();
        let Some((name, _)) = call.split_once('(') else {
            continue;
        };
        let count = counts.entry(name.to_owned()).or_default();
        *count += 1;
        calls.push(Call {
            name: name.to_owned(),
            number: *count,
            line: call.to_owned(),
        });
    }
    calls
}
