//! What `new-app` tells a program: `-o json`, and the manifests of `-o yaml`.

use serde::Serialize;

use super::{Inputs, Piece, PieceKind, PieceState, Plan};
use crate::repo::change_set::Change;
use crate::repo::edit::{Addition, insert_key};
use crate::repo::header::document_around;
use crate::repo::inside::file_of;
use crate::repo::yaml::parse;
use crate::report::REPORT_VERSION;

/// The structure of `-o json`. It holds no secret and no sealed value.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// [`REPORT_VERSION`].
    pub api_version: &'static str,
    /// Always `NewApp`.
    pub kind: &'static str,
    /// The app's name.
    pub app: String,
    /// The CNPG Cluster's name.
    pub cluster: String,
    /// The namespace of the Cluster, the credential and the Database.
    pub namespace: String,
    /// The namespaces that the credential is mirrored to.
    pub app_namespaces: Vec<String>,
    /// The login role.
    pub role: String,
    /// The database.
    pub database: String,
    /// The credential's Secret.
    pub secret: String,
    /// Whether nothing was written because that was asked for.
    pub dry_run: bool,
    /// Whether there is anything to write.
    pub changed: bool,
    /// The files that change, in the order of writing.
    pub files: Vec<FileReport>,
    /// The app's pieces, in the order of the sync-waves.
    pub pieces: Vec<PieceReport>,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// What happens to a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verb {
    /// It is new.
    Create,
    /// It is there and changes.
    Edit,
    /// It goes.
    Delete,
}

/// A file that changes.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct FileReport {
    /// From the repository's root.
    pub path: String,
    /// What happens to it.
    pub action: Verb,
}

/// A piece of an app.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct PieceReport {
    /// `SealedSecret`, `ManagedRole`, `DatabaseRole`, `Database`, `Access` or `Service`.
    pub kind: &'static str,
    /// The object's name; the Cluster's, for a managed role.
    pub name: String,
    /// Its file, from the repository's root.
    pub path: String,
    /// `made`, `kept` or `taken-over`.
    pub state: &'static str,
}

impl PieceKind {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SealedSecret => "SealedSecret",
            Self::ManagedRole => "ManagedRole",
            Self::DatabaseRole => "DatabaseRole",
            Self::Database => "Database",
            Self::Access => "Access",
            Self::Service => "Service",
        }
    }
}

impl Verb {
    /// What happens to a file in a change.
    pub fn of(change: &Change) -> Self {
        match change {
            Change::Create { .. } => Self::Create,
            Change::Edit { .. } => Self::Edit,
            Change::Delete { .. } => Self::Delete,
        }
    }
}

impl Plan {
    /// The structure of `-o json`.
    pub fn report(&self, inputs: &Inputs<'_>, dry_run: bool) -> Report {
        let Inputs { app, target, .. } = inputs;
        Report {
            api_version: REPORT_VERSION,
            kind: "NewApp",
            app: app.name.to_string(),
            cluster: target.cluster.to_string(),
            namespace: target.namespace.to_string(),
            app_namespaces: app.namespaces.iter().map(ToString::to_string).collect(),
            role: app.role.to_string(),
            database: app.database.to_string(),
            secret: app.secret.to_string(),
            dry_run,
            changed: !self.changes.is_empty(),
            files: self.changes.changes().iter().map(FileReport::of).collect(),
            pieces: self.pieces.iter().map(piece_report).collect(),
            warnings: self.warnings.clone(),
        }
    }

    /// The app's objects as they are once the changes are written: documents that `kubectl apply` takes, in the order
    /// of the sync-waves. A managed role is in the whole Cluster's manifest.
    pub fn manifests(&self, inputs: &Inputs<'_>) -> String {
        let after = self.changes.applied_to(inputs.snapshot);
        let mut sync_file = inputs.target.sync_file();
        let documents = self.pieces.iter().filter_map(|piece| {
            if file_of(&piece.path).1.is_some() {
                // All of a server is one manifest.
                let text = after.text(&sync_file.take()?)?;
                return Some(text.trim_end().to_owned());
            }
            let text = after.text(&piece.path)?;
            let stream = parse(text).ok()?;
            let root = &stream.documents.get(piece.document)?.root;
            let document = document_around(text, root.span.start).trim();
            let document = document.replace("\r\n", "\n");
            if root.at(&["metadata", "namespace"]).is_some() {
                return Some(document);
            }
            // What a kustomization sets is not there where the object stands alone.
            let namespace = Addition::Text(inputs.target.namespace.to_string());
            insert_key(&document, 0, &["metadata"], "namespace", &namespace).ok()
        });
        documents
            .map(|document| format!("---\n{document}\n"))
            .collect()
    }
}

impl FileReport {
    /// What happens to the file of a change.
    pub fn of(change: &Change) -> Self {
        Self {
            path: change.path().to_string(),
            action: Verb::of(change),
        }
    }
}

fn piece_report(piece: &Piece) -> PieceReport {
    PieceReport {
        kind: piece.kind.as_str(),
        name: piece.object.clone(),
        path: file_of(&piece.path).0.to_string(),
        state: match piece.state {
            PieceState::Made => "made",
            PieceState::Kept => "kept",
            PieceState::TakenOver => "taken-over",
        },
    }
}
