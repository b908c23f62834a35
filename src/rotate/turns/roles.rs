//! The edits of roles in a step: all of a file's at once.

use std::collections::BTreeMap;

use super::error::TurnError;
use crate::declared::places::{Places, Spot};
use crate::declared::{DeclaredRole, RoleSource};
use crate::repo::draft::Draft;
use crate::repo::edit::{Addition, Edit, apply};
use crate::repo::path::RepoPath;
use crate::repo::snapshot::Snapshot;
use crate::repo::yaml::Node;

/// Edits of roles that are declared, by files and documents.
pub(super) struct RoleEdits<'text> {
    places: Places<'text>,
    edits: BTreeMap<(RepoPath, usize), Vec<Edit<'static>>>,
}

impl<'text> RoleEdits<'text> {
    /// None yet.
    pub(super) fn new(snapshot: &'text Snapshot) -> Self {
        Self {
            places: Places::new(snapshot),
            edits: BTreeMap::new(),
        }
    }

    /// The role logs in, with the password of this Secret.
    pub(super) fn open(&mut self, role: &DeclaredRole, secret: &str) -> Result<(), TurnError> {
        self.add(role, |spot, node| {
            let mut edits = vec![Edit::set(&spot.below(&["login"]), Addition::Bool(true))];
            if node.get("disablePassword").is_some() {
                edits.push(Edit::remove(&spot.below(&["disablePassword"])));
            }
            edits.push(named(spot, secret));
            edits
        })
    }

    /// The role takes its password from this Secret.
    pub(super) fn give(&mut self, role: &DeclaredRole, secret: &str) -> Result<(), TurnError> {
        self.add(role, |spot, _| vec![named(spot, secret)])
    }

    /// The role keeps the password that it has, whatever becomes of the Secret.
    pub(super) fn keep(&mut self, role: &DeclaredRole) -> Result<(), TurnError> {
        self.add(role, without_secret)
    }

    /// The role logs in no more, and has no password.
    pub(super) fn close(&mut self, role: &DeclaredRole) -> Result<(), TurnError> {
        self.add(role, |spot, node| {
            let mut edits = vec![
                Edit::set(&spot.below(&["login"]), Addition::Bool(false)),
                Edit::set(&spot.below(&["disablePassword"]), Addition::Bool(true)),
            ];
            edits.extend(without_secret(spot, node));
            edits
        })
    }

    fn add(
        &mut self,
        role: &DeclaredRole,
        edits: impl FnOnce(&Spot, &Node<'_>) -> Vec<Edit<'static>>,
    ) -> Result<(), TurnError> {
        let found = self.places.find(&role.place);
        let (spot, node) = found.ok_or_else(|| TurnError::Unclear {
            place: role.place.clone(),
            role: role.name.clone(),
        })?;
        let document = spot.document;
        let edits = match (&role.source, node.get("spec")) {
            (RoleSource::DatabaseRole(_), Some(spec)) => {
                let steps = spot.below(&["spec"]);
                edits(&Spot { steps, ..spot }, spec)
            }
            _ => edits(&spot, node),
        };
        let key = (role.place.path.clone(), document);
        self.edits.entry(key).or_default().extend(edits);
        Ok(())
    }

    /// Makes them.
    pub(super) fn write(self, draft: &mut Draft<'_>) -> Result<(), TurnError> {
        for ((path, document), edits) in self.edits {
            let text = draft.text(&path).unwrap_or_default();
            let edited = apply(text, document, &edits).map_err(|source| TurnError::Edit {
                path: path.clone(),
                source,
            })?;
            draft.write(&path, edited);
        }
        Ok(())
    }
}

fn named(spot: &Spot, secret: &str) -> Edit<'static> {
    let name = spot.below(&["passwordSecret", "name"]);
    Edit::set(&name, Addition::Text(secret.to_owned()))
}

fn without_secret(spot: &Spot, node: &Node<'_>) -> Vec<Edit<'static>> {
    let secret = node.get("passwordSecret");
    let edit = secret.map(|_| Edit::remove(&spot.below(&["passwordSecret"])));
    edit.into_iter().collect()
}
