//! The apps that a repository declares for a target: from its objects and what they refer to, whoever made them.
//!
//! An app is told by its object of kind Database. Its owner leads to a role, as an entry of the Cluster's managed roles or
//! as an object of kind DatabaseRole, and the role's password leads to the credential. What is left over of roles that log
//! in, and of credentials, are apps with pieces missing; a role that keeps an app's data is what is left of it. Where a reference leads nowhere, pieces of one name are taken
//! together, and [`DeclaredApp::mismatches`] says so.

mod access;
mod assembly;
pub(crate) mod credential;
mod database;
mod elsewhere;
pub(crate) mod kept;
pub(crate) mod manifests;
mod name;
mod objects;
pub mod places;
mod role;
mod service;
#[cfg(test)]
mod tests;
mod turns;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::domain::access::SCRIPT_HASH;
use crate::domain::access::form::DatabaseAccess;
use crate::domain::choice::ReclaimPolicy;
use crate::domain::kubernetes_name::ServiceName;
use crate::domain::reflection::Reflection;
use crate::domain::scope::Scope;
use crate::repo::object::{Object, objects_in};
use crate::repo::path::RepoPath;
use crate::repo::snapshot::Snapshot;
use crate::repo::yaml::Node;
use crate::target::Target;
use crate::target::neighbourhood::Neighbourhood;

pub use elsewhere::SecretOrigin;
pub use kept::Kept;
pub use manifests::{ClusterReference, Manifests};
pub use turns::TurnFiles;

/// The apps of one target, and what could not be looked at.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Declared {
    /// In the order of their names.
    pub apps: Vec<DeclaredApp>,
    /// All roles that are declared, in the order in which they count, whether they are an app's or not.
    pub roles: Vec<DeclaredRole>,
    /// Files that speak of what the product reads and are no YAML.
    pub unreadable: Vec<Unreadable>,
    /// The hash of the scripts that make the roles and databases of a server that CNPG does not run.
    pub script: Option<String>,
    /// The kustomization that puts a prefix or suffix on the names of what the target's Cluster is built with: the live
    /// objects then have other names than these.
    pub renamed_by: Option<RepoPath>,
}

/// A file that is no YAML.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unreadable {
    /// Where it stops being YAML.
    pub place: Place,
    /// What the parser said.
    pub problem: String,
    /// Whether it holds `{{`, as a template does that is still to be filled in.
    pub is_template: bool,
}

/// A line of a file.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Place {
    /// The file.
    pub path: RepoPath,
    /// From 1.
    pub line: usize,
}

/// One application's share of a target, as far as the repository declares it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DeclaredApp {
    /// What it is called: the app of the product's label, else its Database without the final `-db`, else its Secret
    /// without the final `-db-creds` or the like, else its role. Where two apps of a target would have one name, the
    /// product's own keeps it, then the one with a Database, then the one whose object has that very name, then the first;
    /// the other is called by the whole name of its object, or has a number behind its name.
    pub name: String,
    /// Whether the product made it: its name is from the product's label.
    pub is_own: bool,
    /// The role that owns its database, and logs in to it unless another one does.
    pub role: Option<DeclaredRole>,
    /// The role that logs in for the owner, where that is another one: a member of it.
    pub login: Option<DeclaredRole>,
    /// Its database.
    pub database: Option<DeclaredDatabase>,
    /// Its credential.
    pub credential: Option<DeclaredCredential>,
    /// The database of another app that it logs in to, where it has none of its own and its credential names that one.
    pub guest_in: Option<String>,
    /// Who else may do what in its database.
    pub access: Option<DeclaredAccess>,
    /// The Services in its namespaces that lead to its host.
    pub service: Option<DeclaredService>,
    /// The Pooler that it connects through, where its credential or its Service names one.
    pub pooler: Option<ServiceName>,
}

/// Who may do what in a database, as a ConfigMap of the product says it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DeclaredAccess {
    /// The ConfigMap's name; also the name of the Job that makes it so.
    pub object: String,
    /// The database.
    pub database: String,
    /// Who may do what; why that cannot be told, where somebody has changed it.
    pub access: Result<DatabaseAccess, String>,
    /// The hash of the scripts, as the annotation has it.
    pub hash: Option<String>,
    /// The hash of the scripts as they are.
    pub actual_hash: String,
    /// Where it is declared.
    pub place: Place,
    /// The app of the product's label.
    pub app: Option<String>,
    /// Where else the access to this database is declared, which does not count.
    pub again: Vec<Place>,
}

/// The Services of one name in an app's namespaces, which the product made.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DeclaredService {
    /// Their name.
    pub name: String,
    /// The host that they lead to, `spec.externalName`.
    pub host: String,
    /// Their namespaces, in the order of the file.
    pub namespaces: Vec<String>,
    /// Where each is declared.
    pub places: Vec<Place>,
}

