//! Stand-ins for the controllers that act, step by step, on the API server and in a real PostgreSQL.
//!
//! ```text
//! let repository = Repository::guide();
//! let cluster = Controllers::start(repository.path());    // a server and a PostgreSQL of its own, with the guide's Cluster
//! repository.run_ok("new-app my-shop --app-namespace shop --yes --quiet");
//! cluster.sync();                                         // "git push": Argo CD syncs what is in the folder
//! cluster.settle();                                       // half a minute later: what failed is tried again
//! cluster.run(&repository, "verify --all --login");
//! cluster.postgres.sql("my_shop", "SELECT 1");            // as the superuser
//! ```
//!
//! [`super::world::World`] puts the objects of apps that work, and nothing happens after that. These go from the state that
//! there is to the one that is asked for, and keep the old one where the real controllers would:
//! - Argo CD (`argo`) applies the manifests in the order of the sync-waves, prunes in the reverse one, and waits between them.
//! - The API server (`admission`) refuses what the webhooks and the rules of the CRDs refuse.
//! - sealed-secrets (`sealed_secrets`) makes, changes and deletes Secrets, and re-encrypts over HTTP.
//! - Reflector (`reflector`) makes, changes and deletes mirrors.
//! - Jobs (`jobs`) run to their end at once, hooks of Argo CD among them, by the machine's own shell and psql.
//! - CNPG (`roles`, `database_roles`, `databases`) runs the SQL and writes the status.
//!
//! The roles of a server belong to all who use it, so each has one of its own. Nobody waits for a time here: a controller acts
//! when it is asked to, until all have come to rest.

#![allow(
    dead_code,
    missing_docs,
    reason = "a test uses a part of it; what a field holds is said where it needs to be"
)]

mod admission;
mod argo;
mod database_roles;
mod databases;
pub mod jobs;
mod objects;
mod reflector;
mod role;
mod roles;
mod sealed_secrets;
mod source;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::apiserver::ApiServer;
use super::postgres::{Postgres, Tls};
use super::support::{self, Outcome, Repository};
use super::world;
use reflector::Reflector;
use sealed_secrets::SealedSecrets;

/// How often all controllers act until they have come to rest, at most.
const PASSES: usize = 50;

/// What looks at a cluster.
pub type Look = Box<dyn Fn(&Controllers)>;

/// The controllers, and what they act on.
pub struct Controllers {
    pub server: ApiServer,
    pub postgres: Postgres,
    /// The repository's folder.
    root: PathBuf,
    sealed_secrets: SealedSecrets,
    reflector: Reflector,
    /// Databases whose `DROP DATABASE` was refused, and how: PostgreSQL waits for five seconds each time, CNPG for thirty until the next.
    refused: RefCell<BTreeMap<String, String>>,
    /// What the newest run of each Job printed, by the Job's name.
    pub logs: RefCell<BTreeMap<String, String>>,
    /// What looks at the cluster after every single action of a controller.
    pub between: RefCell<Option<Look>>,
    /// Whether the controllers act in the reverse order.
    pub backwards: Cell<bool>,
}

impl Controllers {
    /// Starts a server and a PostgreSQL, with the Secrets that people made by hand for what is in the folder, and syncs it.
    pub fn start(root: &Path) -> Self {
        let this = Self {
            server: ApiServer::start(),
            postgres: Postgres::start(Tls::Offered),
            root: root.to_owned(),
            sealed_secrets: SealedSecrets::default(),
            reflector: Reflector::default(),
            refused: RefCell::default(),
            logs: RefCell::default(),
            between: RefCell::default(),
            backwards: Cell::default(),
        };
        // What CNPG makes with a cluster.
        this.postgres.sql(
            "postgres",
            "CREATE ROLE streaming_replica REPLICATION LOGIN;\nCREATE ROLE app LOGIN;\nCREATE DATABASE app OWNER app;",
        );
        world::platform::put(&this.server);
        this.sealed_secrets.serve(&this.server);
        let manifests = source::of(root);
        for secret in source::made_by_hand(&manifests) {
            this.server.put(secret);
        }
        this.sync();
        this
    }

    /// Argo CD syncs what is in the folder, and it must succeed.
    pub fn sync(&self) {
        if let Err(message) = self.try_sync() {
            panic!("Argo CD: {message}");
        }
    }

    /// Argo CD syncs what is in the folder.
    ///
    /// # Errors
    /// What the Application says of an operation that failed, or that waits.
    pub fn try_sync(&self) -> Result<(), String> {
        self.refused.take();
        argo::sync(self)
    }

    /// All controllers act again, until nothing changes.
    pub fn settle(&self) {
        self.refused.take();
        self.rest();
    }

    /// Makes another sealing key, the newest from now on; what is sealed with the old one still opens.
    pub fn renew_sealing_key(&self) {
        self.sealed_secrets.renew(&self.server);
    }

    /// Runs the binary in a repository, with the kubeconfig of the cluster.
    pub fn run(&self, repository: &Repository, words: &str) -> Outcome {
        let mut command = repository.command(words.split_whitespace());
        command.env("KUBECONFIG", self.server.kubeconfig());
        support::run(command, b"")
    }

    /// Who has brought a role to what it asks for: the Cluster's entry, a DatabaseRole, or, which must never be, none or both.
    pub fn managers(&self, role: &str) -> Vec<&'static str> {
        let is_entry = |cluster: &Value| {
            let entries = cluster["spec"]["managed"]["roles"].as_array();
            let status = &cluster["status"]["managedRolesStatus"];
            let reconciled = status["byStatus"]["reconciled"].as_array();
            entries
                .into_iter()
                .flatten()
                .any(|entry| entry["name"] == role)
                && reconciled.into_iter().flatten().any(|name| name == role)
                && status["cannotReconcile"][role].is_null()
        };
        let is_object = |object: &Value| {
            let status = &object["status"];
            object["spec"]["name"] == role
                && status["applied"] == true
                && status["observedGeneration"] == object["metadata"]["generation"]
        };
        let clusters = self.server.all("clusters");
        let objects = self.server.all("databaseroles");
        let entries = clusters.iter().filter(|one| is_entry(one)).map(|_| "entry");
        let objects = objects.iter().filter(|one| is_object(one));
        entries.chain(objects.map(|_| "object")).collect()
    }

    /// An object, if it is there.
    pub fn get(&self, resource: &str, namespace: &str, name: &str) -> Option<Value> {
        self.server.get(resource, namespace, name)
    }

    /// Somebody looks, where anybody wants to.
    fn look(&self) {
        if let Some(look) = &*self.between.borrow() {
            look(self);
        }
    }

    /// The controllers act until nothing changes.
    fn rest(&self) {
        for _ in 0..PASSES {
            let before = self.server.revision();
            let mut actions: [fn(&Self); 5] = [
                |this| this.sealed_secrets.reconcile(&this.server),
                |this| this.reflector.reconcile(&this.server),
                |this| {
                    for cluster in this.server.all("clusters") {
                        roles::reconcile(this, cluster);
                    }
                },
                |this| {
                    for role in this.server.all("databaseroles") {
                        database_roles::reconcile(this, role);
                    }
                },
                |this| {
                    for database in this.server.all("databases") {
                        databases::reconcile(this, &database);
                    }
                },
            ];
            if self.backwards.get() {
                actions.reverse();
            }
            for act in actions {
                act(self);
                self.look();
            }
            if self.server.revision() == before {
                return;
            }
        }
        panic!("the controllers do not come to rest");
    }
}
