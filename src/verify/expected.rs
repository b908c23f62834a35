//! What is expected of an app's chain.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::Facts;
use super::users::ExpectedUser;
use crate::declared::{
    CredentialSource, DeclaredAccess, DeclaredApp, DeclaredCredential, DeclaredDatabase,
    DeclaredItem, DeclaredService, Ensure, RoleSource,
};
use crate::domain::access::form::DatabaseAccess;
use crate::domain::app::AppRequest;
use crate::domain::choice::RoleStyle;
use crate::domain::endpoint::Endpoint;
use crate::domain::kubernetes_name::{ClusterName, Namespace, ObjectName};
use crate::domain::name::NameError;
use crate::domain::postgres_name::{DatabaseName, RoleName};
use crate::domain::reflection::Reflection;
use crate::domain::turns::{LOGIN_SUFFIXES, NEXT_SUFFIX};
use crate::live::cluster::ManagedRole;
use crate::live::database::{Database, DatabaseRole};
use crate::live::fact::Fact;
use crate::repo::object::{MANAGED_BY, PART_OF, PRODUCT};
use crate::target::Target;

/// What is expected of one app; what is open is taken from the live objects.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Expected {
    /// The app's name.
    pub app: String,
    /// The CNPG Cluster's name.
    pub cluster: String,
    /// The namespace of the Cluster, the credential and the Database.
    pub namespace: String,
    /// The credential's Secret; none where nothing names it.
    pub secret: Option<String>,
    /// The sealed values that the repository holds, base64; none without a repository.
    pub sealed: Option<BTreeMap<String, String>>,
    /// The keys that the Secret is to have beside username and password.
    pub keys: BTreeSet<String>,
    /// Where the credential is to be mirrored to.
    pub mirrors: MirrorsTo,
    /// The role that owns the database; none where nothing names it.
    pub role: Option<String>,
    /// The role that logs in for it, where that is another one: its sessions begin as the owner.
    pub login: Option<String>,
    /// What declares the role that logs in, where the repository says.
    pub role_source: Option<RoleSource>,
    /// What makes the Secret; none where the repository declares the app, and nothing that makes its Secret.
    pub made_by: Option<CredentialSource>,
    /// Whether the repository says that the Secret is made outside of it.
    pub made_elsewhere: bool,
    /// The database; none where the app has none.
    pub database: Option<ExpectedDatabase>,
    /// The database of another app that it logs in to, where it has none of its own.
    pub guest_in: Option<String>,
    /// Who else may do what in it, where the repository says so.
    pub access: Option<ExpectedAccess>,
    /// The Services in the app's namespaces, where it has some.
    pub service: Option<ExpectedService>,
    /// The Pooler that the app connects through, where it does.
    pub pooler: Option<String>,
    /// The server, where CNPG does not run it.
    pub server: Option<ExpectedServer>,
}

/// What is expected of the Job that makes the privileges in a database what is declared.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ExpectedAccess {
    /// The names of the Job and of its ConfigMap.
    pub object: String,
    /// Who may do what; why that cannot be told, where somebody has changed it.
    pub access: Result<DatabaseAccess, String>,
    /// The hash of the scripts, as the annotation in the repository has it.
    pub hash: Option<String>,
    /// The hash of the scripts as they are in the repository.
    pub actual_hash: String,
    /// Where it is declared, as `PATH:LINE`.
    pub place: String,
    /// Who is tried at the database, where that is asked for.
    pub users: Vec<ExpectedUser>,
}

/// What is expected of the Services in an app's namespaces.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ExpectedService {
    /// Their name.
    pub name: String,
    /// Their namespaces.
    pub namespaces: Vec<String>,
    /// The host that they lead to.
    pub host: String,
}

/// What is expected of a server that CNPG does not run.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ExpectedServer {
    /// The name of its CronJob, by which its Jobs are known as well.
    pub sync: String,
    /// The hash of its scripts and rows; none where the repository has no such file.
    pub script: Option<String>,
    /// Where it listens, as applications reach it.
    pub endpoint: Endpoint,
}

/// What is expected of a Database.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ExpectedDatabase {
    /// The object's name.
    pub object: String,
    /// The database's name in PostgreSQL.
    pub name: String,
    /// Extensions that have to be there.
    pub extensions: Vec<String>,
    /// Schemas that have to be there.
    pub schemas: Vec<String>,
}

/// Where a credential is to be mirrored to.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum MirrorsTo {
    /// To where the live Secret says.
    #[default]
    AsLive,
    /// To these namespaces.
    Named(Vec<String>),
    /// To where the repository's annotations say.
    Declared(Reflection),
}

