//! Entries of apps that the repository lacks, or of which pieces are missing.

use std::collections::HashMap;

use super::Inputs;
use super::error;
use crate::apps_file::{Entry, Problem, Said};
use crate::declared::DeclaredApp;
use crate::domain::app::{App, AppOptions, AppRequest, Share};
use crate::domain::kubernetes_name::AppName;
use crate::domain::postgres_name::RoleName;
use crate::export::Owners;
use crate::new_app::{Credential, Wanted};

/// The roles of apps by the apps' names, for databases that belong to another app's role.
pub(super) struct Roles {
    by_app: HashMap<String, RoleName>,
}

impl Roles {
    /// Those of the file, and of the repository.
    pub(super) fn of(
        entries: &[Entry],
        known: &HashMap<&str, &DeclaredApp>,
        owners: &Owners<'_>,
    ) -> Self {
        let declared = known.iter().filter(|(_, app)| owners.is_owner(app));
        let declared = declared.filter_map(|(name, app)| {
            let role = app.role.as_ref()?.name.parse().ok()?;
            Some(((*name).to_owned(), role))
        });
        let mut by_app: HashMap<String, RoleName> = declared.collect();
        for entry in entries
            .iter()
            .filter(|entry| entry.said.share != Share::Database)
        {
            let role = entry.said.role.clone();
            let name = entry.name.to_string();
            let is_known = by_app.contains_key(&name);
            let derived = || RoleName::of_app(&entry.name).ok().filter(|_| !is_known);
            if let Some(role) = role.or_else(derived) {
                by_app.insert(name, role);
            }
        }
        Self { by_app }
    }

    fn of_app(&self, app: &AppName) -> Option<&RoleName> {
        self.by_app.get(app.as_str())
    }
}

/// The app that an entry asks for, with what is known of it already.
///
/// # Errors
/// Why it makes no app.
pub(super) fn wanted(
    entry: Entry,
    known: Option<Said>,
    roles: &Roles,
    inputs: &Inputs<'_>,
) -> Result<Wanted, Problem> {
    let position = entry.position;
    let said = entry.said.or(known.unwrap_or_default());
    let defaults = inputs.defaults;
    let role = match &said.owned_by {
        Some(owner) => {
            let role = roles.of_app(owner);
            Some(
                role.ok_or_else(|| error::no_owner(position, owner))?
                    .clone(),
            )
        }
        None => said.role,
    };
    let request = AppRequest {
        namespaces: match (said.share, said.namespaces) {
            (Share::Database, _) => Vec::new(),
            (_, Some(namespaces)) => namespaces,
            (_, None) => defaults.namespaces.clone(),
        },
        role,
        database: said.database,
        secret: said.secret,
        options: AppOptions {
            extensions: said.extensions.unwrap_or_default(),
            schemas: said.schemas.unwrap_or_default(),
            encoding: said.encoding,
            locale: said.locale,
            connection_limit: said.connection_limit,
            reclaim: said.reclaim.unwrap_or(defaults.options.reclaim),
            roles: said.roles.unwrap_or(defaults.options.roles),
            in_roles: said.in_roles.unwrap_or_default(),
            comment: said.comment,
            scope: said.scope.unwrap_or(defaults.options.scope),
            connection_keys: said
                .connection_keys
                .unwrap_or(defaults.options.connection_keys),
            existing_secret: said.existing_secret.unwrap_or_default(),
            service: said.service,
            pooler: said.pooler,
            share: said.share,
            // The access to its database is declared beside it.
            isolate: false,
        },
        name: entry.name,
    };
    let app = App::new(request).map_err(|refusal| error::of_app(position, &refusal))?;
    let credential = match entry.password {
        Some(password) => Credential::Given(password),
        None => Credential::Generate(defaults.password_length),
    };
    Ok(Wanted { app, credential })
}
