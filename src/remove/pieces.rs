//! The pieces of an app, each with what becomes of it.

use super::inventory::{Inventory, kind_of};
use super::{Fate, Piece};
use crate::declared::RoleSource;

impl Inventory<'_> {
    /// The Database with this fate.
    pub(super) fn database_piece(&self, fate: Fate) -> Option<Piece> {
        let database = self.inputs.app.database.as_ref()?;
        Some(Piece {
            kind: "Database",
            name: database.object.clone(),
            place: database.place.clone(),
            fate,
        })
    }

    /// The role with this fate.
    pub(super) fn role_piece(&self, fate: Fate) -> Option<Piece> {
        let role = self.inputs.app.role.as_ref()?;
        let (kind, name) = match &role.source {
            RoleSource::DatabaseRole(object) => ("DatabaseRole", object.clone()),
            RoleSource::Managed | RoleSource::Cluster => ("role", role.name.clone()),
        };
        Some(Piece {
            kind,
            name,
            place: role.place.clone(),
            fate,
        })
    }

    /// What makes the Secret, with this fate.
    pub(super) fn credential_piece(&self, fate: Fate) -> Option<Piece> {
        let credential = self.inputs.app.credential.as_ref()?;
        Some(Piece {
            kind: kind_of(credential.source),
            name: credential.name.clone(),
            place: credential.place.clone(),
            fate,
        })
    }

    /// The Services in the app's namespaces, which go.
    pub(super) fn service_pieces(&self) -> impl Iterator<Item = Piece> {
        let services = self.inputs.app.service.iter();
        services.flat_map(|service| {
            let namespaces = service.namespaces.iter().zip(&service.places);
            namespaces.map(|(namespace, place)| Piece {
                kind: "Service",
                name: service.name.clone(),
                place: place.clone(),
                fate: Fate::Goes(format!("of the namespace {namespace}")),
            })
        })
    }
}
