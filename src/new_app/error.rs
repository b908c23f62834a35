//! Why an app cannot be planned.

use std::collections::BTreeSet;

use thiserror::Error;

use super::comparison::Difference;
use crate::access::AccessError;
use crate::declared::Kept;
use crate::domain::kubernetes_name::{ClusterName, Namespace, ServiceName};
use crate::render::RenderError;
use crate::repo::edit::EditError;
use crate::repo::path::{RepoPath, RepoPathError};
use crate::repo::yaml::YamlError;
use crate::sealing::SealError;
use crate::sync::SyncError;

/// The argument that gives the app another name altogether.
pub(super) const NAME: &str = "NAME";

/// Something of a name that the app needs, and that belongs to something else.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Conflict {
    /// Where it is: `path:line`.
    pub place: String,
    /// What it is and to whom it belongs.
    pub problem: String,
    /// The flag that gives the app another name.
    pub flag: &'static str,
}

/// Why an app cannot be planned. Nothing is to be written.
#[derive(Debug, Error)]
pub enum NewAppError {
    /// The app's namespace is the cluster's own.
    #[error("the app namespace {namespace} is the cluster's own")]
    OwnNamespace {
        /// The namespace.
        namespace: Namespace,
    },
    /// Names that the app needs belong to something else.
    #[error("the app needs names that belong to something else{}", lines(.0.iter().map(|conflict| format!("{}: {}", conflict.place, conflict.problem))))]
    Taken(Vec<Conflict>),
    /// The app is there with other settings.
    #[error("the app {app} is there with other settings{}", lines(.differences.iter().map(Difference::to_string)))]
    Different {
        /// The app's name.
        app: String,
        /// Every difference.
        differences: Vec<Difference>,
    },
    /// A role that was closed keeps a database, and another role or database is asked for.
    #[error("{place}: the app {} was removed, and the role {role:?} keeps its database {:?}", kept.app, kept.database)]
    Kept {
        /// Where the role is: `path:line`.
        place: String,
        /// The role.
        role: String,
        /// What it keeps.
        kept: Kept,
    },
    /// A file that has to be looked at is no YAML.
    #[error("{path}:{}:{}: this is no valid YAML: {}", source.line, source.column, source.problem)]
    NotYaml {
        /// The file.
        path: RepoPath,
        /// What the parser said.
        source: YamlError,
    },
    /// The Cluster's manifest has a key twice.
    #[error("{path}:{line}: the key {key:?} is there twice")]
    DuplicateKey {
        /// The file.
        path: RepoPath,
        /// The line of the second one, from 1.
        line: usize,
        /// The key.
        key: String,
    },
    /// The Cluster's own sync-wave is not the one by which the app's objects are ordered.
    #[error("{}:{}: the Cluster's sync-wave is {:?}, asked for is {:?}", .0.path, .0.line, .0.found.as_deref().unwrap_or_default(), .0.asked.as_deref().unwrap_or_default())]
    ClusterWave(Difference),
    /// A kustomization puts a prefix or suffix on the names of what it builds.
    #[error("{path}: this kustomization renames what it builds (namePrefix or nameSuffix)")]
    Renames {
        /// The kustomization.
        path: RepoPath,
    },
    /// A kustomization puts what it builds into one namespace, and the Service belongs into others.
    #[error(
        "{path}: this kustomization puts what it builds into the namespace {namespace}, the Service {service} among it"
    )]
    MovesService {
        /// The kustomization.
        path: RepoPath,
        /// The namespace.
        namespace: String,
        /// The Service.
        service: ServiceName,
    },
    /// Something is asked for that a server has not that CNPG does not run.
    #[error("{what} cannot be asked for on {server}, a server that CloudNativePG does not run")]
    NotOnServer {
        /// What it is.
        what: &'static str,
        /// The server.
        server: ClusterName,
    },
    /// There is no Cluster manifest to enter a managed role in.
    #[error("there is no Cluster manifest to enter the role in")]
    NoManifest,
    /// A credential is to be sealed, and there is no sealing key.
    #[error("there is no certificate to seal the credential with")]
    NoKey,
    /// A file cannot be edited safely.
    #[error("{path}:{}: {source}", source.line())]
    Edit {
        /// The file.
        path: RepoPath,
        /// Why.
        source: EditError,
    },
    /// What is declared of a server cannot be read or written.
    #[error(transparent)]
    Sync(#[from] SyncError),
    /// The access to the database cannot be declared.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// A template gave no manifest.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// A value could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A path that is none.
    #[error(transparent)]
    Path(#[from] RepoPathError),
}

impl NewAppError {
    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::OwnNamespace { .. } => {
                "name the namespace where the application runs: the credential is already in the cluster's own".to_owned()
            }
            Self::Taken(conflicts) => taken_help(conflicts),
            Self::Different { differences, .. } if differences.iter().any(Difference::is_sealed) => {
                "ask for what is there; sealed values are bound to the Secret's name, namespace, scope and role: for \
                 another of these take the SealedSecret away, change the rest by hand, and run the same command again"
                    .to_owned()
            }
            Self::Different { .. } => {
                "ask for what is there, or change the manifests by hand and run the same command again".to_owned()
            }
            Self::Kept { role, kept, .. } => format!(
                "to take both over again, ask for them: --user {role} --database {}; for a new database choose other names",
                kept.database
            ),
            Self::NotYaml { .. } => "mend the file and run the same command again".to_owned(),
            Self::DuplicateKey { .. } => "YAML readers disagree on which one counts: take one of them away".to_owned(),
            Self::ClusterWave(_) => {
                "Argo CD syncs lower waves first: give the Cluster that wave, or set `waves` in .pgdb.yaml so that they \
                 fit around its own"
                    .to_owned()
            }
            Self::Renames { .. } => {
                "the credential is sealed for its Secret's name and could not be opened under another: give these \
                 manifests a kustomization without namePrefix and nameSuffix"
                    .to_owned()
            }
            Self::MovesService { .. } => {
                "take `namespace` out of it, where every manifest that it lists names its own; or leave --service out, and put \
                 the Service among the application's own manifests"
                    .to_owned()
            }
            Self::NotOnServer { .. } => {
                "leave it out: roles and databases are declared in one file there, and nothing is dropped because a \
                 declaration goes; `remove --drop-database` drops"
                    .to_owned()
            }
            Self::NoManifest => "name it with --cluster-file, or use --roles databaserole".to_owned(),
            Self::NoKey => "name one with --cert FILE".to_owned(),
            Self::Edit { source, .. } => source.remedy(),
            Self::Sync(source) => source.help().to_owned(),
            Self::Access(error) => error.help(),
            Self::Render(source) => source.help().to_owned(),
            Self::Seal(source) => source.help().to_owned(),
            Self::Path(source) => source.help().to_owned(),
        }
    }
}

/// The flags that give other names, each once, or the name of the app itself.
fn taken_help(conflicts: &[Conflict]) -> String {
    let flags: BTreeSet<_> = conflicts.iter().map(|conflict| conflict.flag).collect();
    if flags.contains(NAME) {
        return "give the app another NAME, or move what is there out of the way".to_owned();
    }
    let flags: Vec<_> = flags.into_iter().collect();
    format!("choose another name with {}", flags.join(" or "))
}

fn lines(entries: impl Iterator<Item = String>) -> String {
    entries.map(|entry| format!("\n  {entry}")).collect()
}
