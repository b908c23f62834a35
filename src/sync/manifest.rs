//! The manifest of a server: its rows and scripts, the CronJob that runs them, and the Job for at once.

use serde_json::json;

use super::file::ROWS;
use super::{Declarations, SyncError, escaped};
use crate::domain::access::form::DatabaseAccess;
use crate::domain::access::script_hash;
use crate::domain::name::NameError;
use crate::render::{Template, Templates};
use crate::sql::sync::{ENTRY, scripts};
use crate::sql::wanted::Wanted;
use crate::target::Target;

/// The most bytes of a ConfigMap's keys and values that the API server takes.
///
/// Source: Kubernetes `pkg/apis/core/types.go`, `MaxSecretSize`, which holds for ConfigMaps as well.
const LARGEST: usize = 1024 * 1024;

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

impl Manifest<'_> {
    /// The text of the sync file.
    ///
    /// # Errors
    /// When an overriding template is no Handlebars, asks for what is not there, or leaves out an object.
    pub fn render(&self, templates: &Templates) -> Result<String, SyncError> {
        let Some(server) = &self.target.server else {
            return Ok(String::new());
        };
        let scripts = self.scripts()?;
        let file = |(key, text): &(String, String)| json!({ "key": key, "text": indented(text) });
        let files: Vec<_> = scripts.iter().map(file).collect();
        let waves = self.target.waves;
        let name = self.target.sync_name();
        let namespace = self.target.namespace.as_str();
        let image = self.target.jobs.image.as_ref().map(ToString::to_string);
        let size: usize = scripts
            .iter()
            .map(|(key, text)| key.len() + text.len())
            .sum();
        if size > LARGEST {
            return Err(SyncError::TooLarge {
                server: self.target.cluster.to_string(),
                size,
            });
        }
        let values = json!({
            "server": self.target.cluster.as_str(),
            "name": name,
            "namespace": namespace,
            "wave": waves.database().to_string(),
            "jobWave": waves.database().saturating_add(1).to_string(),
            "schedule": server.schedule.as_str(),
            "timeZone": server.time_zone.as_ref().map(|zone| zone.as_str()),
            "image": image.unwrap_or_else(|| IMAGE.to_owned()),
            "networkPolicy": self.target.jobs.network_policy,
            "port": server.endpoint.port.to_string(),
            "connectionSecret": server.connection_secret.as_str(),
            "connectionKey": server.connection_key.as_str(),
            "credentials": self.credentials(),
            "files": files,
            "hash": script_hash(scripts.iter().map(|(key, text)| (key.as_str(), text.as_str()))),
            "entry": ENTRY,
            "allowsPlaintext": server.allows_plaintext,
        });
        Ok(templates.rendered(Template::Sync, &values, &name, namespace)?)
    }

    /// The Secrets that hold passwords, each once, in the order of their names.
    fn credentials(&self) -> Vec<&str> {
        let roles = self.declarations.rows.roles.iter();
        let mut secrets: Vec<&str> = roles.filter_map(|role| role.secret.as_deref()).collect();
        secrets.sort_unstable();
        secrets.dedup();
        secrets
    }

    /// The files that the Job finds: what is declared, and what makes it so.
    fn scripts(&self) -> Result<Vec<(String, String)>, SyncError> {
        let access = self.declarations.access.iter();
        let wanted: Result<Vec<Wanted>, NameError> = access
            .map(|row| {
                let DatabaseAccess {
                    database,
                    owner,
                    access,
                } = row.access.parse()?;
                Wanted::of(&access, &database, &owner)
            })
            .collect();
        let mut files = vec![(ROWS.to_owned(), self.declarations.json())];
        // What no literal block holds stands in the JSON of these scripts alone, where an escape means the same.
        let made = scripts(&self.declarations.rows, &wanted?).into_iter();
        files.extend(made.map(|(key, text)| (key, escaped(&text))));
        Ok(files)
    }
}

/// A text as the content of a block scalar below `data`, without its final line end.
fn indented(text: &str) -> String {
    let line = |line: &str| {
        if line.is_empty() {
            String::new()
        } else {
            format!("    {line}")
        }
    };
    let lines: Vec<String> = text.lines().map(line).collect();
    lines.join("\n")
}
