//! Two accesses to one database.

use std::collections::HashMap;

use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::access::Access;
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB756",
    name: "duplicate-access",
    severity: Severity::Error,
    is_fixable: false,
    summary: "Who may do what in a database is declared twice.",
    why: "Two Jobs run, and each takes away what the other gives.",
    mend: "Take one of them out of the repository, and grant with `kubectl pgdb grant` what is missing then.",
    example: Example {
        path: "infra/databases/postgres/my-shop-access.yaml",
        bad: include_str!("duplicate_access/bad.yaml"),
        good: include_str!("duplicate_access/good.yaml"),
        beside: &[(
            "infra/databases/postgres/kustomization.yaml",
            include_str!("unreadable_access/kustomization.yaml"),
        )],
    },
    check,
};

/// With so many declarations of one database each further one is compared.
const MOST: usize = 20;

fn check(repository: &Repository<'_>, found: &mut Findings) {
    let mut seen: HashMap<&str, Vec<&Access<'_>>> = HashMap::new();
    for access in &repository.accesses {
        let Ok(declared) = &access.access else {
            continue;
        };
        let known = seen.entry(declared.database.as_str()).or_default();
        let clashes = |other: &&&Access<'_>| {
            other.object.may_be_beside(&access.object)
                && repository.are_together(&other.object, &access.object)
        };
        if let Some(first) = known.iter().find(clashes) {
            let message = format!(
                "the access to {:?} is declared twice",
                declared.database.as_str()
            );
            let finding = Finding::of(&access.object, access.object.head, message);
            found.push(finding.related(&first.object, first.object.head, "the other declaration"));
        }
        // Copies of one base for several places are many, and comparing each with each tells nothing more.
        if known.len() < MOST {
            known.push(access);
        }
    }
}
