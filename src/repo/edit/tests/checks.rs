//! The checks after an edit, on edits that are wrong: the editor never makes these.

use super::super::Step;
use super::super::branch::Branch;
use super::super::change::Change;
use super::super::check::{Edit, check};
use super::super::second_parser::{Comparison, Doubt, Part, confirm};
use super::super::splice::{Splice, spliced};
use super::super::target::{self, Target};
use super::super::yaml::{Document, parse};
use super::{Addition, append, map, text};

/// The node that a change is about.
fn find<'tree, 'text>(
    document: &'tree Document<'text>,
    path: &[Step<'tree>],
    change: Change<'tree>,
) -> Option<Target<'tree, 'text>> {
    let changes = Branch::of([(path.to_vec(), change)]);
    target::find(document, &changes).unwrap().pop()
}

const OLD: &str = "# top\na: &x !t\n  - k: 'v' # c\n  -   k: w\nb: {}\n---\nd: e\n";

/// What the first parser's checks say of splices that are to append an entry to `a`.
fn checked(old: &str, splices: &[(usize, &str, &str)]) -> Result<(), &'static str> {
    let entry = [map([("k", text("new"))])];
    let stream = parse(old).unwrap();
    let target = find(
        &stream.documents[0],
        &[Step::Key("a")],
        Change::Entries(&entry),
    )
    .unwrap();
    let splices: Vec<Splice> = splices
        .iter()
        .map(|(from, removed, inserted)| {
            let start = from + old.get(*from..).unwrap().find(removed).unwrap();
            Splice {
                removed: start..start + removed.len(),
                inserted: (*inserted).to_owned(),
            }
        })
        .collect();
    let new_text = spliced(old, &splices).unwrap();
    check(&Edit {
        old_text: old,
        old: &stream,
        new_text: &new_text,
        splices: &splices,
        document: 0,
        targets: &[target],
    })
}

/// Checks one insertion before `b`.
fn checked_before_b(inserted: &str) -> Result<(), &'static str> {
    let b = OLD.find("b: {}").unwrap();
    checked(OLD, &[(b, "", inserted)])
}

#[test]
fn a_right_edit_passes() {
    assert_eq!(checked_before_b("  -   k: new\n"), Ok(()));
}

#[test]
fn wrong_insertions() {
    let tree = Err("the new tree is not the old one with the change alone");
    let columns = Err("the new columns are not those of the entries beside it");
    for (inserted, outcome) in [
        ("  - [\n", Err("the new text is no valid YAML")),
        (
            "  -   k: new\n---\n",
            Err("the number of documents changed"),
        ),
        ("", tree),
        ("  -   k: m\n", tree),
        ("  -   k: 'new'\n", tree),
        ("  -   k: !!str new\n", tree),
        ("  -   k: &y new\n", tree),
        ("  -   &y k: new\n", tree),
        ("  -   k: new\n      l: o\n", tree),
        ("  -   k: new\n  -   k: new\n", tree),
        ("  -   k: new\nc: d\n", tree),
        ("      l: m\n  -   k: new\n", tree),
        ("  -   k: new # new\n", Err("the comments changed")),
        ("  - k: new\n", columns),
        ("  -\n      k: new\n", Ok(())),
    ] {
        assert_eq!(checked_before_b(inserted), outcome, "{inserted:?}");
    }
}

#[test]
fn wrong_removals() {
    let entry = "  -   k: new\n";
    let b = OLD.find("b: {}").unwrap();
    let tree = Err("the new tree is not the old one with the change alone");
    let bytes = Err("other bytes than those of the old value gave way");
    for (splice, outcome) in [
        ((0, "# top", ""), bytes),
        ((0, "'v'", "'v'"), bytes),
        ((0, "'v'", "v"), bytes),
        ((0, "&x", ""), bytes),
        ((0, "", "x: y\n"), tree),
        ((2, "", "the "), Err("the comments changed")),
        ((22, "", "!u "), tree),
        ((22, "", "&y "), tree),
        ((0, "", "---\n"), tree),
    ] {
        assert_eq!(
            checked(OLD, &[splice, (b, "", entry)]),
            outcome,
            "{splice:?}"
        );
    }
    assert_eq!(checked(OLD, &[(b, "", entry), (b, " {}", "")]), tree);
    assert_eq!(checked(OLD, &[(b, "", entry), (b, "d: e", "d: f")]), bytes);
    assert_eq!(checked(OLD, &[(b, "", entry), (b + 10, "", "x")]), tree);
    assert_eq!(checked(OLD, &[(b, "", entry), (b, "", "c")]), tree);
    // `w` becomes `'w'`.
    let w = OLD.find('w').unwrap();
    let quoted = [(w, "", "'"), (w + 1, "", "'"), (b, "", entry)];
    assert_eq!(checked(OLD, &quoted), tree);
}

