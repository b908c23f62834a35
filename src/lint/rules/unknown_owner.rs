//! A Database's owner that is no role.

use crate::domain::nearest::nearest;
use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::database::Database;
use crate::lint::repository::role::Role;
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB201",
    name: "unknown-owner",
    severity: Severity::Error,
    is_fixable: false,
    summary: "A Database's `owner` is declared by no managed role, DatabaseRole or bootstrap of its Cluster.",
    why: "CNPG cannot make the database until the role exists, and tries again every 30 seconds without end. Argo CD knows no \
          health of a Database, so the application is green all the same.",
    mend: "Make `spec.owner` the name of a role, letter for letter: an entry of the Cluster's `spec.managed.roles`, or the \
           `spec.name` of a DatabaseRole of that Cluster. If the role is made outside the repository, ignore the finding with \
           that reason.",
    example: Example {
        path: "infra/databases/postgres/my-shop-db.yaml",
        bad: include_str!("unknown_owner/bad.yaml"),
        good: include_str!("unknown_owner/good.yaml"),
        beside: &[],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    for database in &repository.databases {
        let (Some(owner), Some(name), Some(cluster)) = (
            database.field("owner"),
            database.known_owner(),
            database.known_cluster(),
        ) else {
            continue;
        };
        if is_declared(repository, database, cluster, name) {
            continue;
        }
        let mut finding = Finding::of(
            &database.object,
            owner.span,
            format!(
                "no role of the Cluster {cluster} is called {name:?}, to whom this database is to belong"
            ),
        );
        let known = repository.roles_of(cluster).filter_map(Role::known_name);
        if let Some(near) = nearest(name, known) {
            finding = finding.help(format!("did you mean {near:?}?"));
        }
        let is_sure = repository.knows_roles_of(cluster, &database.object);
        found.push_as(
            if is_sure {
                Severity::Error
            } else {
                Severity::Info
            },
            finding,
        );
    }
}

/// Whether some Cluster of this name, wherever it is, has such a role; of a copy in another folder it may be the patch.
fn is_declared(
    repository: &Repository<'_>,
    database: &Database<'_>,
    cluster: &str,
    owner: &str,
) -> bool {
    owner == "postgres"
        || repository.roles_named(cluster, owner).next().is_some()
        || repository
            .all_clusters_named(cluster)
            .any(|cluster| cluster.bootstrap_owner() == Some(owner))
        || repository.kustomize_mentions(&database.object, owner)
}
