//! Sealed values that can be opened for more than one Secret.

use crate::domain::scope::Scope;
use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::credential::Credential;
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB503",
    name: "wide-scope",
    severity: Severity::Warning,
    is_fixable: false,
    summary: "The values of a database's credential are sealed in a scope wider than strict.",
    why: "Whoever may make SealedSecrets in the namespace, or with cluster-wide scope in any namespace, can put these values \
          under another name, and read the Secret that the controller makes of them.",
    mend: "Seal the values again in the strict scope and remove the annotation; the scope is part of what is sealed, so removing \
           the annotation alone makes the values useless. Where the wider scope is meant, say so by `scope` in `.pgdb.yaml`.",
    example: Example {
        path: "infra/databases/postgres/my-shop-secrets-sealed.yaml",
        bad: include_str!("wide_scope/bad.yaml"),
        good: include_str!("wide_scope/good.yaml"),
        beside: &[],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    for credential in &repository.credentials {
        let Some((key, _)) = &credential.scope_annotation else {
            continue;
        };
        if !repository.is_of_database(credential) || is_meant(repository, credential) {
            continue;
        }
        let whom = match credential.scope {
            Scope::Strict => continue,
            Scope::NamespaceWide => "any Secret of its namespace",
            Scope::ClusterWide => "any Secret of any namespace",
        };
        let message = format!("the sealed values can be opened for {whom}");
        found.push(Finding::of(&credential.object, key.span, message));
    }
}

/// Whether the settings of a target that it may belong to ask for this scope, or a wider one.
fn is_meant(repository: &Repository<'_>, credential: &Credential<'_>) -> bool {
    repository.targets.iter().any(|target| {
        let namespace = target.namespace.as_ref();
        let is_own = namespace.is_none_or(|own| credential.object.may_be_in(own.as_str()));
        let asked = target.scope.unwrap_or_default();
        is_own && width(asked) >= width(credential.scope)
    })
}

/// How many Secrets a scope has room for, as a rank.
fn width(scope: Scope) -> Option<usize> {
    Scope::ALL.iter().position(|known| *known == scope)
}
