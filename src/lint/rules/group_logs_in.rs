//! A group that somebody can log in as.

use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::database::Database;
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB757",
    name: "group-logs-in",
    severity: Severity::Warning,
    is_fixable: false,
    summary: "A role that holds the privileges of a level may log in, or has a password.",
    why: "Whoever logs in as the group may do what its members may, and nobody can tell who it was.",
    mend: "Take `login`, `passwordSecret` and its credential from the role, and let each user be a member of it.",
    example: Example {
        path: "infra/databases/postgres/postgres-cluster.yaml",
        bad: include_str!("group_logs_in/bad.yaml"),
        good: include_str!("group_logs_in/good.yaml"),
        beside: &[
            (
                "infra/databases/postgres/kustomization.yaml",
                include_str!("unreadable_access/kustomization.yaml"),
            ),
            (
                "infra/databases/postgres/my-shop-access.yaml",
                include_str!("group_logs_in/access.yaml"),
            ),
        ],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    for access in &repository.accesses {
        let Ok(declared) = &access.access else {
            continue;
        };
        let cluster = repository
            .database_of(access)
            .and_then(Database::known_cluster);
        let Some(cluster) = cluster else { continue };
        for level in &declared.access.levels {
            let Ok(group) = level.group(&declared.owner) else {
                continue;
            };
            for role in repository.roles_named(cluster, group.as_str()) {
                let problem = if role.is("login") {
                    "may log in"
                } else if role.password_secret.is_some() {
                    "has a password"
                } else {
                    continue;
                };
                if !role.is_absent() && role.object.may_be_beside(&access.object) {
                    let message = format!(
                        "the role {:?}, which holds the privileges of a level, {problem}",
                        group.as_str()
                    );
                    let finding = Finding::of(&role.object, role.head, message);
                    found.push(finding.related(&access.object, access.declaration, "the level"));
                }
            }
        }
    }
}
