//! Passwords of the file are nowhere but sealed.

use super::{FILE, with_file};
use crate::leaks::Traces;

const PASSWORD: &str = "kT5!vQ8&zR2 nX7@wL4^hM9#";

#[test]
fn passwords_are_sealed_and_nowhere_else() {
    let file = |name: &str| {
        format!(
            "- name: {name}\n  appNamespaces: [x]\n  password: \"{PASSWORD}\"\n- username: u{name}\n  appNamespaces: [x]\n  password: '{PASSWORD}'\n"
        )
    };
    for format in ["diff", "json"] {
        let repository = with_file(&file("shop"));
        let mut traces = Traces::default();
        for line in [
            "--dry-run=client",
            "",
            "--replace-passwords",
            "--replace-passwords --dry-run=client",
        ] {
            let outcome = repository.run(&format!("import apps.yaml -o {format} {line}"));
            assert_eq!(outcome.code, 0, "{}", outcome.stderr);
            traces.add_outcome(line, &outcome);
        }
        traces.add_outcome("export", &repository.run("export"));
        repository.remove(FILE);
        traces.add_files(repository.path());
        traces.assert_hide(PASSWORD);
        let sealed = repository.unsealed("infra/databases/postgres/ushop-secrets-sealed.yaml");
        assert_eq!(sealed["password"], PASSWORD);
    }
}

#[test]
fn passwords_are_not_in_refusals() {
    let repository = with_file("");
    let mut traces = Traces::default();
    for text in [
        "- name: A\n  password: \"PASSWORD\"\n",
        "- name: a\n  pasword: \"PASSWORD\"\n",
        "- name: a\n  password: [\"PASSWORD\"]\n",
        "- name: a\n  \"PASSWORD\": x\n",
        "- name: a\n  password: \" PASSWORD\"\n",
        "- name: a\n  password: \"PASSWORD\n",
        "- \"PASSWORD\"\n",
        "- name: a\n  password: \"PASSWORD\"\n  locale: a b\n",
        "- name: a\n  password: \"PASSWORD\"\n",
    ] {
        repository.write(FILE, &text.replace("PASSWORD", PASSWORD));
        let outcome = repository.run("import apps.yaml");
        assert_eq!(outcome.code, 2, "{text}");
        traces.add_outcome(text, &outcome);
        let outcome =
            repository.run_with("import -", text.replace("PASSWORD", PASSWORD).as_bytes());
        traces.add_outcome(text, &outcome);
    }
    traces.assert_hide(PASSWORD);
}

#[test]
fn who_gives_a_file_with_passwords_is_warned() {
    let with = "- {name: shop, appNamespaces: [x], password: first-one}\n";
    let warning = "warning: apps.yaml holds passwords in clear: keep it out of the repository, and delete it\n";
    let repository = with_file(with);
    let outcome = repository.run("import apps.yaml --dry-run=client");
    assert!(outcome.stderr.contains(warning), "{}", outcome.stderr);
    let outcome = repository.run_with("import - --dry-run=client", with.as_bytes());
    assert!(!outcome.stderr.contains("warning"), "{}", outcome.stderr);
    repository.write(FILE, &with.replace(", password: first-one", ""));
    let outcome = repository.run("import apps.yaml --dry-run=client");
    assert!(!outcome.stderr.contains("warning"), "{}", outcome.stderr);
}
