//! `export`: what the repository declares, as a file that `import` takes.

mod rights;

use std::collections::{HashMap, HashSet};

use crate::apps_file::Said;
use crate::apps_file::writing::{Document, Written};
use crate::declared::{
    CredentialSource, Declared, DeclaredApp, DeclaredCredential, DeclaredDatabase, DeclaredRole,
    Ensure, RoleSource,
};
use crate::domain::app::{AppOptions, Share};
use crate::domain::choice::RoleStyle;
use crate::domain::connection::Connection;
use crate::domain::database_option::Extension;
use crate::domain::kubernetes_name::{AppName, ObjectName};
use crate::domain::postgres_name::{DatabaseName, RoleName};

use rights::Rights;

/// What is written, and what could not be.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Exported {
    /// The file.
    pub document: Document,
    /// What is not in it, or not all of it.
    pub warnings: Vec<String>,
}

/// An app as it is declared, in the words of a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Settled {
    /// The app's name.
    pub name: AppName,
    /// All that is known of it; names and settings whether or not they follow from the app's name.
    pub said: Said,
    /// What a file cannot say of it.
    pub warnings: Vec<String>,
}

/// Writes these apps of a target; what follows from an app's name or is a default is left out.
pub fn export<'app>(
    declared: &Declared,
    apps: impl IntoIterator<Item = &'app DeclaredApp>,
    defaults: &AppOptions,
) -> Exported {
    let owners = Owners::of(declared);
    let rights = Rights::of(declared, &owners);
    let mut warnings = Vec::new();
    let mut all = Vec::new();
    let mut told = HashSet::new();
    for app in apps {
        let guest_in = app.guest_in.as_deref().or_else(|| foreign_database(app));
        match owners.settled(app, guest_in) {
            Ok(mut settled) => {
                told.extend(rights.say(app, &mut settled));
                all.push(settled);
            }
            Err(reason) => warnings.push(format!("{} is left out: {reason}", app.name)),
        }
    }
    let mut written = Vec::new();
    for Settled {
        name,
        mut said,
        warnings: own,
    } in all
    {
        if let (Some(role), Some(groups)) = (&said.role, &mut said.in_roles) {
            // Who is of a level is said where the level is.
            groups.retain(|group| !told.contains(&(role.to_string(), group.to_string())));
        }
        written.push(Written::new(&name, &said.without_defaults(&name, defaults)));
        warnings.extend(own);
    }
    Exported {
        document: Document::new(written),
        warnings,
    }
}

/// The apps whose roles own several databases: the app that each role belongs to.
pub struct Owners<'declared> {
    by_role: HashMap<&'declared str, &'declared str>,
}

impl<'declared> Owners<'declared> {
    /// Those of a target.
    pub fn of(declared: &'declared Declared) -> Self {
        let mut by_role: HashMap<&str, &DeclaredApp> = HashMap::new();
        for app in &declared.apps {
            let Some(role) = &app.role else { continue };
            let known = by_role.entry(role.name.as_str()).or_insert(app);
            if is_of(role, app) && !is_of(role, known) {
                *known = app;
            }
        }
        let names = by_role.into_iter();
        Self {
            by_role: names.map(|(role, app)| (role, app.name.as_str())).collect(),
        }
    }

    /// Whether an app's role is its own.
    pub fn is_owner(&self, app: &DeclaredApp) -> bool {
        let role = app.role.as_ref().map(|role| role.name.as_str());
        let owner = role.and_then(|role| self.by_role.get(role));
        owner.is_some_and(|owner| **owner == app.name)
    }

