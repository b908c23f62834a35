//! Kustomizations that patch what moves.

use super::Inputs;
use super::error::MigrateError;
use super::inventory::Role;
use crate::declared::Place;
use crate::domain::choice::RoleStyle;
use crate::repo::header::KUSTOMIZATION_NAMES;
use crate::repo::path::RepoPath;
use crate::repo::yaml::{Node, parse};

/// The keys under which kustomize has patches.
const PATCHES: [&str; 3] = ["patches", "patchesStrategicMerge", "patchesJson6902"];
/// What a JSON patch of the Cluster's entries has in its path; the entry is told by its number there.
const ENTRIES: &str = "/spec/managed/roles/";

/// Refuses to take out what a kustomization patches: an object, which it would not find any more, or an entry by its number,
/// which would be another one then.
pub(super) fn refuse(inputs: &Inputs<'_>, roles: &[&Role<'_>]) -> Result<(), MigrateError> {
    for (path, text) in inputs.snapshot.files() {
        let is_concerned =
            KUSTOMIZATION_NAMES.contains(&path.file_name()) && text.contains("patches");
        let Some(stream) = is_concerned.then(|| parse(text).ok()).flatten() else {
            continue;
        };
        for document in &stream.documents {
            let lists = PATCHES.iter().filter_map(|key| document.root.get(key));
            for patch in lists.flat_map(Node::items) {
                if let Some(what) = patched(inputs, roles, &path.parent(), patch) {
                    return Err(MigrateError::Patched {
                        what,
                        place: Place {
                            path: path.clone(),
                            line: patch.line,
                        },
                    });
                }
            }
        }
    }
    Ok(())
}

/// What of the roles a patch changes.
fn patched(
    inputs: &Inputs<'_>,
    roles: &[&Role<'_>],
    folder: &RepoPath,
    patch: &Node<'_>,
) -> Option<String> {
    let text = |path: &[&str]| patch.at(path).and_then(Node::as_str);
    let file = patch.as_str().or_else(|| text(&["path"]));
    let file = file.and_then(|reference| folder.resolve(reference));
    let file = file.and_then(|file| inputs.snapshot.text(&file));
    let content = text(&["patch"]).or(file).unwrap_or_default();
    if inputs.to == RoleStyle::DatabaseRole {
        let is_by_number = content.contains(ENTRIES) && !content.contains("/spec/managed/roles/-");
        return is_by_number
            .then(|| "an entry of the Cluster's managed roles, by its number,".to_owned());
    }
    let stream = parse(content).ok();
    let documents = stream.iter().flat_map(|stream| &stream.documents);
    let mut named: Vec<(String, String)> = documents
        .filter_map(|document| {
            let text = |path: &[&str]| document.root.at(path)?.as_str().map(str::to_owned);
            Some((text(&["kind"])?, text(&["metadata", "name"])?))
        })
        .collect();
    let target = text(&["target", "kind"]).zip(text(&["target", "name"]));
    named.extend(target.map(|(kind, name)| (kind.to_owned(), name.to_owned())));
    let is_object = |(kind, name): &&(String, String)| {
        kind == "DatabaseRole" && roles.iter().any(|role| role.object_name == *name)
    };
    let found = named.iter().find(is_object)?;
    Some(format!("{} {}", found.0, found.1))
}
