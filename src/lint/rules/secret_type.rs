//! A credential whose type is not the one that CNPG asks for.

use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB710",
    name: "secret-type",
    severity: Severity::Info,
    is_fixable: false,
    summary: "The Secret of a role's password is not of the type `kubernetes.io/basic-auth`.",
    why: "CNPG's documentation asks for this type, though today its code looks at the keys `username` and `password` \
          alone. With the type, Kubernetes itself refuses a Secret that lacks them.",
    mend: "Set the type where the Secret is made. The type of a Secret never changes: delete the live one, and it is \
           made again.",
    example: Example {
        path: "infra/databases/postgres/my-shop-secrets-sealed.yaml",
        bad: include_str!("secret_type/bad.yaml"),
        good: include_str!("secret_type/good.yaml"),
        beside: &[],
    },
    check,
};

/// The type that CNPG's documentation asks for.
const BASIC_AUTH: &str = "kubernetes.io/basic-auth";

fn check(repository: &Repository<'_>, found: &mut Findings) {
    for credential in &repository.credentials {
        let object = &credential.object;
        let named = credential.secret_type.as_ref();
        let is_other = named
            .is_none_or(|named| !named.is_placeholder() && named.text != BASIC_AUTH)
            && !credential.hides_made
            && !object.is_patch
            && repository
                .roles_using(credential)
                .any(|role| !role.is_absent())
            && !repository.kustomize_mentions(object, BASIC_AUTH);
        if is_other {
            let name = named.map_or("Opaque", |named| &*named.text);
            let message = format!("the type of this Secret is {name}, not {BASIC_AUTH}");
            let span = named.map_or(object.head, |named| named.span);
            found.push(Finding::of(object, span, message));
        }
    }
}
