//! Who may do what in the apps' databases.

use crate::support::Repository;

#[test]
fn the_table_and_the_structure_say_who_may_do_what() {
    let repository = Repository::guide();
    for name in ["my-shop", "reports"] {
        repository.run_ok(&format!("new-app {name} --app-namespace {name} --quiet"));
    }
    let before = repository.run_ok("list");
    assert!(!before.contains("ACCESS"), "{before}");
    for line in [
        "grant my-shop --to reports --as reader --isolate -q",
        "grant my-shop --to etl --app-namespace etl --privileges SELECT,INSERT --schema audit -q",
    ] {
        repository.run_ok(line);
    }
    let mut text = String::new();
    for line in [
        "list",
        "list -o wide",
        "list my-shop -o yaml",
        "list my-shop -o json",
    ] {
        text.push_str(&format!(
            "$ kubectl pgdb {line}\n{}\n",
            repository.run_ok(line)
        ));
    }
    insta::assert_snapshot!("access", text);
    let path = "infra/databases/postgres/my-shop-access.yaml";
    repository.replace(
        path,
        "\"isolate\": true,\n      \"levels\"",
        "\"isolate\": yes,\n      \"levels\"",
    );
    let table = repository.run_ok("list");
    assert!(
        table
            .lines()
            .any(|line| line.starts_with("my-shop ") && line.ends_with(" unreadable")),
        "{table}"
    );
}
