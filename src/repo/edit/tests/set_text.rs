//! Scalars that get another text: each shape with its exact outcome, and what is refused.

use super::super::EditError;
use super::shapes::{Shape, assert_shape};
use super::{TOP, set_text};

/// Sets `a`, with line ends and other documents of every kind.
fn assert_set(before: &str, text: &str, after: &str) {
    assert_variants(before, text, after, false);
}

/// The same for a text whose last line end is part of a value.
fn assert_set_with_line_end(before: &str, text: &str, after: &str) {
    assert_variants(before, text, after, true);
}

fn assert_variants(before: &str, text: &str, after: &str, with_line_end: bool) {
    let shape = Shape {
        name: format!("{before:?} with {text:?}"),
        document: 0,
        before: before.to_owned(),
        after: after.to_owned(),
        at_the_end: false,
        with_line_end,
    };
    assert_shape(&shape, &|file, document| {
        set_text(file, document, &[(&["a"], text)])
    });
}

#[test]
fn plain() {
    for (before, text, after) in [
        ("a: b\n", "c", "a: c\n"),
        (
            "x: y\na:   b   # c: d\nz: 1\n",
            "d e",
            "x: y\na:   d e   # c: d\nz: 1\n",
        ),
        ("a: b # c\n", "2", "a: \"2\" # c\n"),
        ("a: b\n", "", "a: \"\"\n"),
        ("a: b\n", "it's", "a: it's\n"),
        ("a: b\n", "c: d", "a: \"c: d\"\n"),
        ("a: b\n", "c\nd", "a: \"c\\nd\"\n"),
        ("a: b\n", "~", "a: \"~\"\n"),
        ("a: &x b # c\n", "d", "a: &x d # c\n"),
        ("a: &x b # c\n", "yes", "a: &x \"yes\" # c\n"),
        ("a:\n  b # c\n", "d", "a:\n  d # c\n"),
        ("a: b\n  c\n\n  d # e\nf: 1\n", "g", "a: g # e\nf: 1\n"),
        ("? a\n: b\n", "c", "? a\n: c\n"),
        ("'a': b\n", "c", "'a': c\n"),
        ("a: b:c#d\n", "e", "a: e\n"),
    ] {
        assert_set(before, text, after);
    }
}

#[test]
fn only_the_quoting_changes() {
    for value in [
        "2",
        "-2",
        "0o17",
        "017",
        "1_000",
        "12:30",
        "1.5",
        "-.inf",
        ".NaN",
        "true",
        "Yes",
        "off",
        "y",
        "2001-12-14",
        "<<",
        "=",
    ] {
        let before = format!("a: {value} # c\n");
        assert_set(&before, value, &format!("a: \"{value}\" # c\n"));
    }
    assert_set("{a: 2}\n", "2", "{a: \"2\"}\n");
    assert_set("{\"a\":2}\n", "2", "{\"a\":\"2\"}\n");
}

#[test]
fn what_every_reader_takes_for_that_string_stays() {
    for (before, text) in [
        ("a: b # c\n", "b"),
        ("a: -b\n", "-b"),
        ("a: b\n  c\n", "b c"),
        ("a: '2'\n", "2"),
        ("a: \"2\"\n", "2"),
        ("a: \"\\x32\"\n", "2"),
        ("a: \"b\\\n  c\"\n", "bc"),
        ("a: |-\n  2\n", "2"),
        ("a: >-\n  b\n  c\n", "b c"),
        ("a: >-\n   b\n   c\nd: 1\n", "b c"),
        ("{a: http://b}\n", "http://b"),
    ] {
        assert_set(before, text, before);
    }
}

