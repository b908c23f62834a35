//! The sources keep the direction, and the effects stay in their places, as ARCHITECTURE.md says.
//!
//! The sources are read as text: what a line comment says does not count, nor tests: those
//! at a file's end, and modules that are there for tests alone.

#![allow(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test reads files, and fails by panicking"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The library's modules below the use cases, each with the ones that it may use.
///
/// A module that is not here is a use case: it may use all of these, and no other use case.
const LAYERS: [(&str, &[&str]); 13] = [
    ("domain", &[]),
    ("live", &["domain"]),
    ("repo", &["domain"]),
    ("report", &["domain"]),
    ("sealing", &["domain"]),
    ("sql", &["domain"]),
    ("apps_file", &["domain", "repo"]),
    ("settings", &["domain", "repo"]),
    ("target", &["domain", "repo", "settings"]),
    ("declared", &["domain", "repo", "settings", "target"]),
    ("render", &["domain", "repo", "target"]),
    (
        "access",
        &["declared", "domain", "render", "repo", "sql", "target"],
    ),
    (
        "sync",
        &["declared", "domain", "render", "repo", "sql", "target"],
    ),
];

/// The use cases that are built on others: `import` is `new-app` and `rotate` for many apps, compared with what `export`
/// says of those that are there.
const BUILT_ON: [(&str, &[&str]); 2] = [
    ("grant", &["new_app"]),
    ("import", &["export", "new_app", "rotate"]),
];

/// What may only be said in some places: the words, the places (files, or folders with a final `/`), and the reason.
const CONFINED: [(&[&str], &[&str], &str); 9] = [
    (
        &[
            "std::fs",
            "std::fs::",
            "fs::read",
            "fs::write",
            "File::open",
            "OpenOptions",
            "rustix::fs",
        ],
        &[
            "src/bin/kubectl-pgdb/commands/completion/install.rs",
            "src/bin/kubectl-pgdb/commands/demo.rs",
            "src/bin/kubectl-pgdb/commands/demo/",
            "src/bin/kubectl-pgdb/commands/import/input.rs",
            "src/bin/kubectl-pgdb/files/",
            "src/bin/kubectl-pgdb/workspace.rs",
        ],
        "the repository is read and written by `files` alone; hand text around instead",
    ),
    (
        &["std::env", "env::var", "env::current_dir"],
        &["src/bin/"],
        "the library knows no environment; take the value as an argument",
    ),
    (
        &[
            "io::stdin",
            "io::stdout",
            "io::stderr",
            "println!",
            "eprintln!",
            "print!(",
            "rustix::stdio",
        ],
        &[
            "src/bin/kubectl-pgdb/commands/import/input.rs",
            "src/bin/kubectl-pgdb/given_password.rs",
            "src/bin/kubectl-pgdb/output.rs",
            "src/bin/kubectl-pgdb/prompt.rs",
            "src/bin/kubectl-pgdb/prompt/",
        ],
        "print through `Output` and ask through `Prompt`; the library returns what is to be printed",
    ),
    (
        &["process::exit", "thread::sleep"],
        &[],
        "an exit code goes up to main, and nothing waits so",
    ),
    (
        &[
            "std::process::Command",
            "std::process::{Command",
            "Command::new",
        ],
        &["src/bin/kubectl-pgdb/files/history.rs"],
        "nothing but git is started, which alone can read its history; another place is to be added here with its reason",
    ),
    (
        &[
            "kube::", "tokio::", "hyper::", "http::", "rustls::", "std::net",
        ],
        &[
            "src/bin/kubectl-pgdb/cluster.rs",
            "src/bin/kubectl-pgdb/cluster/",
        ],
        "the network is `cluster`'s alone; ask its `Session`",
    ),
    (
        &["SystemTime", "Instant::now"],
        &[
            "src/bin/kubectl-pgdb/cluster/timer.rs",
            "src/bin/kubectl-pgdb/workspace.rs",
        ],
        "the time is an argument; the binary asks `workspace::now`, and measures how long it waits with a `Timer`",
    ),
    (
        &["SysRng", "ThreadRng", "rand::rng()"],
        &["src/bin/kubectl-pgdb/randomness.rs"],
        "randomness is an argument; the binary asks `randomness::system`",
    ),
    (
        &["UnsealingKey", "DemoKey", "private_key"],
        &[
            "src/bin/kubectl-pgdb/commands/demo.rs",
            "src/bin/kubectl-pgdb/commands/demo/",
            "src/sealing.rs",
            "src/sealing/",
        ],
        "the product holds no private key; only `demo` has one, of its own making",
    ),
];

/// Where a password is shown to code: where it is sealed.
const REVEALS: [&str; 5] = [
    "src/domain/dsn.rs",
    "src/domain/password.rs",
    "src/init/server.rs",
    "src/new_app/credential.rs",
    "src/rotate/values.rs",
];

