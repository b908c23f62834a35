//! A CNPG Database and a DatabaseRole as the cluster has them.
//!
//! Source: CloudNativePG `api/v1/database_types.go` and `api/v1/databaserole_types.go`.

use super::Live;
use super::cluster::ManagedRole;
use super::meta::Meta;

/// A Database.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Database {
    /// Its metadata.
    pub meta: Meta,
    /// `spec.name`: the database in PostgreSQL.
    pub name: String,
    /// `spec.owner`.
    pub owner: String,
    /// `spec.cluster.name`.
    pub cluster: String,
    /// Whether the database is to be dropped.
    pub is_absent: bool,
    /// Whether the database is dropped when this object is deleted: `databaseReclaimPolicy: delete`.
    pub drops_when_deleted: bool,
    /// The extensions that are to be there.
    pub extensions: Vec<String>,
    /// The schemas that are to be there.
    pub schemas: Vec<String>,
    /// What the instance manager says of it.
    pub applied: Applied,
    /// What it says of the extensions.
    pub extension_status: Vec<Part>,
    /// What it says of the schemas.
    pub schema_status: Vec<Part>,
}

/// A DatabaseRole.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct DatabaseRole {
    /// Its metadata.
    pub meta: Meta,
    /// `spec.name`: the role in PostgreSQL.
    pub name: String,
    /// `spec.cluster.name`.
    pub cluster: String,
    /// What is declared of the role.
    pub role: ManagedRole,
    /// Whether the role is dropped when this object is deleted: `databaseRoleReclaimPolicy: delete`.
    pub drops_when_deleted: bool,
    /// What the instance manager says of it.
    pub applied: Applied,
    /// `status.secretResourceVersion`: the version of the Secret whose password the role has; empty before.
    pub password_version: String,
}

/// What the instance manager says of an object.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Applied {
    /// Whether it is applied; none before the first try, and on a replica cluster.
    pub applied: Option<bool>,
    /// Why it is not.
    pub message: String,
    /// The generation that was applied; it moves on success alone.
    pub observed_generation: i64,
}

impl Applied {
    /// Whether the object's specification of this generation is what PostgreSQL has.
    pub fn is_done(&self, generation: i64) -> bool {
        self.applied == Some(true) && self.observed_generation == generation
    }
}

/// An extension or a schema of a Database.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// Whether it is as declared.
    pub applied: bool,
    /// Why it is not.
    pub message: String,
}

impl Live for Database {
    const KIND: &'static str = "Database";

    fn meta(&self) -> &Meta {
        &self.meta
    }
}

impl Live for DatabaseRole {
    const KIND: &'static str = "DatabaseRole";

    fn meta(&self) -> &Meta {
        &self.meta
    }
}
