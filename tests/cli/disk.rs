//! A disk that is full or may not be written: nothing is changed, and it is said why.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::strace::wrapped;
use crate::support::{Outcome, Repository, Tree, comparable, outcome, run};

const COMMAND: &str = "new-app my-shop --app-namespace shop";

/// Runs the binary as somebody to whom permissions apply.
pub fn run_unprivileged(repository: &Repository, line: &str) -> Outcome {
    let command = repository.command(line.split_whitespace());
    if !rustix::process::geteuid().is_root() {
        return run(command, b"");
    }
    let mut setpriv = Command::new("setpriv");
    setpriv.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"]);
    run(wrapped(setpriv, &command), b"")
}

#[test]
fn a_folder_that_may_not_be_written_is_left_alone() {
    let repository = Repository::guide();
    let folder = repository.path().join("infra/databases/postgres");
    let mode = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(repository.path(), 0o755);
    mode(&folder, 0o555);
    let before = repository.tree();
    let outcome = run_unprivileged(&repository, COMMAND);
    mode(&folder, 0o755);
    assert_eq!(outcome.code, 3, "{}", outcome.stderr);
    assert_eq!(
        outcome.stderr,
        "error: cannot write infra/databases/postgres/my-shop-secrets-sealed.yaml: Permission denied (os error 13)\n\
         help: nothing was changed; check who owns the file and its folder, and their permissions\n"
    );
    assert_eq!(repository.tree(), before);
}

#[test]
fn a_full_disk_leaves_all_or_nothing() {
    let mount = "mount -t tmpfs -o size=1 none /mnt";
    let may_mount = Command::new("unshare")
        .args(["--mount", "sh", "-c", mount])
        .output()
        .is_ok_and(|output| output.status.success());
    if !may_mount {
        let skipped = "a disk that is really full was not tested: this user may not mount one\n";
        drop(std::io::Write::write_all(
            &mut std::io::stderr(),
            skipped.as_bytes(),
        ));
        return;
    }
    let before = Repository::guide().tree();
    let complete = Repository::guide();
    complete.run_ok(COMMAND);
    let after = comparable(complete.tree());
    let mut codes = Vec::new();
    for free in 0..8 {
        let (outcome, tree) = run_on_small_disk(free);
        match outcome.code {
            0 => assert_eq!(comparable(tree), after),
            3 => {
                assert_eq!(tree, before, "{free} blocks free");
                assert!(
                    outcome.stderr.ends_with(
                        "No space left on device (os error 28)\nhelp: nothing was changed; the disk is full: \
                         free some space and run the command again\n"
                    ),
                    "{}",
                    outcome.stderr
                );
            }
            code => panic!("{free} blocks free: exit code {code}: {}", outcome.stderr),
        }
        codes.push(outcome.code);
    }
    codes.dedup();
    assert_eq!(codes, [3, 0]);
}

/// Runs the binary on a file system in memory with so many blocks free, and gives what is there afterwards.
fn run_on_small_disk(free: usize) -> (Outcome, Tree) {
    let original = Repository::guide();
    let copy = Repository::empty();
    let command = original.command(COMMAND.split_whitespace());
    let script = r#"
        set -e
        original=$1 copy=$2 free=$3; shift 3
        mount -t tmpfs -o size=256k none /mnt
        cp -R "$original/." /mnt
        head -c $((free * 4096)) /dev/zero > /mnt/.reserve
        cat /dev/zero > /mnt/.fill 2> "$copy/.full" || true
        rm /mnt/.reserve
        cd /mnt
        code=0; "$@" || code=$?
        rm /mnt/.fill
        cp -R /mnt/. "$copy"
        rm "$copy/.full"
        exit $code
    "#;
    let mut shell = Command::new("unshare");
    shell.args(["--mount", "sh", "-c", script, "sh"]);
    shell
        .arg(original.path())
        .arg(copy.path())
        .arg(free.to_string());
    let outcome = run(wrapped(shell, &command), b"");
    (outcome, copy.tree())
}

#[test]
fn a_report_that_cannot_be_printed_says_what_was_written() {
    let run_to_full_disk = |repository: &Repository, line: &str| {
        let mut command = repository.command(line.split_whitespace());
        let full = fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap();
        outcome(command.stdin(Stdio::null()).stdout(full).output().unwrap())
    };
    let lost = "error: cannot write to standard output: No space left on device (os error 28)\n";

    let repository = Repository::guide();
    let before = repository.tree();
    let outcome = run_to_full_disk(&repository, COMMAND);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (3, lost));
    assert_eq!(repository.tree(), before);

    let outcome = run_to_full_disk(&repository, &format!("{COMMAND} -o json"));
    assert_eq!(outcome.code, 3);
    assert_eq!(
        outcome.stderr,
        format!("{lost}help: the changes were written all the same\n")
    );
    let again = repository.run(COMMAND);
    assert!(
        again.stderr.ends_with("nothing to write.\n"),
        "{}",
        again.stderr
    );
}

#[test]
fn permissions_of_edited_files_are_kept() {
    let repository = Repository::guide();
    let cluster = repository.path().join(crate::support::CLUSTER);
    fs::set_permissions(&cluster, fs::Permissions::from_mode(0o640)).unwrap();
    repository.run_ok(COMMAND);
    let mode = fs::metadata(&cluster).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o640);
}