#[test]
fn quoted() {
    for (before, text, after) in [
        ("a: 'b' # c\n", "d", "a: 'd' # c\n"),
        ("a: 'b'\n", "2", "a: '2'\n"),
        ("a: 'b'\n", "it's", "a: 'it''s'\n"),
        ("a: 'b'\n", " # c: ", "a: ' # c: '\n"),
        ("a: 'b'\n", "", "a: ''\n"),
        ("a: 'b'\n", "c\td", "a: \"c\\td\"\n"),
        ("a: 'b'\n", "c\nd", "a: \"c\\nd\"\n"),
        ("a: 'b\n\n  c' # d\n", "e", "a: 'e' # d\n"),
        ("a: &x 'b'\n", "c", "a: &x 'c'\n"),
        ("a: \"b\" # c\n", "d", "a: \"d\" # c\n"),
        ("a: \"b\"\n", "c\\d\"e\u{7}", "a: \"c\\\\d\\\"e\\u0007\"\n"),
        ("a: \"b\\\n  c\"\nd: 1\n", "e", "a: \"e\"\nd: 1\n"),
        ("a:\n  \"b\" # c\n", "d", "a:\n  \"d\" # c\n"),
        ("a: \"b\"\n", "\u{e0041}", "a: \"\\U000e0041\"\n"),
    ] {
        assert_set(before, text, after);
    }
}

#[test]
fn flow_and_json() {
    for (before, text, after) in [
        ("{a: b, c: d} # e\n", "f", "{a: f, c: d} # e\n"),
        ("{a: b, c: d}\n", "e, f", "{a: \"e, f\", c: d}\n"),
        ("{a: b, c: d}\n", "http://x", "{a: \"http://x\", c: d}\n"),
        ("{ a: 1 , c: d }\n", "e", "{ a: e , c: d }\n"),
        ("{a: 'b', c: d}\n", "e, f", "{a: 'e, f', c: d}\n"),
        ("{a: 'b', c: d}\n", "e\n", "{a: \"e\\n\", c: d}\n"),
        ("{a: b c\n  d, e: f}\n", "g", "{a: g, e: f}\n"),
        ("{\"a\":\"b\"}\n", "c", "{\"a\":\"c\"}\n"),
        (
            "{\"a\": 1, \"b\": {}}\n",
            "c",
            "{\"a\": \"c\", \"b\": {}}\n",
        ),
        ("{\"a\": true}\n", "c", "{\"a\": \"c\"}\n"),
        ("{\"a\": -1.5e3}\n", "c", "{\"a\": \"c\"}\n"),
        ("{\"a\": b}\n", "c", "{\"a\": c}\n"),
        ("{\"a\":b}\n", "c", "{\"a\":c}\n"),
        (
            "{\n  \"a\": \"b\"\n}\n",
            "c\u{7}",
            "{\n  \"a\": \"c\\u0007\"\n}\n",
        ),
        ("{\"a\":\"b\"}\n", "\u{e0041}", "{\"a\":\"\u{e0041}\"}\n"),
    ] {
        assert_set(before, text, after);
    }
    let list = set_text("[1]", 0, &[([super::super::Step::Item(0)].as_slice(), "b")]);
    assert_eq!(list.unwrap(), "[\"b\"]");
}

#[test]
fn block_scalars_stay() {
    for (before, text, after) in [
        (
            "a: | # c\n  b\n\n# d\ne: f\n",
            "g\n  h\n\n# i \n",
            "a: | # c\n  g\n    h\n\n  # i \n\n# d\ne: f\n",
        ),
        (
            "a: |-\n\n    b\n     c\nd: e\n",
            "f\ng",
            "a: |-\n    f\n    g\nd: e\n",
        ),
        ("a: |-\n  b\nc: d\n", "\ne", "a: |-\n\n  e\nc: d\n"),
        ("a: >\n  b\n  c\nd: e\n", "f g\n", "a: >\n  f g\nd: e\n"),
        (
            "a: &x >-\n  b\n\n  c\n\n\nd: e\n",
            "f",
            "a: &x >-\n  f\n\n\nd: e\n",
        ),
        ("a: |-\n  b\n", "c", "a: |-\n  c\n"),
        ("a:\n  |\n  b\nc: d\n", "e\n", "a:\n  |\n  e\nc: d\n"),
        ("a: |\n  b\n   \nc: d\n", "e\n", "a: |\n  e\nc: d\n"),
        ("a: |\n  b\n  \nc: d\n", "e\n", "a: |\n  e\n  \nc: d\n"),
    ] {
        assert_set(before, text, after);
    }
}

