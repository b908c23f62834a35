//! A fault, a signal or the process's end at every step of applying: all of a change is there afterwards or nothing of
//! it, and the same command again does the rest.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::strace::{Call, calls, is_usable, run_with_faults};
use crate::support::{Outcome, Repository, SEALED, Tree, comparable, without_sealed_values};

const COMMAND: &str = "new-app my-shop --app-namespace shop";

/// The guide's repository, with folders that are still to be made for the new files.
fn with_new_folders() -> Repository {
    let repository = Repository::guide();
    repository.write(".pgdb.yaml", "directory: infra/databases/apps/shared\n");
    repository
}

/// Where the credential of `my-shop` goes in a repository of [`with_new_folders`].
const SEALED_IN_NEW_FOLDER: &str = "infra/databases/apps/shared/my-shop-secrets-sealed.yaml";

/// A repository that is to be written, and what it is to become.
struct Case {
    make: fn() -> Repository,
    before: Tree,
    after: Tree,
    /// What an undisturbed run asks of the system from the first look at the files that it is to write.
    calls: Vec<Call>,
    sealed: &'static str,
}

impl Case {
    fn new(make: fn() -> Repository, sealed: &'static str) -> Self {
        let repository = make();
        let before = state(&repository);
        let mut calls = calls(&repository, COMMAND);
        let start = calls
            .iter()
            .position(|call| call.line.starts_with("rt_sigaction(SIGINT"))
            .unwrap();
        calls.drain(..start);
        Self {
            make,
            before,
            after: comparable(state(&repository)),
            calls,
            sealed,
        }
    }

    /// The cases of the two forms.
    fn all() -> [Self; 2] {
        [
            Self::new(Repository::guide, SEALED),
            Self::new(with_new_folders, SEALED_IN_NEW_FOLDER),
        ]
    }

    fn calls_that_change(&self) -> impl Iterator<Item = &Call> {
        self.calls.iter().filter(|call| call.changes_disk())
    }

    /// The same command without faults must complete the work, whatever state the repository is in.
    fn assert_completes(&self, repository: &Repository, fault: &str) {
        let kept = state(repository).get(self.sealed).cloned();
        let again = repository.run(COMMAND);
        assert_eq!(again.code, 0, "{fault}: {}", again.stderr);
        let tree = state(repository);
        if let Some(kept) = kept {
            assert_eq!(
                tree[self.sealed], kept,
                "{fault}: the credential was sealed anew"
            );
        }
        assert_eq!(comparable(tree), self.after, "{fault}");
    }
}

/// All files and folders but those of git, with their permissions: nothing of a fault may be left in any of them.
fn state(repository: &Repository) -> Tree {
    let mut state = Tree::new();
    let mut folders = vec![repository.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.ends_with(".git") {
                continue;
            }
            let mode = fs::symlink_metadata(&path).unwrap().permissions().mode();
            let name = path.strip_prefix(repository.path()).unwrap();
            let mut text = format!("{mode:o}\n");
            if path.is_dir() {
                folders.push(path.clone());
            } else {
                text += &fs::read_to_string(&path).unwrap();
            }
            state.insert(name.to_str().unwrap().to_owned(), text);
        }
    }
    state
}

/// A text with the random digits of staged files' names replaced.
fn without_digits(text: &str) -> String {
    let mut parts = text.split(".pgdb-");
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_hexdigit).count();
        result += ".pgdb-";
        result += if digits == 16 {
            "<random>"
        } else {
            &part[..digits]
        };
        result += &part[digits..];
    }
    result
}

/// The errors that a call is made to answer with.
fn errors_of(call: &Call) -> &'static [&'static str] {
    match call.name.as_str() {
        "openat" if call.line.contains("O_CREAT") => &["ENOSPC", "EACCES", "EROFS"],
        "openat" => &["EACCES"],
        "write" if call.changes_disk() => &["ENOSPC", "EIO"],
        "mkdirat" => &["ENOSPC", "EACCES"],
        "linkat" => &["EIO", "EPERM"],
        "renameat" | "renameat2" => &["EIO", "EROFS"],
        "fstat" | "newfstatat" | "read" | "readlinkat" | "getdents64" | "fsync" | "fchmod"
        | "unlinkat" => &["EIO"],
        _ => &[],
    }
}

/// What is left of a run in which a step failed: nothing, or all of it where the step could be done without.
fn assert_all_or_nothing(case: &Case, repository: &Repository, outcome: &Outcome, fault: &str) {
    let tree = state(repository);
    match outcome.code {
        0 => {
            let mut tree = comparable(tree);
            tree.retain(|path, _| !outcome.stderr.contains(&format!("warning: {path}: ")));
            assert_eq!(tree, case.after, "{fault}");
        }
        3 => assert_eq!(tree, case.before, "{fault}: {}", outcome.stderr),
        code => panic!("{fault}: exit code {code}: {}", outcome.stderr),
    }
}

