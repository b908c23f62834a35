//! What `rotate --two-role` tells a program: `-o json`.

use serde::Serialize;

use super::{Inputs, Plan};
use crate::report::REPORT_VERSION;

/// The structure of `-o json`. It holds no value of a Secret.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TurnReport {
    /// [`REPORT_VERSION`].
    pub api_version: &'static str,
    /// Always `Turn`.
    pub kind: &'static str,
    /// The CNPG Cluster's name.
    pub cluster: String,
    /// The Cluster's namespace.
    pub namespace: String,
    /// The app's name.
    pub app: String,
    /// `add`, `switch` or `retire`.
    pub step: &'static str,
    /// The role that owns the database.
    pub owner: String,
    /// The roles that log in and are to go.
    pub from: Vec<String>,
    /// The login that comes, or has come.
    pub to: String,
    /// The Secret that the application reads.
    pub secret: String,
    /// Whether nothing was written because that was asked for.
    pub dry_run: bool,
    /// The files that are written or deleted.
    pub files: Vec<String>,
    /// What the user should know.
    pub warnings: Vec<String>,
}

impl Plan {
    /// The structure of `-o json`.
    pub fn report(&self, inputs: &Inputs<'_>, dry_run: bool) -> TurnReport {
        let changes = self.changes.changes().iter();
        TurnReport {
            api_version: REPORT_VERSION,
            kind: "Turn",
            cluster: inputs.target.cluster.to_string(),
            namespace: inputs.target.namespace.to_string(),
            app: inputs.app.name.clone(),
            step: self.step.as_str(),
            owner: self.owner.clone(),
            from: self.from.clone(),
            to: self.to.clone(),
            secret: self.secret.clone(),
            dry_run,
            files: changes.map(|change| change.path().to_string()).collect(),
            warnings: self.warnings.clone(),
        }
    }
}
