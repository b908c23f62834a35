//! `grant`, `revoke`, and isolation, as they are called: what they say, what they write, and how they end.

use crate::support::{
    CLUSTER, KUSTOMIZATION, Outcome, Repository, changed_files, comparable, without_sealed_values,
};
use crate::terminal::{ENTER, Terminal};

/// The manifest of the access to the database of `my-shop`.
const ACCESS: &str = "infra/databases/postgres/my-shop-access.yaml";

/// The guide's repository with two apps.
fn with_apps() -> Repository {
    let repository = Repository::guide();
    for name in ["my-shop", "reports"] {
        repository.run_ok(&format!("new-app {name} --app-namespace {name} --quiet"));
    }
    repository
}

/// A diff without what scripts say, and their hashes.
fn without_scripts(text: &str) -> String {
    let mut shown = String::new();
    let mut is_script = false;
    for line in text.lines() {
        let content = line.get(1..).unwrap_or_default();
        if is_script && (content.is_empty() || content.starts_with("    ")) {
            continue;
        }
        is_script = content == "  privileges.sql: |" || content == "  run.sh: |";
        // How long the scripts are is no matter here.
        let line = if line.starts_with("@@ ") { "@@" } else { line };
        let line = match line.split_once("script-sha256: ") {
            Some((front, _)) => format!("{front}script-sha256: <hash>"),
            None => line.to_owned(),
        };
        shown.push_str(&format!("{line}\n"));
    }
    without_sealed_values(&shown)
}

fn shown(outcome: &Outcome) -> String {
    format!(
        "exit code {}\n--- standard output\n{}--- standard error\n{}",
        outcome.code,
        without_scripts(&outcome.stdout),
        outcome.stderr
    )
}

/// Runs a line that writes; a second run then writes nothing, and lint finds nothing. Gives the files that changed.
fn carry_out(repository: &Repository, line: &str) -> Vec<String> {
    let before = repository.tree();
    let findings = repository.run("lint").stdout;
    repository.run_ok(line);
    let after = repository.tree();
    let again = repository.run(line);
    assert_eq!((again.code, again.stdout.as_str()), (0, ""), "{line}");
    assert!(
        again
            .stderr
            .ends_with("is there as asked for: nothing to write.\n"),
        "{line}: {}",
        again.stderr
    );
    assert_eq!(repository.tree(), after, "{line}");
    assert_eq!(repository.run("lint").stdout, findings, "{line}");
    let changed = changed_files(&before, &after).into_keys();
    let folder = "infra/databases/postgres/";
    changed.map(|path| path.replace(folder, "")).collect()
}

#[test]
fn a_reader_a_writer_and_privileges() {
    let repository = with_apps();
    let mut text = String::new();
    for line in [
        "grant my-shop --to reports --as reader --dry-run=client",
        "grant my-shop --to reports --as reader",
        "grant my-shop --to reports --as reader",
        "grant my-shop --to etl --app-namespace etl --privileges SELECT,insert --schema audit -o json",
        "revoke my-shop --from reports --as reader",
        "revoke my-shop --from etl --privileges INSERT --schema audit",
        "revoke my-shop --from etl",
        "grant my-shop --isolate",
        "revoke my-shop --isolate",
    ] {
        let before = repository.tree();
        let outcome = repository.run(line);
        assert_eq!(
            repository.tree() == before,
            line.contains("dry-run") || outcome.stderr.contains("nothing to write"),
            "{line}"
        );
        text.push_str(&format!("$ kubectl pgdb {line}\n{}\n", shown(&outcome)));
    }
    insta::assert_snapshot!("session", text);
}

#[test]
fn what_changes_and_comes_to_rest() {
    let repository = with_apps();
    let both = ["kustomization.yaml", "my-shop-access.yaml"];
    assert_eq!(
        carry_out(&repository, "grant my-shop --to reports --as reader"),
        [
            "kustomization.yaml",
            "my-shop-access.yaml",
            "postgres-cluster.yaml"
        ]
    );
    let listed = repository.read(KUSTOMIZATION);
    assert_eq!(listed.matches("my-shop-access.yaml").count(), 1);
    for (line, files) in [
        (
            "grant my-shop --to reports --as writer",
            &["my-shop-access.yaml", "postgres-cluster.yaml"][..],
        ),
        (
            "grant my-shop --to reports --privileges EXECUTE --functions",
            &["my-shop-access.yaml"],
        ),
        ("grant my-shop --isolate", &["my-shop-access.yaml"]),
        (
            "revoke my-shop --from reports",
            &["my-shop-access.yaml", "postgres-cluster.yaml"],
        ),
        ("revoke my-shop --isolate", &["my-shop-access.yaml"]),
    ] {
        assert_eq!(carry_out(&repository, line), files, "{line}");
    }
    assert_eq!(
        carry_out(
            &repository,
            "grant reports --to my-shop --privileges ALL --table *"
        ),
        both.map(|name| name.replace("my-shop", "reports"))
    );
}

#[test]
fn roles_as_objects_of_their_own() {
    let repository = Repository::guide();
    for name in ["my-shop", "reports"] {
        repository.run_ok(&format!(
            "new-app {name} --app-namespace {name} --roles databaserole --quiet"
        ));
    }
    let before = repository.read(CLUSTER);
    assert_eq!(
        carry_out(&repository, "grant my-shop --to reports --as writer"),
        [
            "kustomization.yaml",
            "my-shop-access.yaml",
            "my-shop-writer-role.yaml",
            "reports-role.yaml"
        ]
    );
    assert_eq!(repository.read(CLUSTER), before);
    assert_eq!(
        carry_out(&repository, "revoke my-shop --from reports"),
        ["reports-role.yaml"]
    );
}

