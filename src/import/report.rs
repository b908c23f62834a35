//! What `import` tells a program: `-o json`.

use serde::Serialize;

use super::{Action, Plan};
use crate::new_app::FileReport;
use crate::report::REPORT_VERSION;

/// The structure of `-o json`. It holds no secret and no sealed value.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// [`REPORT_VERSION`].
    pub api_version: &'static str,
    /// Always `Import`.
    pub kind: &'static str,
    /// The CNPG Cluster's name.
    pub cluster: String,
    /// The namespace of the Cluster, the credentials and the Databases.
    pub namespace: String,
    /// Whether nothing was written because that was asked for.
    pub dry_run: bool,
    /// Whether there is anything to write.
    pub changed: bool,
    /// The apps, in the order of the file.
    pub apps: Vec<AppReport>,
    /// The files that change, in the order of writing.
    pub files: Vec<FileReport>,
    /// What the user should know.
    pub warnings: Vec<String>,
    /// The statements that give logins their privileges, to be run by hand.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub sql: String,
}

/// What becomes of an app.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct AppReport {
    /// Its name.
    pub name: String,
    /// `added`, `updated` or `unchanged`.
    pub action: &'static str,
    /// The settings that change.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub settings: Vec<&'static str>,
}

impl Plan {
    /// The structure of `-o json`.
    pub fn report(&self, cluster: &str, namespace: &str, dry_run: bool) -> Report {
        Report {
            api_version: REPORT_VERSION,
            kind: "Import",
            cluster: cluster.to_owned(),
            namespace: namespace.to_owned(),
            dry_run,
            changed: !self.changes.is_empty(),
            apps: self
                .apps
                .iter()
                .map(|outcome| AppReport {
                    name: outcome.name.to_string(),
                    action: outcome.action.as_str(),
                    settings: match &outcome.action {
                        Action::Updated(settings) => settings.clone(),
                        Action::Added | Action::Unchanged => Vec::new(),
                    },
                })
                .collect(),
            files: self.changes.changes().iter().map(FileReport::of).collect(),
            warnings: self.warnings.clone(),
            sql: self.sql.clone(),
        }
    }
}

impl Action {
    /// The word for it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Updated(_) => "updated",
            Self::Unchanged => "unchanged",
        }
    }
}