/// A role of PostgreSQL.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DeclaredRole {
    /// Its name in PostgreSQL.
    pub name: String,
    /// What declares it.
    pub source: RoleSource,
    /// Where.
    pub place: Place,
    /// The Secret of its password.
    pub password_secret: Option<String>,
    /// Who makes this Secret, where a comment says that `new-app` did not.
    pub secret_origin: Option<SecretOrigin>,
    /// Whether it may log in.
    pub login: bool,
    /// Whether its password is taken away: `disablePassword`.
    pub disables_password: bool,
    /// Whether it is the owner that the Cluster's bootstrap makes, with its database and a password of its own.
    pub is_bootstrapped: bool,
    /// Whether it is to be there.
    pub ensure: Ensure,
    /// Whether it is a superuser.
    pub superuser: bool,
    /// The attributes that are rights of their own, in PostgreSQL's words, such as `CREATEDB`; `SUPERUSER` among them.
    pub attributes: Vec<&'static str>,
    /// The roles that it is a member of.
    pub in_roles: Vec<String>,
    /// Its comment in PostgreSQL.
    pub comment: Option<String>,
    /// What a comment in the file says that it keeps of an app that was removed.
    pub kept: Option<Kept>,
    /// The app of the product's label; an entry of the Cluster has none.
    pub app: Option<String>,
    /// Where else the same role is declared, which does not count.
    pub again: Vec<Place>,
}

/// What declares a role.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RoleSource {
    /// An entry of the Cluster's `spec.managed.roles`.
    Managed,
    /// The object of kind DatabaseRole of this name.
    DatabaseRole(String),
    /// The Cluster has it for itself: the owner of its bootstrap, or `postgres`.
    Cluster,
}

/// An object of kind Database.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DeclaredDatabase {
    /// The object's name.
    pub object: String,
    /// The database's name in PostgreSQL.
    pub name: String,
    /// The role that it belongs to; CNPG refuses an object that names none.
    pub owner: Option<String>,
    /// Where it is declared.
    pub place: Place,
    /// Its extensions.
    pub extensions: Vec<DeclaredItem>,
    /// Its schemas.
    pub schemas: Vec<DeclaredItem>,
    /// Its encoding, as written.
    pub encoding: Option<String>,
    /// Its locale, as written.
    pub locale: Option<String>,
    /// How many sessions it takes at once, as written.
    pub connection_limit: Option<String>,
    /// What happens to it when its object goes; what is not known counts as `retain`, CNPG's default.
    pub reclaim: ReclaimPolicy,
    /// Whether it is to be there.
    pub ensure: Ensure,
    /// The app of the product's label.
    pub app: Option<String>,
    /// Where else an object of this name is, which does not count.
    pub again: Vec<Place>,
}

/// An extension or a schema of a database.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DeclaredItem {
    /// Its name.
    pub name: String,
    /// The version of an extension, where one is asked for.
    pub version: Option<String>,
    /// Whether it is to be there.
    pub ensure: Ensure,
}

/// CNPG's `ensure`: whether something is to be there.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Ensure {
    /// It is; also where nothing is said.
    #[default]
    Present,
    /// It is to be removed.
    Absent,
}

/// What makes the Secret of a role's password. No value that is not sealed is kept.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DeclaredCredential {
    /// The Secret's name.
    pub name: String,
    /// What makes it.
    pub source: CredentialSource,
    /// Where that is declared.
    pub place: Place,
    /// The sealed values, by their keys.
    pub encrypted: BTreeMap<String, String>,
    /// The keys that are not sealed: of a SealedSecret's template, of an ExternalSecret's, or of the Secret itself.
    pub open_keys: BTreeSet<String>,
    /// The database that its key `dbname` names, where that is not sealed.
    pub database: Option<String>,
    /// The host that its key `host` names, where that is not sealed.
    pub host: Option<String>,
    /// The Secret's type, where one is given.
    pub secret_type: Option<String>,
    /// Whether the Secret has the label by which CNPG applies a change at once: `cnpg.io/reload`, whatever its value.
    pub reloads: bool,
    /// The sync-wave of the object in the repository, as written; not of what it makes.
    pub wave: Option<String>,
    /// Reflector's annotations on the Secret.
    pub reflection: Reflection,
    /// The scope that a SealedSecret's values are sealed for, by its annotations; strict of anything else.
    pub scope: Scope,
    /// The app of the product's label.
    pub app: Option<String>,
    /// Where else an object makes a Secret of this name, which does not count.
    pub again: Vec<Place>,
}

/// What makes a Secret. The first ones are preferred where several make the same.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum CredentialSource {
    /// A SealedSecret.
    SealedSecret,
    /// An ExternalSecret of External Secrets.
    ExternalSecret,
    /// A StringSecret of mittwald's secret generator.
    StringSecret,
    /// The Secret itself is in the repository, unsealed.
    Secret,
}

/// One of the things that an app consists of, in the order of the sync-waves.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Piece {
    /// What makes the Secret of the role's password.
    Credential,
    /// The login role.
    Role,
    /// The object of kind Database.
    Database,
}

