//! The live objects of apps that work, as their controllers write them, to be broken one at a time.
//!
//! ```text
//! let (repository, server, world) = World::guide();       // my-shop in the namespace shop, on postgres-shared
//! let server = ApiServer::start();
//! let world = World::of(&server, repository.path());      // whatever the repository says
//! let world = World::apps(&server, 1000);                 // app-0001 to app-1000, without a repository
//! let world = World::apps_of(&server, folder, 1000);      // the same, and the repository that says so
//!
//! server.edit("databases", "postgres", "my-shop-db", |database| database["status"]["applied"] = json!(false));
//! world.log_in_to(&server, postgres);                     // port-forwards to the primary lead to PostgreSQL
//! ```
//!
//! It stands for these controllers, in the order of the sync-waves:
//! - Argo CD (`argocd`) puts the manifests with its tracking annotation; its Application `databases` is Synced.
//! - sealed-secrets (`kube-system`) makes each Secret, opened with the key of the test vectors where it was sealed for it.
//! - Reflector (`reflector`) copies each Secret to the namespaces that it names.
//! - CNPG (`cnpg-system`) has reconciled roles and databases of each Cluster, whose pods `<cluster>-1` and on are ready, the
//!   first as primary. A role whose Secret no manifest makes gets one made by hand.
//!
//! Manifests are filled up with the defaults that the CRDs have, as an API server does. [`live::LiveCluster`] puts the same
//! objects through a kubeconfig, so that a test can run against a real API server.
//!
//! A bench includes this with `#[path = "../tests/cli"] mod cli { pub mod apiserver; pub mod postgres; pub mod support;
//! pub mod world; }`, and allows dead code.

#![allow(
    dead_code,
    missing_docs,
    reason = "a bench or a test uses a part of it"
)]

mod apps;
pub mod argo;
pub mod cnpg;
pub mod jobs;
pub mod live;
pub mod manifests;
pub mod platform;
pub mod pooler;
pub mod reflector;
pub mod sealed_secrets;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::apiserver::ApiServer;
use super::postgres::Postgres;
use super::support::Repository;
use sealed_secrets::Opening;

/// What takes objects.
pub trait Cluster {
    /// Creates an object or replaces it, with its `status`, and gives it as it is stored.
    fn put(&self, object: Value) -> Value;
}

impl Cluster for ApiServer {
    fn put(&self, object: Value) -> Value {
        Self::put(self, object)
    }
}

/// What is there.
pub struct World {
    /// The Secrets that hold an app's login, by namespace and name, with their values in the clear.
    logins: BTreeMap<(String, String), BTreeMap<String, String>>,
    /// The Databases: name and owner in PostgreSQL.
    databases: Vec<(String, String)>,
    /// The primary pods: namespace and name.
    primaries: Vec<(String, String)>,
}

impl World {
    /// The guide's repository after `new-app my-shop --app-namespace shop`, and a server where it works.
    pub fn guide() -> (Repository, ApiServer, Self) {
        let repository = Repository::guide();
        repository.run_ok("new-app my-shop --app-namespace shop --yes --quiet");
        let server = ApiServer::start();
        let world = Self::of(&server, repository.path());
        (repository, server, world)
    }

    /// All that the manifests below a folder ask for, with the controllers around them.
    pub fn of(server: &ApiServer, root: &Path) -> Self {
        let manifests = manifests::read(root);
        Self::platform_and(server, &manifests, &Opening::with_the_vectors_key())
    }

    /// Many apps that differ in nothing but their names, spread over 50 namespaces (`team-01` to `team-50`): for `app-0001`
    /// the Secret `app-0001-db-creds`, the role and the database `app_0001`, the Database `app-0001-db`.
    pub fn apps(server: &ApiServer, number: usize) -> Self {
        let manifests: Vec<Value> = apps::manifests(number)
            .into_iter()
            .flat_map(|(_, manifests)| manifests)
            .collect();
        Self::platform_and(server, &manifests, &Opening::Given)
    }

    /// The same, with their manifests in a folder that the guide's layout is in.
    pub fn apps_of(server: &ApiServer, root: &Path, number: usize) -> Self {
        apps::write(root, number);
        Self::apps(server, number)
    }

    fn platform_and(server: &ApiServer, manifests: &[Value], opening: &Opening) -> Self {
        platform::put(server);
        sealed_secrets::serve(server);
        Self::deploy(server, manifests, opening)
    }

