//! Why an app cannot be removed.

use thiserror::Error;

use crate::access::AccessError;
use crate::declared::Place;
use crate::domain::name::NameError;
use crate::render::RenderError;
use crate::repo::edit::EditError;
use crate::repo::path::{RepoPath, RepoPathError};
use crate::repo::yaml::YamlError;
use crate::sync::SyncError;

/// Why an app cannot be removed, or not so. Nothing is to be written.
#[derive(Debug, Error)]
pub enum RemoveError {
    /// Its role is the Cluster's own.
    #[error("the role {role:?} of the app {app} belongs to the Cluster itself ({place})")]
    ClustersOwn {
        /// The app's name.
        app: String,
        /// The role.
        role: String,
        /// Where the Cluster says so.
        place: Place,
    },
    /// A piece is declared more than once.
    #[error("{what} is declared more than once: {}", joined(.places))]
    Again {
        /// The piece.
        what: String,
        /// Where.
        places: Vec<Place>,
    },
    /// The role is declared by a patch of the Cluster.
    #[error("{place}: the role {role:?} is declared by a patch of the Cluster")]
    InPatch {
        /// The role.
        role: String,
        /// Where.
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
    /// The app is on its way out with its data.
    #[error("the app {app} is on its way out, with its data: {place} says `ensure: absent`")]
    Leaving {
        /// The app's name.
        app: String,
        /// Where.
        place: Place,
        /// The database's name.
        database: String,
    },
    /// Another database was named than the one that is declared.
    #[error("the database of the app {app} is {declared:?} ({place}), not {asked:?}")]
    OtherDatabase {
        /// The app's name.
        app: String,
        /// The declared one.
        declared: String,
        /// Where it is declared.
        place: Place,
        /// The one that was asked for.
        asked: String,
    },
    /// Something is granted to the role in databases of others.
    #[error("something is granted to the role {role:?} in the database of {}", apps.join(" and "))]
    Granted {
        /// The role.
        role: String,
        /// The apps whose databases these are.
        apps: Vec<String>,
        /// The commands that take it.
        revocations: Vec<String>,
    },
    /// The database belongs to another app.
    #[error("the database {database:?} is the app {app}'s ({place})")]
    AnothersDatabase {
        /// The database.
        database: String,
        /// That app.
        app: String,
        /// Where it is declared.
        place: Place,
    },
    /// The database is the one that the Cluster makes for itself.
    #[error("the database {database:?} belongs to the Cluster itself ({place})")]
    ClustersDatabase {
        /// The database.
        database: String,
        /// Where the Cluster says so.
        place: Place,
    },
    /// Nothing tells which database is to be dropped.
    #[error("nothing in the repository says which database the app {app} had")]
    NoDatabase {
        /// The app's name.
        app: String,
    },
    /// A file that is to be made is there already.
    #[error("{path}: the file is there and holds something else")]
    FileTaken {
        /// The file.
        path: RepoPath,
    },
    /// Something is not where it was found before.
    #[error("{place}: {what} is not found here as an object or entry of its own")]
    NotFound {
        /// What.
        what: String,
        /// Where it should be.
        place: Place,
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
    /// What is declared of a server cannot be read or written.
    #[error(transparent)]
    Sync(#[from] SyncError),
    /// The template of a Database gave none.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// The members of a group cannot be taken out of it.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// A name that is none.
    #[error(transparent)]
    Name(#[from] NameError),
    /// A path that is none.
    #[error(transparent)]
    Path(#[from] RepoPathError),
}

impl RemoveError {
    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::ClustersOwn { .. } => {
                "it goes with the Cluster; to keep an application out, change its password or stop it".to_owned()
            }
            Self::Again { .. } => {
                "take out by hand all but one, and run the same command again".to_owned()
            }
            Self::InPatch { .. } => {
                "take it out of the patch by hand, or move it into the Cluster's manifest".to_owned()
            }
            Self::Patched { .. } => {
                "take the patch out by hand first, and have that synced where it says databaseReclaimPolicy: kustomize builds nothing \
                 at all where a patch finds nothing to patch"
                    .to_owned()
            }
            Self::Leaving { database, .. } => format!(
                "go on with --drop-database (the data of {database:?} is lost), or take `ensure: absent` out again"
            ),
            Self::OtherDatabase { .. } => {
                "leave --database out: it is for an app whose Database has left the repository".to_owned()
            }
            Self::AnothersDatabase { app, .. } => {
                format!("to drop it, remove that app: kubectl pgdb remove {app} --drop-database")
            }
            Self::Granted { revocations, .. } => format!(
                "it keeps PostgreSQL from dropping the role; take it first, and have that synced:\n      {}",
                revocations.join("\n      ")
            ),
            Self::ClustersDatabase { .. } => "it goes with the Cluster; name the app's own".to_owned(),
            Self::NoDatabase { .. } => "name it with --database".to_owned(),
            Self::FileTaken { .. } => "move it out of the way, and run the same command again".to_owned(),
            Self::NotFound { .. } => "take it out by hand, and run the same command again".to_owned(),
            Self::NotYaml { .. } => "mend the file and run the same command again".to_owned(),
            Self::Edit { source, .. } => source.remedy(),
            Self::Sync(source) => source.help().to_owned(),
            Self::Render(source) => source.help().to_owned(),
            Self::Access(source) => source.help(),
            Self::Name(source) => source.help().to_owned(),
            Self::Path(source) => source.help().to_owned(),
        }
    }
}

fn joined(places: &[Place]) -> String {
    let places: Vec<String> = places.iter().map(ToString::to_string).collect();
    places.join(", ")
}
