//! `rbac`: the least rights for people and pipelines, as manifests.
//!
//! What a task needs is what [`rights`] says, which `doctor` asks about as well. Secrets are given for each namespace that
//! matters alone, which does instead of those of the whole cluster.
//!
//! Source: Kubernetes manual, "Using RBAC Authorization".

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::domain::kubernetes_name::ObjectName;
use crate::live::permission::Permission;
use crate::live::rights::{self, Scope, Task};
use crate::repo::object::{MANAGED_BY, PRODUCT};

mod subject;
#[cfg(test)]
mod tests;

pub use subject::{Subject, SubjectError};

/// The API group of the rules.
const GROUP: &str = "rbac.authorization.k8s.io";

/// What is to be allowed, where, and to whom.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The name of every object.
    pub name: ObjectName,
    /// What is to be done.
    pub tasks: BTreeSet<Task>,
    /// Where.
    pub scope: Scope,
    /// The namespaces that credentials are mirrored to.
    pub app_namespaces: BTreeSet<String>,
    /// Who; with nobody, roles are made and no bindings.
    pub subjects: Vec<Subject>,
}

/// An object of RBAC.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    api_version: String,
    kind: &'static str,
    metadata: Metadata,
    #[serde(skip_serializing_if = "Option::is_none")]
    rules: Option<Vec<Rule>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role_ref: Option<RoleRef>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subjects: Option<Vec<Subject>>,
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    labels: BTreeMap<&'static str, &'static str>,
}

/// One rule of a role.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    api_groups: Vec<String>,
    resources: Vec<String>,
    verbs: Vec<String>,
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct RoleRef {
    api_group: &'static str,
    kind: &'static str,
    name: String,
}

/// Several objects as one that `kubectl apply` takes.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct List {
    api_version: &'static str,
    kind: &'static str,
    items: Vec<Manifest>,
}

impl List {
    /// A list of these.
    pub fn of(items: Vec<Manifest>) -> Self {
        Self {
            api_version: "v1",
            kind: "List",
            items,
        }
    }
}

/// The objects: for the whole cluster first, then for each namespace in the order of their names; each role with its binding.
pub fn manifests(wanted: &Wanted) -> Vec<Manifest> {
    let mut by_place: BTreeMap<Option<String>, BTreeSet<Permission>> = BTreeMap::new();
    for permission in permissions(wanted) {
        let place = permission.namespace.clone();
        by_place.entry(place).or_default().insert(permission);
    }
    let roles = by_place.into_iter();
    roles
        .flat_map(|(namespace, permissions)| pair(wanted, namespace.as_deref(), &permissions))
        .collect()
}

/// All rights, each once: of Secrets for each namespace, and none for a namespace that one has for all.
fn permissions(wanted: &Wanted) -> BTreeSet<Permission> {
    let mut namespaces = wanted.app_namespaces.clone();
    namespaces.insert(wanted.scope.namespace.clone());
    let tasks = wanted.tasks.iter();
    let needed = tasks.flat_map(|task| rights::needed(*task, &wanted.scope));
    let all: BTreeSet<Permission> = needed
        .flat_map(|permission| {
            let apart = rights::apart(&permission, &namespaces);
            if apart.is_empty() {
                vec![permission]
            } else {
                apart
            }
        })
        .collect();
    let is_covered = |permission: &&Permission| {
        let everywhere = Permission {
            namespace: None,
            ..(*permission).clone()
        };
        permission.namespace.is_some() && all.contains(&everywhere)
    };
    all.iter()
        .filter(|permission| !is_covered(permission))
        .cloned()
        .collect()
}

/// The role of a namespace, or of the whole cluster, and its binding.
fn pair(
    wanted: &Wanted,
    namespace: Option<&str>,
    permissions: &BTreeSet<Permission>,
) -> Vec<Manifest> {
    let (role, binding) = match namespace {
        Some(_) => ("Role", "RoleBinding"),
        None => ("ClusterRole", "ClusterRoleBinding"),
    };
    let object = |kind| Manifest {
        api_version: format!("{GROUP}/v1"),
        kind,
        metadata: Metadata {
            name: wanted.name.to_string(),
            namespace: namespace.map(str::to_owned),
            labels: BTreeMap::from([(MANAGED_BY, PRODUCT)]),
        },
        rules: None,
        role_ref: None,
        subjects: None,
    };
    let mut objects = vec![Manifest {
        rules: Some(rules(permissions)),
        ..object(role)
    }];
    if !wanted.subjects.is_empty() {
        objects.push(Manifest {
            role_ref: Some(RoleRef {
                api_group: GROUP,
                kind: role,
                name: wanted.name.to_string(),
            }),
            subjects: Some(wanted.subjects.clone()),
            ..object(binding)
        });
    }
    objects
}

/// The rules: one for all resources of a group that have the same verbs.
fn rules(permissions: &BTreeSet<Permission>) -> Vec<Rule> {
    let mut verbs: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for permission in permissions {
        let resource = match &permission.subresource {
            Some(part) => format!("{}/{part}", permission.resource),
            None => permission.resource.clone(),
        };
        let key = (permission.group.clone(), resource);
        verbs
            .entry(key)
            .or_default()
            .insert(permission.verb.clone());
    }
    let mut rules: BTreeMap<(String, BTreeSet<String>), Vec<String>> = BTreeMap::new();
    for ((group, resource), verbs) in verbs {
        rules.entry((group, verbs)).or_default().push(resource);
    }
    let rule = |((group, verbs), resources): ((String, BTreeSet<String>), Vec<String>)| Rule {
        api_groups: vec![group],
        resources,
        verbs: verbs.into_iter().collect(),
    };
    rules.into_iter().map(rule).collect()
}
