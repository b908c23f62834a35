//! What `migrate-roles` tells a program: `-o json`.

use serde::Serialize;

use super::{Inputs, Plan, RoleMove};
use crate::repo::change_set::Change;
use crate::report::REPORT_VERSION;

/// The structure of `-o json`.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// [`REPORT_VERSION`].
    pub api_version: &'static str,
    /// Always `MigrateRoles`.
    pub kind: &'static str,
    /// The CNPG Cluster's name.
    pub cluster: String,
    /// Its namespace.
    pub namespace: String,
    /// `databaserole` or `managed`.
    pub to: &'static str,
    /// `declare` or `take-out`; none where nothing is left to do.
    pub stage: Option<&'static str>,
    /// Whether nothing was written because that was asked for.
    pub dry_run: bool,
    /// Whether there is anything to write.
    pub changed: bool,
    /// The roles that move in this stage.
    pub roles: Vec<RoleReport>,
    /// Roles that are declared as asked already.
    pub done: Vec<String>,
    /// The files that change.
    pub files: Vec<FileReport>,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// A role that moves.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct RoleReport {
    /// The app.
    pub app: String,
    /// The role in PostgreSQL.
    pub role: String,
    /// The DatabaseRole.
    pub object: String,
    /// Where the declaration is that goes in the end: `path:line`.
    pub from: String,
    /// The file of the one that stays.
    pub to: String,
}

/// A file that changes.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct FileReport {
    /// From the repository's root.
    pub path: String,
    /// `create`, `edit` or `delete`.
    pub action: &'static str,
}

impl Plan {
    /// The structure of `-o json`.
    pub fn report(&self, inputs: &Inputs<'_>, dry_run: bool) -> Report {
        Report {
            api_version: REPORT_VERSION,
            kind: "MigrateRoles",
            cluster: inputs.target.cluster.to_string(),
            namespace: inputs.target.namespace.to_string(),
            to: inputs.to.as_str(),
            stage: self.stage.map(super::Stage::as_str),
            dry_run,
            changed: !self.changes.is_empty(),
            roles: self.roles.iter().map(RoleReport::of).collect(),
            done: self.done.clone(),
            files: self.changes.changes().iter().map(FileReport::of).collect(),
            warnings: self.warnings.clone(),
        }
    }
}

impl RoleReport {
    fn of(found: &RoleMove) -> Self {
        Self {
            app: found.app.clone(),
            role: found.role.clone(),
            object: found.object.clone(),
            from: found.from.to_string(),
            to: found.to.to_string(),
        }
    }
}

impl FileReport {
    fn of(change: &Change) -> Self {
        Self {
            path: change.path().to_string(),
            action: match change {
                Change::Create { .. } => "create",
                Change::Edit { .. } => "edit",
                Change::Delete { .. } => "delete",
            },
        }
    }
}
