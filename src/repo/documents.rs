//! A text of several YAML documents in parts, so that an edit of one need not look at all others.

use std::ops::Range;

use super::yaml::parse;

/// A part of a text: documents that can be read, and edited, by themselves.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Part<'text> {
    /// The part; all of them one behind the other are the text.
    pub text: &'text str,
    /// The numbers of its documents in the whole text, from 0.
    pub documents: Range<usize>,
}

/// The parts of a text, mostly one for each document; the whole text as one, where its parts do not have the documents that
/// it has itself, such as with directives. None where it is no YAML.
///
/// A line that begins with `---` ends whatever stands before it, block scalars included: YAML 1.2.2, sections 6.8 and 9.1.3.
pub fn parts(text: &str) -> Option<Vec<Part<'_>>> {
    let count = parse(text).ok()?.documents.len();
    let mut found = Vec::new();
    let mut documents = 0;
    for part in pieces(text) {
        let Ok(stream) = parse(part) else {
            return Some(vec![whole(text, count)]);
        };
        let end = documents + stream.documents.len();
        found.push(Part {
            text: part,
            documents: documents..end,
        });
        documents = end;
    }
    if documents == count {
        Some(found)
    } else {
        Some(vec![whole(text, count)])
    }
}

fn whole(text: &str, count: usize) -> Part<'_> {
    Part {
        text,
        documents: 0..count,
    }
}

/// The text, cut before each line that separates documents; what stands before the first one stays with it, unless it is a
/// document.
fn pieces(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut begin, mut position) = (0, 0);
    let mut has_content = false;
    for line in text.split_inclusive('\n') {
        let content = line.trim_start_matches('\u{feff}').trim();
        let separates = line.starts_with("---") || line.starts_with("...");
        if separates && has_content {
            found.extend(text.get(begin..position));
            begin = position;
        }
        has_content |= !content.is_empty() && !content.starts_with('#');
        position += line.len();
    }
    found.extend(text.get(begin..).filter(|rest| !rest.is_empty()));
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The parts' texts, with the numbers of their documents.
    fn of(text: &str) -> Vec<(&str, Range<usize>)> {
        let found = parts(text).unwrap();
        assert_eq!(found.iter().map(|part| part.text).collect::<String>(), text);
        found
            .into_iter()
            .map(|part| (part.text, part.documents))
            .collect()
    }

    #[test]
    fn each_document_is_one() {
        assert_eq!(
            of("# top\n---\na: 1\n---\nb: |\n ---\n --- x\n--- # third\nc: 3\n"),
            [
                ("# top\n---\na: 1\n", 0..1),
                ("---\nb: |\n ---\n --- x\n", 1..2),
                ("--- # third\nc: 3\n", 2..3),
            ]
        );
        assert_eq!(
            of("\u{feff}a: 1\r\n---\r\nb: 2"),
            [("\u{feff}a: 1\r\n", 0..1), ("---\r\nb: 2", 1..2)]
        );
        assert_eq!(
            of("a: 1\n--- {b: 2}\n"),
            [("a: 1\n", 0..1), ("--- {b: 2}\n", 1..2)]
        );
        assert_eq!(of("a: 1\n"), [("a: 1\n", 0..1)]);
    }

    #[test]
    fn what_cannot_stand_alone_stays_whole() {
        for text in [
            "a: 1\n...\n%YAML 1.2\n---\nb: 2\n",
            "a: 1\n...\n---\nb: 2\n",
            "",
        ] {
            let count = parse(text).unwrap().documents.len();
            let found = of(text);
            let documents: usize = found.iter().map(|(_, documents)| documents.len()).sum();
            assert_eq!(documents, count, "{text:?}");
        }
        assert_eq!(of("a: 1\n...\n%YAML 1.2\n---\nb: 2\n").len(), 1);
        assert_eq!(parts("a: [\n"), None);
    }

    proptest! {
        #[test]
        fn the_parts_have_the_documents_of_the_whole(
            lines in prop::collection::vec(
                prop::sample::select(vec!["---", "--- # x", "--- 1", "...", "# c", "", "a: 1", "b: |", " --- ", "  x", "- 1", "'q"]),
                0..12,
            ),
            crlf in any::<bool>(),
        ) {
            let text = lines.join(if crlf { "\r\n" } else { "\n" });
            let Some(found) = parts(&text) else { return Ok(()) };
            let whole = parse(&text).unwrap().documents;
            let mut texts = Vec::new();
            for part in &found {
                let documents = parse(part.text).unwrap().documents;
                prop_assert_eq!(documents.len(), part.documents.len());
                texts.extend(documents.iter().map(|document| format!("{:?}", document.root.as_str())));
            }
            let expected: Vec<String> = whole.iter().map(|document| format!("{:?}", document.root.as_str())).collect();
            prop_assert_eq!(texts, expected);
            prop_assert_eq!(found.iter().map(|part| part.text).collect::<String>(), text);
        }
    }
}
