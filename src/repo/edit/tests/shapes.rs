//! Shapes that users' texts have, each with its exact outcome, also with other line ends and among other documents.

use super::super::EditError;
use super::{Addition, ROLES, TOP, append, insert_key, map, role, text};

/// A text before and after an edit.
pub(super) struct Shape {
    pub(super) name: String,
    pub(super) document: usize,
    pub(super) before: String,
    pub(super) after: String,
    /// Whether the outcome depends on nothing following in the text.
    pub(super) at_the_end: bool,
    /// Whether the last line end is part of a value.
    pub(super) with_line_end: bool,
}

/// Reads a file of shapes; its head says what it looks like.
pub(super) fn shapes(file: &str) -> Vec<Shape> {
    let (_, shapes) = file.split_once("\n@@ ").unwrap();
    shapes.split("\n@@ ").map(shape).collect()
}

fn shape(text: &str) -> Shape {
    let (name, lines) = text.split_once('\n').unwrap();
    let (mut before, mut after) = (String::new(), String::new());
    for line in lines.lines() {
        let (mark, line) = line.split_at(1);
        for (side, other_mark) in [(&mut before, "+"), (&mut after, "-")] {
            if mark != other_mark {
                side.push_str(line);
                side.push('\n');
            }
        }
    }
    let document = name.split_once("(document ").map_or(0, |(_, rest)| {
        rest.trim_end_matches(|c: char| !c.is_ascii_digit())
            .parse()
            .unwrap_or_else(|_| panic!("{name}"))
    });
    Shape {
        document,
        before,
        after,
        at_the_end: name.contains("at the end)"),
        with_line_end: name.contains("with a line end)"),
        name: name.to_owned(),
    }
}

/// Checks a shape as it is, and with what else may be different about a text.
pub(super) fn assert_shape(
    shape: &Shape,
    edit: &impl Fn(&str, usize) -> Result<String, EditError>,
) {
    let Shape {
        name,
        document,
        before,
        after,
        ..
    } = shape;
    let check = |variant: &str, document: usize, change: &dyn Fn(&str) -> String| {
        let outcome = edit(&change(before), document);
        let outcome = outcome.unwrap_or_else(|error| panic!("{name}, {variant}: {error}"));
        assert_eq!(outcome, change(after), "{name}, {variant}");
    };
    check("as it is", *document, &str::to_owned);
    check("CRLF", *document, &|text| text.replace('\n', "\r\n"));
    check("byte order mark", *document, &|text| {
        format!("\u{feff}{text}")
    });
    if !shape.with_line_end {
        check("no final line end", *document, &|text| {
            text.strip_suffix('\n').unwrap().to_owned()
        });
    }
    let has_marker = before
        .lines()
        .any(|line| line.starts_with("---") || line.starts_with("..."));
    if !has_marker {
        check("after a document", document + 1, &|text| {
            format!("a:\n  - b # c\n---\n{text}")
        });
    }
    if !has_marker && !shape.at_the_end {
        check("before a document", *document, &|text| {
            format!("{text}---\n- c: |+\n    d\n\n")
        });
        check("before the stream's end", *document, &|text| {
            format!("{text}...\n# end\n")
        });
    }
}

#[test]
fn roles() {
    let shapes = shapes(include_str!("../../../../tests/fixtures/edit/roles.txt"));
    assert!(shapes.len() >= 75);
    for shape in shapes {
        assert_shape(&shape, &|text, document| {
            append(text, document, &ROLES, &[role("my_shop")])
        });
    }
}

#[test]
fn annotations() {
    let file = include_str!("../../../../tests/fixtures/edit/annotations.txt");
    for shape in shapes(file) {
        assert_shape(&shape, &|file, document| {
            insert_key(
                file,
                document,
                &["metadata", "annotations"],
                "argocd.argoproj.io/sync-wave",
                &text("1"),
            )
        });
    }
}

#[test]
fn resources() {
    let file = include_str!("../../../../tests/fixtures/edit/resources.txt");
    let entries = [text("my-shop-secrets-sealed.yaml"), text("my-shop-db.yaml")];
    for shape in shapes(file) {
        assert_shape(&shape, &|text, document| {
            append(text, document, &["resources"], &entries)
        });
    }
}

