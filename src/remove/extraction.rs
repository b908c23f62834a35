//! Taking an app's objects out of the repository: files, documents, items of lists, and kustomize's entries.

use std::collections::BTreeMap;

use super::companions::Part;
use super::error::RemoveError;
use super::inventory::{Inventory, RoleState, Spot};
use super::{Fate, Piece, role};
use crate::domain::engine::Engine;
use crate::repo::draft::Draft;
use crate::repo::edit::{Edit, EditError, Step as PathStep, apply, remove_document};
use crate::repo::kustomization::{Listing, listings};
use crate::repo::path::RepoPath;
use crate::repo::yaml::{Document, Node, parse};

/// Closes the access to the data: Database and credential go, and the role loses login and password.
pub(super) fn close(
    inventory: &Inventory<'_>,
    draft: &mut Draft<'_>,
    warnings: &mut Vec<String>,
) -> Result<Vec<Piece>, RemoveError> {
    let mut pieces = Vec::new();
    pieces.extend(match inventory.role_state() {
        RoleState::Shared => inventory.role_piece(Fate::Stays(inventory.why_shared())),
        RoleState::Active => {
            role::close(inventory, draft)?;
            inventory.role_piece(Fate::Changes(
                "stays as the owner of the data, without login and password".to_owned(),
            ))
        }
        _ => inventory.role_piece(Fate::Stays(
            "as the owner of the data, without login and password".to_owned(),
        )),
    });
    let note = "the database and its data stay in PostgreSQL";
    pieces.extend(inventory.database_piece(Fate::Goes(note.to_owned())));
    pieces.extend(credential(inventory));
    pieces.extend(inventory.service_pieces());
    let beside = &inventory.beside;
    let is_shared = inventory.role_state() == RoleState::Shared;
    let running = Fate::Goes("what it granted stays granted".to_owned());
    pieces.extend(beside.manifest_pieces(&running, &Fate::Goes(String::new())));
    pieces.extend(beside.role_pieces(|found| match found.part {
        _ if is_shared => Fate::Stays(inventory.why_shared()),
        Part::Login if found.role.is_kept() => Fate::Stays("without login and password".to_owned()),
        Part::Login => Fate::Changes("stays without login and password".to_owned()),
        Part::Group => Fate::Stays("with its privileges on the data".to_owned()),
    }));
    pieces.extend(beside.staying_members());
    take_objects_out(inventory, &going(inventory), draft, warnings)?;
    Ok(pieces)
}

/// Takes out what is left of an app whose database and role are dropped.
pub(super) fn take_out(
    inventory: &Inventory<'_>,
    draft: &mut Draft<'_>,
    warnings: &mut Vec<String>,
) -> Result<Vec<Piece>, RemoveError> {
    let mut pieces = Vec::new();
    let is_shared = inventory.role_state() == RoleState::Shared;
    let mut spots = going(inventory);
    if is_shared {
        pieces.extend(inventory.role_piece(Fate::Stays(inventory.why_shared())));
    } else {
        let note = match inventory.inputs.target.engine() {
            Engine::Cnpg if inventory.is_object() => "CNPG drops the role with its object",
            Engine::Cnpg | Engine::Postgres => "",
        };
        let goes = || Fate::Goes(note.to_owned());
        pieces.extend(inventory.role_piece(goes()));
        pieces.extend(inventory.beside.role_pieces(|_| goes()));
        pieces.extend(inventory.beside.manifest_pieces(&goes(), &goes()));
        spots.extend(role::take_out(inventory, draft)?);
    }
    pieces.extend(inventory.database_piece(Fate::Goes(String::new())));
    pieces.extend(credential(inventory));
    pieces.extend(inventory.service_pieces());
    take_objects_out(inventory, &spots, draft, warnings)?;
    Ok(pieces)
}

/// What becomes of what makes the Secret.
fn credential(inventory: &Inventory<'_>) -> Option<Piece> {
    if !inventory.credential_goes() {
        return inventory.credential_piece(Fate::Stays(inventory.why_used()));
    }
    let reflection = &inventory.inputs.app.credential.as_ref()?.reflection;
    let namespaces: Vec<String> = reflection.named().iter().map(ToString::to_string).collect();
    let note = match namespaces.as_slice() {
        [] if reflection.allowed => "Reflector takes its mirrors away".to_owned(),
        [] => String::new(),
        names => format!("Reflector takes its mirrors away: {}", names.join(", ")),
    };
    inventory.credential_piece(Fate::Goes(note))
}