#[test]
fn bytes_that_are_not_told_of() {
    let entry = [map([("k", text("new"))])];
    let stream = parse(OLD).unwrap();
    let target = find(
        &stream.documents[0],
        &[Step::Key("a")],
        Change::Entries(&entry),
    )
    .unwrap();
    let new_text = OLD.replace("b: {}", "  -   k: new\nb:  {}");
    let outcome = check(&Edit {
        old_text: OLD,
        old: &stream,
        new_text: &new_text,
        splices: &[Splice::insert(
            OLD.find("b: {}").unwrap(),
            "  -   k: new\n".to_owned(),
        )],
        document: 0,
        targets: &[target],
    });
    assert_eq!(
        outcome,
        Err("other bytes than those of the old value gave way")
    );
}

/// What the first parser's checks say of a text that is to be the old one with `a.b` set to `2`, and of the bytes that
/// are said to have given way.
fn checked_text(old: &str, removed: &str, inserted: &str, new: &str) -> Result<(), &'static str> {
    let stream = parse(old).unwrap();
    let path = [Step::Key("a"), Step::Key("b")];
    let target = find(&stream.documents[0], &path, Change::Text("2")).unwrap();
    let start = old.find(removed).unwrap();
    check(&Edit {
        old_text: old,
        old: &stream,
        new_text: new,
        splices: &[Splice {
            removed: start..start + removed.len(),
            inserted: inserted.to_owned(),
        }],
        document: 0,
        targets: &[target],
    })
}

#[test]
fn wrong_texts() {
    let old = "a:\n  b: 'x' # y\n  z: 'x'\n";
    let bytes = Err("other bytes than those of the old value gave way");
    let tree = Err("the new tree is not the old one with the change alone");
    for (removed, inserted, outcome) in [
        ("'x'", "'2'", Ok(())),
        ("'x'", "\"2\"", Ok(())),
        ("x", "2", Ok(())),
        ("'x'", "'3'", tree),
        ("'x'", "2", tree),
        ("'x'", "|-\n   2\n ", tree),
        ("'x'", "!!str '2'", tree),
        ("'x'", "&x '2'", tree),
        ("'x'", "['2']", tree),
        ("'x'", "'2'\n  c: d", tree),
        ("'x'", "'2' # y", Err("the comments changed")),
        ("'x' ", "'2' ", bytes),
        ("b: 'x'", "b: '2'", bytes),
        ("'x' # y", "'2'", bytes),
        ("", "x: y\n", tree),
    ] {
        let new = old.replacen(removed, inserted, 1);
        assert_eq!(
            checked_text(old, removed, inserted, &new),
            outcome,
            "{new:?}"
        );
    }
    let elsewhere = "a:\n  b: '2' # y\n  z:  'x'\n";
    assert_eq!(checked_text(old, "'x'", "'2'", elsewhere), bytes);
    let other = "a:\n  b: '2' # y\n  z: '2'\n";
    assert_eq!(checked_text(old, "'x'", "'2'", other), bytes);
}

#[test]
fn a_flow_list_stays_one() {
    let outcome = checked(
        "a: [k]\n",
        &[(0, "[k]", ""), (6, "", "\n  - k\n  - k: new")],
    );
    assert_eq!(
        outcome,
        Err("other bytes than those of the old value gave way")
    );
    let dash = checked("a:\n- k: v\n", &[(10, "", "- k: new\n")]);
    assert_eq!(dash, Ok(()));
}

/// What the second parser says of two texts, where `c` is to be appended to `a`.
fn confirmed(old: &str, new: &str, count: usize) -> Result<(), Doubt> {
    let content = Addition::List(vec![text("c")]);
    let comparison = Comparison {
        old,
        new,
        count,
        document: 0,
        parts: &[Part {
            path: &[Step::Key("a")],
            removed: Vec::new(),
            content: &content,
        }],
    };
    confirm(comparison, None)
}

