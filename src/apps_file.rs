//! A file of apps, which `import` reads and `export` writes: YAML or JSON.
//!
//! It is a list of apps, or a document of kind `Apps` that holds one. Beside the product's own entries there are those of
//! two other formats, which list users: `{username, password, email}` and `{username, databases, privileges}`.

mod access;
mod fields;
mod privilege;
mod problem;
mod reader;
mod reading;
pub mod schema;
mod users;
pub mod writing;

#[cfg(test)]
mod tests;

use crate::domain::access::asked::{Grantee, Right};
use crate::domain::app::Share;
use crate::domain::choice::{ReclaimPolicy, RoleStyle};
use crate::domain::database_option::{ConnectionLimit, Encoding, Extension, Locale};
use crate::domain::kubernetes_name::{AppName, Namespace, ObjectName, ServiceName};
use crate::domain::password::Password;
use crate::domain::postgres_name::{DatabaseName, GroupRoleName, RoleName, SchemaName};
use crate::domain::role_comment::RoleComment;
use crate::domain::scope::Scope;

pub use fields::{ACCESS_FIELDS, FIELDS, Field, USER_FIELDS};
pub use privilege::Privilege;
pub use problem::{Position, Problem};
pub use reading::read;

/// The version of the format, as `apiVersion`.
pub const API_VERSION: &str = "pgdb/v1";
/// The kind of a document that holds apps.
pub const KIND: &str = "Apps";

/// One app of a file, and where it stands there.
pub struct Entry {
    /// Where it begins.
    pub position: Position,
    /// The app's name.
    pub name: AppName,
    /// What is said of it.
    pub said: Said,
    /// Its password, where one is given.
    pub password: Option<Password>,
    /// What a login without a database of its own is to be allowed in others.
    pub grant: Option<Grant>,
}

/// What a file says of an app; what it does not say stays as it is, or follows from defaults.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Said {
    /// The namespaces that the credential is mirrored to.
    pub namespaces: Option<Vec<Namespace>>,
    /// The login role.
    pub role: Option<RoleName>,
    /// The database.
    pub database: Option<DatabaseName>,
    /// The credential's Secret.
    pub secret: Option<ObjectName>,
    /// Whether something else makes the Secret.
    pub existing_secret: Option<bool>,
    /// The Service in the app's namespaces.
    pub service: Option<ServiceName>,
    /// The Pooler that the app connects through.
    pub pooler: Option<ServiceName>,
    /// Extensions of the database.
    pub extensions: Option<Vec<Extension>>,
    /// Schemas of the database, owned by the role.
    pub schemas: Option<Vec<SchemaName>>,
    /// The database's encoding.
    pub encoding: Option<Encoding>,
    /// The database's locale.
    pub locale: Option<Locale>,
    /// How many sessions the database takes at once.
    pub connection_limit: Option<ConnectionLimit>,
    /// What happens to the database when its object goes.
    pub reclaim: Option<ReclaimPolicy>,
    /// Whether nobody but the database's own roles may connect to it.
    pub isolate: Option<bool>,
    /// Who else may do what in the database: these and nobody else.
    pub access: Option<Vec<Allowed>>,
    /// How the role is declared.
    pub roles: Option<RoleStyle>,
    /// Roles that the login role is a member of.
    pub in_roles: Option<Vec<GroupRoleName>>,
    /// What PostgreSQL shows beside the role.
    pub comment: Option<RoleComment>,
    /// The scope that the credential is sealed for.
    pub scope: Option<Scope>,
    /// Whether the Secret has host, port, URI and the like.
    pub connection_keys: Option<bool>,
    /// What of an app it is.
    pub share: Share,
    /// The app whose role owns the database, where it is a database alone.
    pub owned_by: Option<AppName>,
}

impl Said {
    /// What is said here, and for the rest what is said there.
    pub fn or(self, other: Self) -> Self {
        Self {
            namespaces: self.namespaces.or(other.namespaces),
            role: self.role.or(other.role),
            database: self.database.or(other.database),
            secret: self.secret.or(other.secret),
            existing_secret: self.existing_secret.or(other.existing_secret),
            service: self.service.or(other.service),
            pooler: self.pooler.or(other.pooler),
            extensions: self.extensions.or(other.extensions),
            schemas: self.schemas.or(other.schemas),
            encoding: self.encoding.or(other.encoding),
            locale: self.locale.or(other.locale),
            connection_limit: self.connection_limit.or(other.connection_limit),
            reclaim: self.reclaim.or(other.reclaim),
            isolate: self.isolate.or(other.isolate),
            access: self.access.or(other.access),
            roles: self.roles.or(other.roles),
            in_roles: self.in_roles.or(other.in_roles),
            comment: self.comment.or(other.comment),
            scope: self.scope.or(other.scope),
            connection_keys: self.connection_keys.or(other.connection_keys),
            share: self.share,
            owned_by: self.owned_by.or(other.owned_by),
        }
    }
}

/// What somebody is allowed in a database.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Allowed {
    /// Where the file says so.
    pub position: Position,
    /// Who.
    pub to: Grantee,
    /// What.
    pub right: Right,
}

/// Privileges on the tables of databases.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Grant {
    /// The databases.
    pub databases: Vec<DatabaseName>,
    /// What is to be allowed there.
    pub privileges: Vec<Privilege>,
}
