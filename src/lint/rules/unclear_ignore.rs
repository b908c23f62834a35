//! A comment that is to ignore findings and does not.

use crate::lint::finding::{Finding, Severity};
use crate::lint::ignoring::{Directive, MARK};
use crate::lint::repository::Repository;
use crate::lint::repository::word::Span;
use crate::lint::rule::{Example, Findings, Rule};
use crate::lint::selection::UnknownRule;

pub(super) const RULE: Rule = Rule {
    code: "PGDB002",
    name: "unclear-ignore",
    severity: Severity::Warning,
    is_fixable: false,
    summary: "A comment `pgdb:ignore` names no rule, one that there is not, or gives no reason.",
    why: "Such a comment ignores nothing. Whoever reads it later cannot tell what was decided, nor whether it still holds.",
    mend: "Write `# pgdb:ignore CODE the reason` at the end of the line of the finding, or alone on the line above it; several codes \
           stand with commas between them.",
    example: Example {
        path: "infra/databases/postgres/my-shop-db.yaml",
        bad: include_str!("unclear_ignore/bad.yaml"),
        good: include_str!("unclear_ignore/good.yaml"),
        beside: &[],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    for (path, text) in repository.snapshot.files() {
        for directive in Directive::all(path, text) {
            if let Some(problem) = problem(&directive) {
                let span = Span::new(directive.start, directive.start + MARK.len());
                // What else is on the line is not known: it may be a password.
                found.push(Finding::at(path, span, problem).secret());
            }
        }
    }
}

/// What is not right with a comment that is to ignore findings.
fn problem(directive: &Directive<'_>) -> Option<String> {
    let mut rules = directive.rules.iter();
    if directive.rules.is_empty() {
        return Some("this comment ignores nothing, since it names no rule".to_owned());
    }
    if let Some(unknown) = rules.find_map(|rule| UnknownRule::of(rule)) {
        // What is not even written like a rule may be anything, a password too.
        return Some(if rules_are_words(directive) {
            format!(
                "this comment ignores nothing: {unknown}; {}",
                unknown.help()
            )
        } else {
            "this comment ignores nothing, since what it begins with is no rule".to_owned()
        });
    }
    if directive.lacks_comma() {
        let problem =
            "this comment ignores nothing, since it has codes without a comma between them";
        return Some(problem.to_owned());
    }
    let is_silent = directive.reason.is_empty();
    is_silent.then(|| "this comment ignores nothing, since it gives no reason".to_owned())
}

fn rules_are_words(directive: &Directive<'_>) -> bool {
    let mut characters = directive.rules.iter().flat_map(|rule| rule.chars());
    characters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}