    /// What the controllers make of manifests; the controllers' own objects are not put.
    pub fn deploy(cluster: &dyn Cluster, manifests: &[Value], opening: &Opening) -> Self {
        for namespace in namespaces(manifests) {
            cluster.put(platform::namespace(&namespace));
        }
        let mut world = Self {
            logins: BTreeMap::new(),
            databases: Vec::new(),
            primaries: Vec::new(),
        };
        // The resource versions of the Secrets that roles get their passwords from.
        let mut versions = BTreeMap::new();
        for manifest in of_kind(manifests, "SealedSecret") {
            let (secret, values) = sealed_secrets::put(cluster, manifest, opening);
            versions.insert(place(&secret), version(&secret));
            for namespace in reflector::targets(&secret) {
                cluster.put(reflector::mirror(&secret, &namespace));
            }
            world.logins.insert(place(&secret), values);
        }
        for manifest in of_kind(manifests, "Cluster") {
            for secret in cnpg::missing_secrets(manifest, &versions) {
                let secret = cluster.put(secret);
                versions.insert(place(&secret), version(&secret));
            }
            let put = cnpg::put_cluster(cluster, manifest, &versions);
            let (namespace, name) = place(&put);
            world.primaries.push((namespace, format!("{name}-1")));
        }
        for manifest in of_kind(manifests, "DatabaseRole") {
            cluster.put(cnpg::role(manifest, &versions));
        }
        for manifest in of_kind(manifests, "Database") {
            let database = cluster.put(cnpg::database(manifest));
            let text = |field: &str| {
                database["spec"][field]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned()
            };
            world.databases.push((text("name"), text("owner")));
        }
        for manifest in of_kind(manifests, "ConfigMap") {
            cluster.put(argo::tracked(manifest));
        }
        for manifest in of_kind(manifests, "Job") {
            jobs::put(cluster, manifest);
        }
        for manifest in of_kind(manifests, "Pooler") {
            pooler::put(cluster, manifest);
        }
        for manifest in of_kind(manifests, "Service") {
            cluster.put(argo::tracked(manifest));
        }
        cluster.put(argo::application(manifests));
        world
    }

    /// Creates the apps' roles and databases in PostgreSQL, and leads port-forwards to the primaries there. Roles that are
    /// there already must be gone first: a server that tests share wants an app with a name of its own.
    pub fn log_in_to(&self, server: &ApiServer, postgres: &Postgres) {
        for (database, owner) in &self.databases {
            let login = self
                .logins
                .values()
                .find(|login| login["username"] == *owner);
            let login = login.unwrap_or_else(|| panic!("no Secret has the username {owner}"));
            postgres.create_app(owner, database, &login["password"]);
        }
        for (namespace, pod) in &self.primaries {
            server.forward(namespace, pod, 5432, postgres.address());
        }
    }

    /// A value of a Secret that was sealed, such as `password`, in the clear.
    pub fn value(&self, namespace: &str, secret: &str, key: &str) -> &str {
        let place = (namespace.to_owned(), secret.to_owned());
        &self.logins[&place][key]
    }
}

/// All namespaces that the manifests name, and those that Reflector copies to.
pub fn namespaces(manifests: &[Value]) -> BTreeSet<String> {
    let mut namespaces = BTreeSet::from(["argocd".to_owned()]);
    for manifest in manifests {
        let metadata = &manifest["metadata"];
        let own = if manifest["kind"] == "Namespace" {
            &metadata["name"]
        } else {
            &metadata["namespace"]
        };
        namespaces.extend(own.as_str().map(str::to_owned));
        namespaces.extend(reflector::targets(&manifest["spec"]["template"]));
    }
    namespaces
}

pub fn of_kind<'all>(
    manifests: &'all [Value],
    kind: &'static str,
) -> impl Iterator<Item = &'all Value> {
    manifests
        .iter()
        .filter(move |manifest| manifest["kind"] == kind)
}

/// The namespace and the name of an object.
pub fn place(object: &Value) -> (String, String) {
    let text = |field: &str| {
        let text = object["metadata"][field].as_str();
        text.unwrap_or_default().to_owned()
    };
    (text("namespace"), text("name"))
}

pub fn version(object: &Value) -> String {
    let version = object["metadata"]["resourceVersion"].as_str();
    version.unwrap().to_owned()
}

/// Values as a Secret's `data` holds them.
fn data(values: &BTreeMap<String, String>) -> Value {
    let encoded = values
        .iter()
        .map(|(name, value)| (name.clone(), Value::from(STANDARD.encode(value))));
    Value::Object(encoded.collect())
}
