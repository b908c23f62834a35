//! The entries in kustomize's list of resources.

use super::{AppFiles, Inputs, NewAppError, Plan};
use crate::repo::edit::{Addition, append};
use crate::repo::kustomization::Kustomization;

/// Enters the app's files where a kustomization lists the folder's resources and does not list them yet.
pub(super) fn add(
    inputs: &Inputs<'_>,
    files: &AppFiles,
    plan: &mut Plan,
) -> Result<(), NewAppError> {
    let found = Kustomization::of_folder(inputs.snapshot, &inputs.target.directory);
    let found = found.map_err(|(path, source)| NewAppError::NotYaml { path, source })?;
    let Some(kustomization) = found else {
        return Ok(());
    };
    let folder = kustomization.path.parent();
    let missing: Vec<Addition> = files
        .all()
        .into_iter()
        .filter(|file| plan.pieces.iter().any(|piece| piece.path == **file))
        .filter(|file| !kustomization.lists(file))
        .filter_map(|file| file.relative_to(&folder))
        .map(|file| Addition::Text(file.to_owned()))
        .collect();
    let Some(before) = inputs.snapshot.text(&kustomization.path) else {
        return Ok(());
    };
    if missing.is_empty() {
        return Ok(());
    }
    let after =
        append(before, 0, &["resources"], &missing).map_err(|source| NewAppError::Edit {
            path: kustomization.path.clone(),
            source,
        })?;
    plan.changes.write(kustomization.path, Some(before), after);
    Ok(())
}
