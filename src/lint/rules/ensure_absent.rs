//! What is declared only to be removed.

use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::word::Word;
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB712",
    name: "ensure-absent",
    severity: Severity::Info,
    is_fixable: false,
    summary: "A role or database says `ensure: absent`.",
    why: "CNPG drops it, and keeps dropping it. Left over, the entry makes the list longer, and whoever takes the \
          name again is surprised.",
    mend: "Remove the entry once the role or database is gone. A role that still owns something cannot be dropped: \
           CNPG's status says so.",
    example: Example {
        path: "infra/databases/postgres/postgres-cluster.yaml",
        bad: include_str!("ensure_absent/bad.yaml"),
        good: include_str!("ensure_absent/good.yaml"),
        beside: &[],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    let absent = |ensure: Option<&Word<'_>>| {
        let ensure = ensure.filter(|ensure| ensure.text == "absent");
        ensure.map(|ensure| ensure.span)
    };
    // A DatabaseRole cannot say so: that is another rule's.
    for role in repository.roles.iter().filter(|role| role.entry.is_some()) {
        if let Some(span) = absent(role.field("ensure")) {
            let message = "this entry only removes the role, and can go once that is done";
            found.push(Finding::of(&role.object, span, message));
        }
    }
    for database in &repository.databases {
        if let Some(span) = absent(database.field("ensure")) {
            let message = "this object only removes the database, and can go once that is done";
            found.push(Finding::of(&database.object, span, message));
        }
    }
}
