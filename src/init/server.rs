//! The settings of a server that CNPG does not run, and the SealedSecret with its connection.

use rand::CryptoRng;
use serde_json::json;
use thiserror::Error;

use super::{HEADER, top_level};
use crate::domain::dsn::Dsn;
use crate::domain::endpoint::Endpoint;
use crate::domain::kubernetes_name::{ClusterName, Namespace, ObjectName};
use crate::domain::scope::Scope;
use crate::render::{RenderError, Template, Templates};
use crate::repo::draft::Draft;
use crate::repo::enlisting::{EnlistError, enlist};
use crate::repo::path::{RepoPath, RepoPathError};
use crate::repo::scalar::quote;
use crate::sealing::{SealError, SealingKey};
use crate::settings::Key;
use crate::target::Target;

/// What is to be written down of a server.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Server {
    /// What it is called here.
    pub name: ClusterName,
    /// The namespace of its CronJob and of credentials.
    pub namespace: Namespace,
    /// Where it listens, as applications reach it.
    pub endpoint: Endpoint,
    /// The Secret with its connection, where that is not called after it.
    pub connection_secret: Option<ObjectName>,
    /// The folder that new manifests go to.
    pub directory: RepoPath,
    /// The sealing certificate, where there is one.
    pub certificate: Option<RepoPath>,
    /// Whether passwords may go over the network in clear.
    pub allows_plaintext: bool,
}

/// Why the connection cannot be declared.
#[derive(Debug, Error)]
pub enum ConnectionError {
    /// The file is there.
    #[error("{0} is there already")]
    Taken(RepoPath),
    /// The kustomization cannot be read or edited.
    #[error("{path}:{line}: {problem}")]
    Kustomization {
        /// Its path.
        path: RepoPath,
        /// From 1.
        line: usize,
        /// Why.
        problem: String,
    },
    /// It cannot be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A template gave no manifest.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// A path that is none.
    #[error(transparent)]
    Path(#[from] RepoPathError),
}

impl ConnectionError {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Taken(_) => "delete it first, where another connection is to take its place",
            Self::Kustomization { .. } => "mend the file and run the same command again",
            Self::Seal(source) => source.help(),
            Self::Render(source) => source.help(),
            Self::Path(source) => source.help(),
        }
    }
}

impl Server {
    /// The text of a `.pgdb.yaml` for this server alone, with every other key in a comment.
    pub fn settings(&self) -> String {
        let mut text = HEADER.to_owned();
        top_level(&mut text, |key| self.value(key));
        text
    }

    /// The value of a key as YAML, where the server has one.
    fn value(&self, key: &Key) -> Option<String> {
        let word = |text: &str| Some(quote(text).into_owned());
        match key.name {
            "engine" => word("postgres"),
            "cluster" => word(self.name.as_str()),
            "namespace" => word(self.namespace.as_str()),
            "host" => word(self.endpoint.host.as_str()),
            "port" => Some(self.endpoint.port.to_string()),
            "connectionSecret" => word(self.connection_secret.as_ref()?.as_str()),
            "directory" => word(&self.directory.to_string()),
            "certificate" => word(self.certificate.as_ref()?.as_str()),
            "allowPlaintext" => self.allows_plaintext.then(|| "true".to_owned()),
            _ => None,
        }
    }
}

/// Writes the SealedSecret with a server's connection, and enters it in the folder's kustomization.
///
/// # Errors
/// When its file is there, or something cannot be sealed, rendered or edited.
pub fn seal_connection(
    target: &Target,
    dsn: &Dsn,
    templates: &Templates,
    key: &SealingKey,
    rng: &mut (impl CryptoRng + ?Sized),
    draft: &mut Draft<'_>,
) -> Result<(), ConnectionError> {
    let Some(server) = &target.server else {
        return Ok(());
    };
    let name = server.connection_secret.as_str();
    let path = target.directory.join(&format!("{name}-sealed.yaml"))?;
    if draft.text(&path).is_some() {
        return Err(ConnectionError::Taken(path));
    }
    let namespace = target.namespace.as_str();
    let label = Scope::Strict.label(namespace, name);
    let values = json!({
        "name": name,
        "namespace": namespace,
        "key": server.connection_key.as_str(),
        "sealed": key.seal(dsn.reveal().as_bytes(), &label, rng)?,
        "wave": target.waves.secret().to_string(),
    });
    let text = templates.rendered(Template::Connection, &values, name, namespace)?;
    draft.write(&path, text);
    enlist(&target.directory, &[&path], draft).map_err(|error| match error {
        EnlistError::NotYaml { path, source } => ConnectionError::Kustomization {
            path,
            line: source.line,
            problem: source.problem,
        },
        EnlistError::Edit { path, source } => ConnectionError::Kustomization {
            path,
            line: source.line(),
            problem: source.to_string(),
        },
    })
}