/// Names that say nothing of what is in a file.
const EMPTY_NAMES: [&str; 9] = [
    "common", "helper", "helpers", "misc", "shared", "stuff", "tools", "util", "utils",
];

/// How many lines a file may have.
const LONGEST: usize = 500;

/// The files that may have more, each with the reason.
const LONG_FILES: [(&str, &str); 0] = [];

/// A source file.
struct Source {
    /// From the package's root, with `/`.
    path: String,
    text: String,
    /// The text's lines without comments and without the tests at its end; none where all of it is for tests.
    code: Vec<String>,
}

#[test]
fn modules_keep_the_direction() {
    let mut wrong = Vec::new();
    for source in library() {
        let Some(module) = source.module() else {
            continue;
        };
        let allowed: Vec<&str> = match LAYERS.iter().find(|(name, _)| *name == module) {
            Some((_, allowed)) => allowed.to_vec(),
            None => {
                let below = LAYERS.iter().map(|(name, _)| *name);
                let built_on = BUILT_ON.iter().filter(|(name, _)| *name == module);
                below
                    .chain(built_on.flat_map(|(_, others)| others.iter().copied()))
                    .collect()
            }
        };
        for (line, used) in source.modules_used() {
            if used != module && !allowed.contains(&used.as_str()) {
                wrong.push(format!(
                    "{}:{line}: `{module}` uses `{used}`, and may use {allowed:?}",
                    source.path
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "the direction is domain <- live, repo, report, sealing, sql <- apps_file, settings <- target <- declared, render <- use cases <- the binary. Move what \
         both need to the lower one, or hand it over as an argument; LAYERS in this test is where the direction is \
         changed, for a reason.\n{}",
        wrong.join("\n")
    );
}

#[test]
fn layers_are_modules_in_their_order() {
    let modules: BTreeSet<String> = library().iter().filter_map(Source::module).collect();
    for (position, (name, uses)) in LAYERS.iter().enumerate() {
        assert!(
            modules.contains(*name),
            "LAYERS names `{name}`, which is no module of src/: remove it"
        );
        let lower: Vec<&str> = LAYERS
            .iter()
            .take(position)
            .map(|(name, _)| *name)
            .collect();
        assert!(
            uses.iter().all(|used| lower.contains(used)),
            "`{name}` may only use modules that stand before it in LAYERS"
        );
    }
}

#[test]
fn imports_are_one_line_a_module() {
    for source in library() {
        let found = source.lines_with("crate::{");
        assert!(
            found.is_empty(),
            "{}:{found:?}: write one `use crate::module::...` a module, so that the direction can be read",
            source.path
        );
    }
}

#[test]
fn library_does_not_know_the_binary() {
    for source in library() {
        for needle in [
            "clap",
            "console",
            "dialoguer",
            "rustix",
            "signal_hook",
            "ignore",
        ] {
            let found = source.lines_with(&format!("{needle}::"));
            assert!(
                found.is_empty(),
                "{}:{found:?}: {needle} is for the binary; the library decides and does nothing",
                source.path
            );
        }
    }
}

#[test]
fn effects_stay_in_their_places() {
    let mut wrong = Vec::new();
    for source in sources(&["src"]) {
        for (words, places, reason) in CONFINED {
            if places.iter().any(|place| source.is_in(place)) {
                continue;
            }
            for word in words {
                for line in source.lines_with(word) {
                    wrong.push(format!("{}:{line}: `{word}`: {reason}", source.path));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "an effect outside its place (CONFINED in this test lists the places):\n{}",
        wrong.join("\n")
    );
}

#[test]
fn places_of_effects_are_there() {
    let paths: Vec<String> = sources(&["src", "tests"])
        .into_iter()
        .map(|source| source.path)
        .collect();
    let places = CONFINED.iter().flat_map(|(_, places, _)| places.iter());
    let files = LONG_FILES.iter().map(|(path, _)| path);
    for place in places.chain(&REVEALS).chain(files) {
        assert!(
            paths.iter().any(|path| path.starts_with(place)),
            "{place} is not there any more: remove it from the lists of this test"
        );
    }
}

#[test]
fn passwords_are_revealed_where_they_are_sealed_alone() {
    for source in sources(&["src"]) {
        if REVEALS.contains(&source.path.as_str()) {
            continue;
        }
        let found = source.lines_with("reveal(");
        assert!(
            found.is_empty(),
            "{}:{found:?}: a password is revealed; pass the Password on to where it is sealed",
            source.path
        );
    }
}

#[test]
fn files_are_named_by_what_is_in_them() {
    for source in sources(&["src", "tests", "benches", "examples"]) {
        for part in source.path.split('/') {
            let name = part.strip_suffix(".rs").unwrap_or(part);
            assert!(
                !EMPTY_NAMES.contains(&name),
                "{}: name it after what is in it, or move each part to what it belongs to",
                source.path
            );
        }
    }
}

#[test]
fn files_are_short() {
    for source in sources(&["src", "tests", "benches", "examples"]) {
        let lines = source.text.lines().count();
        let is_known = LONG_FILES.iter().any(|(path, _)| *path == source.path);
        assert!(
            lines <= LONGEST || is_known,
            "{} has {lines} lines: split it by noun below {LONGEST}, or enter it in LONG_FILES with a reason",
            source.path
        );
        assert!(
            lines > LONGEST || !is_known,
            "{} has only {lines} lines now: remove it from LONG_FILES",
            source.path
        );
    }
}

impl Source {
    fn new(root: &Path, path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap();
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let own_tests = lines
            .windows(2)
            .position(|two| two[0] == "#[cfg(test)]" && two[1].ends_with('{'));
        let code = lines
            .iter()
            .take(own_tests.unwrap_or(lines.len()))
            .map(|line| line.split("//").next().unwrap_or_default().to_owned())
            .collect();
        let path = path.strip_prefix(root).unwrap().to_str().unwrap();
        Self {
            path: path.replace('\\', "/"),
            text,
            code,
        }
    }

    /// The files of the modules that it has for tests alone.
    fn test_files(&self) -> Vec<String> {
        let folder = match self.path.strip_suffix(".rs").unwrap().rsplit_once('/') {
            Some((folder, "lib" | "main" | "mod")) => folder.to_owned(),
            _ => self.path.strip_suffix(".rs").unwrap().to_owned(),
        };
        let lines: Vec<&str> = self.text.lines().map(str::trim).collect();
        lines
            .windows(2)
            .filter(|two| two[0] == "#[cfg(test)]")
            .filter_map(|two| two[1].strip_prefix("mod ")?.strip_suffix(';'))
            .map(|name| format!("{folder}/{name}.rs"))
            .collect()
    }

    /// Whether it is this file, or in this folder.
    fn is_in(&self, place: &str) -> bool {
        self.path == place || place.ends_with('/') && self.path.starts_with(place)
    }

    /// The module right below the crate's root that it belongs to; none for the root.
    fn module(&self) -> Option<String> {
        let path = self.path.strip_prefix("src/")?;
        let name = path.split('/').next()?;
        let name = name.strip_suffix(".rs").unwrap_or(name);
        (name != "lib").then(|| name.to_owned())
    }

    /// How many modules deep it is: 1 for `src/repo.rs`, 2 for `src/repo/edit.rs`.
    fn depth(&self) -> usize {
        self.path.matches('/').count()
    }

    /// The lines that hold a text, from 1.
    fn lines_with(&self, needle: &str) -> Vec<usize> {
        let lines = self.code.iter().enumerate();
        lines
            .filter(|(_, line)| holds_word(line, needle))
            .map(|(number, _)| number + 1)
            .collect()
    }

    /// The modules right below the crate's root that its code names, with the lines, from 1.
    fn modules_used(&self) -> Vec<(usize, String)> {
        let to_root = "super::".repeat(self.depth());
        let mut used = Vec::new();
        for (number, line) in self.code.iter().enumerate() {
            for prefix in ["crate::", "pgdb::", &to_root] {
                for (start, _) in line.match_indices(prefix) {
                    let rest = line.get(start + prefix.len()..).unwrap();
                    used.push((number + 1, word(rest)));
                }
            }
        }
        used.retain(|(_, name)| name != "super");
        used
    }
}

/// The word at the beginning of a text.
fn word(text: &str) -> String {
    let is_part = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
    text.trim_start().chars().take_while(is_part).collect()
}

/// The sources of the library.
fn library() -> Vec<Source> {
    let mut sources = sources(&["src"]);
    sources.retain(|source| !source.is_in("src/bin/"));
    sources
}

/// All sources in these folders, as far as they are there.
fn sources(folders: &[&str]) -> Vec<Source> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    for folder in folders.iter().map(|folder| root.join(folder)) {
        if folder.is_dir() {
            collect(&folder, &mut paths);
        }
    }
    paths.sort();
    assert!(!paths.is_empty());
    let mut sources: Vec<Source> = paths.iter().map(|path| Source::new(&root, path)).collect();
    let test_files: BTreeSet<String> = sources.iter().flat_map(Source::test_files).collect();
    for source in &mut sources {
        let is_below = |file: &String| source.is_in(&file.replace(".rs", "/"));
        if test_files.contains(&source.path) || test_files.iter().any(is_below) {
            source.code.clear();
        }
    }
    sources
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

/// Whether a line holds a text that is not the end of a longer name: `ignore::` is not in `unclear_ignore::`.
fn holds_word(line: &str, needle: &str) -> bool {
    let is_of_name = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = line.match_indices(needle);
    found.any(|(start, _)| !(needle.starts_with(is_of_name) && line[..start].ends_with(is_of_name)))
}
