//! A credential that Reflector may mirror, but not by itself.

use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB602",
    name: "reflection-not-automatic",
    severity: Severity::Warning,
    is_fixable: false,
    summary: "A credential may be mirrored, but no mirror is made by itself.",
    why: "Without `reflection-auto-enabled` Reflector makes a mirror only where somebody put a Secret with the \
          annotation `reflects` into the application's namespace. If nobody does, the application waits for its \
          Secret.",
    mend: "Add the annotation `reflector.v1.k8s.emberstack.com/reflection-auto-enabled: \"true\"`, or put a Secret \
           that asks by `reflects` into the application's namespace. If that is in another repository, ignore the \
           finding with that reason.",
    example: Example {
        path: "infra/databases/postgres/my-shop-secrets-sealed.yaml",
        bad: include_str!("reflection_not_automatic/bad.yaml"),
        good: include_str!("reflection_not_automatic/good.yaml"),
        beside: &[],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    let asked = repository.asked_for();
    for reflected in repository.reflected() {
        let reflection = &reflected.credential.reflection;
        let secret = reflected.credential.secret.as_deref();
        let is_asked = secret.is_some_and(|secret| asked.contains(secret));
        if !reflection.allowed || reflection.automatic || is_asked {
            continue;
        }
        let auto = reflected.made.reflector("reflection-auto-enabled");
        if auto.is_some_and(|(_, value)| value.is_placeholder()) {
            continue;
        }
        let is_meant = auto.is_some_and(|(_, value)| !is_false(&value.text))
            || (auto.is_none() && !reflection.automatic_namespaces.text.is_empty());
        let span = auto.map_or(reflected.first.0.span, |(_, value)| value.span);
        let message = if auto.is_some() {
            "no mirror is made by itself: `reflection-auto-enabled` is not `true`"
        } else {
            "no mirror is made by itself: `reflection-auto-enabled` is not there"
        };
        // That a Secret elsewhere asks for it can only be ruled out where the annotations speak of mirrors by themselves.
        let severity = if is_meant {
            Severity::Warning
        } else {
            Severity::Info
        };
        found.push_as(
            severity,
            Finding::of(&reflected.credential.object, span, message),
        );
    }
}

fn is_false(text: &str) -> bool {
    text.trim().eq_ignore_ascii_case("false")
}
