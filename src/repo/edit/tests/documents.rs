//! Documents that are taken out.

use proptest::prelude::proptest;

use super::super::remove_document;
use super::properties::{cluster, values};

#[test]
fn documents() {
    let text = "# file\n\n# one\na: 1 # x\n# below\n---\n# two\nb: |+\n  c\n\n--- # three\nd: &x 1\ne: *x\n";
    for (document, expected) in [
        (
            0,
            "# file\n\n---\n# two\nb: |+\n  c\n\n--- # three\nd: &x 1\ne: *x\n",
        ),
        (
            1,
            "# file\n\n# one\na: 1 # x\n# below\n--- # three\nd: &x 1\ne: *x\n",
        ),
        (
            2,
            "# file\n\n# one\na: 1 # x\n# below\n---\n# two\nb: |+\n  c\n\n",
        ),
    ] {
        let new = remove_document(text, document).unwrap();
        assert_eq!(new.as_deref(), Some(expected));
        let other = text.replace('\n', "\r\n");
        let new = remove_document(&format!("\u{feff}{other}"), document).unwrap();
        let expected = expected.replace('\n', "\r\n");
        assert_eq!(new, Some(format!("\u{feff}{expected}")));
    }
    for (text, document, expected) in [
        ("---\na: 1\n---\nb: 2", 0, "---\nb: 2"),
        ("---\na: 1\n---\nb: 2", 1, "---\na: 1\n"),
        (
            "---\na: &x 1\n---\nb: &x 2\nc: *x\n",
            0,
            "---\nb: &x 2\nc: *x\n",
        ),
        ("a: 1\n---\n---\nb: 2\n", 1, "a: 1\n---\nb: 2\n"),
        ("a: 1\n...\n---\nb: 2\n", 1, "a: 1\n...\n"),
        ("---\na: 1\n...\n---\nb: 2\n", 0, "---\nb: 2\n"),
    ] {
        let new = remove_document(text, document).unwrap();
        assert_eq!(new.as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn the_last_one_with_content() {
    for (text, document) in [
        ("a: 1\n", 0),
        ("---\na: 1\n---\n# nothing\n", 0),
        ("---\n---\na: 1\n---\n", 1),
    ] {
        assert_eq!(remove_document(text, document), Ok(None), "{text}");
    }
}

#[test]
fn refusals() {
    for (text, document, message) in [
        ("a: [\n", 0, "this is no valid YAML: unclosed bracket '['"),
        (
            "a: 1\n",
            1,
            "there is no YAML document number 2: the text has 1",
        ),
        (
            "---\na: 1\n...\n%YAML 1.2\n---\nb: 2\n",
            0,
            "the edit of the top level was thrown away: a directive stands beside the document",
        ),
        (
            "---\na: 1\n---\nb: 2\nb: 3\n",
            0,
            "a second YAML parser does not accept the text: duplicate entry with key \"b\" at line 4 column 1",
        ),
    ] {
        let error = remove_document(text, document).unwrap_err();
        assert_eq!(error.to_string(), message);
        assert_eq!(error.snippet(), None);
    }
}

proptest! {
    #[test]
    fn the_others_stay(cluster in cluster(), before in 0..3_usize, after in 0..3_usize, document in 0..6_usize) {
        let old = cluster.file((before, after));
        let document = document % (before + after + 1);
        let mut expected = values(&old);
        expected.remove(document);
        match remove_document(&old, document).unwrap() {
            Some(new) => assert_eq!(values(&new), expected, "{old}\n=>\n{new}"),
            None => assert_eq!((before, after), (0, 0)),
        }
    }
}
