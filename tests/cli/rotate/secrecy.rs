//! The new password, searched for in everything that a run left.

use tempfile::TempDir;

use super::with_apps;
use crate::leaks::{Traces, percent_encoded};
use crate::support::{Repository, SEALED, run};

/// A password that has to be encoded in URIs.
const GIVEN: &str = "zQ7/kW@vX9%uJ2 yH4:fP8+mC6&rT1";

/// Runs the binary as talkative as can be, with a home of its own that is searched too.
fn watched(repository: &Repository, line: &str, stdin: &[u8]) -> (i32, Traces) {
    let home = TempDir::new().unwrap();
    let mut command = repository.command(line.split_whitespace());
    command
        .env("HOME", home.path())
        .env("TMPDIR", home.path())
        .env("RUST_BACKTRACE", "full")
        .env("RUST_LOG", "trace");
    let outcome = run(command, stdin);
    let mut traces = Traces::default();
    traces.add_outcome(line, &outcome);
    traces.add_files(home.path());
    traces.add_files(repository.path());
    (outcome.code, traces)
}

#[test]
fn a_new_password_is_in_no_output_and_no_file() {
    for flags in ["", " -o json", " --older-than 0h", " --quiet"] {
        let repository = with_apps(&["my-shop"]);
        let (code, traces) = watched(&repository, &format!("rotate my-shop{flags}"), b"");
        assert_eq!(code, 0, "{flags}");
        traces.assert_hide(&repository.unsealed(SEALED)["password"]);
    }
}

#[test]
fn a_given_password_is_in_no_output_and_no_file() {
    // Sealed forms are made of it as well.
    for flags in [
        "",
        " -o json",
        " --dry-run=client",
        " --cert nowhere.pem",
        " --keep none",
    ] {
        let repository = with_apps(&[]);
        let made = "new-app my-shop --app-namespace shop -q --password-stdin";
        assert_eq!(repository.run_with(made, b"{old}").code, 0);
        let line = format!("rotate my-shop --password-stdin{flags}");
        let (code, traces) = watched(&repository, &line, format!("{GIVEN}\n").as_bytes());
        traces.assert_hide(GIVEN);
        let is_written = matches!(flags, "" | " -o json");
        assert_eq!(
            code,
            if flags.contains("none") || flags.contains("nowhere") {
                2
            } else {
                0
            },
            "{flags}"
        );
        let opened = repository.unsealed(SEALED);
        assert_eq!(opened["password"] == GIVEN, is_written, "{flags}");
        assert_eq!(
            opened["uri"].contains(&percent_encoded(GIVEN)),
            is_written,
            "{flags}"
        );
    }
}
