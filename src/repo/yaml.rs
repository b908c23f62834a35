//! YAML as a tree that remembers where each node stands in the text.
//!
//! Parsed by `granit-parser`, which gives byte offsets and comments. Nothing is resolved: a plain `1` stays a
//! plain scalar with the text `1`, an alias stays an alias, a merge key stays a key named `<<`.

use std::borrow::Cow;
use std::ops::Range;

use granit_parser::{Event, Parser, Span, StructureStyle, options};
use thiserror::Error;

pub use granit_parser::ScalarStyle;

/// The documents and comments of one text.
#[derive(Debug)]
pub struct Stream<'text> {
    /// The documents, in order. One that holds nothing but comments has a null root.
    pub documents: Vec<Document<'text>>,
    /// The comments, in order.
    pub comments: Vec<Comment>,
}

/// One YAML document.
#[derive(Debug)]
pub struct Document<'text> {
    /// The document's top node.
    pub root: Node<'text>,
    /// Whether it begins with `---`.
    pub explicit: bool,
    /// The byte of the text where it begins: with its `---` if it has one, else with its top node.
    pub start: usize,
}

/// A comment: its bytes in the text, from the `#` to before the line's end.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Comment {
    /// Bytes of the text.
    pub span: Range<usize>,
}

/// A node, and where it stands.
#[derive(Debug)]
pub struct Node<'text> {
    /// What it is.
    pub value: Value<'text>,
    /// Bytes of the text, as the parser reports them. A block collection begins at its first key or dash (a list whose
    /// dashes are not right of the key that holds it begins behind its first dash) and may reach over comments and
    /// blank lines to the token that ends it; an empty plain scalar has an empty span, before its key's colon.
    pub span: Range<usize>,
    /// The line of its first byte, from 1.
    pub line: usize,
    /// The column of its first character, from 0.
    pub column: usize,
    /// The tag as it resolves, such as `tag:yaml.org,2002:str` or `!vault`.
    pub tag: Option<String>,
    /// The number of the anchor set here; 0 is none.
    pub anchor: usize,
}

/// What a node is.
#[derive(Debug)]
pub enum Value<'text> {
    /// A scalar: its text after escapes, and how it was written.
    Scalar(Cow<'text, str>, ScalarStyle),
    /// A sequence; `flow` is `[...]`.
    Sequence {
        /// Whether it is written in brackets.
        flow: bool,
        /// Its entries.
        items: Vec<Node<'text>>,
    },
    /// A mapping; `flow` is `{...}`.
    Mapping {
        /// Whether it is written in braces.
        flow: bool,
        /// Its keys and values, duplicates included.
        entries: Vec<(Node<'text>, Node<'text>)>,
    },
    /// An alias, with the number of its anchor.
    Alias(usize),
}

/// Why a text is no YAML.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("line {line}, column {column}: {problem}")]
pub struct YamlError {
    /// From 1.
    pub line: usize,
    /// From 1.
    pub column: usize,
    /// What the parser said.
    pub problem: String,
}

impl<'text> Node<'text> {
    /// The value of a key of a mapping; the first one, where a key is there twice.
    pub fn get(&self, key: &str) -> Option<&Node<'text>> {
        self.entries()
            .iter()
            .find(|(name, _)| name.as_str() == Some(key))
            .map(|(_, value)| value)
    }

    /// The node at the end of a path of keys.
    pub fn at(&self, path: &[&str]) -> Option<&Node<'text>> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The text of a scalar that is not null.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(text, _) if !self.is_null() => Some(text),
            _ => None,
        }
    }

    /// Whether this is null: nothing, `~` or `null` in plain style, or tagged so.
    ///
    /// Source: YAML 1.2.2, section 10.3.2.
    pub fn is_null(&self) -> bool {
        matches!(
            &self.value,
            Value::Scalar(text, ScalarStyle::Plain)
                if self.tag.is_none() && matches!(text.as_ref(), "" | "~" | "null" | "Null" | "NULL")
        ) || self.tag.as_deref() == Some("tag:yaml.org,2002:null")
    }

    /// The entries of a mapping; none for any other node.
    pub fn entries(&self) -> &[(Node<'text>, Node<'text>)] {
        match &self.value {
            Value::Mapping { entries, .. } => entries,
            _ => &[],
        }
    }

    /// The items of a sequence; none for any other node.
    pub fn items(&self) -> &[Node<'text>] {
        match &self.value {
            Value::Sequence { items, .. } => items,
            _ => &[],
        }
    }
}