#[test]
fn block_scalars_give_way() {
    for (before, text, after) in [
        (
            "a: | # c\n  b\n  # d\n\n# e\nf: g\n",
            "h",
            "a: \"h\" # c\n\n# e\nf: g\n",
        ),
        ("a: |-\n  b\nc: d\n", "e\n", "a: \"e\\n\"\nc: d\n"),
        ("a: |\n  b\nc: d\n", "e\n\n", "a: \"e\\n\\n\"\nc: d\n"),
        ("a: |\n  b\nc: d\n", "\n", "a: \"\\n\"\nc: d\n"),
        ("a: |-\n  b\nc: d\n", "", "a: \"\"\nc: d\n"),
        ("a: |-\n  b\nc: d\n", " e", "a: \" e\"\nc: d\n"),
        ("a: |-\n  b\nc: d\n", "\n e", "a: \"\\n e\"\nc: d\n"),
        (
            "a: |-\n  b\nc: d\n",
            "e\n  \nf",
            "a: \"e\\n  \\nf\"\nc: d\n",
        ),
        ("a: |-\n  b\nc: d\n", "e\tf", "a: \"e\\tf\"\nc: d\n"),
        ("a: |+\n  b\n\n\nc: d\n", "e\n", "a: \"e\\n\"\n\n\nc: d\n"),
        ("a: |2-\n   b\n  c\nd: e\n", "f", "a: \"f\"\nd: e\n"),
        ("a: >-\n  b\nc: d\n", "e\nf", "a: \"e\\nf\"\nc: d\n"),
        ("a: >-\n  b\nc: d\n", "e ", "a: \"e \"\nc: d\n"),
        (
            "a: | # c\n\n# d | e\nf: g\n",
            "h\n",
            "a: \"h\\n\" # c\n\n# d | e\nf: g\n",
        ),
        ("a: |+\n\n\nc: d\n", "e", "a: \"e\"\n\n\nc: d\n"),
        ("a: |\nc: d\n", "e", "a: \"e\"\nc: d\n"),
        ("a: &x |\n  b\n", "c", "a: &x \"c\"\n"),
    ] {
        assert_set(before, text, after);
    }
    assert_set_with_line_end("a: |\n  b\n", "c\n", "a: |\n  c\n");
    for (before, after) in [
        ("a: |\n  b", "a: \"c\\n\""),
        ("a: |\n  c", "a: \"c\\n\""),
        ("a: |", "a: \"c\\n\""),
        ("a: | # d", "a: \"c\\n\" # d"),
        ("a:\n  >-\n", "a:\n  \"c\\n\"\n"),
        ("a:\n  |+\n\n\n", "a:\n  \"c\\n\"\n\n\n"),
    ] {
        assert_eq!(set_text(before, 0, &[(&["a"], "c\n")]).unwrap(), after);
    }
}

