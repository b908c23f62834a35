//! A finding: one place where a rule found what it looks for, as plain data.

use std::cmp::Reverse;

use super::repository::object::Object;
use super::repository::word::Span;
use crate::repo::edit::{self, Addition};
use crate::repo::path::RepoPath;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Severity {
    /// Worth knowing; also what cannot be decided without the cluster.
    Info,
    /// It works, or may work, and should not stay so.
    Warning,
    /// It does not work, or gives away what must be kept.
    Error,
}

impl Severity {
    /// All of them, the gravest first.
    pub const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Info];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One place where a rule found what it looks for. It never holds a value of a Secret.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Finding {
    /// The rule's code, such as `PGDB201`.
    pub code: &'static str,
    /// The rule's name, such as `unknown-owner`.
    pub rule: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// Where.
    pub place: Place,
    /// What was found there, in one sentence without a final dot.
    pub message: String,
    /// What to do about this very finding; the rule says what to do in general.
    pub help: Option<String>,
    /// Other places that belong to it.
    pub related: Vec<Related>,
    /// Whether the lines at the place may hold a secret, so that nobody may show them.
    pub is_secret: bool,
    /// How it can be mended safely.
    pub fix: Option<Fix>,
}

/// A place in a file.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Place {
    /// The file.
    pub path: RepoPath,
    /// The bytes of its text.
    pub span: Span,
    /// Where they begin; the run fills it in.
    pub start: Position,
    /// Where the next character is; the run fills it in.
    pub end: Position,
}

/// A character's line and column, both from 1.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column; it counts characters, and a byte order mark is none.
    pub column: usize,
}

/// Another place that belongs to a finding, and why.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Related {
    /// The place.
    pub place: Place,
    /// What is there.
    pub message: String,
}

/// How a finding can be mended: edits that are made together or not at all.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fix {
    /// What it does, in the imperative.
    pub title: String,
    /// Its edits.
    pub edits: Vec<FixEdit>,
}

/// One edit of a manifest.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FixEdit {
    /// The file.
    pub path: RepoPath,
    /// The number of the document in it, from 0.
    pub document: usize,
    /// The way from the document's top level down to what is edited.
    pub steps: Vec<Step>,
    /// What is done there.
    pub operation: Operation,
}

/// One step down a document.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Step {
    /// To the value of a key.
    Key(String),
    /// To an item of a list, from 0.
    Item(usize),
}

impl From<&str> for Step {
    fn from(key: &str) -> Self {
        Self::Key(key.to_owned())
    }
}

impl<'step> From<&'step Step> for edit::Step<'step> {
    fn from(step: &'step Step) -> Self {
        match step {
            Step::Key(key) => Self::Key(key),
            Step::Item(number) => Self::Item(*number),
        }
    }
}

/// What an edit does at the end of its steps.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Operation {
    /// Adds a key with its value to the mapping there.
    Insert(String, Addition),
    /// Adds an entry to the list there.
    Append(Addition),
    /// Makes the scalar there this string, quoted where it has to be.
    SetText(String),
}

impl Finding {
    /// A finding at some bytes of an object's file, as its rule would report it. Lines of a Secret are never shown.
    pub fn of(object: &Object<'_>, span: Span, message: impl Into<String>) -> Self {
        let mut finding = Self::at(object.path, span, message);
        finding.is_secret = object.holds_values;
        finding
    }

    /// A finding at some bytes of a file.
    pub fn at(path: &RepoPath, span: Span, message: impl Into<String>) -> Self {
        Self {
            code: "",
            rule: "",
            severity: Severity::Info,
            place: Place::new(path, span),
            message: message.into(),
            help: None,
            related: Vec::new(),
            is_secret: false,
            fix: None,
        }
    }

    /// The same finding, with what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same finding, with another place that belongs to it.
    #[must_use]
    pub fn related(mut self, object: &Object<'_>, span: Span, message: impl Into<String>) -> Self {
        self.related.push(Related {
            place: Place::new(object.path, span),
            message: message.into(),
        });
        self
    }

    /// The same finding, whose lines nobody may show.
    #[must_use]
    pub fn secret(mut self) -> Self {
        self.is_secret = true;
        self
    }

    /// The same finding, with a way to mend it.
    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }

    /// Whether a word, as somebody writes it, is the rule of this finding: its code in upper or lower case, or its name.
    pub fn is_of(&self, word: &str) -> bool {
        self.rule == word || self.code.eq_ignore_ascii_case(word)
    }

    /// What findings are sorted by: the file, the place, the gravest first, the code.
    pub(super) fn order(&self) -> impl Ord + use<'_> {
        (
            &self.place,
            Reverse(self.severity),
            self.code,
            &self.message,
        )
    }
}

impl Fix {
    /// A fix of one edit in an object.
    pub fn of(
        title: impl Into<String>,
        object: &Object<'_>,
        keys: &[&str],
        operation: Operation,
    ) -> Self {
        Self {
            title: title.into(),
            edits: vec![FixEdit::of(object, keys, operation)],
        }
    }
}

impl FixEdit {
    /// An edit in an object, at the keys from its top level down.
    pub fn of(object: &Object<'_>, keys: &[&str], operation: Operation) -> Self {
        let keys = keys.iter().map(|key| Step::from(*key));
        Self {
            path: object.path.clone(),
            document: object.document,
            steps: object.steps.iter().cloned().chain(keys).collect(),
            operation,
        }
    }
}

impl Place {
    /// The place of some bytes of a file.
    pub fn new(path: &RepoPath, span: Span) -> Self {
        Self {
            path: path.clone(),
            span,
            start: Position::default(),
            end: Position::default(),
        }
    }
}

/// The lines of a text, to find positions in.
pub(super) struct Lines<'text> {
    text: &'text str,
    /// The byte at which each line begins.
    starts: Vec<usize>,
}

impl<'text> Lines<'text> {
    pub(super) fn of(text: &'text str) -> Self {
        let breaks = memchr::memchr_iter(b'\n', text.as_bytes()).map(|byte| byte + 1);
        Self {
            text,
            starts: [0].into_iter().chain(breaks).collect(),
        }
    }

    /// Fills in where a place is.
    pub(super) fn locate(&self, place: &mut Place) {
        place.start = self.position(place.span.start);
        place.end = self.position(place.span.end.max(place.span.start));
    }

    fn position(&self, byte: u32) -> Position {
        let byte = usize::try_from(byte).unwrap_or(usize::MAX);
        let byte = byte.min(self.text.len());
        let line = self.starts.partition_point(|start| *start <= byte);
        let start = self.starts.get(line.saturating_sub(1)).copied();
        let before = self.text.get(start.unwrap_or_default()..byte);
        let before = before.unwrap_or_default().trim_start_matches('\u{feff}');
        Position {
            line,
            column: 1 + before.chars().count(),
        }
    }
}
