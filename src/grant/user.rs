//! The role that something is granted to: one that is declared, or a login that is made for it.

use rand::CryptoRng;

use super::Inputs;
use super::error::GrantError;
use crate::access::{AccessError, Subject, grantable};
use crate::declared::DeclaredRole;
use crate::domain::access::Access;
use crate::domain::access::asked::Grantee;
use crate::domain::app::{App, AppOptions, AppRequest, Share};
use crate::domain::kubernetes_name::Namespace;
use crate::domain::postgres_name::{GroupRoleName, RoleName};
use crate::new_app::{Credential, Wanted, plan_all};
use crate::repo::draft::Draft;

/// What a login is to be like that is not there yet.
pub struct NewUser {
    /// The namespaces that its credential is mirrored to.
    pub namespaces: Vec<Namespace>,
    /// What every new app is like.
    pub options: AppOptions,
    /// Where its password comes from.
    pub credential: Credential,
}

/// The role.
pub(super) enum User<'input> {
    /// It is declared, under this name.
    Declared(&'input DeclaredRole, RoleName),
    /// It is not declared any more.
    Gone(RoleName),
    /// It is to be made.
    New(Box<Wanted>),
}

impl User<'_> {
    /// Its name in PostgreSQL.
    pub(super) fn role(&self) -> &RoleName {
        match self {
            Self::Declared(_, role) | Self::Gone(role) => role,
            Self::New(wanted) => &wanted.app.role,
        }
    }

    /// The groups that it is a member of.
    pub(super) fn groups(&self) -> Vec<String> {
        match self {
            Self::Declared(role, _) => role.in_roles.clone(),
            Self::Gone(_) | Self::New(_) => Vec::new(),
        }
    }
}

/// Finds the role that something is granted to: of an app of the name, else of the name, else it is to be made.
///
/// # Errors
/// When there is none and none is to be made, or it is one that is to be granted nothing.
pub(super) fn find<'input>(
    inputs: &Inputs<'input>,
    to: &Grantee,
    subject: &Subject,
    new: Option<NewUser>,
) -> Result<User<'input>, GrantError> {
    if let Some(role) = declared(inputs, to) {
        let name = grantable(role, &subject.owner, inputs.declared.roles.iter())?;
        return Ok(User::Declared(role, name));
    }
    let Some(new) = new.filter(|new| !new.namespaces.is_empty()) else {
        return Err(GrantError::Unknown {
            name: to.as_str().to_owned(),
            roles: candidates(inputs, subject),
        });
    };
    // A role's name with `_` makes an app's name with `-`, as the other way round.
    let name = to.as_str().replace('_', "-").parse()?;
    let role = match to.app() {
        Some(_) => None,
        None => Some(to.as_str().parse()?),
    };
    let request = AppRequest {
        name,
        namespaces: new.namespaces,
        role,
        database: Some(subject.database.clone()),
        secret: None,
        options: AppOptions {
            share: Share::Login,
            isolate: false,
            ..new.options
        },
    };
    let app = App::new(request)?;
    if app.role == subject.owner {
        let role = app.role.to_string();
        return Err(AccessError::Owner { role }.into());
    }
    let credential = new.credential;
    Ok(User::New(Box::new(Wanted { app, credential })))
}

/// Finds the role that something is taken from, whether it is declared still or not.
///
/// # Errors
/// When nothing is known of it.
pub(super) fn find_granted<'input>(
    inputs: &Inputs<'input>,
    from: &Grantee,
    access: &Access,
) -> Result<User<'input>, GrantError> {
    if let Some(role) = declared(inputs, from) {
        return Ok(User::Declared(role, role.name.parse()?));
    }
    let mut grants = access.grants.iter();
    let found = grants.find(|grant| grant.to.as_str() == from.as_str());
    match found {
        Some(grant) => Ok(User::Gone(grant.to.clone())),
        None => Err(GrantError::NothingGranted {
            name: from.as_str().to_owned(),
            app: inputs.app.name.clone(),
        }),
    }
}

/// The declared role of an app of this name, else of this name.
fn declared<'input>(inputs: &Inputs<'input>, name: &Grantee) -> Option<&'input DeclaredRole> {
    let mut apps = inputs.declared.apps.iter();
    let app = apps.find(|app| app.name == name.as_str() && !app.is_kept());
    let of_app = app.and_then(|app| app.role.as_ref());
    let mut roles = inputs.declared.roles.iter();
    let same = |role: &&DeclaredRole| match of_app {
        Some(wanted) => role.name == wanted.name,
        None => role.name == name.as_str(),
    };
    roles.find(same)
}

/// The apps and roles that something could be granted to, for a message.
fn candidates(inputs: &Inputs<'_>, subject: &Subject) -> Vec<String> {
    let roles = inputs.declared.roles.iter();
    let all = &inputs.declared.roles;
    let roles = roles.filter(|role| grantable(role, &subject.owner, all.iter()).is_ok());
    let mut names: Vec<String> = roles.map(|role| role.name.clone()).collect();
    names.sort();
    names
}

/// Makes the login, as a member of these groups; gives what the user should know.
///
/// # Errors
/// All that stands in its way.
pub(super) fn make(
    inputs: &Inputs<'_>,
    mut wanted: Wanted,
    groups: &[String],
    draft: &mut Draft<'_>,
    rng: &mut (impl CryptoRng + ?Sized),
) -> Result<Vec<String>, GrantError> {
    let groups: Result<Vec<GroupRoleName>, _> = groups.iter().map(|group| group.parse()).collect();
    wanted.app.options.in_roles = groups?;
    let planned = plan_all(inputs.ground, vec![wanted], draft, rng, &|| ());
    match planned {
        Ok(planned) => Ok(planned.warnings),
        Err(refusals) => {
            let first = refusals.into_iter().next().map(|(_, error)| error);
            Err(first.map_or(GrantError::Refused, |error| {
                GrantError::NewApp(Box::new(error))
            }))
        }
    }
}
