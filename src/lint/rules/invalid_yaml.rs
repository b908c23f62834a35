//! A manifest that is no YAML.

use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::word::Span;
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB001",
    name: "invalid-yaml",
    severity: Severity::Error,
    is_fixable: false,
    summary: "A manifest is no valid YAML.",
    why: "Argo CD cannot render the folder, and syncs nothing of it.",
    mend: "Correct the YAML at the line that is shown. Templates of Helm and Jinja are told by their braces, and left alone.",
    example: Example {
        path: "infra/databases/postgres/my-shop-db.yaml",
        bad: include_str!("invalid_yaml/bad.yaml"),
        good: include_str!("invalid_yaml/good.yaml"),
        beside: &[],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    for (path, error) in &repository.invalid {
        let text = repository.snapshot.text(path).unwrap_or_default();
        let start = byte_of(text, error.line, error.column);
        let message = format!("this is no valid YAML: {}", error.problem);
        // What is on the line is not known: it may be a password.
        found.push(Finding::at(path, Span::new(start, start), message).secret());
    }
}

/// The byte of a line and column, both from 1.
fn byte_of(text: &str, line: usize, column: usize) -> usize {
    let before = text.split_inclusive('\n').take(line.saturating_sub(1));
    let start: usize = before.map(str::len).sum();
    let rest = text.get(start..).unwrap_or_default();
    let rest = rest.lines().next().unwrap_or_default();
    let within = rest.char_indices().nth(column.saturating_sub(1));
    start + within.map_or(rest.len(), |(byte, _)| byte)
}
