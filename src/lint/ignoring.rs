//! Findings that somebody decided to ignore, with a reason: by a comment, or in `.pgdb.yaml`.

use std::collections::HashMap;

use memchr::memmem;

use super::finding::Finding;
use super::rules::rule;
use crate::repo::header::{KUSTOMIZATION_NAMES, is_named_as_yaml};
use crate::repo::path::RepoPath;
use crate::repo::yaml::parse;

/// What such a comment begins with.
pub const MARK: &str = "pgdb:ignore";

/// A comment that ignores findings: `# pgdb:ignore PGDB403, PGDB711 the reason`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Directive<'text> {
    /// The codes or names of rules, as written.
    pub rules: Vec<&'text str>,
    /// Why; empty where nothing is said.
    pub reason: &'text str,
    /// The byte of the file's text at which the mark stands.
    pub start: usize,
}

impl<'text> Directive<'text> {
    /// Those of a file, in order. What stands in a string of YAML is none, whatever it looks like.
    pub fn all(path: &RepoPath, text: &'text str) -> Vec<Self> {
        if memmem::find(text.as_bytes(), MARK.as_bytes()).is_none() {
            return Vec::new();
        }
        if (is_named_as_yaml(path) || KUSTOMIZATION_NAMES.contains(&path.file_name()))
            && let Ok(stream) = parse(text)
        {
            let comments = stream.comments.into_iter();
            let directive = |start, end| Self::of(text.get(start..end)?, start);
            return comments
                .filter_map(|comment| directive(comment.span.start, comment.span.end))
                .collect();
        }
        let mut start = 0;
        let lines = text.split_inclusive('\n').filter_map(|line| {
            let found = Self::of(line, start);
            start += line.len();
            found
        });
        lines.collect()
    }

    /// Reads what follows the mark on a line that begins at this byte, or in a comment that does; none where there is no mark.
    fn of(line: &'text str, start: usize) -> Option<Self> {
        let (before, rest) = line.split_once(MARK)?;
        let opening = before.trim_end();
        opening.ends_with(['#', '-', '/', '*']).then_some(())?;
        let mut rest = rest.trim_start_matches(':').trim();
        let mut rules = Vec::new();
        loop {
            let (word, behind) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            let (name, more) = match word.strip_suffix(',') {
                Some(name) => (name, true),
                None => (word, false),
            };
            rules.extend(name.split(',').filter(|name| !name.is_empty()));
            rest = behind.trim();
            if !more {
                break;
            }
        }
        Some(Self {
            rules,
            reason: rest.trim_end_matches("*/").trim(),
            start: start + before.len(),
        })
    }

    /// Whether the reason begins with a code: somebody left out a comma, and nobody can tell which findings are meant.
    pub fn lacks_comma(&self) -> bool {
        let first = self.reason.split_whitespace().next().unwrap_or_default();
        rule(first.trim_end_matches(',')).is_some()
    }

    /// Whether it ignores a rule's findings: it names the rule, and no rule that there is not, and gives a reason.
    fn ignores(&self, finding: &Finding) -> bool {
        !self.reason.is_empty()
            && !self.lacks_comma()
            && self.rules.iter().all(|name| rule(name).is_some())
            && self.rules.iter().any(|name| finding.is_of(name))
    }
}

/// The comments of a file that ignore findings, by the lines that they hold for.
pub(super) struct Directives<'text> {
    /// From 1.
    by_line: HashMap<usize, Vec<Directive<'text>>>,
}

impl<'text> Directives<'text> {
    /// Those of a text. A comment alone on its line holds for the next line that is no comment.
    pub(super) fn of(path: &RepoPath, text: &'text str) -> Self {
        let mut by_line: HashMap<usize, Vec<Directive<'text>>> = HashMap::new();
        let mut directives = Directive::all(path, text).into_iter().peekable();
        let mut above = Vec::new();
        let mut end = 0;
        for (number, line) in text.split_inclusive('\n').enumerate() {
            if directives.peek().is_none() && above.is_empty() {
                break;
            }
            end += line.len();
            while let Some(directive) = directives.next_if(|directive| directive.start < end) {
                above.push(directive);
            }
            if !is_comment_alone(line) && !above.is_empty() {
                by_line.insert(number + 1, std::mem::take(&mut above));
            }
        }
        Self { by_line }
    }

    /// Whether one of them ignores a finding on the line where the finding begins.
    pub(super) fn ignore(&self, finding: &Finding) -> bool {
        let here = self.by_line.get(&finding.place.start.line);
        here.is_some_and(|here| here.iter().any(|found| found.ignores(finding)))
    }
}

fn is_comment_alone(line: &str) -> bool {
    let line = line.trim_start();
    // Three dashes separate documents, and five begin a certificate.
    !line.starts_with("---")
        && ["#", "--", "//", "/*"]
            .iter()
            .any(|mark| line.starts_with(mark))
}
