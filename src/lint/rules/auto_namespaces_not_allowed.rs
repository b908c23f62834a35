//! Namespaces that mirrors are to be made in, and that are not allowed.

use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::reflected::is_open_list;
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB605",
    name: "auto-namespaces-not-allowed",
    severity: Severity::Error,
    is_fixable: false,
    summary: "`reflection-auto-namespaces` names a namespace that `reflection-allowed-namespaces` does not allow.",
    why: "Reflector makes a mirror where both lists allow it. In a namespace that only one of them names there is \
          none, and the application waits for its Secret.",
    mend: "Add the namespace to `reflection-allowed-namespaces`, or remove it from `reflection-auto-namespaces`.",
    example: Example {
        path: "infra/databases/postgres/my-shop-secrets-sealed.yaml",
        bad: include_str!("auto_namespaces_not_allowed/bad.yaml"),
        good: include_str!("auto_namespaces_not_allowed/good.yaml"),
        beside: &[],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    for reflected in repository.reflected() {
        let reflection = &reflected.credential.reflection;
        let (allowed, automatic) = (
            &reflection.allowed_namespaces,
            &reflection.automatic_namespaces,
        );
        let Some((_, list)) = reflected.made.reflector("reflection-auto-namespaces") else {
            continue;
        };
        if !reflection.is_automatic()
            || is_open_list(&allowed.text)
            || is_open_list(&automatic.text)
        {
            continue;
        }
        let names = automatic.names().map(|name| name.as_str());
        let outside: Vec<&str> = names
            .filter(|name| allowed.holds(name) == Some(false))
            .collect();
        if outside.is_empty() {
            continue;
        }
        let object = &reflected.credential.object;
        let mut finding = Finding::of(
            object,
            list.span,
            format!(
                "no mirror is made in {}: `reflection-allowed-namespaces` does not allow it",
                outside.join(", ")
            ),
        );
        if let Some((_, allowing)) = reflected.made.reflector("reflection-allowed-namespaces") {
            finding = finding.related(object, allowing.span, "what is allowed");
        }
        found.push(finding);
    }
}