    /// An app in the words of a file, which logs in to this database where it has none of its own.
    ///
    /// # Errors
    /// Why the file cannot have it, as half a sentence.
    pub fn settled(&self, app: &DeclaredApp, guest_in: Option<&str>) -> Result<Settled, String> {
        if app.is_leaving() {
            return Err("it is being removed (ensure: absent)".to_owned());
        }
        if app.is_kept() {
            return Err("it was removed, and only its data is kept".to_owned());
        }
        let name = parsed(&app.name)?;
        let Some(role) = &app.role else {
            return Err("no role of it is declared".to_owned());
        };
        if matches!(role.source, RoleSource::Cluster) {
            return Err("its role is the Cluster's own".to_owned());
        }
        let owner = self.by_role.get(role.name.as_str());
        let owner = owner.filter(|owner| **owner != app.name);
        let mut said = Said {
            role: Some(parsed(&role.name)?),
            ..Said::default()
        };
        let mut warnings = Vec::new();
        if let Some(database) = &app.database {
            say_database(database, &mut said)?;
        }
        if let (Some(owner), Some(_)) = (owner, &app.database) {
            said.share = Share::Database;
            said.owned_by = Some(parsed(owner)?);
        } else {
            say_role(role, app.login_role().unwrap_or(role), &mut said)?;
            said.pooler = app.pooler.clone();
            let service = app.service.as_ref();
            said.service = service.map(|service| parsed(&service.name)).transpose()?;
            warnings = match (&app.credential, &role.password_secret) {
                (Some(credential), _) => say_credential(app, credential, &mut said)?,
                (None, Some(secret)) if app.is_credential_outside() => {
                    said.secret = Some(parsed(secret)?);
                    said.existing_secret = Some(true);
                    Vec::new()
                }
                (None, _) => {
                    return Err("nothing in the repository makes its credential".to_owned());
                }
            };
        }
        if app.database.is_none() {
            said.share = Share::Login;
            let database = guest_in.ok_or("it has no database")?;
            said.database = Some(parsed(database)?);
        }
        Ok(Settled {
            name,
            said,
            warnings,
        })
    }
}

/// The database that a credential leads to where the repository declares none of that name: not the app's own, which would
/// only be missing.
fn foreign_database(app: &DeclaredApp) -> Option<&str> {
    let named = app.credential.as_ref()?.database.as_deref()?;
    (named != app.name.replace('-', "_")).then_some(named)
}

/// Whether a role is an app's own, and not one that it shares.
fn is_of(role: &DeclaredRole, app: &DeclaredApp) -> bool {
    let credential = app.credential.as_ref();
    let labelled = role.app.as_deref();
    let labelled = labelled.or_else(|| credential.and_then(|credential| credential.app.as_deref()));
    labelled.map_or_else(
        || app.name.replace('-', "_") == role.name,
        |label| label == app.name,
    )
}

fn parsed<T>(text: &str) -> Result<T, String>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error: T::Err| error.to_string())
}

fn say_database(database: &DeclaredDatabase, said: &mut Said) -> Result<(), String> {
    let optional = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    said.database = Some(parsed(&database.name)?);
    said.encoding = optional(&database.encoding)
        .map(|text| parsed(&text))
        .transpose()?;
    said.locale = optional(&database.locale)
        .map(|text| parsed(&text))
        .transpose()?;
    said.connection_limit = optional(&database.connection_limit)
        .map(|text| parsed(&text))
        .transpose()?;
    said.reclaim = Some(database.reclaim);
    let mut extensions: Vec<Extension> = Vec::new();
    let wanted = database.extensions.iter();
    for item in wanted.filter(|item| item.ensure == Ensure::Present) {
        let version = item.version.as_ref();
        let text = version.map_or(item.name.clone(), |version| {
            format!("{}@{version}", item.name)
        });
        extensions.push(parsed(&text)?);
    }
    said.extensions = Some(extensions);
    let schemas = database.schemas.iter();
    let schemas = schemas.filter(|item| item.ensure == Ensure::Present);
    let schemas = schemas.map(|item| parsed(&item.name));
    said.schemas = Some(schemas.collect::<Result<_, _>>()?);
    Ok(())
}

fn say_role(role: &DeclaredRole, login: &DeclaredRole, said: &mut Said) -> Result<(), String> {
    if !login.login || login.disables_password {
        return Err("its role cannot log in with a password".to_owned());
    }
    let groups = role.in_roles.iter();
    let groups = groups.map(|group| parsed(group));
    said.in_roles = Some(groups.collect::<Result<_, _>>()?);
    let comment = role.comment.as_deref().filter(|text| !text.is_empty());
    said.comment = comment.map(parsed).transpose()?;
    said.roles = Some(match role.source {
        RoleSource::DatabaseRole(_) => RoleStyle::DatabaseRole,
        RoleSource::Managed | RoleSource::Cluster => RoleStyle::Managed,
    });
    Ok(())
}