/// A reference of one piece of an app that does not lead to the other one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mismatch {
    /// The role's `passwordSecret` is not the app's credential.
    PasswordSecret,
    /// The Database's `owner` is not the app's role.
    Owner,
}

/// The apps of one target.
///
/// Without the Cluster's manifest in the repository, only DatabaseRole objects are known of its roles.
pub fn apps(snapshot: &Snapshot, target: &Target) -> Declared {
    let neighbourhood = Neighbourhood::of(target, snapshot);
    Declared {
        script: script(snapshot, target),
        ..Manifests::near(snapshot, &neighbourhood).apps(target, &neighbourhood)
    }
}

/// The access to a database that a file declares; none of a file that declares none, or is no YAML.
pub fn access_in(path: &RepoPath, text: &str) -> Option<DeclaredAccess> {
    let objects = objects_in(path, text).ok()?;
    objects.iter().find_map(access::read)
}

/// The hash of the scripts of a server that CNPG does not run, as its file says it.
fn script(snapshot: &Snapshot, target: &Target) -> Option<String> {
    let (path, text) = snapshot.file(&target.sync_file()?)?;
    let objects = objects_in(path, text).ok()?;
    let hash = objects
        .iter()
        .find_map(|object| object.annotation(SCRIPT_HASH))?;
    hash.as_str().map(str::to_owned)
}

/// The role that an entry of a Cluster's managed roles declares.
pub(crate) fn role_of_entry(
    cluster: &Object<'_>,
    entry: &Node<'_>,
    snapshot: &Snapshot,
) -> Option<DeclaredRole> {
    role::read_entry(cluster, entry, snapshot.text(cluster.path))
}

/// The role that an object of kind DatabaseRole declares.
pub(crate) fn role_of_object(object: &Object<'_>, snapshot: &Snapshot) -> Option<DeclaredRole> {
    role::read_object(object, snapshot.text(object.path))
}

/// The database that an object of kind Database declares.
pub(crate) fn database_of_object(object: &Object<'_>) -> Option<DeclaredDatabase> {
    database::read(object)
}

impl DeclaredApp {
    /// The pieces that the repository does not declare; none of an app that is being removed, or was and left its data.
    pub fn missing(&self) -> Vec<Piece> {
        if self.is_leaving() || self.is_kept() {
            return Vec::new();
        }
        let needs_credential = self.login_role().is_none_or(DeclaredRole::needs_credential);
        let missing = [
            (
                self.credential.is_none() && needs_credential,
                Piece::Credential,
            ),
            (self.role.is_none(), Piece::Role),
            (
                self.database.is_none() && self.guest_in.is_none(),
                Piece::Database,
            ),
        ];
        missing
            .into_iter()
            .filter_map(|(is_missing, piece)| is_missing.then_some(piece))
            .collect()
    }

    /// The references between its pieces that lead elsewhere.
    pub fn mismatches(&self) -> Vec<Mismatch> {
        let mut found = Vec::new();
        if let (Some(role), Some(credential)) = (self.login_role(), &self.credential)
            && role.password_secret.as_deref() != Some(credential.name.as_str())
        {
            found.push(Mismatch::PasswordSecret);
        }
        if let (Some(role), Some(database)) = (&self.role, &self.database)
            && database.owner.as_deref() != Some(role.name.as_str())
        {
            found.push(Mismatch::Owner);
        }
        found
    }

    /// The role that logs in.
    pub fn login_role(&self) -> Option<&DeclaredRole> {
        self.login.as_ref().or(self.role.as_ref())
    }

    /// Whether its role or database is declared as absent.
    pub fn is_leaving(&self) -> bool {
        let role = self.role.as_ref().map(|role| role.ensure);
        let database = self.database.as_ref().map(|database| database.ensure);
        role == Some(Ensure::Absent) || database == Some(Ensure::Absent)
    }

    /// Whether all that is left of it is a role that keeps its data: `remove` took the rest out of the repository.
    pub fn is_kept(&self) -> bool {
        self.database.is_none()
            && self.credential.is_none()
            && self.role.as_ref().is_some_and(DeclaredRole::is_kept)
    }
}

impl DeclaredRole {
    /// Whether it is there for what it owns alone: nobody logs in as it, and it says that it has no password.
    pub fn is_kept(&self) -> bool {
        let is_an_apps = self.source != RoleSource::Cluster && !self.is_bootstrapped;
        is_an_apps
            && self.ensure == Ensure::Present
            && self.disables_password
            && !self.login
            && self.password_secret.is_none()
    }

    /// Whether the repository should make a Secret for it: it names one, or logs in with a password.
    fn needs_credential(&self) -> bool {
        match self.source {
            RoleSource::Cluster => false,
            _ if self.is_bootstrapped && self.password_secret.is_none() => false,
            RoleSource::Managed | RoleSource::DatabaseRole(_) => {
                (self.password_secret.is_some()
                    && self.secret_origin != Some(SecretOrigin::Outside))
                    || (self.password_secret.is_none() && self.login && !self.disables_password)
            }
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.path, self.line)
    }
}
