//! What changes of an app that is there, as edits of its manifests.

use super::Inputs;
use super::edits::Edits;
use super::setting::{connection_keys, extension_items, mirroring, schema_items};
use crate::access::role_node;
use crate::apps_file::{Position, Problem, Said};
use crate::declared::places::{Places, Spot};
use crate::declared::{DeclaredApp, Place};
use crate::domain::choice::ReclaimPolicy;
use crate::domain::kubernetes_name::AppName;
use crate::domain::password::Password;
use crate::domain::postgres_name::DatabaseName;
use crate::repo::edit::{Addition, Edit};
use crate::repo::yaml::Node;

/// An app whose settings change.
pub(super) struct Update<'input> {
    /// Where the file says so.
    pub(super) position: Position,
    /// What is there.
    pub(super) app: &'input DeclaredApp,
    pub(super) name: AppName,
    /// What is said, and is not so yet; the rest is none.
    pub(super) said: Said,
    /// The password that replaces the sealed one.
    pub(super) password: Option<Password>,
    /// What the user should know.
    pub(super) warnings: Vec<String>,
}

impl Update<'_> {
    /// The settings that change, as the file calls them.
    pub(super) fn settings(&self) -> Vec<&'static str> {
        let said = &self.said;
        let settings = [
            (said.namespaces.is_some(), "appNamespaces"),
            (said.extensions.is_some(), "extensions"),
            (said.schemas.is_some(), "schemas"),
            (said.connection_limit.is_some(), "connectionLimit"),
            (said.reclaim.is_some(), "reclaim"),
            (said.comment.is_some(), "comment"),
            (said.connection_keys.is_some(), "connectionKeys"),
            (self.password.is_some(), "password"),
        ];
        let changing = settings.into_iter().filter(|(changes, _)| *changes);
        changing.map(|(_, name)| name).collect()
    }

    /// Adds the edits of the app's manifests.
    ///
    /// # Errors
    /// What cannot be found in the files, or not be changed there.
    pub(super) fn add_to(
        &self,
        edits: &mut Edits,
        places: &mut Places<'_>,
        inputs: &Inputs<'_>,
    ) -> Result<(), Problem> {
        self.edit_credential(edits, places, inputs)?;
        self.edit_role(edits, places)?;
        self.edit_database(edits, places)
    }

    fn edit_credential(
        &self,
        edits: &mut Edits,
        places: &mut Places<'_>,
        inputs: &Inputs<'_>,
    ) -> Result<(), Problem> {
        let said = &self.said;
        let Some(credential) = &self.app.credential else {
            return Ok(());
        };
        if said.namespaces.is_none() && said.connection_keys.is_none() {
            return Ok(());
        }
        let (spot, node) = self.find(places, &credential.place)?;
        let edits = edits.of(&credential.place.path, &spot, self.position);
        if let Some(namespaces) = &said.namespaces {
            edits.extend(mirroring(&spot, node, namespaces));
        }
        if let (Some(wanted), Some(database)) = (said.connection_keys, self.database()) {
            let ground = inputs.ground.target;
            let connection = ground.connection(&database);
            let connection = match &self.app.pooler {
                Some(pooler) => connection.through(pooler, &ground.namespace),
                None => connection,
            };
            edits.extend(connection_keys(&spot, node, &connection, wanted));
        }
        Ok(())
    }

    /// The database that the connection keys name.
    fn database(&self) -> Option<DatabaseName> {
        let declared = self.app.database.as_ref().map(|database| &database.name);
        let named = || self.app.credential.as_ref()?.database.as_ref();
        declared.or_else(named)?.parse().ok()
    }

    fn edit_role(&self, edits: &mut Edits, places: &mut Places<'_>) -> Result<(), Problem> {
        let said = &self.said;
        let (Some(role), Some(comment)) = (&self.app.role, &said.comment) else {
            return Ok(());
        };
        let (spot, node) = self.find(places, &role.place)?;
        let (spot, _) = role_node(role, spot, node);
        let edits = edits.of(&role.place.path, &spot, self.position);
        let comment = Addition::Text(comment.to_string());
        edits.push(Edit::set(&spot.below(&["comment"]), comment));
        Ok(())
    }

    fn edit_database(&self, edits: &mut Edits, places: &mut Places<'_>) -> Result<(), Problem> {
        let said = &self.said;
        let Some(database) = &self.app.database else {
            return Ok(());
        };
        let changes = said.extensions.is_some()
            || said.schemas.is_some()
            || said.connection_limit.is_some()
            || said.reclaim.is_some();
        if !changes {
            return Ok(());
        }
        let (spot, node) = self.find(places, &database.place)?;
        let edits = edits.of(&database.place.path, &spot, self.position);
        if let Some(limit) = said.connection_limit {
            let limit = Addition::Integer(limit.get().into());
            edits.push(Edit::set(&spot.below(&["spec", "connectionLimit"]), limit));
        }
        if let Some(reclaim) = said.reclaim {
            let policy = Addition::Text(reclaim.to_string());
            let path = spot.below(&["spec", "databaseReclaimPolicy"]);
            edits.push(Edit::set(&path, policy));
            edits.explain(path, reclaim == ReclaimPolicy::Delete);
        }
        let owner = database.owner.as_deref().unwrap_or_default();
        if let Some(extensions) = &said.extensions {
            edits.extend(extension_items(&spot, node, extensions));
        }
        if let Some(schemas) = &said.schemas {
            edits.extend(schema_items(&spot, node, schemas, owner));
        }
        Ok(())
    }

    fn find<'places, 'text>(
        &self,
        places: &'places mut Places<'text>,
        place: &Place,
    ) -> Result<(Spot, &'places Node<'text>), Problem> {
        let found = places.find(place);
        found.ok_or_else(|| unclear(place, self.name.as_str(), self.position))
    }
}

/// The refusal of a piece that cannot be told from others.
pub(super) fn unclear(place: &Place, name: &str, position: Position) -> Problem {
    Problem {
        position,
        message: format!(
            "{place}: several objects of {name} stand on this line, and it cannot be told which is meant"
        ),
        help: Some("give each a line of its own, or change them by hand".to_owned()),
    }
}