#[test]
fn a_fault_at_any_step_leaves_all_or_nothing() {
    if !is_usable() {
        return;
    }
    let mut said = BTreeSet::new();
    for case in Case::all() {
        for call in &case.calls {
            for error in errors_of(call) {
                let fault = format!("{error} from call {} of {}", call.number, call.line);
                let repository = (case.make)();
                let outcome = run_with_faults(&repository, &[call.failing(error)], COMMAND);
                assert_all_or_nothing(&case, &repository, &outcome, &fault);
                case.assert_completes(&repository, &fault);
                let problems = outcome
                    .stderr
                    .lines()
                    .filter(|line| line.starts_with("error") || line.starts_with("warning"));
                for problem in problems {
                    said.insert(format!(
                        "exit {}: {}",
                        outcome.code,
                        without_digits(problem)
                    ));
                }
            }
        }
    }
    let said: Vec<String> = said.into_iter().collect();
    insta::assert_snapshot!("faults", said.join("\n"));
}

#[test]
fn a_process_killed_at_any_step_leaves_work_that_the_same_command_finishes() {
    if !is_usable() {
        return;
    }
    for case in Case::all() {
        let last = case.calls.last().unwrap();
        assert_eq!(last.name, "exit_group");
        for call in case.calls_that_change().chain([last]) {
            let fault = format!("killed at call {} of {}", call.number, call.line);
            let repository = (case.make)();
            let outcome = run_with_faults(&repository, &[call.deadly()], COMMAND);
            assert_eq!(outcome.code, -1, "{fault}: {}", outcome.stderr);
            for (path, text) in state(&repository) {
                let is_staged = path.contains(".pgdb-");
                let is_old = case.before.get(&path) == Some(&text);
                let is_new = case.after.get(&path) == Some(&without_sealed_values(&text));
                assert!(
                    is_staged || is_old || is_new,
                    "{fault}: {path} is torn:\n{text}"
                );
            }
            case.assert_completes(&repository, &fault);
        }
    }
}

#[test]
fn a_signal_at_any_step_leaves_all_or_nothing() {
    if !is_usable() {
        return;
    }
    let case = Case::new(Repository::guide, SEALED);
    let mut codes = Vec::new();
    for (index, call) in case.calls_that_change().enumerate() {
        let signal = ["INT", "TERM"][index % 2];
        let fault = format!("SIG{signal} at call {} of {}", call.number, call.line);
        let repository = (case.make)();
        let inject = format!("inject={}:signal={signal}:when={}", call.name, call.number);
        let outcome = run_with_faults(&repository, &[inject], COMMAND);
        match outcome.code {
            0 => assert_eq!(comparable(state(&repository)), case.after, "{fault}"),
            130 => {
                assert_eq!(state(&repository), case.before, "{fault}");
                assert!(
                    outcome
                        .stderr
                        .ends_with("error: interrupted; nothing was written\n"),
                    "{fault}: {}",
                    outcome.stderr
                );
            }
            code => panic!("{fault}: exit code {code}: {}", outcome.stderr),
        }
        codes.push(outcome.code);
        case.assert_completes(&repository, &fault);
    }
    codes.dedup();
    assert_eq!(
        codes,
        [130, 0],
        "before the first rename nothing, after it everything"
    );
}

#[test]
fn undoing_that_fails_too_is_told_exactly() {
    if !is_usable() {
        return;
    }
    let fail = |name: &str, when: &str| format!("inject={name}:error=EIO:when={when}");
    let cases = [
        (
            "the_old_text_cannot_be_put_back",
            vec![fail("renameat", "2+")],
        ),
        (
            "created_files_and_staged_ones_cannot_be_removed",
            vec![fail("renameat", "2"), fail("unlinkat", "1+")],
        ),
        (
            "nothing_can_be_undone",
            vec![
                fail("fsync", "5"),
                fail("renameat", "3+"),
                fail("unlinkat", "1+"),
            ],
        ),
    ];
    let case = Case::new(Repository::guide, SEALED);
    for (name, faults) in cases {
        let repository = (case.make)();
        let outcome = run_with_faults(&repository, &faults, COMMAND);
        assert_eq!(outcome.code, 3, "{name}: {}", outcome.stderr);
        let tree = state(&repository);
        let is_different = |path: &&String| tree.get(*path) != case.before.get(*path);
        let different: BTreeSet<&String> = tree
            .keys()
            .chain(case.before.keys())
            .filter(is_different)
            .collect();
        for path in &different {
            assert!(outcome.stderr.contains(path.as_str()), "{name}: {path}");
        }
        let state: String = different
            .iter()
            .map(|path| format!("{}\n", without_digits(path)))
            .collect();
        insta::assert_snapshot!(
            name,
            format!(
                "{}\nNot as before:\n{state}",
                without_digits(&outcome.stderr)
            )
        );
        case.assert_completes(&repository, name);
    }
}
