//! Entries that name a user, as other tools keep them: `{username, password, email}` and `{username, databases,
//! privileges}`.
//!
//! A user with all privileges owns the databases: the first is the app's, each further one an app of its own with the same
//! owner. A user with less is a login alone, and what is to be granted is said.

use super::fields::USER_FIELDS;
use super::privilege::Privilege;
use super::reader::{Reader, Values, is_bare, position};
use super::{Entry, Grant, Said};
use crate::domain::app::Share;
use crate::domain::kubernetes_name::AppName;
use crate::domain::postgres_name::{DatabaseName, RoleName};
use crate::repo::yaml::Node;

/// The entries that one user means.
pub(super) fn entries<'tree>(reader: &mut Reader, item: &'tree Node<'tree>) -> Vec<Entry> {
    let values = reader.values(item, &USER_FIELDS);
    let role: Option<RoleName> = reader.one(&values, "username");
    if values.node("username").is_none() {
        reader.report(item, "this user has no name", "give its `username`");
    }
    let said = Said {
        namespaces: reader.list(&values, "appNamespaces"),
        role: role.clone(),
        comment: reader.one(&values, "email"),
        ..Said::default()
    };
    let password = reader.password(&values, "password");
    let databases: Vec<DatabaseName> = reader.list(&values, "databases").unwrap_or_default();
    let privileges = privileges(reader, &values);
    let (Some(role), Some(name)) = (&role, name(reader, &values, role.as_ref())) else {
        return Vec::new();
    };
    let first = Entry {
        position: position(item),
        name: name.clone(),
        said,
        password,
        grant: None,
    };
    match (privileges, databases.as_slice()) {
        (Some(privileges), [database, ..]) => vec![Entry {
            said: Said {
                database: Some(database.clone()),
                share: Share::Login,
                ..first.said
            },
            grant: Some(Grant {
                databases,
                privileges,
            }),
            ..first
        }],
        (Some(_), []) => {
            let message = format!("the user {role} has privileges, and no databases");
            reader.report(item, message, "give `databases`");
            Vec::new()
        }
        (None, databases) => owner(reader, item, first, databases),
    }
}

/// A user that owns databases: with none, the one that is named like him.
fn owner(
    reader: &mut Reader,
    item: &Node<'_>,
    first: Entry,
    databases: &[DatabaseName],
) -> Vec<Entry> {
    let mut further = Vec::new();
    for database in databases.iter().skip(1) {
        match format!("{}-{}", first.name, app_like(database.as_str())).parse() {
            Ok(name) => further.push(Entry {
                position: first.position,
                name,
                said: Said {
                    database: Some(database.clone()),
                    share: Share::Database,
                    owned_by: Some(first.name.clone()),
                    ..Said::default()
                },
                password: None,
                grant: None,
            }),
            Err(error) => {
                let message = format!("no app can be named after the database {database}: {error}");
                reader.report(
                    item,
                    message,
                    "make it an entry of its own, with `name`, `database` and `ownedBy`",
                );
            }
        }
    }
    let database = databases.first().cloned();
    let said = Said {
        // Without a list the database follows from the role, also where the app is given another name.
        database: database.or_else(|| first.said.role.as_ref()?.as_str().parse().ok()),
        ..first.said
    };
    let mut entries = vec![Entry { said, ..first }];
    entries.append(&mut further);
    entries
}

/// The app's name: the one that is given, else the user's with `-` for `_`.
fn name(reader: &mut Reader, values: &Values<'_>, role: Option<&RoleName>) -> Option<AppName> {
    if values.node("name").is_some() {
        return reader.one(values, "name");
    }
    let role = role?;
    match app_like(role.as_str()).parse() {
        Ok(name) => Some(name),
        Err(error) => {
            if let Some(node) = values.node("username") {
                let message = format!("no app can be named after the user: {error}");
                reader.report(node, message, "give the app's `name`");
            }
            None
        }
    }
}

fn app_like(name: &str) -> String {
    name.replace('_', "-")
}

/// The privileges; none where they are all, or nothing is said of them.
fn privileges(reader: &mut Reader, values: &Values<'_>) -> Option<Vec<Privilege>> {
    let node = values.node("privileges")?;
    let is_all = |text: &str| {
        let mut words = Privilege::ALL.into_iter();
        words.any(|word| word.eq_ignore_ascii_case(text.trim()))
    };
    let only = match node.items() {
        [] => node,
        [item] => item,
        _ => return reader.list(values, "privileges"),
    };
    if is_bare(node) && is_bare(only) && only.as_str().is_some_and(is_all) {
        return None;
    }
    reader.list(values, "privileges")
}
