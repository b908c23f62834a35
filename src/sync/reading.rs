//! Declarations of CNPG's shape as rows.

use super::{AccessRow, SyncError};
use crate::declared::{DeclaredDatabase, DeclaredRole, Ensure, database_of_object, role_of_object};
use crate::domain::access::DECLARATION_KEY;
use crate::domain::access::form::{AccessForm, DatabaseAccess};
use crate::domain::choice::ReclaimPolicy;
use crate::repo::object::{Object, objects_in};
use crate::repo::path::RepoPath;
use crate::repo::snapshot::Snapshot;
use crate::repo::yaml::Node;
use crate::sql::sync::rows::{self, DatabaseRow, ExtensionRow, KeptRow, RoleRow};
use crate::target::CNPG;

/// What stands beside the name of a Secret that something outside of the repository makes.
pub(super) const EXTERNAL: &str = "pgdb:ignore PGDB202 made outside of this repository";

/// A declaration as a row.
pub(super) enum Row {
    /// A role.
    Role(RoleRow),
    /// A database.
    Database(DatabaseRow),
    /// The access to a database.
    Access(AccessRow),
}

/// The row that a declaration is.
///
/// # Errors
/// When it is none that a server can have.
pub(super) fn row(path: &RepoPath, text: &str) -> Result<Row, SyncError> {
    let refuse = |problem: &str| SyncError::Declaration {
        path: path.clone(),
        problem: problem.to_owned(),
    };
    let objects = objects_in(path, text).map_err(|error| refuse(&error.problem))?;
    if let Some(access) = objects.iter().find_map(access_row) {
        return access.map(Row::Access).map_err(|problem| refuse(&problem));
    }
    let [object] = objects.as_slice() else {
        return Err(refuse("this is not one object"));
    };
    let snapshot = Snapshot::new([(path.clone(), text.to_owned())]);
    if object.is(CNPG, "DatabaseRole") {
        let role = role_of_object(object, &snapshot);
        let role = role.ok_or_else(|| refuse("the role has no name"))?;
        return Ok(Row::Role(role_row(object, role, text)));
    }
    if object.is(CNPG, "Database") {
        let database = database_of_object(object);
        let database = database.ok_or_else(|| refuse("the database has no name"))?;
        return database_row(database).map(Row::Database).map_err(refuse);
    }
    Err(refuse("this is neither a role nor a database"))
}

/// The access to a database, where an object holds it.
fn access_row(object: &Object<'_>) -> Option<Result<AccessRow, String>> {
    let json = object.root.at(&["data", DECLARATION_KEY])?.as_str()?;
    let access = DatabaseAccess::from_json(json);
    let app = object.app().unwrap_or_default().to_owned();
    Some(access.map(|access| AccessRow {
        app,
        access: AccessForm::of(&access),
    }))
}

fn role_row(object: &Object<'_>, role: DeclaredRole, text: &str) -> RoleRow {
    let kept = role.keeps().map(|kept| KeptRow {
        app: kept.app,
        database: kept.database,
    });
    let policy = object.root.at(&["spec", "databaseRoleReclaimPolicy"]);
    let drops = policy.and_then(Node::as_str) == Some("delete");
    RoleRow {
        name: role.name,
        app: role.app,
        object: object.name().map(str::to_owned),
        login: role.login,
        external: role.password_secret.is_some() && text.contains(EXTERNAL),
        secret: role.password_secret,
        ensure: ensure(drops || role.ensure == Ensure::Absent),
        in_roles: role.in_roles,
        comment: role.comment,
        kept,
    }
}

fn database_row(database: DeclaredDatabase) -> Result<DatabaseRow, &'static str> {
    if database.reclaim == ReclaimPolicy::Delete {
        return Err(
            "nothing is dropped there because a declaration goes: leave reclaim delete out",
        );
    }
    let is_there = |item: &&crate::declared::DeclaredItem| item.ensure == Ensure::Present;
    let extensions = database.extensions.iter().filter(is_there);
    let extensions = extensions.map(|item| ExtensionRow {
        name: item.name.clone(),
        version: item.version.clone(),
    });
    let schemas = database.schemas.iter().filter(is_there);
    let limit = match &database.connection_limit {
        Some(limit) => Some(
            limit
                .parse()
                .map_err(|_| "the connection limit is no number")?,
        ),
        None => None,
    };
    Ok(DatabaseRow {
        extensions: extensions.collect(),
        schemas: schemas.map(|item| item.name.clone()).collect(),
        owner: database.owner.ok_or("the database has no owner")?,
        name: database.name,
        app: database.app,
        object: Some(database.object),
        ensure: ensure(database.ensure == Ensure::Absent),
        encoding: database.encoding,
        locale: database.locale,
        connection_limit: limit,
    })
}

fn ensure(is_absent: bool) -> rows::Ensure {
    if is_absent {
        rows::Ensure::Absent
    } else {
        rows::Ensure::Present
    }
}