#[test]
fn the_top_level() {
    for (before, text, after) in [
        ("b # c\n", "d", "d # c\n"),
        ("--- b\n", "---", "--- \"---\"\n"),
        ("--- |\n  b\n", "c", "--- \"c\"\n"),
        ("\"b\"", "c", "\"c\""),
    ] {
        assert_eq!(set_text(before, 0, &[(&TOP, text)]).unwrap(), after);
    }
    // To the second parser the scalar is empty, and its text another scalar.
    let error = set_text("--- |\nb\n", 0, &[(&TOP, "c\n")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a second YAML parser does not accept the text: did not find expected <document start> at line 2 column 1"
    );
}

#[test]
fn several_at_once() {
    let before = "spec:\n  encryptedData:\n    username: AgA= # u\n    password: >-\n      AgB=\n  x: 'AgB='\n";
    let after =
        "spec:\n  encryptedData:\n    username: AgC= # u\n    password: >-\n      AgD=\n  x: 'y'\n";
    let changes: [(&[&str], &str); 3] = [
        (&["spec", "x"], "y"),
        (&["spec", "encryptedData", "password"], "AgD="),
        (&["spec", "encryptedData", "username"], "AgC="),
    ];
    assert_eq!(set_text(before, 0, &changes).unwrap(), after);
    assert_eq!(set_text(after, 0, &changes).unwrap(), after);
}

#[test]
fn no_changes() {
    let none: [(&[&str], &str); 0] = [];
    assert_eq!(set_text("a: {{", 0, &none).unwrap(), "a: {{");
}

/// Why `spec.a` and `spec.b` are not set.
fn refused(text: &str) -> EditError {
    let changes: [(&[&str], &str); 2] = [(&["spec", "a"], "2"), (&["spec", "b"], "c")];
    let error = set_text(text, 0, &changes).unwrap_err();
    assert_eq!(
        error.snippet(),
        Some("spec:\n  a: \"2\"\n  b: c\n"),
        "{text:?}"
    );
    error
}

#[test]
fn refusals() {
    for (text, message) in [
        (
            "spec: [\n",
            "line 1: this is no valid YAML: unclosed bracket '['",
        ),
        (
            "",
            "line 1: there is no YAML document number 1: the text has 0",
        ),
        ("{}\n", "line 1: spec is not there"),
        ("spec:\n", "line 1: spec.a is not there"),
        ("x: y\nspec:\n  b: c\n", "line 3: spec.a is not there"),
        ("spec:\n  a: 1\n", "line 2: spec.b is not there"),
        (
            "spec:\n  a:\n  b: c\n",
            "line 2: spec.a is a null, not a text, number or boolean",
        ),
        (
            "spec: {a: ~, b: c}\n",
            "line 1: spec.a is a null, not a text, number or boolean",
        ),
        (
            "spec: {a: [], b: c}\n",
            "line 1: spec.a is a list, not a text, number or boolean",
        ),
        (
            "spec:\n  a: 1\n  b:\n    c: d\n",
            "line 4: spec.b is a mapping, not a text, number or boolean",
        ),
        ("spec: x\n", "line 1: spec is a scalar, not a mapping"),
        ("spec: [a]\n", "line 1: spec is a list, not a mapping"),
        (
            "x: &x 1\nspec:\n  a: *x\n",
            "line 3: spec.a is an alias of a node that is written elsewhere",
        ),
        (
            "spec:\n  a: &x 2\n  b: *x\n",
            "line 2: spec.a is repeated by the alias on line 3, which would change with it",
        ),
        (
            "spec:\n  a: 1\n  a: 2\n",
            "line 3: spec.a is there twice, first on line 2",
        ),
        (
            "x: &x {}\nspec:\n  a: 1\n  <<: *x\n",
            "line 4: spec has a merge key `<<`, which may bring in keys from elsewhere",
        ),
        (
            "spec:\n  a: !!int 2\n",
            "line 2: spec.a has the tag !!int, which says how its text is read",
        ),
        (
            "spec:\n  a: 1\n  b: !vault |\n    c\n",
            "line 4: spec.b has the tag !vault, which says how its text is read",
        ),
        (
            "spec:\n  a: !!null\n",
            "line 2: spec.a has the tag !!null, which says how its text is read",
        ),
        (
            "spec: {a: 1, b: c}\nx: {y: 1, y: 2}\n",
            "line 2: a second YAML parser does not accept the text: x: duplicate entry with key \"y\" at line 2 \
             column 4",
        ),
    ] {
        let error = refused(text);
        assert_eq!(format!("line {}: {error}", error.line()), message);
    }
}

#[test]
fn help() {
    for (text, help) in [
        ("spec:\n", "add it by hand, or correct the path"),
        (
            "spec: {a: !t 1}\n",
            "remove the tag, or change the value by hand",
        ),
    ] {
        assert_eq!(refused(text).help(), help);
    }
}

#[test]
fn a_scalar_twice() {
    let error = set_text("a: b\n", 0, &[(&["a"], "x"), (&["a"], "y")]).unwrap_err();
    assert_eq!(error.to_string(), "a is to be changed in two ways at once");
}
