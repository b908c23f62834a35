//! Something that is granted to a role which nothing declares.

use crate::domain::nearest::nearest;
use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::access::Access;
use crate::lint::repository::database::Database;
use crate::lint::repository::role::Role;
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB753",
    name: "unknown-grantee",
    severity: Severity::Error,
    is_fixable: false,
    summary: "Something is granted to a role that is declared by no managed role, DatabaseRole or bootstrap of the Cluster.",
    why: "The Job that grants it fails while the role is not there, and the sync with it.",
    mend: "Declare the role, or take the grant back with `kubectl pgdb revoke`. If the role is made outside the repository, ignore the finding with that reason.",
    example: Example {
        path: "infra/databases/postgres/my-shop-access.yaml",
        bad: include_str!("unknown_grantee/bad.yaml"),
        good: include_str!("unknown_grantee/good.yaml"),
        beside: &[
            (
                "infra/databases/postgres/kustomization.yaml",
                include_str!("unreadable_access/kustomization.yaml"),
            ),
            (
                "infra/databases/postgres/postgres-cluster.yaml",
                include_str!("unknown_grantee/cluster.yaml"),
            ),
        ],
    },
    check,
};

/// A role is compared with so many names at most, to say which was perhaps meant.
const MOST_COMPARISONS: usize = 1_000;

fn check(repository: &Repository<'_>, found: &mut Findings) {
    for access in &repository.accesses {
        let Ok(declared) = &access.access else {
            continue;
        };
        let cluster = repository
            .database_of(access)
            .and_then(Database::known_cluster);
        let Some(cluster) = cluster.filter(|cluster| repository.roles_of(cluster).next().is_some())
        else {
            continue;
        };
        for role in declared.access.grantees() {
            let name = role.as_str();
            if is_declared(repository, access, cluster, name) {
                continue;
            }
            let message = format!(
                "something is granted to {name:?}, and no role of the Cluster {cluster} is called so"
            );
            let known = repository.roles_of(cluster).take(MOST_COMPARISONS);
            let known: Vec<&str> = known.filter_map(Role::known_name).collect();
            let mut finding = Finding::of(&access.object, access.declaration, message);
            if let Some(near) = nearest(name, known) {
                finding = finding.help(format!("did you mean {near:?}?"));
            }
            let mut clusters = repository.clusters_named(cluster, &access.object);
            let is_sure = repository.knows_roles_of(cluster, &access.object)
                && !clusters.any(|cluster| cluster.brings_roles)
                && !repository.is_in_unread(name);
            let severity = if is_sure {
                Severity::Error
            } else {
                Severity::Info
            };
            found.push_as(severity, finding);
        }
    }
}

/// Whether the Cluster has such a role: an entry, a DatabaseRole, one that its bootstrap makes or imports, or one that kustomize
/// may add.
fn is_declared(
    repository: &Repository<'_>,
    access: &Access<'_>,
    cluster: &str,
    role: &str,
) -> bool {
    repository.roles_named(cluster, role).next().is_some()
        || repository.kustomize_mentions(&access.object, role)
        || repository.all_clusters_named(cluster).any(|cluster| {
            cluster.bootstrap_owner() == Some(role)
                || cluster.imported_roles.iter().any(|known| known == role)
        })
}
