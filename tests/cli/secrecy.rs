//! The password, searched for in everything that was printed, written or passed, in every form it could take.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;
use std::process::Stdio;

use rustix::pipe::{fcntl_getpipe_size, fcntl_setpipe_size};
use tempfile::TempDir;

use crate::leaks::{Traces, percent_encoded};
use crate::strace::{is_usable, traced};
use crate::support::{Outcome, Repository, SEALED, run};

/// A password that has to be encoded in URIs, and so takes every path through the program.
const GIVEN: &str = "zQ7/kW@vX9%uJ2 yH4:fP8+mC6&rT1";

/// Runs the binary as talkative as can be, with a home and a temporary folder of its own that are searched too.
fn run_watched(repository: &Repository, line: &str, stdin: &[u8], traces: &mut Traces) -> Outcome {
    let home = TempDir::new().unwrap();
    let temporary = TempDir::new().unwrap();
    let mut command = repository.command(line.split_whitespace());
    command
        .env("HOME", home.path())
        .env("TMPDIR", temporary.path())
        .env("RUST_BACKTRACE", "full")
        .env("RUST_LOG", "trace");
    let outcome = run(command, stdin);
    traces.add_outcome(line, &outcome);
    traces.add_files(home.path());
    traces.add_files(temporary.path());
    traces.add_files(repository.path());
    outcome
}

const FORMATS: [&str; 3] = ["diff", "yaml", "json"];

#[test]
fn a_generated_password_is_in_no_output_and_no_file() {
    for format in FORMATS {
        let repository = Repository::guide();
        let line = format!("new-app my-shop --app-namespace shop -o {format}");
        let mut traces = Traces::default();
        assert_eq!(run_watched(&repository, &line, b"", &mut traces).code, 0);
        // What it is comes out with the private key alone.
        let password = &repository.unsealed(SEALED)["password"];
        traces.assert_hide(password);
    }
}

#[test]
fn a_given_password_is_in_no_output_and_no_file() {
    for format in FORMATS {
        for mode in [
            "",
            " --dry-run=client",
            " --quiet",
            " --scope cluster-wide --no-connection-keys",
        ] {
            let repository = Repository::guide();
            let line =
                format!("new-app my-shop --app-namespace shop --password-stdin -o {format}{mode}");
            let mut traces = Traces::default();
            let stdin = format!("{GIVEN}\n");
            let outcome = run_watched(&repository, &line, stdin.as_bytes(), &mut traces);
            assert_eq!(outcome.code, 0, "{}", outcome.stderr);
            traces.assert_hide(GIVEN);
            if mode.is_empty() {
                let unsealed = repository.unsealed(SEALED);
                assert_eq!(unsealed["password"], GIVEN);
                assert!(
                    unsealed["uri"].contains(&percent_encoded(GIVEN)),
                    "{:?}",
                    unsealed["uri"]
                );
            }
        }
    }
}

/// What makes a repository unfit.
type Preparation = fn(&Repository);

#[test]
fn errors_after_the_password_was_read_do_not_say_it() {
    let taken = |repository: &Repository| {
        repository.write(
            SEALED,
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: mine\n",
        );
    };
    let uneditable = |repository: &Repository| {
        repository.replace(
            crate::support::CLUSTER,
            "  managed:\n",
            "  managed: &shared\n",
        );
        repository.replace(
            crate::support::CLUSTER,
            "    roles:\n",
            "    <<: *shared\n    roles:\n",
        );
    };
    let bad_template = |repository: &Repository| {
        repository.write(
            ".pgdb/templates/sealed-secret.yaml.hbs",
            "{{ password }}{{#if}}",
        );
    };
    let nothing = |_: &Repository| ();
    let cases: [(&str, Preparation, &str); 5] = [
        ("a file that is in the way", taken, ""),
        ("a Cluster that cannot be edited", uneditable, ""),
        ("a template that is wrong", bad_template, ""),
        ("a role that is there", nothing, " --user blog"),
        (
            "an app in the cluster's namespace",
            nothing,
            " --app-namespace postgres",
        ),
    ];
    for (name, prepare, flags) in cases {
        let repository = Repository::guide();
        prepare(&repository);
        let before = repository.tree();
        let line = format!("new-app my-shop --app-namespace shop --password-stdin{flags}");
        let mut traces = Traces::default();
        let outcome = run_watched(&repository, &line, GIVEN.as_bytes(), &mut traces);
        assert_eq!(outcome.code, 2, "{name}: {}", outcome.stderr);
        assert_eq!(repository.tree(), before, "{name}");
        traces.assert_hide(GIVEN);
    }
}

