//! Removals, other scalars and several changes at once, each with its exact outcome.

use super::super::{Edit, EditError, Step};
use super::shapes::{assert_shape, shapes};
use super::{Addition, TOP, apply, map, remove, role, set, text};

/// The steps of a path such as `a.b[1]`.
fn steps(path: &str) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    for part in path.split('.').filter(|part| !part.is_empty()) {
        let (key, items) = part.split_once('[').unwrap_or((part, ""));
        if !key.is_empty() {
            steps.push(Step::Key(key));
        }
        let items = items.split('[').filter_map(|item| item.strip_suffix(']'));
        steps.extend(items.map(|item| Step::Item(item.parse().unwrap())));
    }
    steps
}

#[test]
fn entries() {
    let shapes = shapes(include_str!("../../../../tests/fixtures/edit/removals.txt"));
    assert!(shapes.len() >= 50);
    for shape in shapes {
        let (_, paths) = shape.name.rsplit_once(": ").unwrap();
        let paths: Vec<_> = paths.split(' ').map(steps).collect();
        assert_shape(&shape, &|text, document| remove(text, document, &paths));
    }
}

#[test]
fn whole_numbers_and_booleans() {
    for (old, value, new) in [
        ("a: true # c\n", Addition::Bool(false), "a: false # c\n"),
        ("a: True\n", Addition::Bool(true), "a: True\n"),
        ("a: yes\n", Addition::Bool(true), "a: true\n"),
        ("a: 'true'\n", Addition::Bool(true), "a: true\n"),
        ("a: -1\n", Addition::Integer(5), "a: 5\n"),
        ("a: 5\n", Addition::Integer(5), "a: 5\n"),
        ("a: |\n  x\nb: c\n", Addition::Bool(true), "a: true\nb: c\n"),
        ("a: | # c\n  x\n", Addition::Integer(1), "a: 1 # c\n"),
        ("a:\nb: c\n", Addition::Bool(true), "a: true\nb: c\n"),
        ("a: ~ # c\n", Addition::Bool(true), "a: true # c\n"),
        ("{\"a\": null}\n", text("x"), "{\"a\": \"x\"}\n"),
        ("{a: , b: c}\n", Addition::Bool(true), "{a: true , b: c}\n"),
        ("a: b\n", text("5"), "a: \"5\"\n"),
        ("a:\nb: c\n", map([("x", text("w"))]), "a:\n  x: w\nb: c\n"),
        ("b: c\n", Addition::Bool(true), "b: c\na: true\n"),
        ("b: c\n", map([("x", text("w"))]), "b: c\na:\n  x: w\n"),
    ] {
        assert_eq!(set(old, 0, &["a"], &value).as_deref(), Ok(new), "{old}");
    }
}

#[test]
fn what_is_not_set() {
    for (old, value, message) in [
        (
            "a: {b: c}\n",
            Addition::Bool(true),
            "a is a mapping, not a text, number or boolean",
        ),
        (
            "a: b\n",
            map([("c", text("d"))]),
            "a is a scalar, not a null, or missing",
        ),
        (
            "a: !!bool true\n",
            Addition::Bool(false),
            "a has the tag !!bool, which says how its text is read",
        ),
    ] {
        let error = set(old, 0, &["a"], &value).unwrap_err();
        assert_eq!(error.to_string(), message, "{old}");
    }
}

const ROLES: &str = "roles:
  - name: a # first
    login: true
  # about b
  - name: b
    login: true
    passwordSecret:
      name: b-creds
  - name: c
instances: 3
storage: {size: 1Gi, resizeInUseVolumes: true}
";

#[test]
fn several_changes_at_once() {
    let edits = [
        Edit::remove(&steps("roles[0]")),
        Edit::append(&["roles"], vec![role("d")]),
        Edit::set(&steps("roles[1].login"), Addition::Bool(false)),
        Edit::remove(&steps("roles[1].passwordSecret")),
        Edit::insert_key(&steps("roles[1]"), "disablePassword", Addition::Bool(true)),
        Edit::set_text(&steps("roles[2].name"), "no"),
        Edit::remove(&["instances"]),
        Edit::insert_key(&["storage"], "storageClass", text("fast")),
        Edit::remove(&["storage", "resizeInUseVolumes"]),
        Edit::set(&["storage", "size"], text("2Gi")),
        Edit::append(&["roles"], vec![role("e")]),
    ];
    assert_eq!(
        apply(ROLES, 0, &edits).unwrap(),
        "roles:
  # about b
  - name: b
    login: false
    disablePassword: true
  - name: \"no\"
  - name: d
    login: true
    passwordSecret:
      name: my-shop-db-creds
  - name: e
    login: true
    passwordSecret:
      name: my-shop-db-creds
storage: {size: 2Gi, storageClass: fast}
"
    );
}

#[test]
fn what_is_missing_is_made_of_several_changes() {
    let edits = [
        Edit::append(&["spec", "managed", "roles"], vec![text("a")]),
        Edit::set(&["spec", "managed", "x"], Addition::Bool(true)),
        Edit::append(&["spec", "managed", "roles"], vec![text("b")]),
        Edit::insert_key(&["spec"], "instances", Addition::Integer(1)),
    ];
    assert_eq!(
        apply("kind: Cluster\n", 0, &edits).unwrap(),
        "kind: Cluster\nspec:\n  managed:\n    roles:\n      - a\n      - b\n    x: true\n  instances: 1\n"
    );
    assert_eq!(
        apply("spec: []\n", 0, &edits[..1]).unwrap_err().to_string(),
        "spec is a list, not a mapping"
    );
}

