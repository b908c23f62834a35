//! A database or role that is dropped when its object is deleted.

use crate::domain::choice::ReclaimPolicy;
use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::word::Word;
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB711",
    name: "reclaim-delete",
    severity: Severity::Warning,
    is_fixable: false,
    summary: "A reclaim policy says `delete`.",
    why: "When the object is deleted, by hand, by a sync that prunes, or because a file was moved, the database is \
          dropped with all its data.",
    mend: "Say `retain`, and drop the database by hand when its time has come. If it is meant, set `reclaim: delete` \
           for the target in `.pgdb.yaml`, or ignore the finding with the reason.",
    example: Example {
        path: "infra/databases/postgres/my-shop-db.yaml",
        bad: include_str!("reclaim_delete/bad.yaml"),
        good: include_str!("reclaim_delete/good.yaml"),
        beside: &[],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    for database in &repository.databases {
        if let Some(policy) = deleting(database.field("databaseReclaimPolicy"))
            && !is_meant(repository, database.known_cluster())
        {
            let message = "the database and its data go when this object is deleted";
            found.push(Finding::of(&database.object, policy.span, message));
        }
    }
    for role in repository.roles.iter().filter(|role| role.entry.is_none()) {
        if let Some(policy) = deleting(role.field("databaseRoleReclaimPolicy"))
            && !is_meant(repository, role.known_cluster())
        {
            let message = "the role goes when this object is deleted";
            found.push(Finding::of(&role.object, policy.span, message));
        }
    }
}

fn deleting<'word, 'text>(policy: Option<&'word Word<'text>>) -> Option<&'word Word<'text>> {
    policy.filter(|policy| policy.text == "delete")
}

/// Whether the settings say so of a target that may be this Cluster.
fn is_meant(repository: &Repository<'_>, cluster: Option<&str>) -> bool {
    repository.targets.iter().any(|target| {
        let named = target.cluster.as_ref().map(|name| name.as_str());
        target.reclaim == Some(ReclaimPolicy::Delete)
            && (named.is_none() || cluster.is_none() || named == cluster)
    })
}
