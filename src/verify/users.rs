//! Who is tried at an app's database beside the app itself: those that something was granted to, and some that are to be
//! refused.

use std::collections::BTreeSet;

use super::expected::{Expected, ExpectedAccess};
use crate::declared::{Declared, DeclaredApp};
use crate::sql::wanted::Wanted;
use crate::target::Target;

/// Somebody who is tried at an app's database, with a credential of its own.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ExpectedUser {
    /// The app whose credential it is, with the database that it is tried at.
    pub login: Expected,
    /// The role that it logs in as.
    pub role: String,
    /// The roles that it is a member of, also by way of others.
    pub groups: Vec<String>,
    /// Whether something is declared that it may do; else it is to be refused.
    pub is_guest: bool,
}

/// How many others are tried at a database that is isolated. Who else may connect, `audit` says of all at once.
const STRANGERS: usize = 3;

/// Adds to each app with access who is tried at its database.
pub fn add_users(expected: &mut [Expected], declared: &Declared, target: &Target) {
    for app in expected {
        let users = users(app, declared, target);
        if let Some(access) = &mut app.access {
            access.users = users;
        }
    }
}

fn users(app: &Expected, declared: &Declared, target: &Target) -> Vec<ExpectedUser> {
    let Some(wanted) = app.access.as_ref().and_then(ExpectedAccess::wanted) else {
        return Vec::new();
    };
    let place = declared.apps.iter().position(|known| known.name == app.app);
    let (before, after) = declared.apps.split_at(place.unwrap_or_default());
    let mut strangers = 0;
    let mut users = Vec::new();
    // Each app has others as its strangers, so that all are somebody's.
    for other in after.iter().chain(before) {
        let Some(user) = user(other, app, &wanted, declared, target) else {
            continue;
        };
        if !user.is_guest {
            strangers += 1;
            if wanted.isolate != Some(true) || strangers > STRANGERS {
                continue;
            }
        }
        users.push(user);
    }
    users.sort_by(|one, other| one.login.app.cmp(&other.login.app));
    users
}

/// Another app as a user of an app's database; none that has no login of its own, or the owner's rights.
fn user(
    other: &DeclaredApp,
    app: &Expected,
    wanted: &Wanted,
    declared: &Declared,
    target: &Target,
) -> Option<ExpectedUser> {
    let role = other.role.as_ref()?;
    let has_login = role.login && role.password_secret.is_some() && !other.is_leaving();
    let groups = groups(&role.name, declared);
    if !has_login || role.superuser || role.name == wanted.owner || groups.contains(&wanted.owner) {
        return None;
    }
    let is_its = |name: &String| *name == role.name || groups.contains(name);
    Some(ExpectedUser {
        is_guest: wanted.rows.iter().any(|row| is_its(&row.role)),
        role: role.name.clone(),
        login: Expected {
            database: app.database.clone(),
            access: None,
            ..Expected::of_declared(other, target, declared.script.as_deref())
        },
        groups,
    })
}

/// The roles that a role is declared to be a member of, also by way of others.
fn groups(role: &str, declared: &Declared) -> Vec<String> {
    let mut found: BTreeSet<&str> = BTreeSet::new();
    let mut due = vec![role];
    while let Some(role) = due.pop() {
        let known = declared.roles.iter().find(|known| known.name == role);
        for group in known.map_or(&[][..], |known| &known.in_roles) {
            if found.insert(group) {
                due.push(group);
            }
        }
    }
    found.into_iter().map(str::to_owned).collect()
}

impl ExpectedAccess {
    /// The privileges that are declared; none where that cannot be told.
    pub(super) fn wanted(&self) -> Option<Wanted> {
        let access = self.access.as_ref().ok()?;
        Wanted::of(&access.access, &access.database, &access.owner).ok()
    }
}
