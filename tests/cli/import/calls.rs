//! What a call prints and writes.

use serde_json::Value;

use super::{FILE, TWO, shown, with_file};
use crate::support::{Repository, changed_files, comparable};

#[test]
fn new_apps() {
    let repository = with_file(TWO);
    let before = repository.tree();
    let outcome = repository.run("import apps.yaml");
    insta::assert_snapshot!("new_apps", shown(&repository, &outcome));
    let paths: Vec<String> = changed_files(&before, &repository.tree())
        .into_keys()
        .collect();
    assert_eq!(
        paths,
        [
            "infra/databases/postgres/kustomization.yaml",
            "infra/databases/postgres/postgres-cluster.yaml",
            "infra/databases/postgres/shop-db.yaml",
            "infra/databases/postgres/shop-secrets-sealed.yaml",
            "infra/databases/postgres/wiki-db.yaml",
            "infra/databases/postgres/wiki-secrets-sealed.yaml",
        ]
    );
    let password =
        &repository.unsealed("infra/databases/postgres/wiki-secrets-sealed.yaml")["password"];
    assert_eq!(password.len(), 32);
    repository.run_ok("lint");
}

#[test]
fn it_writes_what_new_app_writes() {
    let imported = with_file(TWO);
    imported.run_ok("import apps.yaml -q");
    let made = with_file(TWO);
    made.run_ok("new-app shop --app-namespace shop -q");
    let mut command = made.command(["new-app", "wiki", "--app-namespace", "docs", "-q"]);
    command.args(["--comment", "the wiki"]);
    assert_eq!(crate::support::run(command, b"").code, 0);
    assert_eq!(comparable(imported.tree()), comparable(made.tree()));
}

#[test]
fn a_second_run_has_nothing_to_do() {
    let repository = with_file(TWO);
    repository.run_ok("import apps.yaml -q");
    let before = repository.tree();
    let outcome = repository.run("import apps.yaml");
    insta::assert_snapshot!("again", shown(&repository, &outcome));
    assert_eq!(repository.tree(), before);
    let outcome = repository.run("import apps.yaml -q");
    assert_eq!(
        (outcome.code, outcome.stdout, outcome.stderr),
        (0, String::new(), String::new())
    );
}

#[test]
fn new_changed_and_unchanged_apps() {
    let repository = with_file(TWO);
    repository.run_ok("import apps.yaml -q");
    repository.write(
        FILE,
        "- name: shop\n  reclaim: delete\n  connectionLimit: 9\n- name: wiki\n- name: new\n  appNamespaces: [new]\n",
    );
    let outcome = repository.run("import apps.yaml");
    insta::assert_snapshot!("changed", shown(&repository, &outcome));
    let before = repository.tree();
    repository.run_ok("import apps.yaml");
    assert_eq!(repository.tree(), before);
    repository.run_ok("lint");
}

#[test]
fn a_dry_run_writes_nothing() {
    let repository = with_file(TWO);
    let before = repository.tree();
    let outcome = repository.run("import apps.yaml --dry-run=client");
    insta::assert_snapshot!("dry_run", shown(&repository, &outcome));
    assert_eq!(repository.tree(), before);
}

#[test]
fn a_structure_for_programs() {
    let repository = with_file(TWO);
    repository.run_ok("import apps.yaml -q");
    repository.write(
        FILE,
        "- {name: shop, comment: ours, password: hunter2x}\n- {name: wiki}\n- {username: reader, appNamespaces: docs, databases: wiki, privileges: SELECT}\n",
    );
    let dry = repository.run("import apps.yaml -o json --dry-run=client");
    let outcome = repository.run("import apps.yaml -o json");
    insta::assert_snapshot!("json", shown(&repository, &outcome));
    let mut value: Value = serde_json::from_str(&outcome.stdout).unwrap();
    value["dryRun"] = Value::Bool(true);
    let value_of_dry: Value = serde_json::from_str(&dry.stdout).unwrap();
    assert_eq!(value_of_dry, value);
}

#[test]
fn passwords_are_replaced_when_that_is_asked_for() {
    let repository = with_file("- {name: shop, appNamespaces: [shop], password: first-one}\n");
    let sealed = "infra/databases/postgres/shop-secrets-sealed.yaml";
    repository.run_ok("import apps.yaml -q");
    assert_eq!(repository.unsealed(sealed)["password"], "first-one");
    repository.write(FILE, "- {name: shop, password: second-one}\n");
    let outcome = repository.run("import apps.yaml");
    insta::assert_snapshot!("password_kept", shown(&repository, &outcome));
    assert_eq!(repository.unsealed(sealed)["password"], "first-one");
    let outcome = repository.run("import apps.yaml --replace-passwords");
    insta::assert_snapshot!("password_replaced", shown(&repository, &outcome));
    assert_eq!(repository.unsealed(sealed)["password"], "second-one");
}

#[test]
fn many_files_are_named_by_their_folder() {
    let apps: String = (0..20)
        .map(|number| format!("- {{name: app-{number}, appNamespaces: [x]}}\n"))
        .collect();
    let next = |repository: &Repository, file: &str| {
        let outcome = repository.run(&format!("import {file}"));
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        let lines = outcome.stderr.lines().skip_while(|line| *line != "Next:");
        lines.map(|line| format!("{line}\n")).collect::<String>()
    };
    let repository = with_file(&apps);
    assert_eq!(
        next(&repository, FILE),
        "Next:\n  git add infra/databases/postgres\n  git commit -m 'Import the databases of 20 apps'\n  git push\n  \
         kubectl pgdb verify --all --wait --login    # once Argo CD has synced it\n"
    );
    // The folder of the input is never named.
    let repository = with_file("");
    repository.write("infra/databases/apps.yaml", &apps);
    assert!(
        next(&repository, "infra/databases/apps.yaml")
            .contains("git add infra/databases/postgres\n")
    );
    let repository = with_file("");
    repository.write("infra/databases/postgres/apps.yaml", &apps);
    let text = next(&repository, "infra/databases/postgres/apps.yaml");
    assert!(
        text.contains(" infra/databases/postgres/app-7-db.yaml "),
        "{text}"
    );
    assert!(!text.contains("apps.yaml"), "{text}");
}

#[test]
fn the_schema_is_printed_and_kept() {
    let repository = Repository::empty();
    let text = repository.run_ok("import --schema");
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/apps.schema.json");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(&path).unwrap_or_default(),
        text,
        "run with UPDATE_DOCS=1 and commit docs/apps.schema.json"
    );
    let refusal = repository.refusal_of(["import", "--schema", "apps.yaml"], b"");
    assert!(refusal.contains("cannot be used with"), "{refusal}");
    let refusal = repository.refusal_of(["import"], b"");
    assert!(refusal.contains("FILE"), "{refusal}");
}
