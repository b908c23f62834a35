//! Findings that somebody decided to ignore, with a reason: by a comment, or in `.pgdb.yaml`.

use std::collections::HashMap;

use memchr::memmem;

use super::finding::Finding;

/// What such a comment begins with.
pub const MARK: &str = "pgdb:ignore";

/// A comment that ignores findings: `# pgdb:ignore PGDB403, PGDB711 the reason`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Directive<'text> {
    /// The codes or names of rules, as written.
    pub rules: Vec<&'text str>,
    /// Why; empty where nothing is said.
    pub reason: &'text str,
}

impl<'text> Directive<'text> {
    /// Reads what follows the mark on a line; none where the line has no mark.
    pub fn of(line: &'text str) -> Option<Self> {
        let (before, rest) = line.split_once(MARK)?;
        before
            .trim_end()
            .ends_with(['#', '-', '/', '*'])
            .then_some(())?;
        let mut rest = rest.trim_start_matches(':').trim();
        let mut rules = Vec::new();
        loop {
            let (word, behind) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            let (name, more) = match word.strip_suffix(',') {
                Some(name) => (name, true),
                None => (word, false),
            };
            let names: Vec<&str> = name.split(',').filter(|name| !name.is_empty()).collect();
            let is_rules = rules.is_empty() || names.iter().all(|name| is_code(name));
            if names.is_empty() || !is_rules {
                break;
            }
            rules.extend(names);
            rest = behind.trim();
            if !more {
                break;
            }
        }
        Some(Self {
            rules,
            reason: rest.trim_end_matches("*/").trim(),
        })
    }

    /// Whether it ignores a rule's findings: it names the rule, and gives a reason.
    pub fn ignores(&self, finding: &Finding) -> bool {
        let names = |name: &&str| *name == finding.code || *name == finding.rule;
        !self.reason.is_empty() && self.rules.iter().any(names)
    }
}

fn is_code(name: &str) -> bool {
    name.starts_with("PGDB")
}

/// The comments of a file that ignore findings, by the lines that they hold for.
pub(super) struct Directives<'text> {
    /// From 1.
    by_line: HashMap<usize, Vec<Directive<'text>>>,
}

impl<'text> Directives<'text> {
    /// Those of a text. A comment alone on its line holds for the next line that is no comment.
    pub(super) fn of(text: &'text str) -> Self {
        let mut by_line: HashMap<usize, Vec<Directive<'text>>> = HashMap::new();
        if memmem::find(text.as_bytes(), MARK.as_bytes()).is_none() {
            return Self { by_line };
        }
        let mut above = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let found = Directive::of(line);
            if is_comment_alone(line) {
                above.extend(found);
                continue;
            }
            above.extend(found);
            if !above.is_empty() {
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
