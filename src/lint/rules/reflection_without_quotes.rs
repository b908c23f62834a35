//! Reflector's annotations with values that are no strings.

use crate::lint::finding::{Finding, Fix, Operation, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::cnpg_fields::is_string;
use crate::lint::repository::reflected::source_annotations;
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB607",
    name: "reflection-without-quotes",
    severity: Severity::Error,
    is_fixable: true,
    summary: "The value of one of Reflector's annotations is `true`, `false` or a number without quotes.",
    why: "The value of an annotation is a string. Kubernetes refuses the whole object where it is anything else, so \
          that neither the Secret nor its mirror is made.",
    mend: "Put the value into quotes: `reflector.v1.k8s.emberstack.com/reflection-allowed: \"true\"`.",
    example: Example {
        path: "infra/databases/postgres/my-shop-secrets-sealed.yaml",
        bad: include_str!("reflection_without_quotes/bad.yaml"),
        good: include_str!("reflection_without_quotes/good.yaml"),
        beside: &[],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    for credential in &repository.credentials {
        let Some(made) = &credential.made else {
            continue;
        };
        for (key, value) in source_annotations(&made.annotations) {
            if is_string(value) || !repository.is_of_role(credential) {
                continue;
            }
            let name = key.text.rsplit('/').next().unwrap_or_default();
            let message = format!(
                "`{name}` is {} without quotes, which is no string",
                value.text
            );
            let mut finding = Finding::of(&credential.object, value.span, message);
            if !credential.is_encrypted {
                let mut keys = credential.made_keys.to_vec();
                keys.extend(["annotations", &*key.text]);
                let operation = Operation::SetText(value.text.to_string());
                let title = "put the value into quotes";
                finding = finding.fix(Fix::of(title, &credential.object, &keys, operation));
            }
            found.push(finding);
        }
    }
}
