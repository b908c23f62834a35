//! What holds for any text: the list has one entry more, all else is as it was, or the edit is refused.

use proptest::prelude::{Just, Strategy, any, prop, prop_oneof, proptest};
use proptest::sample::select;
use serde::Deserialize;
use serde_yaml::Value;

use super::super::EditError;
use super::{ROLES, TOP, append, insert_key, role, set_text, text};
use crate::repo::yaml;

/// How a random document is laid out.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    step: usize,
    list_offset: usize,
    gap: usize,
    keys_below: bool,
    crlf: bool,
    mark: bool,
    pub(super) final_line_end: bool,
}

/// A line between or below entries.
#[derive(Clone, Debug)]
enum Filler {
    Blank,
    /// A comment, so many columns right of the parent's key.
    Comment(usize),
}

/// A document with a list of roles.
#[derive(Clone, Debug)]
pub(super) struct Cluster {
    pub(super) layout: Layout,
    entries: Vec<(Vec<Filler>, Entry)>,
    below: Vec<Filler>,
    before: Vec<&'static str>,
    after: Vec<&'static str>,
}

#[derive(Clone, Debug)]
enum Entry {
    /// A block mapping of these fields.
    Fields(Vec<&'static str>),
    /// Anything on one line.
    Line(&'static str),
}

/// Fields of an entry or of `spec`. `>` at a line's begin is one step of indentation.
const FIELDS: [&str; 16] = [
    "login: true",
    "comment: 'it''s # no comment' # but this is",
    "passwordSecret:\n>name: x # c",
    "passwordSecret: {name: x, y: [1, 2]}",
    "inRoles:\n- a\n-   b",
    "inRoles:\n>- a\n># b",
    "text: |\n>one\n\n>>two\n># no comment\n",
    "text: |-\n>one",
    "text: |+\n>one\n\n\n",
    "text: >\n>one\n>two\n",
    "text: >+\n\n>one\n",
    "text: |\n",
    "empty:",
    "tagged: !mine &anchor x",
    "long: \"one\n>two\"",
    "plain: one\n>two ${VAR}",
];

const LINES: [&str; 6] = [
    "{name: a, login: true}",
    "{ \"name\": \"a\" } # c",
    "[a, {b: c}]",
    "text",
    "\"a: b\"",
    "!tag x",
];

fn filler() -> impl Strategy<Value = Vec<Filler>> {
    let line = prop_oneof![Just(Filler::Blank), (0..8_usize).prop_map(Filler::Comment)];
    prop::collection::vec(line, 0..3)
}

fn entry() -> impl Strategy<Value = Entry> {
    prop_oneof![
        3 => prop::collection::vec(select(&FIELDS[..]), 1..4).prop_map(Entry::Fields),
        1 => select(&LINES[..]).prop_map(Entry::Line),
    ]
}

fn layout() -> impl Strategy<Value = Layout> {
    (
        1..5_usize,
        0..5_usize,
        1..4_usize,
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(
            |(step, list_offset, gap, keys_below, crlf, mark, final_line_end)| Layout {
                step,
                list_offset,
                gap,
                keys_below,
                crlf,
                mark,
                final_line_end,
            },
        )
}

pub(super) fn cluster() -> impl Strategy<Value = Cluster> {
    (
        layout(),
        prop::collection::vec((filler(), entry()), 0..4),
        filler(),
        prop::collection::vec(select(&FIELDS[..]), 0..2),
        prop::collection::vec(select(&FIELDS[..]), 0..2),
    )
        .prop_map(|(layout, entries, below, before, after)| Cluster {
            layout,
            entries,
            below,
            before,
            after,
        })
}

impl Cluster {
    /// The document, with `\n` line ends.
    fn written(&self) -> String {
        let step = self.layout.step;
        let mut out = String::from("kind: Cluster\nspec:\n");
        self.fields(&mut out, &self.before, "before", step);
        indent(&mut out, step);
        out.push_str("managed: # the roles\n");
        indent(&mut out, 2 * step);
        out.push_str("roles:\n");
        for (fillers, entry) in &self.entries {
            self.fillers(&mut out, fillers);
            self.entry(&mut out, entry);
        }
        self.fillers(&mut out, &self.below);
        self.fields(&mut out, &self.after, "after", step);
        out
    }

    fn fillers(&self, out: &mut String, fillers: &[Filler]) {
        for filler in fillers {
            if let Filler::Comment(column) = filler {
                indent(out, 2 * self.layout.step + column);
                out.push_str("# comment\tand tab");
            }
            out.push('\n');
        }
    }

    fn entry(&self, out: &mut String, entry: &Entry) {
        let column = 2 * self.layout.step + self.layout.list_offset;
        indent(out, column);
        out.push('-');
        match entry {
            Entry::Line(line) => {
                out.push(' ');
                out.push_str(line);
                out.push('\n');
            }
            Entry::Fields(fields) => {
                let keys = column + 1 + self.layout.gap;
                let mut block = String::new();
                self.fields(&mut block, fields, "key", keys);
                if self.layout.keys_below {
                    out.push('\n');
                    out.push_str(&block);
                } else {
                    indent(out, self.layout.gap);
                    out.push_str(block.trim_start_matches(' '));
                }
            }
        }
    }

    /// Fields with their keys, made different, at a column.
    fn fields(&self, out: &mut String, fields: &[&str], prefix: &str, column: usize) {
        for (number, field) in fields.iter().enumerate() {
            indent(out, column);
            out.push_str(&format!("{prefix}{number}-"));
            for (index, line) in field.split('\n').enumerate() {
                let text = line.trim_start_matches('>');
                if index > 0 {
                    out.push('\n');
                }
                if index > 0 && !line.is_empty() {
                    indent(out, column + self.layout.step * (line.len() - text.len()));
                }
                out.push_str(text);
            }
            out.push('\n');
        }
    }

    /// The document as one of several, with the layout's line ends; the number is the document's.
    pub(super) fn file(&self, others: (usize, usize)) -> String {
        let other =
            "# other\nspec:\n  managed:\n    roles:\n    - name: other\n  text: |+\n    end\n\n";
        let mut text = String::new();
        for _ in 0..others.0 {
            text.push_str(other);
            text.push_str("---\n");
        }
        text.push_str(&self.written());
        for _ in 0..others.1 {
            text.push_str("---\n");
            text.push_str(other);
        }
        if !self.layout.final_line_end {
            text.pop();
        }
        if self.layout.crlf {
            text = text.replace('\n', "\r\n");
        }
        if self.layout.mark {
            text.insert(0, '\u{feff}');
        }
        text
    }
}

fn indent(out: &mut String, columns: usize) {
    out.push_str(&" ".repeat(columns));
}

/// The values of a text as the second parser reads them.
pub(super) fn values(text: &str) -> Vec<Value> {
    serde_yaml::Deserializer::from_str(text.trim_start_matches('\u{feff}'))
        .map(|document| Value::deserialize(document).unwrap_or_else(|e| panic!("{e} in {text}")))
        .collect()
}

/// Whether the new text is the old one with text put in at one place.
fn is_insertion(old: &str, new: &str) -> bool {
    let same = |(a, b): &(u8, u8)| a == b;
    let prefix = old.bytes().zip(new.bytes()).take_while(same).count();
    let suffix = old.bytes().rev().zip(new.bytes().rev());
    prefix + suffix.take_while(same).count() >= old.len()
}

fn assert_appended(cluster: &Cluster, others: (usize, usize)) {
    let old = cluster.file(others);
    let new = match append(&old, others.0, &ROLES, &[role("my_shop")]) {
        Ok(new) => new,
        Err(EditError::UnterminatedBlockScalar { .. }) if !cluster.layout.final_line_end => return,
        Err(error) => panic!("{error} in\n{old}"),
    };
    let mut expected = values(&old);
    let roles = &mut expected[others.0]["spec"]["managed"]["roles"];
    if roles.is_null() {
        *roles = Value::Sequence(Vec::new());
    }
    let entry = "name: my_shop\nlogin: true\npasswordSecret: {name: my-shop-db-creds}";
    let entry: Value = serde_yaml::from_str(entry).unwrap();
    roles.as_sequence_mut().unwrap().push(entry);
    assert_eq!(values(&new), expected, "{old}\n=>\n{new}");
    assert!(is_insertion(&old, &new), "{old}\n=>\n{new}");
    assert_eq!(old.contains('\r'), new.contains('\r'));
    assert_eq!(old.ends_with('\n'), new.ends_with('\n'));
    if old.contains('\r') {
        assert!(!new.replace("\r\n", "").contains('\n'), "{new:?}");
    }
}

/// An edit of a text that may be anything: it is refused, or what comes out is an insertion.
fn assert_no_panic(old: &str, document: usize) {
    let outcomes = [
        append(old, document, &ROLES, &[role("my_shop")]),
        append(old, document, &["a"], &[text("x"), text("")]),
        append(old, document, &TOP, &[text("x")]),
        insert_key(old, document, &["a", "b"], "c", &text("1")),
        insert_key(old, document, &TOP, "\u{7}", &role("x")),
    ];
    for new in outcomes.into_iter().flatten() {
        assert!(new.len() > old.len(), "{old:?} => {new:?}");
    }
    if let Ok(new) = set_text(old, document, &[(&["a"], "x y")]) {
        let stream = yaml::parse(&new).unwrap();
        let a = stream.documents[document].root.get("a").unwrap();
        assert_eq!(a.as_str(), Some("x y"), "{old:?} => {new:?}");
    }
}

#[test]
fn deep_text() {
    for depth in [100, 120, 130, 200, 254, 255, 256, 2_000] {
        let flow = format!("a: {}{}\n", "[".repeat(depth), "]".repeat(depth));
        let list = format!("a: \n  {}x\n", "- ".repeat(depth));
        let keys: String = (0..depth).map(|n| " ".repeat(n) + "a:\n").collect();
        for text in [flow, list, keys] {
            assert_no_panic(&text, 0);
        }
    }
}

proptest! {
    #[test]
    fn an_entry_is_appended(cluster in cluster(), before in 0..3_usize, after in 0..2_usize) {
        assert_appended(&cluster, (before, after));
    }

    #[test]
    fn any_text(text in any::<String>(), document in 0..3_usize) {
        assert_no_panic(&text, document);
    }

    #[test]
    fn text_like_yaml(
        words in prop::collection::vec(
            select(&[
                "a", "b", ":", ": ", "- ", "-", "\n", "\n", "\n  ", "\n    ", "\r\n", "\t", " ", "# c", "[", "]", "{",
                "}", ",", "|", "|+", ">-", "&x ", "*x", "!t ", "\"", "'", "---", "...", "~", "null", "? ", "<<", "é",
                "\u{feff}", "roles:", "spec:", "managed:", "a:", "[]", "{}",
            ][..]),
            0..24,
        ),
        document in 0..3_usize,
    ) {
        assert_no_panic(&words.concat(), document);
    }

    #[test]
    fn damaged_shapes(
        cluster in cluster(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0..3_usize, "[\\[\\]{}:,#|>'\" \n-]?"), 1..4),
    ) {
        let mut text: Vec<char> = cluster.file((0, 1)).chars().collect();
        for (at, removed, inserted) in cuts {
            let at = at.index(text.len());
            let end = (at + removed).min(text.len());
            text.splice(at..end, inserted.chars());
            if text.is_empty() {
                return Ok(());
            }
        }
        assert_no_panic(&text.into_iter().collect::<String>(), 0);
    }
}