/// What runs SQL in the database, what makes the Secret, where that goes, and where the Database is: of a command that was killed in between, the Database
/// tells how far the removal had come.
fn going(inventory: &Inventory<'_>) -> Vec<Spot> {
    let credential = inventory.credential.clone();
    let mut going = inventory.beside.manifest_spots();
    going.extend(credential.filter(|_| inventory.credential_goes()));
    going.extend(inventory.services.clone());
    going.extend(inventory.database.clone());
    going
}

/// Takes objects out of their files, each file's at once; a file with nothing else in it goes, and its entries in
/// kustomizations with it.
pub(super) fn take_objects_out(
    inventory: &Inventory<'_>,
    spots: &[Spot],
    draft: &mut Draft<'_>,
    warnings: &mut Vec<String>,
) -> Result<(), RemoveError> {
    let mut files: BTreeMap<&RepoPath, Vec<&Spot>> = BTreeMap::new();
    let mut order: Vec<&RepoPath> = Vec::new();
    for spot in spots {
        if !files.contains_key(&spot.path) {
            order.push(&spot.path);
        }
        files.entry(&spot.path).or_default().push(spot);
    }
    for path in order {
        let spots = files.get(path).map(Vec::as_slice).unwrap_or_default();
        let Some(text) = draft.text(path) else {
            continue;
        };
        let left = without(text, spots).map_err(|source| RemoveError::Edit {
            path: path.clone(),
            source,
        })?;
        match left {
            Some(left) => draft.write(path, left),
            None => {
                draft.delete(path);
                unlist(inventory, path, draft, warnings)?;
            }
        }
    }
    Ok(())
}

/// A file's text without these objects; none where nothing is left of it.
fn without(text: &str, spots: &[&Spot]) -> Result<Option<String>, EditError> {
    let documents = match parse(text) {
        Ok(stream) => stream.documents,
        // The edits say what is wrong.
        Err(_) => Vec::new(),
    };
    let items = |document: usize| -> Vec<usize> {
        let here = spots.iter().filter(|spot| spot.document == document);
        here.filter_map(|spot| spot.item).collect()
    };
    let is_whole = |document: usize| {
        let count = documents.get(document).map(items_of).unwrap_or_default();
        let is_object = spots
            .iter()
            .any(|spot| spot.document == document && spot.item.is_none());
        is_object || (count > 0 && items(document).len() == count)
    };
    let mut current = text.to_owned();
    for document in (0..documents.len()).rev() {
        if is_whole(document) {
            match remove_document(&current, document)? {
                Some(left) => current = left,
                None => return Ok(None),
            }
            continue;
        }
        let edits: Vec<Edit<'_>> = items(document)
            .into_iter()
            .map(|item| Edit::remove(&[PathStep::Key("items"), PathStep::Item(item)]))
            .collect();
        current = apply(&current, document, &edits)?;
    }
    Ok(Some(current))
}

/// How many items a List has.
fn items_of(document: &Document<'_>) -> usize {
    document
        .root
        .get("items")
        .map_or(0, |items: &Node<'_>| items.items().len())
}

/// Takes a file or folder that is gone out of every kustomization that lists it; one that is empty without it goes likewise,
/// where something else lists it.
fn unlist(
    inventory: &Inventory<'_>,
    gone: &RepoPath,
    draft: &mut Draft<'_>,
    warnings: &mut Vec<String>,
) -> Result<(), RemoveError> {
    for listing in listings(&draft.applied(), gone) {
        let folder = listing.path.parent();
        if listing.is_empty_without {
            if listings(inventory.inputs.snapshot, &folder).is_empty() {
                warnings.push(format!(
                    "{}: this kustomization lists nothing any more, which kustomize refuses to build: take it out of what deploys it",
                    listing.path
                ));
            } else {
                draft.delete(&listing.path);
                unlist(inventory, &folder, draft, warnings)?;
                continue;
            }
        }
        let text = draft.text(&listing.path).unwrap_or_default();
        let left = without_entries(text, &listing).map_err(|source| RemoveError::Edit {
            path: listing.path.clone(),
            source,
        })?;
        draft.write(&listing.path, left);
    }
    Ok(())
}

fn without_entries(text: &str, listing: &Listing) -> Result<String, EditError> {
    let edits: Vec<Edit<'_>> = listing
        .entries
        .iter()
        .map(|entry| Edit::remove(&[PathStep::Key("resources"), PathStep::Item(*entry)]))
        .collect();
    apply(text, 0, &edits)
}
