//! A role that two manifests declare.

use std::collections::{HashMap, HashSet};

use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::deployment::Deployment;
use crate::lint::repository::role::Role;
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB702",
    name: "role-declared-twice",
    severity: Severity::Error,
    is_fixable: false,
    summary: "A DatabaseRole is for a role that the Cluster's managed roles, or another DatabaseRole, declare too.",
    why: "The managed role wins, and CNPG never applies the object (\"database role is already managed by the CNPG \
          cluster\"). Of two objects the second is refused. What is changed in the wrong one of them has no effect.",
    mend: "Keep one of the two. To move a role, `kubectl pgdb migrate-roles` declares it at its new place first, and takes \
           the old declaration out once the cluster shows the new one.",
    example: Example {
        path: "infra/databases/postgres/my-shop-db.yaml",
        bad: include_str!("role_declared_twice/bad.yaml"),
        good: include_str!("role_declared_twice/good.yaml"),
        beside: &[],
    },
    check,
};

/// Roles by where they are deployed, their Cluster and their name.
type Declared<'a, 'text> = HashMap<(Deployment, &'a str, &'a str), &'a Role<'text>>;

fn check(repository: &Repository<'_>, found: &mut Findings) {
    let is_object = |role: &&Role<'_>| role.entry.is_none() && !role.object.is_patch;
    let objects: Vec<_> = repository.roles.iter().filter(is_object).collect();
    let names: HashSet<_> = objects.iter().filter_map(|role| names(role)).collect();
    let mut declared = Declared::new();
    for role in repository.roles.iter().filter(|role| role.entry.is_some()) {
        if let Some((cluster, name)) = names_of(role, &names) {
            for deployment in repository.deployments(&role.object) {
                declared.entry((deployment, cluster, name)).or_insert(role);
            }
        }
    }
    for role in objects {
        let Some((cluster, name)) = names_of(role, &names) else {
            continue;
        };
        let deployments = repository.deployments(&role.object);
        let key = |deployment: &Deployment| (deployment.clone(), cluster, name);
        let mut others = deployments.iter();
        if let Some(other) = others.find_map(|deployment| declared.get(&key(deployment))) {
            found.push(finding(role, other, name));
            continue;
        }
        declared.extend(deployments.iter().map(|deployment| (key(deployment), role)));
    }
}

/// The names of a role's Cluster and of the role itself, where both are known.
fn names<'a>(role: &'a Role<'_>) -> Option<(&'a str, &'a str)> {
    Some((role.known_cluster()?, role.known_name()?))
}

/// The same, of a role that is called like one of the objects.
fn names_of<'a>(role: &'a Role<'_>, objects: &HashSet<(&str, &str)>) -> Option<(&'a str, &'a str)> {
    names(role).filter(|names| objects.contains(names))
}

fn finding(role: &Role<'_>, other: &Role<'_>, name: &str) -> Finding {
    let message = if other.entry.is_some() {
        format!("the Cluster's managed roles declare {name:?} too, and win over this object")
    } else {
        format!("another DatabaseRole declares {name:?} too")
    };
    let finding = Finding::of(&role.object, role.head, message);
    finding.related(&other.object, other.head, "the other declaration")
}
