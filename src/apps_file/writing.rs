//! Writes apps as a file that can be read again.

use serde::Serialize;

use super::{API_VERSION, Allowed, KIND, Said};
use crate::domain::access::Objects;
use crate::domain::access::asked::{Grantee, Right};
use crate::domain::access::privilege::{Kind, Privilege};
use crate::domain::app::Share;
use crate::domain::kubernetes_name::AppName;

/// A whole file.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Document {
    /// [`API_VERSION`].
    pub api_version: &'static str,
    /// [`KIND`].
    pub kind: &'static str,
    /// The apps, in the order of their names.
    pub apps: Vec<Written>,
}

/// An app as it is written; what follows from its name or is the default is left out. It holds no password.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Written {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    app_namespaces: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    database: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owns_database: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owned_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    existing_secret: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pooler: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extensions: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    schemas: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locale: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connection_limit: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reclaim: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    isolate: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access: Option<Vec<WrittenAccess>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    roles: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_roles: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connection_keys: Option<bool>,
}

/// What somebody is allowed, as it is written.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct WrittenAccess {
    to: String,
    #[serde(rename = "as", skip_serializing_if = "Option::is_none")]
    level: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    privileges: Option<Vec<&'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    table: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sequences: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    functions: Option<bool>,
}

impl Document {
    /// A file of these apps.
    pub fn new(apps: Vec<Written>) -> Self {
        Self {
            api_version: API_VERSION,
            kind: KIND,
            apps,
        }
    }
}

impl Written {
    /// An app with all that is said of it.
    pub fn new(name: &AppName, said: &Said) -> Self {
        let is_existing = said.existing_secret == Some(true);
        Self {
            name: name.to_string(),
            app_namespaces: texts(said.namespaces.as_deref()),
            user: text(said.role.as_ref()),
            database: text(said.database.as_ref()),
            owns_database: (said.share == Share::Login).then_some(false),
            owned_by: text(said.owned_by.as_ref()),
            secret_name: text(said.secret.as_ref().filter(|_| !is_existing)),
            existing_secret: text(said.secret.as_ref().filter(|_| is_existing)),
            service: text(said.service.as_ref()),
            pooler: text(said.pooler.as_ref()),
            extensions: texts(said.extensions.as_deref()),
            schemas: texts(said.schemas.as_deref()),
            encoding: text(said.encoding.as_ref()),
            locale: text(said.locale.as_ref()),
            connection_limit: said.connection_limit.map(|limit| limit.get()),
            reclaim: said.reclaim.map(|reclaim| reclaim.as_str()),
            isolate: said.isolate,
            access: said.access.as_deref().map(written_access),
            roles: said.roles.map(|roles| roles.as_str()),
            in_roles: texts(said.in_roles.as_deref()),
            comment: text(said.comment.as_ref()),
            scope: said.scope.map(|scope| scope.as_str()),
            connection_keys: said.connection_keys,
        }
    }
}

fn text<T: ToString>(value: Option<&T>) -> Option<String> {
    value.map(ToString::to_string)
}

fn texts<T: ToString>(values: Option<&[T]>) -> Option<Vec<String>> {
    values.map(|values| values.iter().map(ToString::to_string).collect())
}

/// Who may do what, with an entry for each kind of objects.
fn written_access(all: &[Allowed]) -> Vec<WrittenAccess> {
    let entries = |allowed: &Allowed| match &allowed.right {
        Right::Level(level) => vec![WrittenAccess {
            to: allowed.to.as_str().to_owned(),
            level: Some(level.as_str()),
            ..WrittenAccess::default()
        }],
        Right::Privileges(privileges) => privileges
            .iter()
            .map(|(on, privileges)| written_privileges(&allowed.to, on, privileges))
            .collect(),
    };
    all.iter().flat_map(entries).collect()
}

/// Privileges on objects in words that mean these objects and no others: a database has no schema, and its `CREATE` is
/// told from a schema's by that.
fn written_privileges(to: &Grantee, on: &Objects, privileges: &[Privilege]) -> WrittenAccess {
    let schema = match on {
        Objects::Database | Objects::All(_, None) => None,
        Objects::Schema(None) => Some("*".to_owned()),
        Objects::Schema(Some(schema))
        | Objects::Table(schema, _)
        | Objects::All(_, Some(schema)) => Some(schema.to_string()),
    };
    let table = match on {
        Objects::Table(_, table) => Some(table.to_string()),
        Objects::All(Kind::Table, _) => Some("*".to_owned()),
        _ => None,
    };
    WrittenAccess {
        to: to.as_str().to_owned(),
        level: None,
        privileges: Some(
            privileges
                .iter()
                .map(|privilege| privilege.as_str())
                .collect(),
        ),
        schema,
        table,
        sequences: (on.kind() == Kind::Sequence).then_some(true),
        functions: (on.kind() == Kind::Function).then_some(true),
    }
}
