//! Reflector's annotations without the one that allows it to mirror.

use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB601",
    name: "reflection-not-allowed",
    severity: Severity::Error,
    is_fixable: false,
    summary: "A credential has Reflector's annotations, but not `reflection-allowed`.",
    why: "Reflector looks at nothing else until `reflection-allowed` says \"true\": no mirror is made, and the \
          application waits for its Secret.",
    mend: "Add the annotation `reflector.v1.k8s.emberstack.com/reflection-allowed: \"true\"` beside the others, or \
           remove those.",
    example: Example {
        path: "infra/databases/postgres/my-shop-secrets-sealed.yaml",
        bad: include_str!("reflection_not_allowed/bad.yaml"),
        good: include_str!("reflection_not_allowed/good.yaml"),
        beside: &[],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    for reflected in repository.reflected() {
        if reflected.credential.reflection.allowed {
            continue;
        }
        let object = &reflected.credential.object;
        let (first, _) = reflected.first;
        let finding = match reflected.made.reflector("reflection-allowed") {
            None => Finding::of(
                object,
                first.span,
                "Reflector mirrors nothing: `reflection-allowed` is not there",
            ),
            Some((_, value)) if value.is_placeholder() => continue,
            Some((_, value)) if value.text.trim().eq_ignore_ascii_case("false") => {
                let finding = Finding::of(
                    object,
                    value.span,
                    "Reflector mirrors nothing: `reflection-allowed` says so",
                );
                found.push_as(Severity::Info, finding);
                continue;
            }
            Some((_, value)) => Finding::of(
                object,
                value.span,
                format!(
                    "Reflector mirrors nothing: {:?} is neither `true` nor `false`",
                    value.text
                ),
            ),
        };
        found.push(finding);
    }
}
