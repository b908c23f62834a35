//! The manifest of a server: its rows and scripts, the CronJob that runs them, and the Job for at once.

use serde_json::json;
use sha2::{Digest, Sha256};

use super::file::ROWS;
use super::{Declarations, SyncError};
use crate::render::Templates;
use crate::target::Target;

/// The annotation that says which scripts, with which rows, a Job runs.
pub const SCRIPT_HASH: &str = "kubectl-pgdb/script-sha256";

/// The image in which the scripts run, unless the settings name another: it has a shell and psql.
const IMAGE: &str = "docker.io/library/postgres:18-alpine";

/// A server's manifest.
#[derive(Clone, Copy)]
pub struct Manifest<'input> {
    /// The server.
    pub target: &'input Target,
    /// What is declared of it.
    pub declarations: &'input Declarations,
}

/// A file that the Job finds.
struct Script {
    name: &'static str,
    text: String,
}

impl Manifest<'_> {
    /// The text of the sync file.
    ///
    /// # Errors
    /// When an overriding template is no Handlebars, asks for what is not there, or leaves out an object.
    pub fn render(&self, templates: &Templates) -> Result<String, SyncError> {
        let Some(server) = &self.target.server else {
            return Ok(String::new());
        };
        let scripts = self.scripts();
        let files: Vec<_> = scripts
            .iter()
            .map(|script| json!({ "name": script.name, "text": indented(&script.text) }))
            .collect();
        let waves = self.target.waves;
        let values = json!({
            "server": self.target.cluster.as_str(),
            "name": format!("{}-sync", self.target.cluster),
            "namespace": self.target.namespace.as_str(),
            "wave": waves.database().to_string(),
            "jobWave": waves.database().saturating_add(1).to_string(),
            "schedule": server.schedule.as_str(),
            "timeZone": server.time_zone.as_ref().map(|zone| zone.as_str()),
            "image": IMAGE,
            "connectionSecret": server.connection_secret.as_str(),
            "connectionKey": server.connection_key.as_str(),
            "credentials": self.credentials(),
            "files": files,
            "hash": hash(&scripts),
        });
        Ok(templates.sync(&values)?)
    }

    /// The Secrets that hold passwords, each once, in the order of their names.
    fn credentials(&self) -> Vec<&str> {
        let roles = self.declarations.rows.roles.iter();
        let mut secrets: Vec<&str> = roles.filter_map(|role| role.secret.as_deref()).collect();
        secrets.sort_unstable();
        secrets.dedup();
        secrets
    }

    /// The files that the Job finds in `/scripts`.
    fn scripts(&self) -> Vec<Script> {
        vec![Script {
            name: ROWS,
            text: self.declarations.json(),
        }]
    }
}

/// What names scripts and rows: a SHA-256 in hexadecimal.
fn hash(scripts: &[Script]) -> String {
    let mut digest = Sha256::new();
    for script in scripts {
        digest.update(script.name);
        digest.update([0]);
        digest.update(&script.text);
        digest.update([0]);
    }
    let digest: [u8; 32] = digest.finalize().into();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A text as it stands in a literal block of the ConfigMap's data.
fn indented(text: &str) -> String {
    let line = |line: &str| {
        if line.is_empty() {
            "\n".to_owned()
        } else {
            format!("    {line}\n")
        }
    };
    text.lines().map(line).collect()
}
