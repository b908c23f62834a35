//! Rows as declarations of CNPG's shape.

use std::fmt::Write;

use super::reading::EXTERNAL;
use super::{AccessRow, SyncFile};
use crate::declared::Kept;
use crate::domain::access::DECLARATION_KEY;
use crate::domain::wave::SYNC_WAVE;
use crate::repo::object::{MANAGED_BY, PART_OF, PRODUCT};
use crate::repo::scalar::quote;
use crate::sql::sync::rows::{DatabaseRow, Ensure, KeptRow, RoleRow};
use crate::target::CNPG;

/// What stands behind the app's name in the name of the access to its database.
const ACCESS_END: &str = "-access";

/// The declarations of a sync file, each with its object's name.
pub(super) fn of(file: &SyncFile) -> Vec<(String, String)> {
    let rows = &file.declarations.rows;
    let roles = rows.roles.iter().map(|row| {
        let object = role_object(row);
        let text = role(file, &object, row);
        (object, text)
    });
    let databases = rows.databases.iter().map(|row| {
        let object = database_object(row);
        let text = database(file, &object, row);
        (object, text)
    });
    let access = file.declarations.access.iter().map(|row| {
        let object = access_object(row);
        let text = access(file, &object, row);
        (object, text)
    });
    roles.chain(databases).chain(access).collect()
}

/// The name of the access to an app's database among the declared objects.
pub(super) fn access_object(row: &AccessRow) -> String {
    format!("{}{ACCESS_END}", row.app)
}

/// The name of a role among the declared objects: the one that it was given, else one that follows from its own.
pub(super) fn role_object(row: &RoleRow) -> String {
    let named = row.object.clone();
    named.unwrap_or_else(|| format!("{}-role", plain(&row.name)))
}

/// The name of a database among the declared objects.
pub(super) fn database_object(row: &DatabaseRow) -> String {
    let named = row.object.clone();
    named.unwrap_or_else(|| format!("{}-db", plain(&row.name)))
}

/// A name of PostgreSQL as an object's name has it.
fn plain(name: &str) -> String {
    name.to_lowercase().replace('_', "-")
}

/// What every declaration of CNPG begins with.
fn head(file: &SyncFile, kind: &str, object: &str, app: Option<&str>) -> String {
    let mut text = format!("apiVersion: {CNPG}/v1\nkind: {kind}\n");
    text.push_str(&metadata(file, object, app));
    text.push_str("spec:\n");
    text
}

/// The metadata of a declaration.
fn metadata(file: &SyncFile, object: &str, app: Option<&str>) -> String {
    let mut text = "metadata:\n".to_owned();
    line(&mut text, 2, "name", object);
    if let Some(namespace) = &file.namespace {
        line(&mut text, 2, "namespace", namespace);
    }
    line(&mut text, 2, "labels", "");
    line(&mut text, 4, MANAGED_BY, PRODUCT);
    if let Some(app) = app {
        line(&mut text, 4, PART_OF, app);
    }
    if let Some(wave) = &file.wave {
        let wave = format!("\"{wave}\"");
        let _ = writeln!(text, "  annotations:\n    {SYNC_WAVE}: {wave}");
    }
    text
}

/// The access to a database, without the scripts that make it so: those are in the sync file itself.
fn access(file: &SyncFile, object: &str, row: &AccessRow) -> String {
    let json = serde_json::to_string(&row.access).unwrap_or_default();
    let mut text = "apiVersion: v1\nkind: ConfigMap\n".to_owned();
    text.push_str(&metadata(file, object, Some(&row.app)));
    let _ = writeln!(text, "data:\n  {DECLARATION_KEY}: {}", quote(&json));
    text
}

/// What says on which server it is.
fn cluster(text: &mut String, file: &SyncFile) {
    text.push_str("  cluster:\n");
    line(text, 4, "name", &file.server);
}

fn role(file: &SyncFile, object: &str, row: &RoleRow) -> String {
    let mut text = head(file, "DatabaseRole", object, row.app.as_deref());
    line(&mut text, 2, "name", &row.name);
    cluster(&mut text, file);
    let policy = match row.ensure {
        Ensure::Present => "retain",
        Ensure::Absent => "delete",
    };
    let _ = writeln!(text, "  databaseRoleReclaimPolicy: {policy}");
    let _ = writeln!(text, "  login: {}", row.login);
    if let Some(kept) = &row.kept {
        let comment = kept_of(kept).comment(&row.name);
        let comment = comment.map_or(String::new(), |comment| format!(" # {comment}"));
        let _ = writeln!(text, "  disablePassword: true{comment}");
    }
    if let Some(comment) = &row.comment {
        line(&mut text, 2, "comment", comment);
    }
    if !row.in_roles.is_empty() {
        text.push_str("  inRoles:\n");
    }
    for group in &row.in_roles {
        let _ = writeln!(text, "    - {}", quote(group));
    }
    if let Some(secret) = &row.secret {
        let comment = if row.external {
            format!(" # {EXTERNAL}")
        } else {
            String::new()
        };
        let _ = writeln!(
            text,
            "  passwordSecret:\n    name: {}{comment}",
            quote(secret)
        );
    }
    text
}

fn kept_of(row: &KeptRow) -> Kept {
    Kept {
        app: row.app.clone(),
        database: row.database.clone(),
    }
}

fn database(file: &SyncFile, object: &str, row: &DatabaseRow) -> String {
    let mut text = head(file, "Database", object, row.app.as_deref());
    line(&mut text, 2, "name", &row.name);
    line(&mut text, 2, "owner", &row.owner);
    cluster(&mut text, file);
    text.push_str("  databaseReclaimPolicy: retain\n");
    if row.ensure == Ensure::Absent {
        text.push_str("  ensure: absent\n");
    }
    for (key, value) in [("encoding", &row.encoding), ("locale", &row.locale)] {
        if let Some(value) = value {
            line(&mut text, 2, key, value);
        }
    }
    if let Some(limit) = row.connection_limit {
        let _ = writeln!(text, "  connectionLimit: {limit}");
    }
    if !row.extensions.is_empty() {
        text.push_str("  extensions:\n");
    }
    for extension in &row.extensions {
        let _ = writeln!(text, "    - name: {}", quote(&extension.name));
        if let Some(version) = &extension.version {
            line(&mut text, 6, "version", version);
        }
    }
    if !row.schemas.is_empty() {
        text.push_str("  schemas:\n");
    }
    for schema in &row.schemas {
        let _ = writeln!(text, "    - name: {}", quote(schema));
        line(&mut text, 6, "owner", &row.owner);
    }
    text
}

/// A line with a key and its value; the key alone where that is empty.
fn line(text: &mut String, indent: usize, key: &str, value: &str) {
    let gap = if value.is_empty() { "" } else { " " };
    let value = if value.is_empty() {
        value.into()
    } else {
        quote(value)
    };
    // Writing to a text cannot fail.
    let _ = writeln!(text, "{:indent$}{key}:{gap}{value}", "");
}