/// Parses a text into its documents and comments.
///
/// # Errors
/// The first place where the text is no YAML, or nested deeper than 255 levels.
pub fn parse(text: &str) -> Result<Stream<'_>, YamlError> {
    let options = options! { max_buffered_comment_events: usize::MAX };
    let mut builder = Builder::default();
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|error| YamlError {
            line: error.marker().line(),
            column: error.marker().col() + 1,
            problem: error.info(),
        })?;
        builder.event(event, span);
    }
    Ok(Stream {
        documents: builder.documents,
        comments: builder.comments,
    })
}

/// Makes a tree of the parser's events, with a stack of its own instead of recursion.
#[derive(Default)]
struct Builder<'text> {
    documents: Vec<Document<'text>>,
    comments: Vec<Comment>,
    open: Vec<Open<'text>>,
    explicit: bool,
    start: usize,
}

/// A collection whose end has not come yet.
struct Open<'text> {
    node: Node<'text>,
    key: Option<Node<'text>>,
}

impl<'text> Builder<'text> {
    fn event(&mut self, event: Event<'text>, span: Span) {
        let range = span.byte_range().unwrap_or_default();
        let tag = event
            .tag()
            .map(|tag| format!("{}{}", tag.handle(), tag.suffix()));
        let node = |value, anchor| Node {
            value,
            span: range.clone(),
            line: span.start.line(),
            column: span.start.col(),
            tag: tag.clone(),
            anchor,
        };
        match event {
            Event::DocumentStart(explicit, _) => {
                (self.explicit, self.start) = (explicit, range.start)
            }
            Event::Comment(..) => self.comments.push(Comment { span: range }),
            Event::Alias(id) => self.close(node(Value::Alias(id), 0)),
            Event::Scalar(text, style, anchor, _) => {
                self.close(node(Value::Scalar(text, style), anchor))
            }
            Event::SequenceStart(style, anchor, _) => {
                let flow = style == StructureStyle::Flow;
                self.open(node(
                    Value::Sequence {
                        flow,
                        items: Vec::new(),
                    },
                    anchor,
                ));
            }
            Event::MappingStart(style, anchor, _) => {
                let flow = style == StructureStyle::Flow;
                self.open(node(
                    Value::Mapping {
                        flow,
                        entries: Vec::new(),
                    },
                    anchor,
                ));
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(mut open) = self.open.pop() {
                    open.node.span.end = range.end;
                    self.close(open.node);
                }
            }
            _ => {}
        }
    }

    fn open(&mut self, node: Node<'text>) {
        self.open.push(Open { node, key: None });
    }

    /// Puts a finished node where it belongs: into the open collection, or as the root of a document.
    fn close(&mut self, node: Node<'text>) {
        let Some(parent) = self.open.last_mut() else {
            self.documents.push(Document {
                root: node,
                explicit: self.explicit,
                start: self.start,
            });
            return;
        };
        match &mut parent.node.value {
            Value::Sequence { items, .. } => items.push(node),
            Value::Mapping { entries, .. } => match parent.key.take() {
                Some(key) => entries.push((key, node)),
                None => parent.key = Some(node),
            },
            Value::Scalar(..) | Value::Alias(_) => {}
        }
    }
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn keeps_places() {
        let text = "# top\na:\n  b: [1, 'x'] # side\n---\n---\nc: *none\n";
        assert_eq!(
            parse(text).unwrap_err().to_string(),
            "line 6, column 4: while parsing node, found unknown anchor"
        );
        let text = "# top\na: &x\n  b: [1, 'x'] # side\n---\n---\nc: ~\n";
        let stream = parse(text).unwrap();
        assert_eq!(stream.documents.len(), 3);
        let b = stream.documents[0].root.at(&["a", "b"]).unwrap();
        assert_eq!(
            (&text[b.span.clone()], b.line, b.column),
            ("[1, 'x']", 3, 5)
        );
        assert_eq!(b.items()[1].as_str(), Some("x"));
        assert!(stream.documents[1].root.is_null());
        assert!(stream.documents[2].root.get("c").unwrap().is_null());
        let comments: Vec<&str> = stream
            .comments
            .iter()
            .map(|c| &text[c.span.clone()])
            .collect();
        assert_eq!(comments, ["# top", "# side"]);
    }
}
