//! An access to a database that cannot be read.

use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB751",
    name: "unreadable-access",
    severity: Severity::Error,
    is_fixable: false,
    summary: "The declaration of who may do what in a database (`access.json`) cannot be read.",
    why: "The commands that change it refuse to guess, and what the scripts beside it do may be something else.",
    mend: "Mend the text, or take the file out of the repository and grant everything again with `kubectl pgdb grant`.",
    example: Example {
        path: "infra/databases/postgres/my-shop-access.yaml",
        bad: include_str!("unreadable_access/bad.yaml"),
        good: include_str!("unreadable_access/good.yaml"),
        beside: &[(
            "infra/databases/postgres/kustomization.yaml",
            include_str!("unreadable_access/kustomization.yaml"),
        )],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    for access in &repository.accesses {
        if let Err(reason) = &access.access {
            let message = format!("who may do what cannot be read: {reason}");
            found.push(Finding::of(&access.object, access.declaration, message));
        }
    }
}
