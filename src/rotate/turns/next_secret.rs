//! The SealedSecret with which a new login begins: its credential for CNPG, and the same values sealed for the app's Secret.
//!
//! What is sealed for one Secret opens under no other name, and the clear password is gone once it is sealed. So it is sealed
//! twice at once, and the second copy waits in annotations.

use std::collections::BTreeMap;

use super::error::TurnError;
use crate::declared::{Place, TurnFiles};
use crate::repo::object::{Object, objects_in};
use crate::repo::snapshot::Snapshot;
use crate::repo::yaml::Node;

/// The annotation with the login whose credential it is.
const LOGIN: &str = "kubectl-pgdb/login";

/// What the keys of annotations begin with that hold the values sealed for the app's Secret.
const SEALED: &str = "kubectl-pgdb/sealed-";

/// The SealedSecret of the next login's credential.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct NextSecret {
    /// The login.
    pub(super) login: String,
    /// Its own sealed values.
    pub(super) encrypted: BTreeMap<String, String>,
    /// The values that are sealed for the app's Secret, by their keys.
    pub(super) kept: BTreeMap<String, String>,
    /// Where it is.
    pub(super) place: Place,
}

impl NextSecret {
    /// Reads it in its file; none where that is not there.
    ///
    /// # Errors
    /// When the file holds something else.
    pub(super) fn read(files: &TurnFiles, snapshot: &Snapshot) -> Result<Option<Self>, TurnError> {
        let path = &files.sealed;
        let Some(text) = snapshot.text(path) else {
            return Ok(None);
        };
        let taken = || TurnError::Taken { path: path.clone() };
        let objects = objects_in(path, text).map_err(|_| taken())?;
        let [object] = objects.as_slice() else {
            return Err(taken());
        };
        let found = Self::of(object).filter(|_| object.name() == Some(files.secret.as_str()));
        found.map(Some).ok_or_else(taken)
    }

    fn of(object: &Object<'_>) -> Option<Self> {
        if !object.is("bitnami.com", "SealedSecret") {
            return None;
        }
        let texts = |path: &[&str]| -> BTreeMap<String, String> {
            let entries = object.root.at(path).map_or(&[][..], Node::entries).iter();
            let entry = |(key, value): &(Node<'_>, Node<'_>)| {
                Some((key.as_str()?.to_owned(), value.as_str()?.to_owned()))
            };
            entries.filter_map(entry).collect()
        };
        let annotations = texts(&["metadata", "annotations"]).into_iter();
        let kept = annotations
            .filter_map(|(key, value)| Some((key.strip_prefix(SEALED)?.to_owned(), value)));
        Some(Self {
            login: object.annotation(LOGIN)?.as_str()?.to_owned(),
            encrypted: texts(&["spec", "encryptedData"]),
            kept: kept.collect(),
            place: Place {
                path: object.path.clone(),
                line: object.root.line,
            },
        })
    }
}
