//! The roles that something can be granted to: those that are declared, and those that the file makes.

use std::collections::HashMap;

use super::Inputs;
use super::error;
use crate::access::{AccessError, Subject, grantable};
use crate::apps_file::{Position, Problem};
use crate::declared::{DeclaredApp, DeclaredRole};
use crate::domain::access::asked::Grantee;
use crate::domain::app::{App, Share};
use crate::domain::choice::RoleStyle;
use crate::domain::nearest::nearest;
use crate::domain::postgres_name::RoleName;
use crate::new_app::Wanted;

/// The roles, and the apps that they are of.
pub(super) struct People<'plan> {
    wanted: &'plan [Wanted],
    /// The roles by the names of their apps.
    of_apps: HashMap<&'plan str, &'plan str>,
    declared: HashMap<&'plan str, &'plan DeclaredRole>,
    /// The numbers of the wanted apps that make a login, by its name.
    made: HashMap<&'plan str, usize>,
}

impl<'plan> People<'plan> {
    /// Those of the repository, and of the apps that are wanted.
    pub(super) fn of(inputs: &Inputs<'plan>, wanted: &'plan [Wanted]) -> Self {
        let apps = inputs.declared.apps.iter();
        let apps = apps.filter(|app| !app.is_kept());
        let declared = apps.filter_map(|app| Some((app.name.as_str(), app.role.as_ref()?)));
        let declared = declared.map(|(name, role)| (name, role.name.as_str()));
        let made = wanted.iter().map(|wanted| &wanted.app);
        let made = made.map(|app| (app.name.as_str(), app.role.as_str()));
        let logins = wanted.iter().enumerate();
        let logins = logins.filter(|(_, wanted)| wanted.app.options.share != Share::Database);
        let roles = inputs.declared.roles.iter();
        Self {
            wanted,
            of_apps: declared.chain(made).collect(),
            declared: roles.map(|role| (role.name.as_str(), role)).collect(),
            made: logins
                .map(|(number, wanted)| (wanted.app.role.as_str(), number))
                .collect(),
        }
    }

    /// The declared role of this name.
    pub(super) fn declared(&self, role: &str) -> Option<&'plan DeclaredRole> {
        self.declared.get(role).copied()
    }

    /// The number of the wanted app that makes the role of this name.
    pub(super) fn made(&self, role: &str) -> Option<usize> {
        self.made.get(role).copied()
    }

    /// The role of an app of this name, else of this name, where it may be granted something in a database of this owner.
    ///
    /// # Errors
    /// When there is none, or it is one that is to be granted nothing.
    pub(super) fn grantee(
        &self,
        to: &Grantee,
        owner: &RoleName,
        position: Position,
    ) -> Result<RoleName, Problem> {
        let name = to.as_str();
        let role = self.of_apps.get(name).copied().unwrap_or(name);
        let refuse = |error: AccessError| error::of_access(position, &error);
        if role == owner.as_str() {
            let role = role.to_owned();
            return Err(refuse(AccessError::Owner { role }));
        }
        match (self.declared(role), self.made(role)) {
            // A closed role is opened again by the app that takes it over.
            (_, Some(_)) => role
                .parse()
                .map_err(|error: _| refuse(AccessError::Name(error))),
            (Some(declared), None) => {
                let all = self.declared.values().copied();
                grantable(declared, owner, all).map_err(refuse)
            }
            (None, None) => Err(self.unknown(name, position)),
        }
    }

    fn unknown(&self, name: &str, position: Position) -> Problem {
        let known = self.of_apps.keys().chain(self.declared.keys());
        let mut known: Vec<&str> = known.copied().collect();
        known.sort_unstable();
        let help = match nearest(name, known) {
            Some(near) => format!("did you mean {near}?"),
            None => {
                "make it an entry of the file, with `ownsDatabase: false` and `database`".to_owned()
            }
        };
        Problem {
            position,
            message: format!(
                "the app or role {name:?} is neither in this file nor in the repository"
            ),
            help: Some(help),
        }
    }

    /// The database of a wanted app, whose owner may be another one.
    ///
    /// # Errors
    /// Why its owner cannot grant anything in it, in words that continue a sentence.
    pub(super) fn subject(&self, app: &App) -> Result<Subject, String> {
        let secret = match app.options.share {
            Share::Login => return Err("it has no database of its own".to_owned()),
            Share::Whole => app.secret.clone(),
            Share::Database => {
                let role = app.role.as_str();
                let made = self.made(role).and_then(|number| self.wanted.get(number));
                let declared = || {
                    let role = self.declared(role).filter(|role| role.login)?;
                    role.password_secret.as_ref()?.parse().ok()
                };
                let secret = made.map(|owner| owner.app.secret.clone()).or_else(declared);
                secret
                    .ok_or_else(|| format!("its role {role:?} does not log in with a password"))?
            }
        };
        Ok(Subject {
            app: app.name.clone(),
            database: app.database.clone(),
            owner: app.role.clone(),
            secret,
        })
    }

    /// How the role of this name is declared, or is to be.
    pub(super) fn style(&self, role: &RoleName) -> RoleStyle {
        if let Some(declared) = self.declared(role.as_str()) {
            return RoleStyle::from(&declared.source);
        }
        let made = self.made(role.as_str());
        let made = made.and_then(|number| self.wanted.get(number));
        made.map_or_else(RoleStyle::default, |owner| owner.app.options.roles)
    }

    /// What makes a database: the wanted app, else the declared one.
    pub(super) fn databases(
        inputs: &Inputs<'plan>,
        wanted: &'plan [Wanted],
    ) -> HashMap<&'plan str, Maker<'plan>> {
        let declared = inputs.declared.apps.iter();
        let declared = declared
            .filter_map(|app| Some((app.database.as_ref()?.name.as_str(), Maker::There(app))));
        let made = wanted.iter().map(|wanted| &wanted.app);
        let made = made.filter(|app| app.options.share != Share::Login);
        let made = made.map(|app| (app.database.as_str(), Maker::Made(app)));
        declared.chain(made).collect()
    }
}

/// What makes a database.
#[derive(Clone, Copy)]
pub(super) enum Maker<'plan> {
    /// An app that is declared.
    There(&'plan DeclaredApp),
    /// An app that is wanted.
    Made(&'plan App),
}

impl Maker<'_> {
    /// The app's name.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::There(app) => &app.name,
            Self::Made(app) => app.name.as_str(),
        }
    }
}
