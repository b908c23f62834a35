//! What is not edited, each with its exact message and place.

use super::super::EditError;
use super::{ROLES, append, insert_key, role, text};

const SNIPPET: &str = "spec:
  managed:
    roles:
      - name: my_shop
        login: true
        passwordSecret:
          name: my-shop-db-creds
";

fn refused(text: &str, document: usize) -> EditError {
    let error = append(text, document, &ROLES, &[role("my_shop")]).unwrap_err();
    assert_eq!(error.snippet(), Some(SNIPPET));
    error
}

/// Checks the message of a refusal, and what its help begins with.
fn assert_refused(text: &str, message: &str, help: &str) {
    let error = refused(text, 0);
    assert_eq!(format!("line {}: {error}", error.line()), message);
    assert_eq!(error.help(), help);
}

#[test]
fn no_yaml() {
    assert_refused(
        "spec:\n  managed: [\n",
        "line 2: this is no valid YAML: unclosed bracket '['",
        "correct the YAML at that line, then run this again",
    );
}

#[test]
fn a_helm_template() {
    assert_refused(
        "spec:\n  {{- if .Values.roles }}\n  managed: {}\n  {{- end }}\n",
        "line 2: this is no valid YAML but looks like a Helm template: \"-\" is only valid \
         inside a block",
        "a template is not edited: make the change by hand, or render the template into a plain manifest",
    );
}

#[test]
fn no_such_document() {
    let help = "name a document that the file has, or make the change by hand";
    let error = refused("a: 1\n---\nb: 2\n", 2);
    assert_eq!(
        format!("line {}: {error}", error.line()),
        "line 3: there is no YAML document number 3: the text has 2"
    );
    assert_eq!(error.help(), help);
    let earlier = refused("a: 1\na: 2\n---\nspec: {}\n", 1);
    assert_eq!(
        earlier.to_string(),
        "a second YAML parser does not accept the text: duplicate entry with key \"a\""
    );
    for empty in ["", "# nothing\n"] {
        assert_refused(
            empty,
            "line 1: there is no YAML document number 1: the text has 0",
            help,
        );
    }
}

#[test]
fn aliases() {
    let help =
        "write the value out in place of the alias, or make the change by hand where the anchor is";
    assert_refused(
        "x: &roles\n  - name: a\nspec:\n  managed:\n    roles: *roles\n",
        "line 5: spec.managed.roles is an alias of a node that is written elsewhere",
        help,
    );
    assert_refused(
        "x: &spec {managed: {roles: []}}\nspec: *spec\n",
        "line 2: spec is an alias of a node that is written elsewhere",
        help,
    );
}

#[test]
fn anchors_that_are_repeated() {
    let help = "write the value out in place of the alias, or make the change by hand if both are to have it";
    assert_refused(
        "spec:\n  managed:\n    roles: &roles\n      - name: a\n  other:\n    - 1\n    - *roles\n",
        "line 4: spec.managed.roles is repeated by the alias on line 7, which would change with it",
        help,
    );
    assert_refused(
        "spec: &spec\n  managed: &managed {}\nx: {*managed : 1}\n",
        "line 2: spec.managed is repeated by the alias on line 3, which would change with it",
        help,
    );
    assert_refused(
        "spec: &spec\n  managed:\n    roles: &roles\nx: *roles\n",
        "line 3: spec.managed.roles is repeated by the alias on line 4, which would change with it",
        help,
    );
}

#[test]
fn merge_keys() {
    let help = "write the merged keys out in place of `<<`, or make the change by hand";
    assert_refused(
        "x: &x\n  roles: []\nspec:\n  managed:\n    a: b\n    <<: *x\n",
        "line 6: spec.managed has a merge key `<<`, which may bring in keys from elsewhere",
        help,
    );
    assert_refused(
        "\"<<\": {a: b}\nspec: {}\n",
        "line 1: the top level has a merge key `<<`, which may bring in keys from elsewhere",
        help,
    );
}

#[test]
fn duplicate_keys() {
    let help = "remove one of the two keys, then run this again";
    assert_refused(
        "spec:\n  managed:\n    roles: []\n  storage: {}\n  managed: {}\n",
        "line 5: spec.managed is there twice, first on line 2",
        help,
    );
    assert_refused(
        "spec:\n  managed:\n    roles: []\n    'roles':\n",
        "line 4: spec.managed.roles is there twice, first on line 3",
        help,
    );
}