#[test]
fn a_password_that_is_refused_is_not_said() {
    let long = GIVEN.repeat(200);
    let passwords = [
        format!("{GIVEN}\0"),
        format!(" {GIVEN}"),
        format!("{GIVEN}\nand another line\n"),
        format!("{GIVEN}\u{7}"),
        format!("SCRAM-SHA-256$4096:{GIVEN}$a:b"),
        format!("\u{feff}{GIVEN}"),
        long,
    ];
    for password in passwords {
        let repository = Repository::guide();
        let before = repository.tree();
        let mut traces = Traces::default();
        let line = "new-app my-shop --app-namespace shop --password-stdin";
        let outcome = run_watched(&repository, line, password.as_bytes(), &mut traces);
        if outcome.code != 0 {
            assert_eq!(outcome.code, 2, "{}", outcome.stderr);
            assert_eq!(repository.tree(), before);
        }
        traces.assert_hide(GIVEN);
    }
    let mut not_utf8 = GIVEN.as_bytes().to_vec();
    not_utf8.push(0xff);
    let repository = Repository::guide();
    let mut traces = Traces::default();
    let line = "new-app my-shop --app-namespace shop --password-stdin";
    let outcome = run_watched(&repository, line, &not_utf8, &mut traces);
    assert_eq!(outcome.code, 2, "{}", outcome.stderr);
    traces.assert_hide(GIVEN);
}

/// What could carry a password out of the process.
const OUTWARD: &str = "trace=write,writev,pwrite64,pwritev,pwritev2,sendto,sendmsg,sendmmsg,connect,execve,execveat,\
                       openat,open,creat,memfd_create,clone,clone3,fork,vfork,prctl,rename,renameat,renameat2,setxattr";

#[test]
fn no_system_call_carries_the_password_out() {
    if !is_usable() {
        return;
    }
    for stdin in [Some(GIVEN), None] {
        let repository = Repository::guide();
        let flag = if stdin.is_some() {
            " --password-stdin"
        } else {
            ""
        };
        let line = format!("new-app my-shop --app-namespace shop{flag}");
        let options = ["-s", "65536", "-v", "-e", OUTWARD];
        let input = stdin.unwrap_or_default();
        let (outcome, trace) = traced(&repository, &options, &line, input.as_bytes());
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        let password = repository.unsealed(SEALED)["password"].clone();
        assert!(stdin.is_none_or(|given| given == password));
        assert!(trace.contains("kind: SealedSecret"), "{trace}");
        let mut traces = Traces::default();
        traces.add("the trace", trace.as_str());
        traces.assert_hide(&password);
        for name in [
            "execve(",
            "clone(",
            "clone3(",
            "fork(",
            "sendto(",
            "connect(",
            "memfd_create(",
        ] {
            let count = trace.matches(name).count();
            assert_eq!(count, usize::from(name == "execve("), "{name}\n{trace}");
        }
    }
}

#[test]
fn faults_after_the_password_was_read_do_not_say_it() {
    if !is_usable() {
        return;
    }
    for fault in [
        "inject=fsync:error=ENOSPC:when=1",
        "inject=renameat:error=EIO:when=1+",
    ] {
        let repository = Repository::guide();
        let options = ["-s", "65536", "-e", fault];
        let line = "new-app my-shop --app-namespace shop --password-stdin";
        let (outcome, trace) = traced(&repository, &options, line, GIVEN.as_bytes());
        assert_eq!(outcome.code, 3, "{fault}: {}", outcome.stderr);
        let mut traces = Traces::default();
        // The first read of standard input is where it comes from.
        traces.add("the trace", trace.replacen(GIVEN, "", 1));
        traces.add_outcome(fault, &outcome);
        traces.add_files(repository.path());
        traces.assert_hide(GIVEN);
    }
}

#[test]
fn a_running_process_shows_no_password_and_has_no_children() {
    let repository = Repository::guide();
    let (reader, writer) = std::io::pipe().unwrap();
    fcntl_setpipe_size(&writer, 4096).unwrap();
    let capacity = fcntl_getpipe_size(&writer).unwrap();
    let line = "new-app my-shop --app-namespace shop --password-stdin";
    let mut command = repository.command(line.split_whitespace());
    command
        .stdin(Stdio::piped())
        .stdout(writer)
        .stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    drop(command);
    child
        .stdin
        .take()
        .unwrap()
        .write_all(GIVEN.as_bytes())
        .unwrap();
    // The diff is longer than the pipe: once some of it has come, the password was read, and the process waits.
    let mut reader = File::from(std::os::fd::OwnedFd::from(reader));
    let mut start = [0; 1];
    reader.read_exact(&mut start).unwrap();

    let process = Path::new("/proc").join(child.id().to_string());
    let mut traces = Traces::default();
    for file in ["cmdline", "environ", "comm", "stat"] {
        // Not all of it may be readable, and what is not shows nothing.
        traces.add(file, fs::read(process.join(file)).unwrap_or_default());
    }
    let mut children = String::new();
    for task in fs::read_dir(process.join("task")).unwrap() {
        let path = task.unwrap().path().join("children");
        children += &fs::read_to_string(path).unwrap_or_default();
    }
    assert_eq!(children, "");
    assert_eq!(
        child.try_wait().unwrap(),
        None,
        "the process waits to print"
    );

    let mut diff = Vec::from(start);
    reader.read_to_end(&mut diff).unwrap();
    assert!(diff.len() > capacity + 1, "{}", diff.len());
    traces.add("the diff", diff);
    assert!(child.wait().unwrap().success());
    traces.add_files(repository.path());
    traces.assert_hide(GIVEN);
    assert_eq!(repository.unsealed(SEALED)["password"], GIVEN);
}