#[test]
fn new_apps_that_are_isolated() {
    let asked = Repository::guide();
    let outcome = asked.run("new-app my-shop --app-namespace shop --isolate");
    insta::assert_snapshot!("isolated", shown(&outcome));
    assert!(asked.read(ACCESS).contains("\"isolate\": true"));
    asked.run_ok("lint");
    // As the setting has it.
    let by_setting = Repository::guide();
    by_setting.write(".pgdb.yaml", "isolate: true\n");
    by_setting.run_ok("new-app my-shop --app-namespace shop -q");
    assert_eq!(by_setting.read(ACCESS), asked.read(ACCESS));
    by_setting.run_ok("new-app open --app-namespace shop --isolate=false -q");
    let open = by_setting
        .path()
        .join("infra/databases/postgres/open-access.yaml");
    assert!(!open.exists());
    // As import has it.
    let imported = Repository::guide();
    imported.write(
        "apps.yaml",
        "- {name: my-shop, appNamespaces: [shop], isolate: true}\n",
    );
    imported.run_ok("import apps.yaml -q");
    std::fs::remove_file(imported.path().join("apps.yaml")).unwrap();
    assert_eq!(comparable(imported.tree()), comparable(asked.tree()));
}

#[test]
fn what_is_refused() {
    let repository = with_apps();
    repository.run_ok("grant my-shop --to reports --as reader -q");
    let long = "x".repeat(64);
    let long = format!("grant my-shop --to reports --privileges SELECT --table {long}");
    let mut text = String::new();
    for line in [
        "grant my-shop",
        "grant my-shop --to reports",
        "grant my-shop --as reader --isolate",
        "grant my-shop --to PUBLIC --as reader",
        "grant my-shop --to postgres --as reader",
        "grant my-shop --to pg_monitor --as reader",
        "grant my-shop --to my-shop --as reader",
        "grant my-shop --to my_shop_reader --as reader",
        "grant my-shop --to nobody --as reader",
        "grant my-shop --to report --as reader",
        "grant my-shap --to reports --as reader",
        "grant my-shop --to reports --privileges READ",
        "grant my-shop --to reports --privileges SELECT --functions",
        "grant my-shop --to reports --privileges CONNECT --table t",
        "grant my-shop --to reports --privileges SELECT --schema pg_catalog",
        "grant my-shop --to reports --privileges SELECT --schema a\"b",
        "grant my-shop --to reports --privileges SELECT --table a'b",
        "grant my-shop --to reports --privileges SELECT --table t%I",
        &long,
        "revoke my-shop --from nobody",
        "revoke my-shop",
    ] {
        let before = repository.tree();
        let outcome = repository.run(line);
        assert_eq!(
            (outcome.code, outcome.stdout.as_str()),
            (2, ""),
            "{line}: {}",
            outcome.stderr
        );
        assert_eq!(repository.tree(), before, "{line}");
        text.push_str(&format!("$ kubectl pgdb {line}\n{}\n", outcome.stderr));
    }
    let refusal = repository.refusal_of(
        [
            "grant",
            "my-shop",
            "--to",
            "reports",
            "--privileges",
            "SELECT",
            "--table",
            "a\nb",
        ],
        b"",
    );
    text.push_str(&refusal);
    insta::assert_snapshot!("refused", text);
}

#[test]
fn what_somebody_changed_by_hand_is_not_overwritten() {
    let repository = with_apps();
    repository.run_ok("grant my-shop --to reports --privileges SELECT -q");
    repository.replace(
        ACCESS,
        "\"privileges\":[\"SELECT\"]",
        "\"privileges\":[\"READ\"]",
    );
    let outcome = repository.run("grant my-shop --to reports --privileges INSERT");
    assert_eq!(outcome.code, 2);
    assert_eq!(
        outcome.stderr,
        format!(
            "error: {ACCESS}:3: the access that is declared here cannot be read: the privilege \"READ\" is none that tables have\nhelp: mend it, or take the file out of the repository and grant everything again\n"
        )
    );
    repository.write(ACCESS, "kind: ConfigMap\n");
    let outcome = repository.run("grant my-shop --isolate");
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (
            2,
            "error: infra/databases/postgres/my-shop-access.yaml: the file is there and holds something else\nhelp: move it away, or take it out of the repository\n"
        )
    );
}

#[test]
fn it_is_confirmed_on_a_terminal() {
    let repository = with_apps();
    let before = repository.tree();
    let mut terminal = Terminal::run(&repository, "grant my-shop --to reports --as reader");
    terminal
        .see_question("? Write these changes? (Y/n)")
        .keys("n");
    assert_eq!(terminal.end().code, Some(2));
    assert_eq!(repository.tree(), before);
    let mut terminal = Terminal::run(&repository, "grant my-shop --to reports --as reader");
    terminal
        .see_question("? Write these changes? (Y/n)")
        .keys(ENTER);
    assert_eq!(terminal.end().code, Some(0));
    assert!(repository.read(ACCESS).contains("\"levels\": [\"reader\"]"));
}
