//! A role with a password and `disablePassword`.

use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB708",
    name: "password-and-disable",
    severity: Severity::Error,
    is_fixable: false,
    summary: "A role names a `passwordSecret` and says `disablePassword: true`.",
    why: "The two exclude each other: CNPG refuses the whole Cluster, or the DatabaseRole.",
    mend: "Remove `disablePassword` if the role is to log in with a password, else `passwordSecret`.",
    example: Example {
        path: "infra/databases/postgres/postgres-cluster.yaml",
        bad: include_str!("password_and_disable/bad.yaml"),
        good: include_str!("password_and_disable/good.yaml"),
        beside: &[],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    for role in &repository.roles {
        let (Some(secret), Some(disabled)) = (&role.password_secret, role.field("disablePassword"))
        else {
            continue;
        };
        if disabled.is_true() {
            let finding = Finding::of(
                &role.object,
                disabled.span,
                "this role has a `passwordSecret` too, and CNPG refuses both together",
            );
            found.push(finding.related(&role.object, secret.span, "the Secret of its password"));
        }
    }
}
