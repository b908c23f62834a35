//! Files that cannot be looked at.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::{database, mirrored, sealed};
use crate::disk::run_unprivileged;
use crate::support::{Outcome, Repository};

#[test]
fn files_that_are_no_yaml_are_told_and_templates_counted() {
    let repository = Repository::guide();
    let database = database("shop-db", "shop", "shop", "");
    repository.write("broken.yaml", &format!("{database}  bad: [\n"));
    let template = database.replace("spec:\n", "{{- if x }}\nspec:\n");
    repository.write("chart/one.yaml", &template);
    let outcome = repository.run("list -o name");
    let warning =
        "warning: broken.yaml:11: not looked at, since it is no YAML: unclosed bracket '['\n";
    let told = |templates: &str| Outcome {
        code: 0,
        stdout: "blog\n".to_owned(),
        stderr: format!("{warning}{templates}"),
    };
    assert_eq!(
        outcome,
        told("1 file was not looked at, since it is a template (it holds `{{`)\n")
    );
    // Also where that may be why an app is not found.
    let refused = repository.run("list shop --quiet");
    assert_eq!(
        (refused.code, refused.stderr),
        (
            2,
            format!(
                "{warning}error: the repository declares no app \"shop\" for the Cluster postgres-shared in postgres\nhelp: it declares blog\n"
            )
        )
    );
    repository.write("chart/two.yaml", &template);
    assert_eq!(
        repository.run("list -o name"),
        told("2 files were not looked at, since they are templates (they hold `{{`)\n")
    );
    assert_eq!(repository.run("list -o name -q"), told(""));
    let json: serde_json::Value =
        serde_json::from_str(&repository.run("list -o json").stdout).unwrap();
    assert_eq!(
        json["unreadable"][0],
        serde_json::json!({"path": "broken.yaml", "line": 11, "problem": "unclosed bracket '['", "template": false})
    );
    assert_eq!(json["unreadable"].as_array().unwrap().len(), 3);
}

#[test]
fn a_file_that_may_not_be_read_is_told_by_the_exit_code() {
    let repository = Repository::guide();
    let mode = |path: &str, mode| {
        let path = repository.path().join(path);
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    repository.write("secret.yaml", &sealed("shop-db-creds", &mirrored(&[])));
    mode(".", 0o755);
    mode("secret.yaml", 0o000);
    let outcome = run_unprivileged(&repository, "list -o name");
    mode("secret.yaml", 0o644);
    assert_eq!(
        outcome,
        Outcome {
            code: 3,
            stdout: "blog\n".to_owned(),
            stderr: "warning: secret.yaml: not looked at: Permission denied (os error 13)\n"
                .to_owned(),
        }
    );
    // What is no text is no manifest either: it is told, and all else is known.
    fs::write(repository.path().join("latin.yaml"), b"name: caf\xe9\n").unwrap();
    let outcome = repository.run("list -o name blog");
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (
            0,
            "warning: latin.yaml: not looked at: line 1: not UTF-8 (byte 9 of the file)\n"
        )
    );
}