#[test]
fn other_kinds() {
    let help = "correct the value at that line, or make the change by hand";
    for (text, message) in [
        ("spec: 1\n", "line 1: spec is a scalar, not a mapping"),
        (
            "spec:\n  managed:\n    - a\n",
            "line 3: spec.managed is a list, not a mapping",
        ),
        (
            "spec:\n  managed: []\n",
            "line 2: spec.managed is a list, not a mapping",
        ),
        (
            "spec:\n  managed:\n    roles:\n      a: b\n",
            "line 4: spec.managed.roles is a mapping, not a list",
        ),
        (
            "spec:\n  managed:\n    roles: {}\n",
            "line 3: spec.managed.roles is a mapping, not a list",
        ),
        (
            "spec:\n  managed:\n    roles: ''\n",
            "line 3: spec.managed.roles is a scalar, not a list",
        ),
        (
            "spec:\n  managed:\n    roles: !!null\n",
            "line 3: spec.managed.roles is a null with a tag, not a list",
        ),
        ("- a\n", "line 1: the top level is a list, not a mapping"),
        ("text\n", "line 1: the top level is a scalar, not a mapping"),
    ] {
        assert_refused(text, message, help);
    }
}

#[test]
fn a_block_scalar_without_a_line_end() {
    let message = "line 6: the text ends inside a block scalar without a line end, which new text would change";
    for header in ["|", "|+", ">", ">+", "|2"] {
        assert_refused(
            &format!(
                "spec:\n  managed:\n    roles:\n      - name: a\n        comment: {header}\n          one"
            ),
            message,
            "end the file with a line end, then run this again",
        );
    }
    for header in ["|-", ">-", "|2-"] {
        let before = format!(
            "spec:\n  managed:\n    roles:\n      - name: a\n        comment: {header}\n          one"
        );
        let after = append(&before, 0, &ROLES, &[text("b")]).unwrap();
        assert_eq!(after, format!("{before}\n      - b"));
    }
}

#[test]
fn what_the_second_parser_does_not_read() {
    let help = "correct what the parser names, then run this again, or make the change by hand";
    assert_refused(
        "spec:\n  managed: {}\n  x:\n    a: 1\n    a: 2\n",
        "line 4: a second YAML parser does not accept the text: spec.x: duplicate entry with key \"a\" at \
         line 4 column 5",
        help,
    );
    assert_refused(
        "spec:\n  managed:\n    roles:\n      - 1\n      - {a: 1, a: 2}\n      - 3\n",
        "line 5: a second YAML parser does not accept the text: spec.managed.roles[1]: duplicate entry with key \
         \"a\" at line 5 column 9",
        help,
    );
    assert_refused(
        "spec:\n  managed: {}\n\t# a tab before a comment\n  x: y\n",
        "line 3: a second YAML parser does not accept the text: found character that cannot start any token at \
         line 3 column 1, while scanning for the next token",
        help,
    );
}

#[test]
fn a_later_document_that_the_second_parser_does_not_read_is_no_obstacle() {
    let text = "spec:\n  managed:\n    roles: []\n---\nb: 1\nb: 2\n";
    let after = append(text, 0, &ROLES, &[super::text("x")]).unwrap();
    assert_eq!(
        after,
        "spec:\n  managed:\n    roles:\n      - x\n---\nb: 1\nb: 2\n"
    );
    assert_eq!(
        append(text, 1, &ROLES, &[super::text("x")])
            .unwrap_err()
            .to_string(),
        "a second YAML parser does not accept the text: duplicate entry with key \"b\" at line 5 column 1"
    );
}

#[test]
fn a_failed_check() {
    assert_refused(
        "spec:\n  managed:\n    ? roles\n",
        "line 4: the edit of spec.managed.roles was thrown away: the new text is no valid YAML",
        "nothing was changed: make the change by hand, and please report the file's layout",
    );
}

#[test]
fn a_key_that_is_there() {
    let text = "metadata:\n  annotations:\n    a: b\n    argocd.argoproj.io/sync-wave: '0'\n";
    let path = ["metadata", "annotations"];
    let key = "argocd.argoproj.io/sync-wave";
    let error = insert_key(text, 0, &path, key, &super::text("1")).unwrap_err();
    assert_eq!(
        format!("line {}: {error}", error.line()),
        "line 4: metadata.annotations[\"argocd.argoproj.io/sync-wave\"] is there already"
    );
    assert_eq!(
        error.help(),
        "change the value by hand if it is not the one you want"
    );
    assert_eq!(
        error.snippet(),
        Some("metadata:\n  annotations:\n    argocd.argoproj.io/sync-wave: \"1\"\n")
    );
    let scalar = insert_key("metadata: a\n", 0, &path, key, &super::text("1")).unwrap_err();
    assert_eq!(scalar.to_string(), "metadata is a scalar, not a mapping");
}
