//! The password, searched for in everything that was printed, written or passed, in every form it could take.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;
use std::process::Stdio;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use rustix::pipe::{fcntl_getpipe_size, fcntl_setpipe_size};
use tempfile::TempDir;

use crate::strace::{is_usable, traced};
use crate::support::{Outcome, Repository, SEALED, run};

/// A password that has to be encoded in URIs, and so takes every path through the program.
const GIVEN: &str = "zQ7/kW@vX9%uJ2 yH4:fP8+mC6&rT1";

/// How many characters in a row are no coincidence.
const WINDOW: usize = 8;

/// All forms in which a password, or a telling part of it, could appear.
fn forms(password: &str) -> BTreeSet<Vec<u8>> {
    let mut forms = BTreeSet::new();
    let reversed: String = password.chars().rev().collect();
    for text in [password, &reversed] {
        let bytes = text.as_bytes();
        forms.extend(bytes.windows(WINDOW).map(<[u8]>::to_vec));
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let upper_hex = hex.to_uppercase();
        let spaced_hex: String = bytes.iter().map(|byte| format!("{byte:02x} ")).collect();
        let all_percent: String = bytes.iter().map(|byte| format!("%{byte:02X}")).collect();
        for encoded in [
            hex,
            upper_hex,
            spaced_hex,
            all_percent,
            percent_encoded(text),
        ] {
            let window = encoded.len() / bytes.len() * WINDOW;
            forms.extend(encoded.as_bytes().windows(window).map(<[u8]>::to_vec));
        }
        // Wherever it stands in what is encoded, one of three alignments fits.
        for start in 0..3 {
            let aligned = &bytes[start..];
            let aligned = &aligned[..aligned.len() / 3 * 3];
            for encoded in [
                STANDARD_NO_PAD.encode(aligned),
                URL_SAFE_NO_PAD.encode(aligned),
            ] {
                forms.extend(encoded.as_bytes().windows(12).map(<[u8]>::to_vec));
            }
        }
    }
    forms
}

/// As RFC 3986 has it: only what is unreserved stands as it is.
fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

fn contains(haystack: &[u8], form: &[u8]) -> bool {
    memchr::memmem::find(haystack, form).is_some()
}

/// Everything that a run left, each with a name for the message.
#[derive(Default)]
struct Traces(Vec<(String, Vec<u8>)>);

impl Traces {
    fn add(&mut self, name: impl ToString, bytes: impl Into<Vec<u8>>) {
        self.0.push((name.to_string(), bytes.into()));
    }

    fn add_outcome(&mut self, name: &str, outcome: &Outcome) {
        self.add(format!("{name}: standard output"), outcome.stdout.as_str());
        self.add(format!("{name}: standard error"), outcome.stderr.as_str());
    }

    /// Every file below a folder, `.git` included, by name and content.
    fn add_files(&mut self, folder: &Path) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            self.add("a file's name", path.as_os_str().as_encoded_bytes());
            if path.is_dir() {
                self.add_files(&path);
            } else {
                self.add(path.display(), fs::read(&path).unwrap());
            }
        }
    }

    fn assert_hide(&self, password: &str) {
        let forms = forms(password);
        assert!(forms.len() > 50);
        for (name, bytes) in &self.0 {
            for form in &forms {
                assert!(
                    !contains(bytes, form),
                    "{name} holds {:?} of the password:\n{}",
                    String::from_utf8_lossy(form),
                    String::from_utf8_lossy(bytes)
                );
            }
        }
    }
}

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
    let cases: [(&str, &dyn Fn(&Repository), &str); 5] = [
        ("a file that is in the way", &taken, ""),
        ("a Cluster that cannot be edited", &uneditable, ""),
        ("a template that is wrong", &bad_template, ""),
        ("a role that is there", &nothing, " --user blog"),
        (
            "an app in the cluster's namespace",
            &nothing,
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

#[test]
fn the_search_finds_what_it_should() {
    let encoded = STANDARD_NO_PAD.encode(format!("x={GIVEN}"));
    let hidden = [
        GIVEN.to_owned(),
        GIVEN[4..14].to_owned(),
        GIVEN.chars().rev().collect(),
        encoded,
        percent_encoded(GIVEN),
        GIVEN.bytes().map(|byte| format!("{byte:02X}")).collect(),
    ];
    let forms = forms(GIVEN);
    for text in hidden {
        assert!(
            forms.iter().any(|form| contains(text.as_bytes(), form)),
            "{text}"
        );
    }
}
