//! What pipelines are told to run works as it is written: pre-commit's hooks, and the snippets of docs/lint.md.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;
use serde_yaml::Value;

use super::clean;
use crate::support::{self, DATABASE, Outcome, Repository};

const VERSION: &str = concat!("v", env!("CARGO_PKG_VERSION"));
const HOME: &str = "https://github.com/OWNER/kubectl-pgdb";
const ARCHIVE: &str = "kubectl-pgdb-linux-amd64.tar.gz";

/// pre-commit's `MANIFEST_HOOK_DICT`, as far as it is used; another field is refused here.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "name and description are for people")]
struct Hook {
    id: String,
    name: String,
    description: String,
    entry: String,
    language: String,
    pass_filenames: bool,
    always_run: bool,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn hooks() -> Vec<Hook> {
    let text = fs::read_to_string(root().join(".pre-commit-hooks.yaml")).unwrap();
    serde_yaml::from_str(&text).unwrap()
}

/// docs/lint.md.
fn reference() -> String {
    fs::read_to_string(root().join("docs/lint.md")).unwrap()
}

/// The snippet of docs/lint.md that has this key at its top level.
fn snippet(key: &str) -> Value {
    let text = reference();
    let blocks = text.split("\n```yaml\n").skip(1);
    let mut blocks = blocks.map(|block| -> Value {
        let (block, _) = block.split_once("```").unwrap();
        serde_yaml::from_str(block).unwrap()
    });
    blocks.find(|block| block.get(key).is_some()).unwrap()
}

/// Runs lines of a snippet as a pipeline does, the plugin on the `PATH`.
fn run(repository: &Repository, lines: &str) -> Outcome {
    let binaries = support::binary();
    let folder = binaries.parent().unwrap().to_str().unwrap();
    let path = std::env::var("PATH").unwrap();
    let mut shell = Command::new("sh");
    shell.args(["-e", "-c", lines]);
    shell.current_dir(repository.path());
    shell.env("PATH", format!("{folder}:{path}"));
    support::run(shell, b"")
}

/// A repository with an error in it.
fn broken() -> Repository {
    let repository = clean();
    repository.replace(DATABASE, "owner: my_shop", "owner: my-shop");
    repository
}

fn words(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[test]
fn hooks_lint_the_whole_repository_at_every_commit() {
    let hooks = hooks();
    let ids = hooks
        .iter()
        .map(|hook| (hook.id.as_str(), hook.language.as_str()));
    assert_eq!(
        ids.collect::<Vec<_>>(),
        [
            ("kubectl-pgdb-lint", "rust"),
            ("kubectl-pgdb-lint-system", "system")
        ]
    );
    for hook in hooks {
        // A commit that only deletes a file has no file name to match or to pass.
        assert_eq!((hook.always_run, hook.pass_filenames), (true, false));
        assert_eq!(run(&clean(), &hook.entry).code, 0, "{}", hook.entry);
        assert_eq!(run(&broken(), &hook.entry).code, 1, "{}", hook.entry);
    }
}

#[test]
fn the_snippet_of_pre_commit_names_a_hook_of_this_version() {
    let repository = &snippet("repos")["repos"][0];
    assert_eq!(
        (words(&repository["repo"]), words(&repository["rev"])),
        (HOME, VERSION)
    );
    let id = words(&repository["hooks"][0]["id"]);
    assert!(hooks().iter().any(|hook| hook.id == id), "{id}");
}

#[test]
#[cfg(target_os = "linux")]
fn the_snippet_of_github_installs_and_annotates() {
    let job = &snippet("jobs")["jobs"]["lint"];
    let install = &job["steps"][1];
    assert_eq!(
        words(&install["env"]["RELEASE"]),
        format!("{HOME}/releases/download/{VERSION}")
    );
    let lint = words(&job["steps"][2]["run"]);
    let repository = broken();
    let outcome = run(&repository, lint);
    assert_eq!(outcome.code, 1);
    assert!(
        outcome.stdout.starts_with("::error file="),
        "{}",
        outcome.stdout
    );
    assert_eq!(run(&clean(), lint).code, 0);

    // The archive is as `scripts/package` makes it, of a file in the binary's place.
    let release = repository.path().join("release");
    repository.write("built", "#!/bin/sh\necho installed\n");
    let mut package = Command::new(root().join("scripts/package"));
    package.args(["--target", "x86_64-unknown-linux-musl", "--binary"]);
    package.arg(repository.path().join("built"));
    package.arg("--out").arg(&release);
    assert_eq!(support::run(package, b"").code, 0);
    let outcome = run(
        &repository,
        &format!(
            "export RELEASE=file://{} HOME=$PWD/home GITHUB_PATH=$PWD/path\n{}\n\"$(cat path)/kubectl-pgdb\"",
            release.display(),
            words(&install["run"])
        ),
    );
    assert_eq!(
        (outcome.code, outcome.stdout.as_str()),
        (0, "installed\n"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn what_is_said_of_code_scanning_writes_sarif() {
    let text = reference();
    let start = text.find("`kubectl-pgdb lint -o sarif").unwrap() + 1;
    let line = text[start..].split('`').next().unwrap();
    let repository = broken();
    assert_eq!(run(&repository, line).code, 0, "{line}");
    let log: Value = serde_yaml::from_str(&repository.read("pgdb.sarif")).unwrap();
    assert_eq!(words(&log["runs"][0]["results"][0]["ruleId"]), "PGDB201");
    assert!(text.contains("`sarif_file: pgdb.sarif`"));
}

#[test]
fn the_snippet_of_gitlab_writes_the_report_that_it_names() {
    let job = &snippet("lint-databases")["lint-databases"];
    assert_eq!(
        words(&job["variables"]["RELEASE"]),
        format!("{HOME}/releases/download/{VERSION}")
    );
    let install = words(&job["before_script"][1]);
    assert!(
        install.contains(&format!("\"$RELEASE/{ARCHIVE}\"")),
        "{install}"
    );
    let report = words(&job["artifacts"]["reports"]["junit"]);
    for (repository, code) in [(broken(), 1), (clean(), 0)] {
        let outcome = run(&repository, words(&job["script"][0]));
        assert_eq!((outcome.code, outcome.stdout.as_str()), (code, ""));
        let failures = repository.read(report).matches("<failure").count();
        assert_eq!(i32::try_from(failures).unwrap(), code);
    }
}
