//! One application's share of the cluster, fully named.

use std::collections::BTreeSet;

use thiserror::Error;

use super::choice::{ReclaimPolicy, RoleStyle};
use super::connection::Connection;
use super::database_option::{ConnectionLimit, Encoding, Extension, Locale};
use super::kubernetes_name::{AppName, Namespace, ObjectName, ServiceName};
use super::name::NameError;
use super::postgres_name::{DatabaseName, GroupRoleName, RoleName, SchemaName};
use super::role_comment::RoleComment;
use super::scope::Scope;

/// What was asked for; what is none follows from the app's name.
#[derive(Clone, Debug)]
pub struct AppRequest {
    /// The app's name.
    pub name: AppName,
    /// The namespaces that the credential is mirrored to.
    pub namespaces: Vec<Namespace>,
    /// The login role.
    pub role: Option<RoleName>,
    /// The database.
    pub database: Option<DatabaseName>,
    /// The credential's Secret.
    pub secret: Option<ObjectName>,
    /// What is asked for of the database and the role.
    pub options: AppOptions,
}

/// What may be asked for beyond names.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct AppOptions {
    /// Extensions to create.
    pub extensions: Vec<Extension>,
    /// Schemas to create, owned by the role.
    pub schemas: Vec<SchemaName>,
    /// The database's encoding.
    pub encoding: Option<Encoding>,
    /// The database's locale.
    pub locale: Option<Locale>,
    /// How many sessions the database takes at once.
    pub connection_limit: Option<ConnectionLimit>,
    /// What happens to the database when its object goes.
    pub reclaim: ReclaimPolicy,
    /// How the role is declared.
    pub roles: RoleStyle,
    /// Roles that the login role becomes a member of.
    pub in_roles: Vec<GroupRoleName>,
    /// What PostgreSQL shows beside the login role.
    pub comment: Option<RoleComment>,
    /// The scope that the credential is sealed for.
    pub scope: Scope,
    /// Whether the Secret gets host, port, URI and the like beside username and password.
    pub connection_keys: bool,
    /// Whether the credential's Secret is made by something else, so that nothing is sealed.
    pub existing_secret: bool,
    /// The CNPG Pooler that the app connects through, instead of the Cluster's read-write Service.
    pub pooler: Option<ServiceName>,
    /// The Service that is made in each of the app's namespaces and leads to the database's host.
    pub service: Option<ServiceName>,
    /// What of an app it is.
    pub share: Share,
    /// Whether nobody but the database's own roles may connect to it.
    pub isolate: bool,
}

/// What of an app is its own.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Share {
    /// A credential, a login role, and the database that the role owns.
    #[default]
    Whole,
    /// A credential and a login role; the database is another app's.
    Login,
    /// A database; its owner and the credential are another app's.
    Database,
}

/// One application's share of the cluster.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct App {
    /// The app's name.
    pub name: AppName,
    /// The namespaces that the credential is mirrored to: at least one, each once.
    pub namespaces: Vec<Namespace>,
    /// The login role that owns the database.
    pub role: RoleName,
    /// The database.
    pub database: DatabaseName,
    /// The credential's Secret.
    pub secret: ObjectName,
    /// The object of kind Database.
    pub database_object: ObjectName,
    /// The object of kind DatabaseRole, where roles are declared so.
    pub role_object: ObjectName,
    /// What was asked for beyond names.
    pub options: AppOptions,
}

/// Why what was asked for makes no app.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum AppError {
    /// A name that follows from the app's cannot be used.
    #[error("{source}, which follows from the app name {app:?}")]
    Derived {
        /// The app's name.
        app: String,
        /// The flag that gives another.
        flag: &'static str,
        /// What is wrong with the name.
        source: NameError,
    },
    /// No namespace: Reflector would mirror the credential to all of them.
    #[error("no app namespace was given")]
    NoNamespace,
    /// A Service is made in the app's namespaces, and there are none.
    #[error("the Service {0} is made in the app's namespaces, and none was given")]
    ServiceNowhere(ServiceName),
    /// A pooler that nothing would lead to.
    #[error(
        "nothing of the app would name the Pooler {0}: it has neither connection keys nor a Service"
    )]
    PoolerUnused(ServiceName),
    /// A thing that was asked for twice.
    #[error("the {what} {name:?} is asked for twice")]
    Twice {
        /// What it is.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// A role that should be a member of itself.
    #[error("the role {0:?} cannot be a member of itself")]
    MemberOfItself(String),
}

impl AppError {
    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::Derived { flag, source, .. } => format!("give another with {flag}; {}", source.help()),
            Self::NoNamespace => {
                "name the application's namespace with --app-namespace: with an empty list Reflector would mirror the \
                 credential to every namespace"
                    .to_owned()
            }
            Self::ServiceNowhere(_) => "name them with --app-namespace".to_owned(),
            Self::PoolerUnused(_) => {
                "leave --pooler out and name the Pooler's host in the application, or have a Service lead to it with --service"
                    .to_owned()
            }
            Self::Twice { .. } => "give it once".to_owned(),
            Self::MemberOfItself(_) => "leave it out of --in-role".to_owned(),
        }
    }
}

