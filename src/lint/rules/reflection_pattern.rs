//! Patterns in Reflector's lists where names are meant.

use crate::domain::reflection::NamespaceList;
use crate::domain::reflection::reading::Reading;
use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::reflected::{Reflected, is_open_list};
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB604",
    name: "reflection-pattern",
    severity: Severity::Warning,
    is_fixable: false,
    summary: "An entry of Reflector's lists of namespaces is no name.",
    why: "Entries are regular expressions of .NET that must match a whole name. `shop-*` means `shop` and any number \
          of dashes, so no mirror is made in `shop-prod`; `*` alone stops Reflector's comparison with an error. A \
          proper regular expression also matches namespaces that others make later, and these get the password.",
    mend: "Write the names of the namespaces, separated by commas. Where a pattern is meant, write `shop-.*`, and \
           ignore the finding with the reason.",
    example: Example {
        path: "infra/databases/postgres/my-shop-secrets-sealed.yaml",
        bad: include_str!("reflection_pattern/bad.yaml"),
        good: include_str!("reflection_pattern/good.yaml"),
        beside: &[],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    for reflected in repository.reflected() {
        let reflection = &reflected.credential.reflection;
        if reflection.allowed {
            let list = &reflection.allowed_namespaces;
            check_list(&reflected, "reflection-allowed-namespaces", list, found);
        }
        if reflection.is_automatic() {
            let list = &reflection.automatic_namespaces;
            check_list(&reflected, "reflection-auto-namespaces", list, found);
        }
    }
}

fn check_list(
    reflected: &Reflected<'_, '_>,
    annotation: &str,
    list: &NamespaceList,
    found: &mut Findings,
) {
    let Some((_, value)) = reflected.made.reflector(annotation) else {
        return;
    };
    if is_open_list(&list.text) {
        return;
    }
    for pattern in list.patterns() {
        let Some((severity, message)) = judged(pattern) else {
            continue;
        };
        let object = &reflected.credential.object;
        let mut finding = Finding::of(object, value.span, message);
        if Reading::of(pattern) == Reading::Glob && pattern != "*" {
            let meant = pattern.replace('*', ".*");
            finding = finding.help(format!("name the namespaces, or write {meant:?}"));
        }
        found.push_as(severity, finding);
    }
}

/// How grave an entry is, and what is to be said of it; nothing of names, and of `.*`, which is another rule's.
fn judged(pattern: &str) -> Option<(Severity, String)> {
    match Reading::of(pattern) {
        Reading::Names | Reading::Everything => None,
        Reading::Glob if !pattern.starts_with('*') => Some((
            Severity::Warning,
            format!(
                "{pattern:?} is taken for a regular expression, in which `*` repeats what is before it"
            ),
        )),
        Reading::Glob | Reading::Invalid => Some((
            Severity::Error,
            format!("{pattern:?} is no regular expression: Reflector fails where it compares it"),
        )),
        Reading::Nowhere => Some((
            Severity::Error,
            format!("no namespace can be called {pattern:?}"),
        )),
        Reading::Pattern => Some((
            Severity::Info,
            format!(
                "{pattern:?} is a pattern: every namespace that it matches may get this password"
            ),
        )),
    }
}
