//! A server's sync file as the repository has it.

use super::{Declarations, SyncError};
use crate::domain::access::{SCRIPT_HASH, script_hash};
use crate::domain::wave::SYNC_WAVE;
use crate::repo::inside::SYNC_FILE_END;
use crate::repo::object::{MANAGED_BY, Object, PRODUCT, objects_in};
use crate::repo::path::RepoPath;
use crate::repo::yaml::Node;

/// The key of the ConfigMap that holds the rows.
pub(super) const ROWS: &str = "declared.json";

/// A server's sync file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SyncFile {
    /// Its path.
    pub path: RepoPath,
    /// The server's name.
    pub server: String,
    /// The namespace of its objects, where it names one.
    pub namespace: Option<String>,
    /// The sync-wave of its ConfigMap, which is that of Databases on CNPG.
    pub wave: Option<String>,
    /// What is declared.
    pub declarations: Declarations,
    /// The hash of its scripts, as the file says it.
    pub hash: Option<String>,
    /// The hash that they have.
    pub actual_hash: String,
    /// The line of the rows' key, from 1.
    pub line: usize,
}

/// Whether a file is a server's sync file, told without parsing it.
pub fn is_sync_file(path: &RepoPath, text: &str) -> bool {
    path.as_str().ends_with(SYNC_FILE_END)
        && text.contains(PRODUCT)
        && text.contains(ROWS)
        && text.contains("ConfigMap")
}

impl SyncFile {
    /// Reads the text of a sync file.
    ///
    /// # Errors
    /// When it is no YAML, or its rows are not there or not what the product writes.
    pub fn read(path: &RepoPath, text: &str) -> Result<Self, SyncError> {
        let objects = objects_in(path, text).map_err(|error| SyncError::NotYaml {
            path: path.clone(),
            line: error.line,
            problem: error.problem,
        })?;
        let refuse = |line, problem: String| SyncError::Rows {
            path: path.clone(),
            line,
            problem,
        };
        let found = objects.iter().find(|object| is_product_s(object));
        let map =
            found.ok_or_else(|| refuse(1, "there is no ConfigMap of kubectl-pgdb".to_owned()))?;
        let name = map.name().unwrap_or_default();
        let server = name.strip_suffix("-sync").unwrap_or(name);
        let rows = map.root.at(&["data", ROWS]);
        let rows = rows.ok_or_else(|| refuse(map.root.line, format!("there is no {ROWS}")))?;
        let json = rows.as_str().unwrap_or_default();
        let declarations = serde_json::from_str(json).map_err(|error| {
            // The text begins on the line below its key; no value is quoted.
            let line = rows.line + error.line();
            refuse(line, format!("{ROWS} is not what the product writes"))
        })?;
        let data = map.root.get("data").map_or(&[][..], Node::entries).iter();
        let files = data.filter_map(|(key, value)| Some((key.as_str()?, value.as_str()?)));
        Ok(Self {
            path: path.clone(),
            server: server.to_owned(),
            namespace: map.namespace().map(str::to_owned),
            wave: map
                .annotation(SYNC_WAVE)
                .and_then(Node::as_str)
                .map(str::to_owned),
            hash: map
                .annotation(SCRIPT_HASH)
                .and_then(Node::as_str)
                .map(str::to_owned),
            actual_hash: script_hash(files),
            declarations,
            line: rows.line,
        })
    }
}

/// Whether this is the ConfigMap that holds the rows.
fn is_product_s(object: &Object<'_>) -> bool {
    let label = object.root.at(&["metadata", "labels", MANAGED_BY]);
    object.is("", "ConfigMap") && label.and_then(Node::as_str) == Some(PRODUCT)
}