/// Says what is known of the credential, and gives what a file cannot say.
fn say_credential(
    app: &DeclaredApp,
    credential: &DeclaredCredential,
    said: &mut Said,
) -> Result<Vec<String>, String> {
    let mut warnings = Vec::new();
    said.secret = Some(parsed(&credential.name)?);
    let origin = app.role.as_ref().and_then(|role| role.secret_origin);
    let is_sealed = credential.source == CredentialSource::SealedSecret && origin.is_none();
    said.existing_secret = Some(!is_sealed);
    if is_sealed {
        said.scope = Some(credential.scope);
        let has = |key: &&str| {
            credential.open_keys.contains(*key) || credential.encrypted.contains_key(*key)
        };
        said.connection_keys = Some(Connection::KEYS.iter().all(has));
    }
    let reflection = &credential.reflection;
    let others: Vec<&str> = reflection
        .patterns()
        .into_iter()
        .chain(reflection.selectors())
        .collect();
    let named = reflection.named();
    if reflection.mirrors_to_all() || !others.is_empty() {
        warnings.push(format!(
            "{}: the namespaces of {} are left out: {} chooses them by patterns",
            credential.place, app.name, credential.name
        ));
    } else if !named.is_empty() {
        said.namespaces = Some(named);
    }
    Ok(warnings)
}

impl Said {
    /// Whether it is isolated, unless it would be so anyway.
    fn isolation_without_default(&self, defaults: &AppOptions) -> Option<bool> {
        let default = defaults.isolate && self.share == Share::Whole;
        let isolate = self.isolate.unwrap_or(false);
        (self.share != Share::Login && isolate != default).then_some(isolate)
    }

    /// What is neither a default nor follows from the app's name.
    fn without_defaults(&self, app: &AppName, defaults: &AppOptions) -> Self {
        fn unless<T: PartialEq + Clone>(value: &Option<T>, default: Option<&T>) -> Option<T> {
            value.clone().filter(|value| Some(value) != default)
        }
        fn unless_empty<T: Clone>(list: &Option<Vec<T>>) -> Option<Vec<T>> {
            list.clone().filter(|list| !list.is_empty())
        }
        let is_whole = self.share == Share::Whole;
        let role = RoleName::of_app(app).ok();
        let database = DatabaseName::of_app(app).ok();
        let database = database.filter(|_| self.share != Share::Login);
        Self {
            namespaces: self.namespaces.clone(),
            role: match self.share {
                Share::Database => None,
                Share::Whole | Share::Login => unless(&self.role, role.as_ref()),
            },
            database: unless(&self.database, database.as_ref()),
            secret: match self.existing_secret {
                Some(true) => self.secret.clone(),
                _ => unless(&self.secret, Some(&ObjectName::of_app(app, "-db-creds"))),
            },
            existing_secret: self.existing_secret.filter(|is_existing| *is_existing),
            service: self.service.clone(),
            pooler: self.pooler.clone(),
            extensions: unless_empty(&self.extensions),
            schemas: unless_empty(&self.schemas),
            encoding: self.encoding.clone(),
            locale: self.locale.clone(),
            connection_limit: self.connection_limit,
            reclaim: unless(&self.reclaim, Some(&defaults.reclaim)),
            roles: unless(&self.roles, Some(&defaults.roles)),
            isolate: self.isolation_without_default(defaults),
            access: unless_empty(&self.access),
            in_roles: unless_empty(&self.in_roles),
            comment: self.comment.clone(),
            scope: unless(&self.scope, Some(&defaults.scope)),
            connection_keys: unless(&self.connection_keys, Some(&defaults.connection_keys)),
            share: self.share,
            owned_by: self.owned_by.clone().filter(|_| !is_whole),
        }
    }
}
