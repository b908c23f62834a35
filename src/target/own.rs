//! What a Cluster has for itself, and no app may take: the role and database of its bootstrap, and its Secrets.

use super::CNPG;
use crate::repo::object::Object;
use crate::repo::yaml::Node;

/// The role and database that a Cluster makes for itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OwnNames {
    /// The database's owner.
    pub owner: Option<String>,
    /// The database.
    pub database: Option<String>,
    /// The Secret of the owner's password, where the manifest names one; else CNPG makes `<cluster>-app`.
    pub secret: Option<String>,
    /// The line that says so; the Cluster's own where none does.
    pub line: usize,
}

impl OwnNames {
    /// Those of a Cluster's manifest.
    ///
    /// Source: CloudNativePG `api/v1/cluster_defaults.go`: without a bootstrap method, `initdb` makes the database `app`
    /// with the owner `app`; the owner is named like the database where only that is given.
    pub fn of(cluster: &Object<'_>) -> Self {
        let bootstrap = cluster.root.at(&["spec", "bootstrap"]);
        let method = ["initdb", "recovery", "pg_basebackup"]
            .into_iter()
            .find_map(|name| Some((name, bootstrap?.get(name)?)));
        let text = |path: &[&str]| {
            method
                .and_then(|(_, node)| node.at(path))
                .and_then(Node::as_str)
                .map(str::to_owned)
        };
        let by_default = matches!(method, None | Some(("initdb", _))).then(|| "app".to_owned());
        let database = text(&["database"]).or(by_default);
        Self {
            owner: text(&["owner"]).or_else(|| database.clone()),
            database,
            secret: text(&["secret", "name"]),
            line: method.map_or(cluster.root.line, |(_, node)| node.line),
        }
    }
}

/// Whether CNPG makes a Secret of this name for the Cluster itself.
///
/// Source of the names: CloudNativePG `api/v1/cluster_funcs.go`.
pub fn is_made_for_cluster(cluster: &str, secret: &str) -> bool {
    let suffix = secret
        .strip_prefix(cluster)
        .and_then(|rest| rest.strip_prefix('-'));
    matches!(
        suffix,
        Some("app" | "superuser" | "ca" | "server" | "replication" | "pooler")
    )
}

/// The line on which a part of a Cluster, but its managed roles, refers to a Secret of this name.
pub fn secret_reference(node: &Node<'_>, name: &str) -> Option<usize> {
    let in_entries = node.entries().iter().find_map(|(key, value)| {
        let key = key.as_str().unwrap_or_default();
        let is_secret = key.ends_with("ecret") || key.ends_with("ecretRef");
        let referred = value
            .get("name")
            .filter(|found| is_secret && found.as_str() == Some(name));
        match (referred, key) {
            (_, "managed") => None,
            (Some(found), _) => Some(found.line),
            (None, _) => secret_reference(value, name),
        }
    });
    in_entries.or_else(|| {
        node.items()
            .iter()
            .find_map(|item| secret_reference(item, name))
    })
}

/// The entries of a Cluster's `spec.managed.roles`.
pub fn managed_roles<'object, 'text>(cluster: &'object Object<'text>) -> &'object [Node<'text>] {
    cluster
        .root
        .at(&["spec", "managed", "roles"])
        .map_or(&[], Node::items)
}

/// Whether an object of CNPG names this Cluster as the one that it is for.
pub fn is_on_cluster(object: &Object<'_>, cluster: &str) -> bool {
    let named = object
        .root
        .at(&["spec", "cluster", "name"])
        .and_then(Node::as_str);
    named == Some(cluster)
        && object
            .root
            .get("apiVersion")
            .and_then(Node::as_str)
            .is_some_and(|text| text.starts_with(CNPG))
}
