//! Writes apps as a file that can be read again.

use serde::Serialize;

use super::{API_VERSION, KIND, Said};
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