#[test]
fn every_kind_of_addition() {
    let entry = map([
        ("a b", text("")),
        ("5", Addition::Integer(-7)),
        ("none", Addition::List(Vec::new())),
        ("nothing", Addition::Map(Vec::new())),
        (
            "list",
            Addition::List(vec![
                text("x: y"),
                Addition::Bool(false),
                map([("k", text("v")), ("l", text("w"))]),
                Addition::List(vec![text("deep"), Addition::List(vec![text("deeper")])]),
            ]),
        ),
        ("last", text("two\nlines")),
    ]);
    let block = append("x:\n    - 1\n", 0, &["x"], std::slice::from_ref(&entry)).unwrap();
    assert_eq!(
        block,
        r#"x:
    - 1
    - a b: ""
      "5": -7
      none: []
      nothing: {}
      list:
          - "x: y"
          - false
          - k: v
            l: w
          -
            - deep
            -
              - deeper
      last: "two\nlines"
"#
    );
    let flow = append("x: [1]\n", 0, &["x"], &[entry]).unwrap();
    assert_eq!(
        flow,
        "x: [1, {a b: \"\", \"5\": -7, none: [], nothing: {}, list: [\"x: y\", false, {k: v, l: w}, \
         [deep, [deeper]]], last: \"two\\nlines\"}]\n"
    );
}

#[test]
fn a_list_inside_an_entry_is_indented_like_the_list_around_it() {
    let entry = map([("b", Addition::List(vec![text("c")]))]);
    assert_eq!(
        append("x:\n- a\ny:\n    - b: 1\n", 0, &["y"], &[entry]).unwrap(),
        "x:\n- a\ny:\n    - b: 1\n    - b:\n          - c\n"
    );
}

#[test]
fn a_root_list() {
    let entries = [text("c")];
    assert_eq!(
        append("- a\n# - b\n", 0, &TOP, &entries).unwrap(),
        "- a\n# - b\n- c\n"
    );
    assert_eq!(append("[]", 0, &TOP, &entries).unwrap(), "[\"c\"]");
    assert_eq!(append("---\n", 0, &TOP, &entries).unwrap(), "---\n- c\n");
}

#[test]
fn no_entries_change_nothing() {
    assert_eq!(append("a: {{", 0, &["a"], &[]).unwrap(), "a: {{");
}

#[test]
fn old_line_ends() {
    assert_eq!(
        append("a:\r  - b\rc: d\r", 0, &["a"], &[text("x")]).unwrap(),
        "a:\r  - b\r  - x\rc: d\r"
    );
}

#[test]
fn mixed_line_ends_follow_the_line_before() {
    assert_eq!(
        append("a:\n  - b\r\nc: d\n", 0, &["a"], &[text("x")]).unwrap(),
        "a:\n  - b\r\n  - x\r\nc: d\n"
    );
}

#[test]
fn five_thousand_roles() {
    let names: Vec<String> = (0..5_000).map(|number| format!("app_{number}")).collect();
    let roles: Vec<Addition> = names.iter().map(|name| role(name)).collect();
    let entry = |name: &String| {
        format!(
            "      - name: {name}\n        login: true\n        passwordSecret:\n          \
             name: my-shop-db-creds\n"
        )
    };
    let expected = |names: &[String]| {
        let entries: String = names.iter().map(entry).collect();
        format!("spec:\n  managed:\n    roles:\n{entries}  storage: {{}}\n")
    };
    let (first, others) = roles.split_at(1);
    let one = append(
        &expected(&[]).replace("roles:\n", "roles: []\n"),
        0,
        &ROLES,
        first,
    )
    .unwrap();
    assert_eq!(one, expected(&names[..1]));
    let all = append(&one, 0, &ROLES, others).unwrap();
    assert_eq!(all, expected(&names));
    let mut more = names.clone();
    more.push("my_shop".to_owned());
    assert_eq!(
        append(&all, 0, &ROLES, &[role("my_shop")]).unwrap(),
        expected(&more)
    );
}
