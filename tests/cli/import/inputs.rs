//! The file, and what is wrong with it.

use std::fs::File;
use std::os::unix::fs::symlink;

use super::{FILE, TWO, with_file};
use crate::support::{Outcome, comparable};

#[test]
fn standard_input_is_read_for_a_dash() {
    let file = with_file(TWO);
    let said = file.run("import apps.yaml");
    let piped = with_file(TWO);
    let outcome = piped.run_with("import -", TWO.as_bytes());
    assert_eq!(comparable(piped.tree()), comparable(file.tree()));
    assert_eq!(outcome.code, 0);
    assert_eq!(
        piped.without_path(&outcome.stderr),
        file.without_path(&said.stderr)
    );
    let refusal = piped.refusal_of(["import", "-"], b"- name: A\n- 1\n");
    insta::assert_snapshot!("standard_input", refusal);
}

#[test]
fn json_and_marks_and_line_ends_are_read() {
    let expected = with_file(TWO);
    expected.run_ok("import apps.yaml -q");
    let mut expected = expected.tree();
    expected.remove(FILE);
    let json = "[{\"name\":\"shop\",\"appNamespaces\":[\"shop\"]},{\"name\":\"wiki\",\"appNamespaces\":[\"docs\"],\"comment\":\"the w\\u0069ki\"}]";
    for text in [json, &format!("\u{feff}{TWO}"), &TWO.replace('\n', "\r\n")] {
        let repository = with_file(text);
        repository.run_ok("import apps.yaml -q");
        let mut tree = repository.tree();
        tree.remove(FILE);
        assert_eq!(comparable(tree), comparable(expected.clone()), "{text}");
    }
}

#[test]
fn all_mistakes_are_told_at_once_and_nothing_is_written() {
    let repository =
        with_file("- name: shop\n  user: A\n- nme: b\n- name: c\n  password: 12345678\n- x\n");
    insta::assert_snapshot!("mistakes", repository.refusal_of(["import", FILE], b""));
    // Those that only the repository shows.
    let repository = with_file(TWO);
    repository.run_ok("import apps.yaml -q");
    repository.write(FILE, "- {name: shop, locale: C, user: other}\n- {name: ok, appNamespaces: x}\n- {name: bare}\n- {name: taken, appNamespaces: x, database: shop}\n");
    insta::assert_snapshot!("problems", repository.refusal_of(["import", FILE], b""));
}

#[test]
fn files_that_cannot_be_read() {
    let repository = with_file(TWO);
    let path = repository.path();
    std::fs::write(path.join("latin"), b"- name: \xe9\n").unwrap();
    std::fs::write(path.join("empty"), b"").unwrap();
    File::create(path.join("large"))
        .unwrap()
        .set_len(64 * 1024 * 1024 + 1)
        .unwrap();
    symlink("nowhere", path.join("dangling")).unwrap();
    let shown: String = [
        "gone.yaml",
        "infra",
        "latin",
        "empty",
        "large",
        "dangling",
        "apps.yaml/x",
    ]
    .into_iter()
    .map(|file| repository.refusal_of(["import", file], b""))
    .collect();
    insta::assert_snapshot!("unreadable", shown);
    std::fs::remove_file(path.join("large")).unwrap();
}

#[test]
fn a_file_elsewhere_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("apps.yaml");
    std::fs::write(&file, TWO).unwrap();
    let repository = with_file("");
    let outcome = repository.run(&format!("import {} -q", file.display()));
    assert_eq!(
        outcome,
        Outcome {
            code: 0,
            stdout: String::new(),
            stderr: String::new()
        }
    );
    assert!(
        repository
            .tree()
            .contains_key("infra/databases/postgres/wiki-db.yaml")
    );
}

#[test]
fn a_flag_s_namespace_is_for_apps_that_name_none() {
    let repository = with_file("- {name: shop}\n- {name: wiki, appNamespaces: docs}\n");
    repository.run_ok("import apps.yaml -q --app-namespace all,more");
    let list = |app: &str| {
        let text = repository.read(&format!(
            "infra/databases/postgres/{app}-secrets-sealed.yaml"
        ));
        let line = text.lines().find(|line| line.contains("auto-namespaces:"));
        line.unwrap().split_once(": ").unwrap().1.to_owned()
    };
    assert_eq!(
        (list("shop"), list("wiki")),
        ("\"all,more\"".to_owned(), "\"docs\"".to_owned())
    );
}
