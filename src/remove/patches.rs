//! What hangs on objects that go: kustomizations that patch them, and annotations that keep Argo CD from pruning them.

use super::error::RemoveError;
use super::inventory::{Inventory, Spot, parsed};
use crate::declared::Place;
use crate::repo::header::KUSTOMIZATION_NAMES;
use crate::repo::object::objects_in;
use crate::repo::path::RepoPath;
use crate::repo::yaml::{Node, parse};

/// The keys under which kustomize has patches.
const PATCHES: [&str; 3] = ["patches", "patchesStrategicMerge", "patchesJson6902"];
/// Argo CD's options for one object.
const SYNC_OPTIONS: &str = "argocd.argoproj.io/sync-options";

/// An object that goes: kind and name.
type Named = (&'static str, String);

/// Refuses what a kustomization patches: it would find nothing to patch, and build nothing at all.
pub(super) fn refuse(inventory: &Inventory<'_>) -> Result<(), RemoveError> {
    let objects = named(inventory);
    let snapshot = inventory.inputs.snapshot;
    for (path, text) in snapshot.files() {
        let concerned = KUSTOMIZATION_NAMES.contains(&path.file_name()) && text.contains("patches");
        if !concerned {
            continue;
        }
        let Ok(stream) = parse(text) else { continue };
        for root in stream.documents.iter().map(|document| &document.root) {
            for patch in PATCHES
                .iter()
                .filter_map(|key| root.get(key))
                .flat_map(Node::items)
            {
                if let Some((kind, name)) = patched(inventory, patch, &path.parent(), &objects) {
                    return Err(RemoveError::Patched {
                        what: format!("{kind} {name}"),
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

/// The object that a patch changes, by its target, or by what the patch itself says.
fn patched<'named>(
    inventory: &Inventory<'_>,
    patch: &Node<'_>,
    folder: &RepoPath,
    objects: &'named [Named],
) -> Option<&'named Named> {
    let is_meant = |kind: Option<&str>, name: Option<&str>| {
        objects
            .iter()
            .find(|(own_kind, own_name)| kind == Some(own_kind) && name == Some(own_name))
    };
    let text = |path: &[&str]| patch.at(path).and_then(Node::as_str);
    let by_target = is_meant(text(&["target", "kind"]), text(&["target", "name"]));
    let in_file = patch.as_str().or_else(|| text(&["path"]));
    let file = in_file.and_then(|reference| folder.resolve(reference));
    let file = file.and_then(|file| {
        let text = inventory.inputs.snapshot.text(&file)?;
        by_content(text, &is_meant)
    });
    let inline = || by_content(text(&["patch"])?, &is_meant);
    by_target.or(file).or_else(inline)
}

/// The object that a strategic merge patch names.
fn by_content<'named>(
    text: &str,
    is_meant: &impl Fn(Option<&str>, Option<&str>) -> Option<&'named Named>,
) -> Option<&'named Named> {
    let stream = parse(text).ok()?;
    let mut roots = stream.documents.iter().map(|document| &document.root);
    roots.find_map(|root| {
        let text = |path: &[&str]| root.at(path).and_then(Node::as_str);
        is_meant(text(&["kind"]), text(&["metadata", "name"]))
    })
}

/// The objects of the app: kind and name.
fn named(inventory: &Inventory<'_>) -> Vec<Named> {
    let spots = [&inventory.database, &inventory.credential];
    let role = inventory.role.as_ref().filter(|_| inventory.is_object());
    let spots = spots.into_iter().flatten().chain(role);
    spots
        .filter_map(|spot| kind_and_name(inventory, spot))
        .collect()
}

fn kind_and_name(inventory: &Inventory<'_>, spot: &Spot) -> Option<Named> {
    const KINDS: [&str; 6] = [
        "Database",
        "DatabaseRole",
        "ExternalSecret",
        "SealedSecret",
        "Secret",
        "StringSecret",
    ];
    let objects = parsed(&inventory.inputs.clone(), &spot.path).ok()?;
    let root = spot.root(&objects.get(spot.document)?.root)?;
    let kind = root.get("kind")?.as_str()?;
    let kind = KINDS.into_iter().find(|known| *known == kind)?;
    let name = root.at(&["metadata", "name"])?.as_str()?;
    Some((kind, name.to_owned()))
}

/// Warnings of objects that Argo CD does not prune by itself, though they leave the repository.
pub(super) fn unpruned(inventory: &Inventory<'_>) -> Vec<String> {
    let spots = [&inventory.database, &inventory.credential];
    let warning = |spot: &Spot| {
        let text = inventory.inputs.snapshot.text(&spot.path)?;
        let objects = objects_in(&spot.path, text).ok()?;
        let root = spot.root(&objects.get(spot.document)?.root)?;
        let options = root.at(&["metadata", "annotations", SYNC_OPTIONS])?;
        let option = options
            .as_str()?
            .split(',')
            .find(|option| option.trim().starts_with("Prune="))?;
        let name = root.at(&["metadata", "name"])?.as_str()?;
        Some(format!(
            "{}:{}: with {option} Argo CD does not prune {name} by itself: delete it once it has left the repository",
            spot.path, options.line
        ))
    };
    spots.into_iter().flatten().filter_map(warning).collect()
}
