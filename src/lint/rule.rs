//! A rule: one thing that `lint` looks for.

use super::finding::{Finding, Severity};
use super::repository::Repository;
use crate::domain::visible::visible;

/// One thing that `lint` looks for.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Its code, which never changes its meaning: `PGDB` and three digits.
    pub code: &'static str,
    /// Its name, in words with `-` between them.
    pub name: &'static str,
    /// How much its findings matter, unless one says otherwise.
    pub severity: Severity,
    /// Whether some of its findings can be mended by `--fix`.
    pub is_fixable: bool,
    /// What it looks for, in one sentence.
    pub summary: &'static str,
    /// Why that matters.
    pub why: &'static str,
    /// How to mend it.
    pub mend: &'static str,
    /// A file with what it looks for, and the same file mended.
    pub example: Example,
    /// Looks for it.
    pub check: fn(&Repository<'_>, &mut Findings),
}

/// A file before and after it was mended, beside the others of a whole repository.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// The file.
    pub path: &'static str,
    /// With what the rule looks for.
    pub bad: &'static str,
    /// Mended.
    pub good: &'static str,
    /// Other files that belong to both: paths and texts. What ends with `.pem` is the sealing certificate.
    pub beside: &'static [(&'static str, &'static str)],
}

/// The findings of one rule.
#[derive(Debug)]
pub struct Findings {
    code: &'static str,
    rule: &'static str,
    severity: Severity,
    all: Vec<Finding>,
}

impl Findings {
    /// No findings yet.
    pub(super) fn new(rule: &Rule) -> Self {
        Self {
            code: rule.code,
            rule: rule.name,
            severity: rule.severity,
            all: Vec::new(),
        }
    }

    /// Adds one that matters as much as the rule says.
    pub fn push(&mut self, finding: Finding) {
        self.push_as(self.severity, finding);
    }

    /// Adds one that matters more or less than others of the rule.
    pub fn push_as(&mut self, severity: Severity, mut finding: Finding) {
        finding.message = on_one_line(&finding.message);
        finding.help = finding.help.map(|help| on_one_line(&help));
        for related in &mut finding.related {
            related.message = on_one_line(&related.message);
        }
        if let Some(fix) = &mut finding.fix {
            fix.title = on_one_line(&fix.title);
        }
        self.all.push(Finding {
            code: self.code,
            rule: self.rule,
            severity,
            ..finding
        });
    }

    /// All of them.
    pub(super) fn into_all(self) -> Vec<Finding> {
        self.all
    }
}

/// A text in which names of the repository stand as they are: one line, without characters that a terminal obeys.
fn on_one_line(text: &str) -> String {
    visible(text).replace('\n', "\\n").replace('\t', "\\t")
}
