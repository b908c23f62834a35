//! The entries in kustomize's list of resources.

use super::NewAppError;
use crate::repo::draft::Draft;
use crate::repo::enlisting::{EnlistError, enlist};
use crate::repo::kustomization::Kustomization;
use crate::repo::path::RepoPath;
use crate::repo::snapshot::Snapshot;
use crate::target::Target;

/// Enters files of the target's folder where a kustomization lists the folder's resources and does not list them yet.
pub(super) fn add(
    target: &Target,
    files: &[&RepoPath],
    draft: &mut Draft<'_>,
) -> Result<(), NewAppError> {
    check_names(target, draft.snapshot())?;
    enlist(&target.directory, files, draft).map_err(|error| match error {
        EnlistError::NotYaml { path, source } => NewAppError::NotYaml { path, source },
        EnlistError::Edit { path, source } => NewAppError::Edit { path, source },
    })
}

/// Refuses when a kustomization renames what it builds: a value that is sealed for a name opens under no other, and
/// kustomize does not know the fields in which CNPG's objects name each other.
fn check_names(target: &Target, snapshot: &Snapshot) -> Result<(), NewAppError> {
    let Some(manifest) = &target.manifest else {
        return Ok(());
    };
    let mut reaching = Kustomization::reaching(snapshot, &manifest.path).into_iter();
    match reaching.find(|kustomization| kustomization.renames) {
        Some(kustomization) => Err(NewAppError::Renames {
            path: kustomization.path,
        }),
        None => Ok(()),
    }
}
