//! Paths that lead through lists, for each of the edits.

use super::super::{EditError, Step};
use super::{Addition, append, insert_key, map, role, set_text, text};

const LIST: &str = "kind: List
items:
- kind: A # first
  metadata: {name: a}
- kind: B
  metadata:
    name: b
    annotations:
      wave: 1 # early
    # about the annotations
  spec:
    managed:
      roles:
        - name: one
          login: true
          # about one
        - name: two
- kind: C
";

/// A path to something of an object in `items`.
fn of_item<'path>(item: usize, keys: &[&'path str]) -> Vec<Step<'path>> {
    let keys = keys.iter().map(|key| Step::Key(key));
    [Step::Key("items"), Step::Item(item)]
        .into_iter()
        .chain(keys)
        .collect()
}

#[test]
fn a_text_is_set() {
    let wave = of_item(1, &["metadata", "annotations", "wave"]);
    let name = of_item(0, &["metadata", "name"]);
    let mut role = of_item(1, &["spec", "managed", "roles"]);
    role.extend([Step::Item(1), Step::Key("name")]);
    let changes = [(&*wave, "1"), (&*name, "x"), (&*role, "three")];
    assert_eq!(
        set_text(LIST, 0, &changes).unwrap(),
        LIST.replace("wave: 1", "wave: \"1\"")
            .replace("{name: a}", "{name: x}")
            .replace("two", "three")
    );
    let items = "a:\n  - b # c\n  -   'd'\n  - - |-\n      e\n    - f\n";
    let paths = [
        [Step::Key("a"), Step::Item(0)].as_slice(),
        &[Step::Key("a"), Step::Item(1)],
        &[Step::Key("a"), Step::Item(2), Step::Item(0)],
        &[Step::Key("a"), Step::Item(2), Step::Item(1)],
    ];
    assert_eq!(
        set_text(items, 0, &paths.map(|path| (path, "x"))).unwrap(),
        "a:\n  - x # c\n  -   'x'\n  - - |-\n      x\n    - x\n"
    );
}

#[test]
fn a_key_is_inserted() {
    let insert = |path: &[Step<'_>], key: &str, value: &Addition| {
        insert_key(LIST, 0, path, key, value).unwrap()
    };
    assert_eq!(
        insert(
            &of_item(1, &["metadata", "annotations"]),
            "later",
            &text("2")
        ),
        LIST.replace("# early\n", "# early\n      later: \"2\"\n")
    );
    assert_eq!(
        insert(
            &of_item(0, &["metadata", "annotations"]),
            "wave",
            &text("2")
        ),
        LIST.replace("{name: a}", "{name: a, annotations: {wave: \"2\"}}")
    );
    assert_eq!(
        insert(&of_item(2, &["metadata"]), "name", &text("c")),
        LIST.replace("kind: C\n", "kind: C\n  metadata:\n    name: c\n")
    );
    let mut one = of_item(1, &["spec", "managed", "roles"]);
    one.push(Step::Item(0));
    assert_eq!(
        insert(&one, "inherit", &Addition::Bool(false)),
        LIST.replace("# about one\n", "# about one\n          inherit: false\n")
    );
}

#[test]
fn an_entry_is_appended() {
    let roles = of_item(1, &["spec", "managed", "roles"]);
    assert_eq!(
        append(LIST, 0, &roles, &[role("three")]).unwrap(),
        LIST.replace(
            "name: two\n",
            "name: two\n        - name: three\n          login: true\n          passwordSecret:\n            \
             name: my-shop-db-creds\n"
        )
    );
    let nested = [Step::Key("a"), Step::Item(1)];
    assert_eq!(
        append(
            "a:\n  - b\n  - - c\n    # d\n  - e\n",
            0,
            &nested,
            &[text("x")]
        )
        .unwrap(),
        "a:\n  - b\n  - - c\n    # d\n    - x\n  - e\n"
    );
    assert_eq!(
        append("{\"a\":[1,[]]}", 0, &nested, &[text("x")]).unwrap(),
        "{\"a\":[1,[\"x\"]]}"
    );
}

#[test]
fn an_empty_item_is_filled_where_something_of_it_is_written() {
    let first = [Step::Key("a"), Step::Item(0)];
    let pair = |before: &str| insert_key(before, 0, &first, "k", &text("v"));
    for (before, after) in [
        ("a:\n  - {}\n  - b\n", "a:\n  - {k: v}\n  - b\n"),
        ("a:\n  - ~ # c\n", "a:\n  - {k: v} # c\n"),
        ("a: [{}, b]\n", "a: [{k: v}, b]\n"),
        ("a: [null]\n", "a: [{k: v}]\n"),
        ("a:\n  - b:\n", "a:\n  - b:\n    k: v\n"),
    ] {
        assert_eq!(pair(before).unwrap(), after, "{before:?}");
    }
    for before in [
        "a:\n  -\n  - b\n",
        "a:\n  - # c\n",
        "a:\n  - &x\n",
        "a:\n- ",
    ] {
        assert_eq!(
            pair(before).unwrap_err().to_string(),
            "a[0] is a null, not a mapping",
            "{before:?}"
        );
    }
}

fn message(error: &EditError) -> String {
    format!("line {}: {error}", error.line())
}

#[test]
fn refusals() {
    let kind = of_item(3, &["kind"]);
    let error = set_text(LIST, 0, &[(&kind, "D")]).unwrap_err();
    assert_eq!(message(&error), "line 3: items[3] is not there");
    assert_eq!(error.snippet(), Some("items:\n  - kind: D\n"));
    let error = insert_key(LIST, 0, &kind, "x", &text("y")).unwrap_err();
    assert_eq!(message(&error), "line 3: items[3] is not there");
    for (text, outcome) in [
        ("items: {a: b}\n", "line 1: items is a mapping, not a list"),
        ("items: a\n", "line 1: items is a scalar, not a list"),
        ("items:\n", "line 1: items[3] is not there"),
        ("a: b\n", "line 1: items is not there"),
        (
            "items: &x [1, 2, 3, {kind: A}]\nx: *x\n",
            "line 1: items is repeated by the alias on line 2, which would change with it",
        ),
        (
            "x: &x {kind: A}\nitems: [1, 2, 3, *x]\n",
            "line 2: items[3] is an alias of a node that is written elsewhere",
        ),
        (
            "items: [1, 2, 3, [kind]]\n",
            "line 1: items[3] is a list, not a mapping",
        ),
        (
            "items: [1, 2, 3, {kind: A, kind: B}]\n",
            "line 1: items[3].kind is there twice, first on line 1",
        ),
    ] {
        for edit in [
            set_text(text, 0, &[(&kind, "D")]),
            append(text, 0, &kind, &[super::text("D")]),
            insert_key(text, 0, &kind, "D", &map([])),
        ] {
            assert_eq!(message(&edit.unwrap_err()), outcome);
        }
    }
    let twice = [
        (&*of_item(0, &["x"]), "1"),
        (&of_item(1, &["y"]), "2"),
        (&of_item(0, &["z"]), "3"),
    ];
    assert_eq!(
        set_text("a: b\n", 0, &twice).unwrap_err().snippet(),
        Some("items:\n  - x: \"1\"\n    z: \"3\"\n  - \"y\": \"2\"\n")
    );
}