#[test]
fn the_second_parser_confirms() {
    for (old, new, count, outcome) in [
        ("a: [b]\n", "a: [b, c]\n", 1, Ok(())),
        ("a:\n", "a:\n- c\n", 1, Ok(())),
        ("a: !t [b]\n", "a: !t [b, c]\n", 1, Ok(())),
        ("a: []\nx: ${Y}\n", "a: [c]\nx: ${Y}\n", 1, Ok(())),
        (
            "a: []\n--- {a: 1, a: 2}\n",
            "a: [c]\n--- {a: 1, a: 2}\n",
            2,
            Ok(()),
        ),
        ("a: []\n", "a: [d]\n", 1, Err(Doubt::Differs)),
        ("a: []\n", "a: [c\n", 1, Err(Doubt::Differs)),
        ("a: []\n", "a: [c]\n---\n", 1, Err(Doubt::Differs)),
        ("a: []\n", "a: [c]\nb: 1\n", 1, Err(Doubt::Differs)),
        ("a: []\n--- 1\n", "a: [c]\n--- 2\n", 2, Err(Doubt::Differs)),
        (
            "a: []\n---\n- 1\n",
            "a: [c]\n--- {a: 1, a: 2}\n",
            2,
            Err(Doubt::Differs),
        ),
        ("a: 1\n", "a: [c]\n", 1, Err(Doubt::Differs)),
        ("b: 1\n", "a: [c]\n", 1, Err(Doubt::Differs)),
        (
            "a: []\n",
            "a: [c]\n--- {a: 1, a: 2}\n",
            1,
            Err(Doubt::Differs),
        ),
    ] {
        assert_eq!(confirmed(old, new, count), outcome, "{old:?} => {new:?}");
    }
    let Err(Doubt::Unreadable { line, problem }) = confirmed("a: []\n", "a: [c]\n", 2) else {
        panic!("it counts right");
    };
    assert_eq!(
        (line, problem.as_str()),
        (None, "it finds 1 documents where the first parser finds 2")
    );
    // A byte order mark after a blank line ends the document there, to the second parser alone.
    let cut_off = ["\n\u{feff}a: []\nb: 1\n", "\n\u{feff}a: [c]\nb: 1\n"];
    let Err(Doubt::Unreadable { line, problem }) = confirmed(cut_off[0], cut_off[1], 1) else {
        panic!("it reads on");
    };
    assert_eq!(
        (line, problem.as_str()),
        (
            Some(3),
            "did not find expected <document start> at line 3 column 1"
        )
    );
}

#[test]
fn the_second_parser_confirms_a_text() {
    let content = text("2");
    let path = [Step::Key("a"), Step::Item(1)];
    for (old, new, outcome) in [
        ("a: [x, 1]\n", "a: [x, '2']\n", Ok(())),
        ("a: !t [x, true]\n", "a: !t [x, '2']\n", Ok(())),
        ("a: [x, 1]\n", "a: [x, 2]\n", Err(Doubt::Differs)),
        ("a: [x, 1]\n", "a: ['2', 1]\n", Err(Doubt::Differs)),
        ("a: [x, 1]\n", "a: ['2', '2']\n", Err(Doubt::Differs)),
        ("a: [x, [1]]\n", "a: [x, '2']\n", Err(Doubt::Differs)),
        ("a: [x]\n", "a: [x, '2']\n", Err(Doubt::Differs)),
        ("a: {1: x}\n", "a: {1: '2'}\n", Err(Doubt::Differs)),
    ] {
        let comparison = Comparison {
            old,
            new,
            count: 1,
            document: 0,
            parts: &[Part {
                path: &path,
                removed: Vec::new(),
                content: &content,
            }],
        };
        assert_eq!(confirm(comparison, None), outcome, "{old:?} => {new:?}");
    }
}

#[test]
fn the_second_parser_finds_a_key_that_the_first_did_not() {
    let content = map([("1", text("c"))]);
    let comparison = Comparison {
        old: "a: {'1': b}\n",
        new: "a: {'1': c}\n",
        count: 1,
        document: 0,
        parts: &[Part {
            path: &[Step::Key("a")],
            removed: Vec::new(),
            content: &content,
        }],
    };
    assert_eq!(confirm(comparison, None), Err(Doubt::Differs));
}

