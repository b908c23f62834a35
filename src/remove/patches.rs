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
/// What says whether data goes with its Database.
const POLICY: &str = "databaseReclaimPolicy";
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

/// Warnings of kustomizations that have patches of the Cluster's managed roles in themselves, which count entries or stand for
/// the whole list: what the manifest says of the role is then not all, and a number may come to mean another role.
pub(super) fn of_roles(inventory: &Inventory<'_>) -> Vec<String> {
    let snapshot = inventory.inputs.snapshot;
    if inventory.is_object() || inventory.inputs.app.role.is_none() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let files = snapshot.files();
    for (path, text) in files.filter(|(path, _)| KUSTOMIZATION_NAMES.contains(&path.file_name())) {
        let Ok(stream) = parse(text) else { continue };
        let roots = stream.documents.iter().map(|document| &document.root);
        let patches = roots.flat_map(|root| PATCHES.iter().filter_map(|key| root.get(key)));
        for patch in patches.flat_map(Node::items) {
            let inline = patch.get("patch").and_then(Node::as_str);
            let says = |text: &str| {
                text.contains("managed/roles")
                    || (text.contains("managed:") && text.contains("roles:"))
            };
            if inline.or(patch.as_str()).is_some_and(says) {
                found.push(format!(
                    "{path}:{}: this patch changes the Cluster's managed roles: see by hand that it does not give the role its login \
                     back, and that entries which it counts are still the same",
                    patch.line
                ));
            }
        }
    }
    found
}

/// Whether a kustomization changes reclaim policies of objects that it does not name, the app's Database perhaps among them:
/// by kind alone, by labels, by a pattern of names, or by a replacement.
pub(super) fn may_overrule(inventory: &Inventory<'_>) -> bool {
    let snapshot = inventory.inputs.snapshot;
    let mut files = snapshot.files();
    files.any(|(path, text)| {
        if !KUSTOMIZATION_NAMES.contains(&path.file_name()) {
            return false;
        }
        let Ok(stream) = parse(text) else {
            return text.contains(POLICY);
        };
        let mut roots = stream.documents.iter().map(|document| &document.root);
        roots.any(|root| {
            let mut patches = PATCHES
                .iter()
                .filter_map(|key| root.get(key))
                .flat_map(Node::items);
            let overrules = |patch: &Node<'_>| {
                let says = |text: &str| text.contains(POLICY);
                let file = file_of(patch, &path.parent());
                let in_file = file.and_then(|file| snapshot.text(&file));
                // A file that was not read may say anything.
                let is_meant = patch.get("target").is_some_and(may_be_database);
                let unread = in_file.is_none() && patch.get("patch").is_none();
                let inline = patch.at(&["patch"]).and_then(Node::as_str);
                is_meant && (unread || in_file.is_some_and(says) || inline.is_some_and(says))
            };
            patches.any(overrules) || (root.get("replacements").is_some() && text.contains(POLICY))
        })
    })
}

/// Whether a patch's target may be a Database that it does not name: kustomize takes kinds and names as patterns.
fn may_be_database(target: &Node<'_>) -> bool {
    let is_plain = |text: &str| {
        let mut letters = text.chars();
        letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '-')
    };
    let text = |key| target.get(key).and_then(Node::as_str);
    let may_be_kind = text("kind").is_none_or(|kind| kind == "Database" || !is_plain(kind));
    may_be_kind && text("name").is_none_or(|name| !is_plain(name))
}

/// The file that a patch is in.
fn file_of(patch: &Node<'_>, folder: &RepoPath) -> Option<RepoPath> {
    let path = patch.at(&["path"]).and_then(Node::as_str);
    folder.resolve(patch.as_str().or(path)?)
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
    let file = file_of(patch, folder);
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