impl Expected {
    /// What is expected of an app that the repository declares; `script` is the hash of the scripts that make the roles and
    /// databases of a server that CNPG does not run.
    pub fn of_declared(app: &DeclaredApp, target: &Target, script: Option<&str>) -> Self {
        let credential = app.credential.as_ref();
        let role = app.role.as_ref();
        let login = app.login_role();
        let named = login.and_then(|role| role.password_secret.clone());
        let owner = app
            .database
            .as_ref()
            .and_then(|database| database.owner.clone());
        let is_sealed =
            |credential: &&DeclaredCredential| credential.source == CredentialSource::SealedSecret;
        let keys = |credential: &DeclaredCredential| {
            let sealed = credential.encrypted.keys();
            sealed.chain(&credential.open_keys).cloned().collect()
        };
        Self {
            app: app.name.clone(),
            cluster: target.cluster.to_string(),
            namespace: target.namespace.to_string(),
            secret: named.or_else(|| credential.map(|credential| credential.name.clone())),
            sealed: credential
                .filter(is_sealed)
                .map(|credential| credential.encrypted.clone()),
            keys: credential.map(keys).unwrap_or_default(),
            mirrors: credential.map_or(MirrorsTo::AsLive, |credential| {
                MirrorsTo::Declared(credential.reflection.clone())
            }),
            role: role.map(|role| role.name.clone()).or(owner),
            login: app.login.as_ref().map(|login| login.name.clone()),
            role_source: login.map(|role| role.source.clone()),
            made_by: credential.map(|credential| credential.source),
            made_elsewhere: app.is_credential_outside(),
            database: app.database.as_ref().map(ExpectedDatabase::of_declared),
            guest_in: app.guest_in.clone(),
            access: app.access.as_ref().map(ExpectedAccess::of_declared),
            service: app.service.as_ref().map(ExpectedService::of_declared),
            pooler: app.pooler.as_ref().map(ToString::to_string),
            server: target.server.as_ref().map(|server| ExpectedServer {
                sync: target.sync_name(),
                script: script.map(str::to_owned),
                endpoint: server.endpoint.clone(),
            }),
        }
    }

    /// The same of the login that comes next in its stead, whose credential no application reads yet.
    #[must_use]
    pub fn with_next(
        self,
        login: &str,
        secret: &str,
        sealed: BTreeMap<String, String>,
        source: Option<RoleSource>,
    ) -> Self {
        Self {
            secret: Some(secret.to_owned()),
            keys: sealed.keys().cloned().collect(),
            sealed: Some(sealed),
            mirrors: MirrorsTo::Named(vec![self.namespace.clone()]),
            login: Some(login.to_owned()),
            role_source: source,
            made_by: Some(CredentialSource::SealedSecret),
            ..self
        }
    }

    /// What is expected of an app that is known by its names alone: those given, and those that follow from the app's.
    ///
    /// # Errors
    /// When a name that follows from the app's cannot be used.
    pub fn of_names(
        app: AppRequest,
        cluster: &ClusterName,
        namespace: &Namespace,
    ) -> Result<Self, NameError> {
        let AppRequest { name, options, .. } = app;
        let role = app.role.map_or_else(|| RoleName::of_app(&name), Ok)?;
        let database = app
            .database
            .map_or_else(|| DatabaseName::of_app(&name), Ok)?;
        let secret = app
            .secret
            .unwrap_or_else(|| ObjectName::of_app(&name, "-db-creds"));
        let is_object = options.roles == RoleStyle::DatabaseRole;
        Ok(Self {
            app: name.to_string(),
            cluster: cluster.to_string(),
            namespace: namespace.to_string(),
            secret: Some(secret.to_string()),
            mirrors: match app.namespaces.as_slice() {
                [] => MirrorsTo::AsLive,
                names => MirrorsTo::Named(names.iter().map(ToString::to_string).collect()),
            },
            role: Some(role.to_string()),
            role_source: is_object
                .then(|| RoleSource::DatabaseRole(ObjectName::of_app(&name, "-role").to_string())),
            database: Some(ExpectedDatabase {
                object: ObjectName::of_app(&name, "-db").to_string(),
                name: database.to_string(),
                ..ExpectedDatabase::default()
            }),
            ..Self::default()
        })
    }

    /// The role that logs in.
    pub(super) fn login_role(&self) -> Option<&str> {
        self.login.as_deref().or(self.role.as_deref())
    }

    /// Whether role and Secret are CNPG's own, from the Cluster's bootstrap, so that nothing seals or mirrors them.
    pub(super) fn is_bootstrap(&self) -> bool {
        self.role_source == Some(RoleSource::Cluster) && self.sealed.is_none()
    }