#[test]
fn a_large_text_is_read_in_full_where_less_does_not_do() {
    let filling = "  - x: &here 1\n".repeat(10_000);
    for (last, other) in [("*here", "1"), ("2", "*here"), ("2", "3")] {
        let old = format!("a:\n  - b\n{filling}  - x: {last}\nz: {other}\n");
        let new = format!("a:\n  - b\n{filling}  - x: {last}\n  - c\nz: {other}\n");
        assert_eq!(append(&old, 0, &["a"], &[text("c")]).unwrap(), new);
    }
    let duplicates = format!("a:\n  - b\n{filling}  - {{x: 1, x: 2}}\n");
    assert_eq!(
        append(&duplicates, 0, &["a"], &[text("c")])
            .unwrap_err()
            .to_string(),
        "a second YAML parser does not accept the text: a[10001]: duplicate entry with key \"x\" at \
         line 10003 column 5"
    );
}

/// What the first parser's checks say of bytes that go where `a[1]` is to be taken out.
fn checked_removal(old: &str, removed: &str) -> Result<(), &'static str> {
    let stream = parse(old).unwrap();
    let path = [Step::Key("a"), Step::Item(1)];
    let target = find(&stream.documents[0], &path, Change::Removal).unwrap();
    let start = old.find(removed).unwrap();
    let splices = [Splice::remove(start..start + removed.len())];
    check(&Edit {
        old_text: old,
        old: &stream,
        new_text: &spliced(old, &splices).unwrap(),
        splices: &splices,
        document: 0,
        targets: &[target],
    })
}

#[test]
fn wrong_removals_of_entries() {
    let old = "a:\n  # head\n  - b # of b\n\n  # apart\n\n  # of c\n  - c # of c, too\n    # deeper\n  # below\n  - d\nz: &x [*y, *x]\n";
    let old = &old.replace("[*y, *x]", "1\nw: *x");
    let bytes = Err("other bytes than those of the old value gave way");
    let tree = Err("the new tree is not the old one with the change alone");
    for (removed, outcome) in [
        ("  # of c\n  - c # of c, too\n    # deeper\n", Ok(())),
        ("\n  # of c\n  - c # of c, too\n    # deeper\n", Ok(())),
        ("  - c # of c, too\n    # deeper\n", Ok(())),
        ("  - c # of c, too\n", Ok(())),
        (
            "  # apart\n\n  # of c\n  - c # of c, too\n    # deeper\n",
            bytes,
        ),
        ("  - c # of c, too\n    # deeper\n  # below\n", bytes),
        (
            "# of b\n\n  # apart\n\n  # of c\n  - c # of c, too\n",
            bytes,
        ),
        ("  - c # of c, too\n    # deeper\n  # below\n  - d\n", bytes),
        ("  # head\n", bytes),
        ("  # of c\n", tree),
        ("    # deeper\n", tree),
        ("", tree),
    ] {
        assert_eq!(checked_removal(old, removed), outcome, "{removed:?}");
    }
    for (old, removed, outcome) in [
        ("a: [b, c, d]\n", "c, ", Ok(())),
        ("a: [b, c, d]\n", ", c", Ok(())),
        ("a: [b, c, d]\n", "b, ", bytes),
        ("a: [b, c, d] # e\n", ", c, d", bytes),
        (
            "a: [b, c] # e\n",
            ", c] # e",
            Err("the new text is no valid YAML"),
        ),
        ("a:\n- b\n- c: |\n    x\n\n", "- c: |\n    x\n\n", Ok(())),
        ("a:\n- b: |+\n    x\n\n- c\n", "\n- c\n", tree),
    ] {
        assert_eq!(checked_removal(old, removed), outcome, "{removed:?}");
    }
}

#[test]
fn the_second_parser_confirms_removals() {
    let content = Addition::List(vec![text("x")]);
    let removed = vec![Step::Item(0), Step::Item(2)];
    for (old, new, outcome) in [
        ("a: [b, c, d, e]\n", "a: [c, e, x]\n", Ok(())),
        ("a: [b, c, d]\n", "a: [c, x]\n", Ok(())),
        ("a: [b, c, d]\n", "a: [b, x]\n", Err(Doubt::Differs)),
        ("a: [b, c, d]\n", "a: [c]\n", Err(Doubt::Differs)),
        ("a: [b, c]\n", "a: [c, x]\n", Err(Doubt::Differs)),
        ("a: {b: c}\n", "a: {b: c}\n", Err(Doubt::Differs)),
    ] {
        let comparison = Comparison {
            old,
            new,
            count: 1,
            document: 0,
            parts: &[Part {
                path: &[Step::Key("a")],
                removed: removed.clone(),
                content: &content,
            }],
        };
        assert_eq!(confirm(comparison, None), outcome, "{old:?} => {new:?}");
    }
}
