//! The entries in kustomize's list of resources.

use std::collections::HashSet;

use super::NewAppError;
use crate::repo::draft::Draft;
use crate::repo::edit::{Addition, append};
use crate::repo::kustomization::Kustomization;
use crate::repo::path::RepoPath;
use crate::repo::snapshot::Snapshot;
use crate::repo::yaml::parse;
use crate::target::Target;
use crate::target::server::file_of;

/// Enters files of the target's folder where a kustomization lists the folder's resources and does not list them yet.
pub(super) fn add(
    target: &Target,
    files: &[&RepoPath],
    draft: &mut Draft<'_>,
) -> Result<(), NewAppError> {
    let snapshot = draft.snapshot();
    check_names(target, snapshot)?;
    let found = Kustomization::of_folder(snapshot, &target.directory);
    let found = found.map_err(|(path, source)| NewAppError::NotYaml { path, source })?;
    let Some(kustomization) = found else {
        return Ok(());
    };
    let folder = kustomization.path.parent();
    let listed = kustomization.listed();
    // A declaration in the sync file of a server is listed with that.
    let mut seen = HashSet::new();
    let files = files.iter().map(|file| file_of(file).0);
    let files: Vec<RepoPath> = files.filter(|file| seen.insert(file.clone())).collect();
    let missing: Vec<Addition> = files
        .iter()
        .filter(|file| !listed.contains(*file))
        .filter_map(|file| file.relative_to(&folder))
        .map(|file| Addition::Text(file.to_owned()))
        .collect();
    let Some(before) = draft.text(&kustomization.path) else {
        return Ok(());
    };
    if missing.is_empty() {
        return Ok(());
    }
    let edited = match parse(before) {
        // A text of comments alone, or none: kustomize takes a list of resources by itself.
        Ok(stream) if stream.documents.is_empty() => {
            append("resources:\n", 0, &["resources"], &missing).map(|list| joined(before, &list))
        }
        _ => append(before, 0, &["resources"], &missing),
    };
    let after = edited.map_err(|source| NewAppError::Edit {
        path: kustomization.path.clone(),
        source,
    })?;
    draft.write(&kustomization.path, after);
    Ok(())
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

/// A text with lines below it.
fn joined(text: &str, lines: &str) -> String {
    let gap = if text.is_empty() || text.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    format!("{text}{gap}{}\n", lines.trim_end())
}
