//! What `grant` and `revoke` tell a program: `-o json`.

use serde::Serialize;

use super::{Inputs, Plan};
use crate::domain::access::form::{AccessForm, DatabaseAccess};
use crate::domain::postgres_name::RoleName;
use crate::new_app::FileReport;
use crate::report::REPORT_VERSION;

/// The structure of `-o json`. It holds no secret and no sealed value.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// [`REPORT_VERSION`].
    pub api_version: &'static str,
    /// Always `Access`.
    pub kind: &'static str,
    /// The app whose database it is.
    pub app: String,
    /// The role that it is about; none where it is about PUBLIC alone.
    pub role: Option<String>,
    /// Whether the role is a new login.
    pub is_new_login: bool,
    /// The access to the database as it is to be.
    pub access: Option<AccessForm>,
    /// Whether nothing was written because that was asked for.
    pub dry_run: bool,
    /// Whether there is anything to write.
    pub changed: bool,
    /// The files that change, in the order of writing.
    pub files: Vec<FileReport>,
    /// What the user should know.
    pub warnings: Vec<String>,
}

impl Plan {
    /// The structure of `-o json`.
    pub fn report(&self, inputs: &Inputs<'_>, dry_run: bool) -> Report {
        let subject = crate::access::Subject::of(inputs.app).ok();
        let access = subject.map(|subject| {
            AccessForm::of(&DatabaseAccess {
                database: subject.database,
                owner: subject.owner,
                access: self.access.clone(),
            })
        });
        Report {
            api_version: REPORT_VERSION,
            kind: "Access",
            app: inputs.app.name.clone(),
            role: self.role.as_ref().map(RoleName::to_string),
            is_new_login: self.is_new,
            access,
            dry_run,
            changed: !self.changes.is_empty(),
            files: self.changes.changes().iter().map(FileReport::of).collect(),
            warnings: self.warnings.clone(),
        }
    }
}
