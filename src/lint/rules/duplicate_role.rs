//! Two entries of one name in a Cluster's managed roles.

use std::collections::HashMap;
use std::sync::Arc;

use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB701",
    name: "duplicate-role",
    severity: Severity::Error,
    is_fixable: false,
    summary: "A Cluster's managed roles name one role twice.",
    why: "CNPG's webhook refuses the whole Cluster (\"Role name is duplicate of another\"), so that no change of it \
          is applied any more.",
    mend: "Remove one of the entries, after moving what only it says into the other.",
    example: Example {
        path: "infra/databases/postgres/postgres-cluster.yaml",
        bad: include_str!("duplicate_role/bad.yaml"),
        good: include_str!("duplicate_role/good.yaml"),
        beside: &[],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    let mut known = HashMap::new();
    for role in repository.roles.iter().filter(|role| role.entry.is_some()) {
        let Some(name) = role.known_name() else {
            continue;
        };
        let first = *known
            .entry((Arc::as_ptr(&role.object), name))
            .or_insert(role.head);
        if first == role.head {
            continue;
        }
        let finding = Finding::of(
            &role.object,
            role.head,
            format!("another entry of this list is called {name:?} too"),
        );
        found.push(finding.related(&role.object, first, "the first entry"));
    }
}