#[test]
fn entries_that_others_take_the_place_of() {
    for (old, new) in [
        ("a: [b, c] # d\n", "a: [x, w] # d\n"),
        ("a:\n  - b # c\n  - c\n", "a:\n  - x\n  - w\n"),
        ("a:\n- b\n\n- c\nz: 1\n", "a:\n- x\n\n- w\nz: 1\n"),
        ("a:\n- b\n- c", "a:\n- x\n- w"),
        (
            "a: [\n  b,\n  # about c\n  c # of c\n]\n",
            "a: [\n  x,\n  w\n]\n",
        ),
        ("{\"a\":[\"b\",\"c\"]}\n", "{\"a\":[\"x\",\"w\"]}\n"),
        (
            "{\n  \"a\": [\n    \"b\",\n    \"c\"\n  ]\n}\n",
            "{\n  \"a\": [\n    \"x\",\n    \"w\"\n  ]\n}\n",
        ),
    ] {
        let edits = [
            Edit::remove(&steps("a[0]")),
            Edit::append(&["a"], vec![text("x"), text("w")]),
            Edit::remove(&steps("a[1]")),
        ];
        assert_eq!(apply(old, 0, &edits).as_deref(), Ok(new), "{old}");
    }
    for (old, new) in [
        ("- b: c\n", "- d: e\n"),
        ("- b: c # f", "- d: e"),
        (
            "- b:\n    - c\n  # about\n- x\n",
            "-\n  # about\n  d: e\n- x\n",
        ),
        ("- {b: c}\n", "- {d: e}\n"),
    ] {
        let edits = [
            Edit::remove(&steps("[0].b")),
            Edit::insert_key(&steps("[0]"), "d", text("e")),
        ];
        assert_eq!(apply(old, 0, &edits).as_deref(), Ok(new), "{old}");
    }
}

#[test]
fn changes_that_do_not_go_together() {
    let refused = |edits: &[Edit<'_>]| {
        let error = apply(ROLES, 0, edits).unwrap_err();
        assert!(matches!(error, EditError::Conflict { .. }), "{error:?}");
        format!("line {}: {error}", error.line())
    };
    let remove_b = Edit::remove(&steps("roles[1]"));
    assert_eq!(
        refused(&[
            Edit::set_text(&steps("roles[1].name"), "x"),
            remove_b.clone()
        ]),
        "line 5: roles[1] is to be changed in two ways at once"
    );
    assert_eq!(
        refused(&[
            Edit::remove(&["instances"]),
            Edit::set(&["instances"], Addition::Integer(1))
        ]),
        "line 10: instances is to be changed in two ways at once"
    );
    assert_eq!(
        refused(&[
            Edit::insert_key(&["new"], "a", text("b")),
            Edit::insert_key(&TOP, "new", text("b")),
        ]),
        "line 1: new is to be changed in two ways at once"
    );
    let twice = apply(ROLES, 0, &[remove_b.clone(), remove_b]).unwrap();
    assert!(!twice.contains("b-creds"), "{twice}");
}

#[test]
fn what_is_not_removed() {
    for (old, path, message) in [
        ("a: b\n", "c", "c is not there"),
        ("a: [b]\n", "a[1]", "a[1] is not there"),
        ("a: b\n", "a.c", "a is a scalar, not a mapping"),
        (
            "a: b\n",
            "",
            "the top level is the whole document, not an entry of a list or a mapping",
        ),
        (
            "x: &x {b: 1}\na:\n  <<: *x\n  b: 2\n",
            "a.b",
            "a has a merge key `<<`, which may bring in keys from elsewhere",
        ),
        (
            "x: &x {b: 1}\na: *x\n",
            "a.b",
            "a is an alias of a node that is written elsewhere",
        ),
        (
            "x: &x {b: 1}\na: *x\n",
            "x.b",
            "x is repeated by the alias on line 2, which would change with it",
        ),
        (
            "x: {b: &x 1}\na:\n- *x\n",
            "x",
            "x holds an anchor that the alias on line 3 repeats",
        ),
        ("a: b\na: c\n", "a", "a is there twice, first on line 1"),
        (
            "? a\n: b\n? c\n: d\n",
            "a",
            "the edit of the top level was thrown away: it is not clear what belongs to the entry that is to go",
        ),
        (
            "a: [b, # of b\n  c]\n",
            "a[1]",
            "the edit of a was thrown away: it is not clear what belongs to the entry that is to go",
        ),
    ] {
        let error = remove(old, 0, &[steps(path)]).unwrap_err();
        assert_eq!(error.to_string(), message, "{old}");
        assert_eq!(error.snippet(), None);
        let removals: Vec<&str> = error.removals().iter().map(String::as_str).collect();
        assert_eq!(
            removals,
            [if path.is_empty() {
                "the top level"
            } else {
                path
            }]
        );
    }
}

#[test]
fn anchors_that_stay_count_on() {
    let old = "a: &a 1\nb: &b 2\nc: &c 3\nd: [*a, *c]\n---\nx: &x 1\ny: *x\n";
    assert_eq!(
        remove(old, 0, &[steps("b")]).unwrap(),
        "a: &a 1\nc: &c 3\nd: [*a, *c]\n---\nx: &x 1\ny: *x\n"
    );
}
