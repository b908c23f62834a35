//! What is declared of a server that CNPG does not run: one file for each server, wholly written by the product.
//!
//! The file holds rows, the scripts that make them true, the CronJob that runs these, and a Job for at once. So that every
//! use case works on such a server as on CNPG, [`expand`] shows each row as a declaration of CNPG's shape of its own, at a
//! path that is none on disk ([`declaration_in`]), and [`fold`] turns the changes of those back into one change of the file.

mod error;
mod file;
mod fold;
mod manifest;
mod objects;
mod reading;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::domain::access::form::AccessForm;
use crate::repo::inside::declaration_in;
use crate::repo::snapshot::Snapshot;
use crate::sql::sync::rows::Rows;

pub use error::SyncError;
pub use file::{SyncFile, is_sync_file};
pub use fold::{Folding, fold};
pub use manifest::Manifest;

/// All that is declared of a server.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Declarations {
    /// Its roles and databases.
    #[serde(flatten)]
    pub rows: Rows,
    /// Who may do what in the databases, beside their owners.
    pub access: Vec<AccessRow>,
}

/// Who may do what in the database of an app.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct AccessRow {
    /// The app.
    pub app: String,
    /// The access.
    #[serde(flatten)]
    pub access: AccessForm,
}

impl Declarations {
    /// As JSON with one row a line, so that a change of a row is a change of a line.
    pub fn json(&self) -> String {
        let roles = lines(&self.rows.roles);
        let databases = lines(&self.rows.databases);
        let access = lines(&self.access);
        format!("{{\"roles\":[{roles}],\n\"databases\":[{databases}],\n\"access\":[{access}]}}\n")
    }
}

/// Values as JSON, each on a line of its own.
///
/// What a reader of YAML could take for a line end, or not take at all, is escaped.
fn lines(values: &[impl Serialize]) -> String {
    let rows: Vec<String> = values
        .iter()
        // What holds texts and numbers alone is always JSON.
        .filter_map(|value| serde_json::to_string(value).ok())
        .map(|row| format!("\n{}", escaped(&row)))
        .collect();
    rows.join(",")
}

/// JSON with the characters escaped that stand in no literal block of YAML.
fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        let is_special = matches!(
            c,
            '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
        );
        if is_special {
            text.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            text.push(c);
        }
    }
    text
}

/// Adds to a snapshot, for each row of each sync file in it, a declaration as CNPG has it.
///
/// # Errors
/// When a sync file is not what the product writes: nothing could be told of what is declared on its server.
pub fn expand(snapshot: &mut Snapshot) -> Result<(), SyncError> {
    let mut shown = Vec::new();
    for (path, text) in snapshot.files() {
        if !is_sync_file(path, text) {
            continue;
        }
        let file = SyncFile::read(path, text)?;
        for (object, text) in objects::of(&file) {
            let path = declaration_in(path, &object).map_err(|_| SyncError::Object {
                path: path.clone(),
                object,
            })?;
            shown.push((path, text));
        }
    }
    for (path, text) in shown {
        snapshot.insert(path, text);
    }
    Ok(())
}
