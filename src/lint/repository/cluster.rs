//! Clusters of CNPG.

use std::sync::Arc;

use super::object::{Object, hides};
use super::word::Word;
use crate::repo::object::Object as Manifest;
use crate::repo::yaml::Node;
use crate::target::is_complete;

/// A Cluster, or a part of one as patches have it.
#[derive(Clone, Debug)]
pub struct Cluster<'text> {
    /// The object.
    pub object: Arc<Object<'text>>,
    /// Whether it says what a Cluster must say, and no kustomization uses it as a patch.
    pub is_whole: bool,
    /// Its bootstrap's method, such as `initdb`.
    pub method: Option<Word<'text>>,
    /// The owner of the database that its bootstrap makes.
    pub owner: Option<Word<'text>>,
    /// The database that its bootstrap makes.
    pub database: Option<Word<'text>>,
    /// The Secret of that owner's password.
    pub owner_secret: Option<Word<'text>>,
    /// Whether its bootstrap brings in all of another server, roles included, and makes no database of its own.
    pub imports_all: bool,
    /// The Secrets that it refers to elsewhere than in its managed roles.
    pub secrets: Vec<String>,
    /// Whether its bootstrap may bring roles that nobody declares: a copy of other data, an import, SQL of its own.
    pub brings_roles: bool,
    /// The roles that its bootstrap imports from another server by their names.
    pub imported_roles: Vec<String>,
    /// The roles that the SQL of its bootstrap gives databases to.
    pub sql_owners: Vec<String>,
    /// Whether its managed roles are an alias or come by a merge key, so that they are not known.
    pub hides_roles: bool,
}

/// The methods of a bootstrap.
const METHODS: [&str; 3] = ["initdb", "recovery", "pg_basebackup"];

impl<'text> Cluster<'text> {
    /// Reads a Cluster.
    pub(super) fn of(object: &Arc<Object<'text>>, manifest: &Manifest<'text>) -> Self {
        let root = &manifest.root;
        let bootstrap = root.at(&["spec", "bootstrap"]);
        let method = bootstrap.and_then(|node| {
            let mut entries = node.entries().iter();
            entries.find(|(key, _)| key.as_str().is_some_and(|key| METHODS.contains(&key)))
        });
        let word = |path: &[&str]| method.and_then(|(_, node)| Word::at(node, path));
        let managed = root.at(&["spec", "managed"]);
        let mut secrets = Vec::new();
        collect_secrets(root, &mut secrets);
        Self {
            object: Arc::clone(object),
            is_whole: is_complete(manifest) && !object.is_patch,
            method: method.and_then(|(key, _)| Word::of(key)),
            owner: word(&["owner"]),
            database: word(&["database"]),
            owner_secret: word(&["secret", "name"]),
            imports_all: word(&["import", "type"]).is_some_and(|word| word.text == "monolith"),
            secrets,
            brings_roles: bootstrap.is_some_and(brings_roles),
            imported_roles: imported_roles(bootstrap),
            sql_owners: bootstrap.map(sql_owners).unwrap_or_default(),
            hides_roles: hides(root.get("spec"))
                || hides(managed)
                || hides(managed.and_then(|node| node.get("roles"))),
        }
    }

    /// Its name, where it is known.
    pub fn name(&self) -> Option<&str> {
        self.object.known_name()
    }

    /// The owner that its bootstrap gives the database: the one that is written, or CNPG's default.
    ///
    /// Source: CloudNativePG `api/v1/cluster_defaults.go`: without a method, `initdb` makes the database `app` with the
    /// owner `app`; the owner is named like the database where only that is given.
    pub fn bootstrap_owner(&self) -> Option<&str> {
        let by_default = self
            .method
            .as_ref()
            .is_none_or(|method| method.text == "initdb");
        let written = self.owner.as_ref().or(self.database.as_ref());
        written
            .map(|word| &*word.text)
            .or_else(|| (by_default && self.is_whole).then_some("app"))
    }
}

/// Whether a bootstrap may bring roles: all but an `initdb` without an import and without SQL.
///
/// Source: CloudNativePG `api/v1/cluster_types.go`, `BootstrapInitDB`.
fn brings_roles(bootstrap: &Node<'_>) -> bool {
    let is_of = |key: &str| key == "import" || key.starts_with("postInit");
    let initdb = bootstrap.get("initdb").map_or(&[][..], Node::entries);
    let mut keys = initdb.iter().filter_map(|(key, _)| key.as_str());
    METHODS
        .iter()
        .any(|method| *method != "initdb" && bootstrap.get(method).is_some())
        || keys.any(is_of)
}

/// The roles that an `initdb` imports: `import.roles`.
fn imported_roles(bootstrap: Option<&Node<'_>>) -> Vec<String> {
    let list = bootstrap.and_then(|node| node.at(&["initdb", "import", "roles"]));
    let names = list.map_or(&[][..], Node::items).iter();
    names.filter_map(Node::as_str).map(str::to_owned).collect()
}

/// The roles that the SQL of an `initdb` names as owners: `CREATE DATABASE d OWNER r`, `ALTER DATABASE d OWNER TO r`.
fn sql_owners(bootstrap: &Node<'_>) -> Vec<String> {
    let initdb = bootstrap.get("initdb").map_or(&[][..], Node::entries);
    let is_sql = |key: &Node<'_>| key.as_str().is_some_and(|key| key.starts_with("postInit"));
    let lists = initdb.iter().filter(|(key, _)| is_sql(key));
    let statements = lists
        .flat_map(|(_, list)| list.items())
        .filter_map(Node::as_str);
    let mut found = Vec::new();
    for statement in statements {
        let mut words = statement.split(|c: char| c.is_whitespace() || matches!(c, ';' | '='));
        while let Some(word) = words.next() {
            if word.eq_ignore_ascii_case("OWNER") {
                let is_name = |word: &&str| !word.is_empty() && !word.eq_ignore_ascii_case("TO");
                found.extend(
                    words
                        .find(is_name)
                        .map(|name| name.trim_matches('"').to_owned()),
                );
            }
        }
    }
    found
}

/// The names of all Secrets that a part of a Cluster, but its managed roles, refers to.
fn collect_secrets(node: &Node<'_>, found: &mut Vec<String>) {
    for (key, value) in node.entries() {
        let key = key.as_str().unwrap_or_default();
        if key == "managed" {
            continue;
        }
        // A name and a key beside it are how Kubernetes refers to one value of a Secret.
        let is_secret =
            key.ends_with("ecret") || key.ends_with("ecretRef") || value.get("key").is_some();
        let name = value.get("name").or(Some(value)).and_then(Node::as_str);
        found.extend(name.filter(|_| is_secret).map(str::to_owned));
        collect_secrets(value, found);
    }
    for item in node.items() {
        collect_secrets(item, found);
    }
}
