//! Why roles cannot be moved.

use thiserror::Error;

use crate::declared::Place;
use crate::domain::name::NameError;
use crate::render::RenderError;
use crate::repo::edit::EditError;
use crate::repo::path::{RepoPath, RepoPathError};
use crate::repo::yaml::YamlError;

/// Why roles cannot be moved, or not so. Nothing is to be written.
#[derive(Debug, Error)]
pub enum MigrateError {
    /// An app has no role in the repository.
    #[error("the repository declares no role for the app {app}")]
    NoRole {
        /// The app's name.
        app: String,
    },
    /// The role is the Cluster's own.
    #[error("the role {role:?} of the app {app} belongs to the Cluster itself ({place})")]
    ClustersOwn {
        /// The app's name.
        app: String,
        /// The role.
        role: String,
        /// Where the Cluster says so.
        place: Place,
    },
    /// The role is to be dropped.
    #[error(
        "{place}: the role {role:?} is to be dropped (`ensure: absent`), and a DatabaseRole knows no such thing"
    )]
    Absent {
        /// The role.
        role: String,
        /// Where.
        place: Place,
    },
    /// The Cluster's manifest is not in the repository as plain YAML.
    #[error("the manifest of the Cluster {cluster} is not in the repository as plain YAML")]
    NoManifest {
        /// The Cluster.
        cluster: String,
    },
    /// The role is declared more than once in the same way.
    #[error("the role {role:?} is declared more than once: {}", joined(.places))]
    Again {
        /// The role.
        role: String,
        /// Where.
        places: Vec<Place>,
    },
    /// A declaration is no entry of the Cluster's manifest, and no object of its own.
    #[error(
        "{place}: the role {role:?} is declared neither by an entry of the Cluster's manifest nor by an object of its own"
    )]
    Elsewhere {
        /// The role.
        role: String,
        /// Where.
        place: Place,
    },
    /// The two declarations do not say the same.
    #[error("{}: the role {role:?} differs from {}: {}", .place, .other, .fields.join(", "))]
    Differs {
        /// The role.
        role: String,
        /// The declaration that would go.
        place: Place,
        /// The one that would stay.
        other: Place,
        /// The fields.
        fields: Vec<String>,
    },
    /// The object makes a client certificate, which an entry of the Cluster cannot.
    #[error(
        "{place}: CNPG makes a client certificate for the role {role:?}, which it does for DatabaseRole objects alone"
    )]
    ClientCertificate {
        /// The role.
        role: String,
        /// The object.
        place: Place,
    },
    /// A kustomization patches what is to go.
    #[error("{place}: {what} is patched here")]
    Patched {
        /// What is patched.
        what: String,
        /// Where.
        place: Place,
    },
    /// A file that is to be made is there already.
    #[error("{path}: the file is there already")]
    FileTaken {
        /// The file.
        path: RepoPath,
    },
    /// The role is written in a way that is not carried over.
    #[error("{place}: the role {role:?} is not carried over as it is written: {problem}")]
    Unclear {
        /// The role.
        role: String,
        /// Where it is.
        place: Place,
        /// What is in the way.
        problem: &'static str,
    },
    /// A file is no YAML.
    #[error("{path}:{}:{}: this is no valid YAML: {}", source.line, source.column, source.problem)]
    NotYaml {
        /// The file.
        path: RepoPath,
        /// What the parser said.
        source: YamlError,
    },
    /// A file cannot be edited safely.
    #[error("{path}:{}: {source}", source.line())]
    Edit {
        /// The file.
        path: RepoPath,
        /// Why.
        source: EditError,
    },
    /// The template of a DatabaseRole gave none.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// A name that is none.
    #[error(transparent)]
    Name(#[from] NameError),
    /// A path that is none.
    #[error(transparent)]
    Path(#[from] RepoPathError),
}

impl MigrateError {
    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::NoRole { .. } => "see `kubectl pgdb list` for the apps and their roles".to_owned(),
            Self::ClustersOwn { .. } => {
                "the Cluster's bootstrap makes it: leave it where it is".to_owned()
            }
            Self::Absent { .. } => {
                "let CNPG drop it, and take its entry out; or finish with `kubectl pgdb remove`".to_owned()
            }
            Self::NoManifest { .. } => {
                "name the file with --cluster-file, or move the roles where the Cluster is templated".to_owned()
            }
            Self::Again { .. } => {
                "take out by hand all but one, and run the same command again".to_owned()
            }
            Self::Elsewhere { .. } => {
                "move it into the Cluster's manifest, or into a document of its own, and run the same command again"
                    .to_owned()
            }
            Self::Differs { .. } => {
                "make the two the same, so that nothing changes when one of them goes, and run the same command again"
                    .to_owned()
            }
            Self::ClientCertificate { .. } => {
                "leave the role where it is, or take `clientCertificate` out first".to_owned()
            }
            Self::Patched { .. } => {
                "take the patch out by hand first, and say what it says in the role itself".to_owned()
            }
            Self::FileTaken { .. } => {
                "move it out of the way, and run the same command again".to_owned()
            }
            Self::Unclear { .. } => {
                "write it in plain block YAML, one field a line, and run the same command again".to_owned()
            }
            Self::NotYaml { .. } => "mend the file and run the same command again".to_owned(),
            Self::Edit { source, .. } => source.remedy(),
            Self::Render(source) => source.help().to_owned(),
            Self::Name(source) => source.help().to_owned(),
            Self::Path(source) => source.help().to_owned(),
        }
    }
}

fn joined(places: &[Place]) -> String {
    let places: Vec<String> = places.iter().map(ToString::to_string).collect();
    places.join(", ")
}