    /// Whether something else than a SealedSecret makes the Secret, as the repository says.
    pub(super) fn is_made_otherwise(&self) -> bool {
        let is_other = |source| source != CredentialSource::SealedSecret;
        self.made_elsewhere || self.made_by.is_some_and(is_other)
    }

    /// The DatabaseRole that is to declare the role, where it is an object of its own.
    pub(super) fn role_object(&self) -> Option<&str> {
        match &self.role_source {
            Some(RoleSource::DatabaseRole(name)) => Some(name),
            _ => None,
        }
    }

    /// What is expected of every app that the product's label marks on a Database of the Cluster: that the live objects
    /// fit together.
    pub fn of_live(facts: &Facts, cluster: &str, namespace: &str) -> Vec<Self> {
        let databases = facts.databases.in_namespace(namespace);
        databases
            .filter(|database| database.cluster == cluster)
            .filter(|database| database.meta.label(MANAGED_BY) == Some(PRODUCT))
            .map(|database| Self::of_database(database, facts, cluster))
            .collect()
    }

    fn of_database(database: &Database, facts: &Facts, cluster: &str) -> Self {
        let meta = &database.meta;
        let app = meta.label(PART_OF).unwrap_or(&meta.name);
        let roles = match facts.clusters.get(&meta.namespace, cluster) {
            Fact::Present(live) => Some(&live.roles),
            Fact::Absent | Fact::Unreadable(_) => None,
        };
        let role_of = |name: &str| {
            let managed = roles.and_then(|roles| roles.get(name));
            managed.or_else(|| {
                let mut objects = facts.roles.in_namespace(&meta.namespace);
                let is_its =
                    |object: &&DatabaseRole| object.cluster == cluster && object.name == name;
                objects.find(is_its).map(|object| &object.role)
            })
        };
        let owner = role_of(&database.owner);
        let login = match owner {
            Some(owner) if owner.password_secret.is_none() => login_for(&database.owner, role_of),
            _ => None,
        };
        let role = login.as_deref().map_or(owner, role_of);
        Self {
            app: app.to_owned(),
            cluster: cluster.to_owned(),
            namespace: meta.namespace.clone(),
            secret: role.and_then(|role| role.password_secret.clone()),
            role: Some(database.owner.clone()),
            login,
            database: Some(ExpectedDatabase {
                object: meta.name.clone(),
                name: database.name.clone(),
                ..ExpectedDatabase::default()
            }),
            ..Self::default()
        }
    }
}

/// The one of an owner's two logins that has the app's Secret.
fn login_for<'live>(
    owner: &str,
    role_of: impl Fn(&str) -> Option<&'live ManagedRole>,
) -> Option<String> {
    let names = LOGIN_SUFFIXES.map(|suffix| format!("{owner}{suffix}"));
    names.into_iter().find(|name| {
        role_of(name).is_some_and(|role| {
            let secret = role.password_secret.as_deref();
            role.login && secret.is_some_and(|secret| !secret.ends_with(NEXT_SUFFIX))
        })
    })
}

impl Default for Expected {
    fn default() -> Self {
        Self {
            app: String::new(),
            cluster: String::new(),
            namespace: String::new(),
            secret: None,
            sealed: None,
            keys: BTreeSet::new(),
            mirrors: MirrorsTo::AsLive,
            role: None,
            login: None,
            role_source: None,
            made_by: Some(CredentialSource::SealedSecret),
            made_elsewhere: false,
            database: None,
            access: None,
            service: None,
            guest_in: None,
            pooler: None,
            server: None,
        }
    }
}

impl ExpectedAccess {
    fn of_declared(access: &DeclaredAccess) -> Self {
        Self {
            object: access.object.clone(),
            access: access.access.clone(),
            hash: access.hash.clone(),
            actual_hash: access.actual_hash.clone(),
            place: access.place.to_string(),
            users: Vec::new(),
        }
    }
}

impl ExpectedService {
    fn of_declared(service: &DeclaredService) -> Self {
        Self {
            name: service.name.clone(),
            namespaces: service.namespaces.clone(),
            host: service.host.clone(),
        }
    }
}

impl ExpectedDatabase {
    fn of_declared(database: &DeclaredDatabase) -> Self {
        let wanted = |items: &[DeclaredItem]| -> Vec<String> {
            let wanted = items.iter().filter(|item| item.ensure == Ensure::Present);
            wanted.map(|item| item.name.clone()).collect()
        };
        Self {
            object: database.object.clone(),
            name: database.name.clone(),
            extensions: wanted(&database.extensions),
            schemas: wanted(&database.schemas),
        }
    }
}
