//! What is declared of a server that CloudNativePG does not run, as rows: what the scripts of its Job make true.

use serde::{Deserialize, Serialize};

/// The roles and databases of a server; what they do not name is left alone.
///
/// Names are any text: what makes SQL of them quotes them.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Rows {
    /// The roles, groups before their members or not.
    pub roles: Vec<RoleRow>,
    /// The databases.
    pub databases: Vec<DatabaseRow>,
}

/// A role.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RoleRow {
    /// Its name in PostgreSQL.
    pub name: String,
    /// The app that it is of; none of a role that only others are members of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// The name that it has among the declared objects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// Whether it may log in.
    #[serde(default, skip_serializing_if = "is_false")]
    pub login: bool,
    /// The Secret whose key `password` holds its password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// Whether something outside of the repository makes that Secret; the scripts do not ask.
    #[serde(default, skip_serializing_if = "is_false")]
    pub external: bool,
    /// Whether it is to be there.
    #[serde(default, skip_serializing_if = "Ensure::is_present")]
    pub ensure: Ensure,
    /// The roles that it is a member of: these and no others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub in_roles: Vec<String>,
    /// What PostgreSQL shows beside it; left as it is where this is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// What it keeps of an app that was removed: it has no password any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<KeptRow>,
}

/// What a role keeps whose app was removed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct KeptRow {
    /// The app.
    pub app: String,
    /// Its database.
    pub database: String,
}

/// A database.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DatabaseRow {
    /// Its name in PostgreSQL.
    pub name: String,
    /// The app that it is of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// The name that it has among the declared objects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// The role that owns it.
    pub owner: String,
    /// Whether it is to be there.
    #[serde(default, skip_serializing_if = "Ensure::is_present")]
    pub ensure: Ensure,
    /// The extensions that it has; others are left alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extensions: Vec<ExtensionRow>,
    /// The schemas that its owner has in it; others are left alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schemas: Vec<String>,
    /// The encoding that it is made with; the server's template has the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// The locale that it is made with; the server's template has the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// How many sessions it takes at once, -1 for no limit; left as it is where this is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection_limit: Option<i32>,
}

/// An extension of a database.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct ExtensionRow {
    /// Its name.
    pub name: String,
    /// Its version; whatever it has, and the server's default when it is made, where this is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// Whether a role or database is to be there.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Ensure {
    /// It is made where it is missing.
    #[default]
    Present,
    /// It is dropped where it is there, and nothing else with it.
    Absent,
}

impl Ensure {
    /// Whether it is to be there.
    pub fn is_present(&self) -> bool {
        *self == Self::Present
    }
}

/// What serde asks whether a field is left out.
fn is_false(value: &bool) -> bool {
    !value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_left_out() {
        let text = r#"{"roles":[{"name":"my_shop","app":"my-shop","login":true,"secret":"my-shop-db-creds","inRoles":["team"]},{"name":"old","ensure":"absent","kept":{"app":"old-shop","database":"old"}}],"databases":[{"name":"my_shop","app":"my-shop","object":"my-shop-db","owner":"my_shop","extensions":[{"name":"pgcrypto"}],"schemas":["audit"],"connectionLimit":5}]}"#;
        let rows: Rows = serde_json::from_str(text).unwrap();
        assert!(rows.roles[0].login && !rows.roles[1].login);
        assert_eq!(rows.roles[1].ensure, Ensure::Absent);
        assert_eq!(serde_json::to_string(&rows).unwrap(), text);
        let nothing: Rows = serde_json::from_str("{}").unwrap();
        assert_eq!(nothing, Rows::default());
    }
}
