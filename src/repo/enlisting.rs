//! New files in kustomize's list of resources.

use std::collections::HashSet;

use super::draft::Draft;
use super::edit::{Addition, Edit, EditError, Step, append, apply};
use super::inside::file_of;
use super::kustomization::{Kustomization, listings};
use super::path::RepoPath;
use super::yaml::{YamlError, parse};

/// Why files cannot be entered.
#[derive(Debug)]
pub enum EnlistError {
    /// The kustomization is no YAML.
    NotYaml {
        /// Its path.
        path: RepoPath,
        /// What is wrong with it.
        source: YamlError,
    },
    /// It cannot be edited safely.
    Edit {
        /// Its path.
        path: RepoPath,
        /// Why.
        source: EditError,
    },
}

/// Enters files of a folder where a kustomization lists the folder's resources and does not list them yet.
///
/// # Errors
/// When the kustomization cannot be read or edited.
pub fn enlist(
    directory: &RepoPath,
    files: &[&RepoPath],
    draft: &mut Draft<'_>,
) -> Result<(), EnlistError> {
    let found = Kustomization::of_folder(draft.snapshot(), directory);
    let found = found.map_err(|(path, source)| EnlistError::NotYaml { path, source })?;
    let Some(kustomization) = found else {
        return Ok(());
    };
    let folder = kustomization.path.parent();
    let listed = kustomization.listed();
    // A declaration that stands in a file with others is listed with that.
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
    let after = edited.map_err(|source| EnlistError::Edit {
        path: kustomization.path.clone(),
        source,
    })?;
    draft.write(&kustomization.path, after);
    Ok(())
}

/// Takes files out of every kustomization that lists them.
///
/// # Errors
/// When a kustomization cannot be edited.
pub fn delist(files: &[&RepoPath], draft: &mut Draft<'_>) -> Result<(), EnlistError> {
    for file in files {
        for listing in listings(&draft.applied(), file) {
            let entries = listing.entries.iter();
            let edits: Vec<Edit<'_>> = entries
                .map(|entry| Edit::remove(&[Step::Key("resources"), Step::Item(*entry)]))
                .collect();
            let text = draft.text(&listing.path).unwrap_or_default();
            let text = apply(text, 0, &edits).map_err(|source| EnlistError::Edit {
                path: listing.path.clone(),
                source,
            })?;
            draft.write(&listing.path, text);
        }
    }
    Ok(())
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
