//! The rights that each task needs: what the program asks of a cluster, and nothing else.
//!
//! `doctor` asks whether one has them, and `rbac` prints them as manifests, both from this list.

use std::collections::BTreeSet;

use super::permission::Permission;

/// Something that somebody wants to do.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Task {
    /// `verify`, with `--wait` too.
    Verify,
    /// `verify --login`, beside what `verify` needs.
    Login,
    /// `fetch-cert`, and what `doctor` asks the controller.
    FetchCert,
    /// `sync`.
    Sync,
    /// `audit`.
    Audit,
}

/// Where the rights are needed.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Scope {
    /// The Cluster's namespace.
    pub namespace: String,
    /// The namespace of the Sealed Secrets controller.
    pub controller: String,
    /// Whether DatabaseRoles are served.
    pub has_roles: bool,
    /// Whether Argo CD's Applications are served.
    pub has_argo_cd: bool,
    /// Whether apps have Services of their own.
    pub has_services: bool,
    /// Whether apps connect through Poolers.
    pub has_poolers: bool,
    /// Whether it is declared who else may do what in a database, for which Jobs run.
    pub has_access: bool,
    /// Whether it is a server that CNPG does not run, which Jobs make what is declared.
    pub is_server: bool,
}

/// The rights that a task needs there.
///
/// A right to Secrets without a namespace may be had for each namespace that matters instead: see [`apart`].
pub fn needed(task: Task, scope: &Scope) -> Vec<Permission> {
    match task {
        Task::Verify => verify(scope),
        Task::Login => login(scope),
        Task::FetchCert => fetch_cert(scope),
        Task::Sync => sync(scope),
        Task::Audit => audit(scope),
    }
}

/// What does instead of a right for all namespaces, for whoever does not have that: the same for each namespace that
/// matters. Only Secrets are looked at so, since only they are often forbidden.
pub fn apart(permission: &Permission, namespaces: &BTreeSet<String>) -> Vec<Permission> {
    if permission.resource != "secrets" || permission.namespace.is_some() {
        return Vec::new();
    }
    let apart = |namespace: &String| Permission {
        namespace: Some(namespace.clone()),
        ..permission.clone()
    };
    namespaces.iter().map(apart).collect()
}

/// The kinds that are listed, and, with `--wait`, watched.
fn verify(scope: &Scope) -> Vec<Permission> {
    let here = Some(scope.namespace.as_str());
    let is_cluster = !scope.is_server;
    let runs_jobs = scope.is_server || scope.has_access;
    let kinds = [
        (true, "secrets", None),
        (true, "namespaces", None),
        // Those of primaries and of Reflector.
        (true, "pods", None),
        (true, "sealedsecrets.bitnami.com", here),
        (is_cluster, "clusters.postgresql.cnpg.io", here),
        (is_cluster, "databases.postgresql.cnpg.io", here),
        (
            is_cluster && scope.has_roles,
            "databaseroles.postgresql.cnpg.io",
            here,
        ),
        (scope.is_server, "cronjobs.batch", here),
        (runs_jobs, "jobs.batch", here),
        (scope.has_argo_cd, "applications.argoproj.io", None),
        (scope.has_services, "services", None),
        (scope.has_poolers, "poolers.postgresql.cnpg.io", here),
    ];
    let looked_at = kinds.into_iter().filter(|(is_wanted, ..)| *is_wanted);
    let mut needed: Vec<Permission> = looked_at
        .flat_map(|(_, kind, namespace)| {
            ["list", "watch"].map(|verb| Permission::new(verb, kind, namespace))
        })
        .collect();
    if runs_jobs {
        // What a Job said that failed.
        needed.push(Permission::new("get", "pods/log", here));
    }
    needed
}

/// The mirrored credential, and the way to the primary's pod.
fn login(scope: &Scope) -> Vec<Permission> {
    let here = Some(scope.namespace.as_str());
    vec![
        Permission::new("get", "secrets", None),
        // A web socket is asked for with GET, for which the right was `get`; since Kubernetes 1.35 it is `create` as well.
        Permission::new("create", "pods/portforward", here),
        Permission::new("get", "pods/portforward", here),
    ]
}

/// The controller's Service, and the way to it.
fn fetch_cert(scope: &Scope) -> Vec<Permission> {
    let there = Some(scope.controller.as_str());
    vec![
        Permission::new("get", "services", there),
        Permission::new("get", "services/proxy", there),
        Permission::new("create", "services/proxy", there),
    ]
}

/// The CronJob, the Jobs that are made of it, and what they say.
fn sync(scope: &Scope) -> Vec<Permission> {
    let here = Some(scope.namespace.as_str());
    let mut needed = vec![Permission::new("get", "cronjobs.batch", here)];
    needed.extend(
        ["create", "get", "list", "watch"].map(|verb| Permission::new(verb, "jobs.batch", here)),
    );
    needed.push(Permission::new("list", "pods", here));
    needed.push(Permission::new("get", "pods/log", here));
    needed
}

/// The Cluster with its primary, the apps' own credentials, and the way to the primary's pod.
fn audit(scope: &Scope) -> Vec<Permission> {
    let here = Some(scope.namespace.as_str());
    vec![
        Permission::new("list", "clusters.postgresql.cnpg.io", here),
        Permission::new("list", "pods", here),
        Permission::new("get", "secrets", here),
        Permission::new("create", "pods/portforward", here),
        Permission::new("get", "pods/portforward", here),
    ]
}
