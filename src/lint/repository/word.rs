//! A word of a manifest, and where it stands.

use std::borrow::Cow;

use crate::repo::yaml::{Node, ScalarStyle, Value};

/// Bytes of a file's text, from `start` to before `end`.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte behind the last one.
    pub end: u32,
}

/// A scalar as it stands in a manifest, or a key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Word<'text> {
    /// Its text, after escapes.
    pub text: Cow<'text, str>,
    /// Where it stands, quotes included.
    pub span: Span,
    /// Whether it is in quotes, a block of text, or tagged as one: a string to every reader.
    pub is_quoted: bool,
}

/// The tag of a string: YAML 1.2.2, section 10.1.1.3.
const STRING: &str = "tag:yaml.org,2002:str";

impl Span {
    /// The bytes of a node.
    pub fn of(node: &Node<'_>) -> Self {
        Self::new(node.span.start, node.span.end)
    }

    /// The place before its first byte: its end would tell how long a secret value is.
    #[must_use]
    pub fn beginning(self) -> Self {
        Self {
            end: self.start,
            ..self
        }
    }

    /// Some bytes.
    pub fn new(start: usize, end: usize) -> Self {
        // A file has at most 64 MiB.
        let byte = |byte: usize| u32::try_from(byte).unwrap_or(u32::MAX);
        Self {
            start: byte(start),
            end: byte(end),
        }
    }
}

impl<'text> Word<'text> {
    /// A scalar that is not null; none of any other node.
    pub fn of(node: &Node<'text>) -> Option<Self> {
        let Value::Scalar(text, style) = &node.value else {
            return None;
        };
        (!node.is_null()).then(|| Self {
            text: text.clone(),
            span: Span::of(node),
            is_quoted: *style != ScalarStyle::Plain || node.tag.as_deref() == Some(STRING),
        })
    }

    /// The scalar at the end of a path of keys.
    pub fn at(node: &Node<'text>, path: &[&str]) -> Option<Self> {
        node.at(path).and_then(Self::of)
    }

    /// Whether something is still to be filled in here, by Helm, Jinja, Flux, envsubst or a reader of a guide.
    pub fn is_placeholder(&self) -> bool {
        is_placeholder(&self.text)
    }

    /// The text, unless something is still to be filled in.
    pub fn known(&self) -> Option<&str> {
        (!self.is_placeholder()).then_some(&*self.text)
    }

    /// Whether this is `true` as Kubernetes reads it.
    pub fn is_true(&self) -> bool {
        self.text == "true"
    }
}

/// Whether something is still to be filled in in a text.
pub fn is_placeholder(text: &str) -> bool {
    ["$", "{{", "{%", "<"]
        .iter()
        .any(|mark| text.contains(mark))
}

/// The text of a word that is there and known.
pub fn known<'word>(word: Option<&'word Word<'_>>) -> Option<&'word str> {
    word.and_then(Word::known)
}
