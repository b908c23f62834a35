//! Apps on a PostgreSQL that CNPG does not run: the real binary writes, the stand-ins sync, and the Jobs run by the machine's own
//! shell and psql from the very ConfigMap.

mod audit;
mod commands;
mod faults;
mod lifecycle;
mod refusals;
mod sync;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use regex::Regex;
use serde_json::json;

use super::controllers::Controllers;
use super::support::{Outcome, Repository, vector_key};

/// The folder of the manifests.
pub const FOLDER: &str = "infra/databases/postgres";
/// The password by which the Jobs log in.
const ADMIN_PASSWORD: &str = "admin-p@ss:word/1";

/// A repository whose only target is such a server, and a cluster with its controllers.
pub struct Server {
    pub repository: Repository,
    pub cluster: Controllers,
}

impl Server {
    /// With the connection's Secret already in the cluster.
    pub fn start() -> Self {
        let repository = Repository::empty();
        repository.write("apps/shop/namespace.yaml", &namespace("shop"));
        repository.write("infra/databases/namespace.yaml", &namespace("postgres"));
        repository.write(
            "infra/sealed-secrets/pub-cert.pem",
            &vector_key("certificate_pem"),
        );
        let cluster = Controllers::start(repository.path());
        let port = cluster.postgres.address().port();
        cluster.postgres.sql(
            "postgres",
            &format!("CREATE ROLE admin LOGIN SUPERUSER PASSWORD '{ADMIN_PASSWORD}'"),
        );
        repository.write(
            ".pgdb.yaml",
            &format!("engine: postgres\ncluster: legacy\nhost: 127.0.0.1\nport: {port}\n"),
        );
        let server = Self {
            repository,
            cluster,
        };
        server.put_connection("postgresql://admin:admin-p%40ss%3Aword%2F1@127.0.0.1:PORT/postgres");
        server
    }

    /// Puts the Secret of the connection there, with PostgreSQL's port for `PORT`.
    pub fn put_connection(&self, uri: &str) {
        let port = self.cluster.postgres.address().port().to_string();
        let uri = uri.replace("PORT", &port);
        self.cluster.server.put(json!({
            "apiVersion": "v1", "kind": "Secret", "type": "Opaque",
            "metadata": {"name": "legacy-connection", "namespace": "postgres"},
            "data": {"uri": STANDARD.encode(uri)},
        }));
    }

    /// Runs the binary with the cluster's kubeconfig.
    pub fn run(&self, words: &str) -> Outcome {
        self.cluster.run(&self.repository, words)
    }

    /// The same, which must succeed; what it said.
    pub fn run_ok(&self, words: &str) -> String {
        let outcome = self.run(words);
        let said = format!("{}{}", outcome.stdout, outcome.stderr);
        assert_eq!(outcome.code, 0, "{words}: {said}");
        said
    }

    /// A text without what differs from run to run.
    pub fn told(&self, text: &str) -> String {
        let port = self.cluster.postgres.address().port().to_string();
        let text = text.replace(&port, "PORT");
        let time = Regex::new(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC").unwrap();
        let text = time.replace_all(&text, "TIME");
        let version = Regex::new(r"version \d+").unwrap();
        version.replace_all(&text, "version VERSION").into_owned()
    }

    /// The password in a live Secret.
    pub fn password(&self, secret: &str) -> String {
        let secret = self.cluster.get("secrets", "postgres", secret).unwrap();
        let value = secret["data"]["password"].as_str().unwrap();
        String::from_utf8(STANDARD.decode(value).unwrap()).unwrap()
    }

    /// Whether a role of this name and password is let into a database, or what PostgreSQL says.
    pub fn log_in(&self, role: &str, database: &str, password: &str) -> Result<(), String> {
        let postgres = &self.cluster.postgres;
        let said = postgres.log_in(role, database, password, "prefer", "SELECT 1");
        said.map(|_| ())
    }
}

fn namespace(name: &str) -> String {
    format!("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {name}\n")
}