impl App {
    /// The app that a request describes.
    ///
    /// # Errors
    /// When a derived name cannot be used, no namespace is given, or something is asked for twice.
    pub fn new(request: AppRequest) -> Result<Self, AppError> {
        let name = request.name;
        let derived = |flag| {
            let app = name.to_string();
            move |source| AppError::Derived { app, flag, source }
        };
        let role = match request.role {
            Some(role) => role,
            None => RoleName::of_app(&name).map_err(derived("--user"))?,
        };
        let database = match request.database {
            Some(database) => database,
            None => DatabaseName::of_app(&name).map_err(derived("--database"))?,
        };
        check(&request.namespaces, &request.options, &role)?;
        Ok(Self {
            secret: request
                .secret
                .unwrap_or_else(|| ObjectName::of_app(&name, "-db-creds")),
            database_object: ObjectName::of_app(&name, "-db"),
            role_object: ObjectName::of_app(&name, "-role"),
            namespaces: request.namespaces,
            name,
            role,
            database,
            options: request.options,
        })
    }

    /// The way to the app's database, given the Cluster's own: through the app's Pooler, where it has one.
    pub fn connection(&self, clusters: Connection, namespace: &Namespace) -> Connection {
        match &self.options.pooler {
            Some(pooler) => clusters.through(pooler, namespace),
            None => clusters,
        }
    }

    /// The namespaces as Reflector's annotations hold them: separated by commas.
    pub fn namespace_list(&self) -> String {
        let names: Vec<&str> = self.namespaces.iter().map(Namespace::as_str).collect();
        names.join(",")
    }
}

/// Refuses what cannot be asked for together.
fn check(namespaces: &[Namespace], options: &AppOptions, role: &RoleName) -> Result<(), AppError> {
    let is_mirrored = options.share != Share::Database && !options.existing_secret;
    if namespaces.is_empty() && is_mirrored {
        return Err(AppError::NoNamespace);
    }
    if let (Some(service), []) = (&options.service, namespaces) {
        return Err(AppError::ServiceNowhere(service.clone()));
    }
    let has_keys = options.connection_keys && !options.existing_secret;
    if let (Some(pooler), None, false) = (&options.pooler, &options.service, has_keys) {
        return Err(AppError::PoolerUnused(pooler.clone()));
    }
    once("app namespace", namespaces.iter().map(Namespace::as_str))?;
    once("extension", options.extensions.iter().map(Extension::name))?;
    once("schema", options.schemas.iter().map(SchemaName::as_str))?;
    let groups = || options.in_roles.iter().map(GroupRoleName::as_str);
    once("group role", groups())?;
    if groups().any(|group| group == role.as_str()) {
        return Err(AppError::MemberOfItself(role.to_string()));
    }
    Ok(())
}

fn once<'name>(
    what: &'static str,
    names: impl Iterator<Item = &'name str>,
) -> Result<(), AppError> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            let name = name.to_owned();
            return Err(AppError::Twice { what, name });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(name: &str, namespaces: &[&str]) -> AppRequest {
        AppRequest {
            name: name.parse().unwrap(),
            namespaces: namespaces
                .iter()
                .map(|text| text.parse().unwrap())
                .collect(),
            role: None,
            database: None,
            secret: None,
            options: AppOptions::default(),
        }
    }

    #[test]
    fn names_follow_from_the_app() {
        let app = App::new(request("my-shop", &["shop", "shop-staging"])).unwrap();
        assert_eq!(
            (
                app.role.as_str(),
                app.database.as_str(),
                app.secret.as_str(),
                app.database_object.as_str()
            ),
            ("my_shop", "my_shop", "my-shop-db-creds", "my-shop-db")
        );
        assert_eq!(app.namespace_list(), "shop,shop-staging");
    }

    #[test]
    fn refuses() {
        let problem = |request| App::new(request).unwrap_err().to_string();
        assert_eq!(
            problem(request("my-shop", &[])),
            "no app namespace was given"
        );
        assert_eq!(
            problem(request("my-shop", &["a", "b", "a"])),
            r#"the app namespace "a" is asked for twice"#
        );
        assert_eq!(
            problem(request("1st", &["a"])),
            r#"the role name "1st" begins with a digit or `-`, which follows from the app name "1st""#
        );
        let mut member = request("shop", &["a"]);
        member.options.in_roles = vec!["shop".parse().unwrap()];
        assert_eq!(
            problem(member),
            r#"the role "shop" cannot be a member of itself"#
        );
    }
}
