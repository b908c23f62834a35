//! The Cluster's manifest: the managed role's entry, and the sync-wave.

use super::error::NewAppError;
use super::inventory::Inventory;
use super::{Inputs, PieceKind, Plan};
use crate::domain::app::App;
use crate::domain::wave::SYNC_WAVE;
use crate::repo::edit::{Addition, append, insert_key};

/// Appends the role where it is missing, and adds the Cluster's sync-wave where it has none.
pub(super) fn add(
    inputs: &Inputs<'_>,
    inventory: &Inventory<'_>,
    plan: &mut Plan,
) -> Result<(), NewAppError> {
    let manifest = inputs
        .target
        .manifest
        .as_ref()
        .ok_or(NewAppError::NoManifest)?;
    let before = inputs
        .snapshot
        .text(&manifest.path)
        .ok_or(NewAppError::NoManifest)?;
    let refuse = |source| NewAppError::Edit {
        path: manifest.path.clone(),
        source,
    };
    let mut text = before.to_owned();
    if let Some(difference) = &inventory.cluster_wave {
        return Err(NewAppError::ClusterWave(difference.clone()));
    }
    if !inventory.cluster_has_wave {
        let wave = Addition::Text(inputs.target.waves.cluster().to_string());
        let annotations = &["metadata", "annotations"];
        text =
            insert_key(&text, manifest.document, annotations, SYNC_WAVE, &wave).map_err(refuse)?;
    }
    let found = inventory.role.object();
    if found.is_none() {
        let roles = &["spec", "managed", "roles"];
        text = append(&text, manifest.document, roles, &[entry(inputs.app)]).map_err(refuse)?;
    }
    plan.changes
        .write(manifest.path.clone(), Some(before), text);
    plan.add_piece(
        PieceKind::ManagedRole,
        inputs.target.cluster.as_str(),
        &manifest.path,
        found,
    );
    if let Some(piece) = plan.pieces.last_mut() {
        piece.document = manifest.document;
    }
    Ok(())
}

/// The entry of an app's role.
fn entry(app: &App) -> Addition {
    let text = |text: &str| Addition::Text(text.to_owned());
    let mut fields = vec![
        ("name".to_owned(), text(app.role.as_str())),
        ("login".to_owned(), Addition::Bool(true)),
    ];
    if !app.options.in_roles.is_empty() {
        let groups = app
            .options
            .in_roles
            .iter()
            .map(|group| text(group.as_str()))
            .collect();
        fields.push(("inRoles".to_owned(), Addition::List(groups)));
    }
    let secret = vec![("name".to_owned(), text(app.secret.as_str()))];
    fields.push(("passwordSecret".to_owned(), Addition::Map(secret)));
    Addition::Map(fields)
}
