//! A PostgreSQL that CNPG does not run: where it is, and how its roles and databases are made.

use super::error::TargetError;
use super::{Target, TargetRequest};
use crate::domain::connection::Connection;
use crate::domain::endpoint::{Endpoint, SecretKey};
use crate::domain::engine::Engine;
use crate::domain::kubernetes_name::{ClusterName, ObjectName, ServiceName};
use crate::domain::name::NameError;
use crate::domain::postgres_name::DatabaseName;
use crate::domain::schedule::{Schedule, TimeZone};
use crate::repo::inside::{SYNC_FILE_END, declaration_in};
use crate::repo::path::{RepoPath, RepoPathError};
use crate::settings::TargetSettings;

/// The key of the connection's Secret, where no setting names another: as in the Secrets that CNPG makes.
const CONNECTION_KEY: &str = "uri";

/// A PostgreSQL that CNPG does not run.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Server {
    /// Where it listens, as applications reach it.
    pub endpoint: Endpoint,
    /// The Secret with the connection by which roles and databases are made on it.
    pub connection_secret: ObjectName,
    /// The key of that Secret.
    pub connection_key: SecretKey,
    /// When its CronJob runs.
    pub schedule: Schedule,
    /// The time zone of that schedule; none for the one of the Kubernetes control plane.
    pub time_zone: Option<TimeZone>,
    /// Whether passwords may go over the network in clear.
    pub allows_plaintext: bool,
}

impl Server {
    /// What the settings say of the server of this name.
    ///
    /// # Errors
    /// When they name no host.
    pub(super) fn of(settings: &TargetSettings, name: &ClusterName) -> Result<Self, TargetError> {
        let host = settings.host.clone().ok_or(TargetError::NoHost)?;
        let set = settings.connection_secret.clone();
        let connection_secret = match set {
            Some(secret) => secret,
            None => connection_secret(name)?,
        };
        let key = settings.connection_key.clone();
        Ok(Self {
            endpoint: Endpoint {
                host,
                port: settings.port.unwrap_or_default(),
            },
            connection_secret,
            connection_key: match key {
                Some(key) => key,
                None => CONNECTION_KEY.parse()?,
            },
            schedule: settings.schedule.clone().unwrap_or_default(),
            time_zone: settings.time_zone.clone(),
            allows_plaintext: settings.allow_plaintext.unwrap_or_default(),
        })
    }
}

impl Target {
    /// The target of a server that CNPG does not run.
    pub(super) fn of_server(
        request: &TargetRequest,
        settings: &TargetSettings,
    ) -> Result<Self, TargetError> {
        let name = request.cluster.clone().ok_or(TargetError::NoServerName)?;
        let server = Server::of(settings, &name)?;
        Ok(Self {
            server: Some(server),
            ..Self::without_manifest(request, name)?
        })
    }

    /// Who runs it.
    pub fn engine(&self) -> Engine {
        match self.server {
            Some(_) => Engine::Postgres,
            None => Engine::Cnpg,
        }
    }

    /// What it is, for messages.
    pub fn kind(&self) -> &'static str {
        match self.engine() {
            Engine::Cnpg => "Cluster",
            Engine::Postgres => "server",
        }
    }

    /// What it is and where, for messages: `the Cluster NAME in NAMESPACE`.
    pub fn place(&self) -> String {
        format!("the {} {} in {}", self.kind(), self.cluster, self.namespace)
    }

    /// Where applications reach it.
    pub fn endpoint(&self) -> Endpoint {
        match &self.server {
            Some(server) => server.endpoint.clone(),
            None => Endpoint::read_write(&self.cluster, &self.namespace),
        }
    }

    /// The way of applications to one of its databases.
    pub fn connection(&self, database: &DatabaseName) -> Connection {
        Connection::new(self.endpoint(), database)
    }

    /// The Pooler of the Cluster that a host is the Service of; a server that CNPG does not run has none.
    pub fn pooler(&self, host: &str) -> Option<ServiceName> {
        if self.server.is_some() {
            return None;
        }
        Connection::pooler(host, &self.cluster, &self.namespace)
    }

    /// The name of a server's CronJob, and of what belongs to it.
    pub fn sync_name(&self) -> String {
        format!("{}-sync", self.cluster)
    }

    /// The file in which the CronJob of a server is declared, with all that it makes there; none of a Cluster.
    pub fn sync_file(&self) -> Option<RepoPath> {
        self.server.as_ref()?;
        self.directory
            .join(&format!("{}{SYNC_FILE_END}", self.cluster))
            .ok()
    }

    /// The file of an object of this name that makes a role or a database: of its own, or in the sync file of a server.
    ///
    /// # Errors
    /// When the name is none that a file may have.
    pub fn object_file(&self, object: &str) -> Result<RepoPath, RepoPathError> {
        match self.sync_file() {
            Some(file) => declaration_in(&file, object),
            None => self.directory.join(&format!("{object}.yaml")),
        }
    }
}

/// The Secret with a server's connection, where no setting names another.
///
/// # Errors
/// Never for a parsed name; the type of a name says so.
pub fn connection_secret(server: &ClusterName) -> Result<ObjectName, NameError> {
    format!("{server}-connection").parse()
}
