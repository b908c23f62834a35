//! `new-app`: what the repository needs so that an app gets its credential, role and database.
//!
//! Planning looks at what is there first. A piece that is there as asked for is kept (a sealed credential above all), a
//! missing one is made, and one that differs, or belongs to something else, is an error that names each difference. So
//! the same command finishes what a crash left half done, and writes nothing when all is there.

mod access_manifest;
mod cluster;
mod comparison;
mod credential;
mod database;
mod error;
mod existing;
mod inventory;
mod kustomize;
mod many;
mod pooler;
mod report;
mod role;
mod service;
mod site;
#[cfg(test)]
mod tests;

use rand::CryptoRng;

use crate::access;
use crate::domain::app::App;
use crate::domain::kubernetes_name::AppName;
use crate::domain::password::{Password, PasswordLength};
use crate::render::Templates;
use crate::repo::change_set::ChangeSet;
use crate::repo::draft::Draft;
use crate::repo::path::{RepoPath, RepoPathError};
use crate::repo::snapshot::Snapshot;
use crate::sealing::SealingKey;
use crate::sync::{Folding, fold};
use crate::target::Target;

pub use comparison::Difference;
pub use error::{Conflict, NewAppError};
pub use many::{Ground, Planned, Refusals, Wanted, plan_all, refusals};
pub use report::{FileReport, PieceReport, Report, Verb};

/// Where an app's password comes from.
pub enum Credential {
    /// A new one of this length.
    Generate(PasswordLength),
    /// This one.
    Given(Password),
}

/// One thing that an app consists of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PieceKind {
    /// The sealed credential.
    SealedSecret,
    /// The entry of the Cluster's `spec.managed.roles`.
    ManagedRole,
    /// The object of kind DatabaseRole.
    DatabaseRole,
    /// The object of kind Database.
    Database,
    /// The access to the database: a ConfigMap with SQL, and the Job that runs it.
    Access,
    /// The Service in one of the app's namespaces.
    Service,
}

/// What becomes of a piece.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PieceState {
    /// It was not there and is made.
    Made,
    /// It is there as asked for.
    Kept,
    /// It is a role that an earlier removal closed, and gets login and password again.
    TakenOver,
}

/// A piece, where it is, and what becomes of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Piece {
    /// What it is.
    pub kind: PieceKind,
    /// The name of its object; of the Cluster, for a managed role.
    pub object: String,
    /// Its file.
    pub path: RepoPath,
    /// The number of its document in the file, from 0, once the changes are written.
    pub document: usize,
    /// What becomes of it.
    pub state: PieceState,
}

/// What `new-app` is to do.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Plan {
    /// The files to write, in the order of the sync-waves.
    pub changes: ChangeSet,
    /// The app's pieces, in the order of the sync-waves.
    pub pieces: Vec<Piece>,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// The files of an app.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AppFiles {
    /// The SealedSecret's.
    pub secret: RepoPath,
    /// The DatabaseRole's.
    pub role: RepoPath,
    /// The Database's.
    pub database: RepoPath,
    /// That of the access to the database.
    pub access: RepoPath,
    /// That of the Services in the app's namespaces.
    pub service: RepoPath,
}

impl AppFiles {
    /// The files of an app in a target's folder.
    ///
    /// # Errors
    /// Never for a parsed app name; the type of a path says so.
    pub fn new(app: &App, target: &Target) -> Result<Self, RepoPathError> {
        Self::of_name(&app.name, target)
    }

    /// The files of the app of this name.
    ///
    /// # Errors
    /// Never for a parsed app name; the type of a path says so.
    pub fn of_name(app: &AppName, target: &Target) -> Result<Self, RepoPathError> {
        let object = |suffix: &str| target.object_file(&format!("{app}-{suffix}"));
        let file = |suffix: &str| target.directory.join(&format!("{app}-{suffix}.yaml"));
        Ok(Self {
            secret: file("secrets-sealed")?,
            role: object("role")?,
            database: object("db")?,
            access: access::file(app, target)?,
            service: file("service")?,
        })
    }

    /// All of them: what a reader of the repository has to look at even where git ignores it.
    pub fn all(&self) -> [&RepoPath; 5] {
        let Self {
            secret,
            role,
            database,
            access,
            service,
        } = self;
        [secret, role, database, access, service]
    }
}

/// What a plan is made from.
pub struct Inputs<'input> {
    /// The app.
    pub app: &'input App,
    /// The PostgreSQL that it is put on.
    pub target: &'input Target,
    /// What was read of the repository.
    pub snapshot: &'input Snapshot,
    /// The templates in use.
    pub templates: &'input Templates,
    /// The cluster's sealing key; needed where a credential is to be sealed alone.
    pub key: Option<&'input SealingKey>,
}

/// Plans an app; `rng` must be the system's generator, or seeded by it.
///
/// # Errors
/// When a piece is there with other settings or belongs to something else (all of them are named), when a file cannot
/// be edited safely, or when a template or the sealing fails. Nothing is to be written then.
pub fn plan(
    inputs: &Inputs<'_>,
    credential: Credential,
    rng: &mut impl CryptoRng,
) -> Result<Plan, NewAppError> {
    let ground = Ground {
        target: inputs.target,
        templates: inputs.templates,
        key: inputs.key,
    };
    let app = inputs.app.clone();
    let mut draft = Draft::new(inputs.snapshot);
    let wanted = vec![Wanted { app, credential }];
    let mut planned = match plan_all(ground, wanted, &mut draft, rng, &|| ()) {
        Ok(planned) => planned,
        Err(refusals) => {
            let first = refusals.into_iter().next();
            return Err(first.map_or(NewAppError::NoManifest, |(_, error)| error));
        }
    };
    let folding = Folding {
        target: inputs.target,
        snapshot: inputs.snapshot,
        templates: inputs.templates,
    };
    Ok(Plan {
        changes: fold(draft.into_change_set(), folding)?,
        pieces: planned.pieces.pop().unwrap_or_default(),
        warnings: planned.warnings,
    })
}
