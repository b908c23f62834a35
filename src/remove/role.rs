//! What becomes of a role: it is closed, dropped, or taken out.

use super::database::with_comment;
use super::error::RemoveError;
use super::inventory::{Inventory, Spot};
use super::{Fate, Piece};
use crate::declared::kept::KEY;
use crate::declared::{DeclaredRole, Kept, RoleSource};
use crate::domain::engine::Engine;
use crate::repo::draft::Draft;
use crate::repo::edit::{Addition, Edit, Step as PathStep, apply};
use crate::repo::yaml::{Node, parse};

/// Takes login and password from the role, which stays as the owner of what it owns.
pub(super) fn close(inventory: &Inventory<'_>, draft: &mut Draft<'_>) -> Result<(), RemoveError> {
    let Some(spot) = &inventory.role else {
        return Ok(());
    };
    let steps = steps(inventory.is_object(), spot);
    close_at(spot, &steps, draft)?;
    if let Some(comment) = kept(inventory) {
        let path = [steps.as_slice(), &[PathStep::Key(KEY)]].concat();
        with_comment(spot, &path, &comment, draft);
    }
    for login in inventory.beside.open_logins() {
        let steps = self::steps(is_object(login.role), &login.spot);
        close_at(&login.spot, &steps, draft)?;
    }
    Ok(())
}

/// Takes login and password from the role at a spot.
fn close_at(
    spot: &Spot,
    steps: &[PathStep<'static>],
    draft: &mut Draft<'_>,
) -> Result<(), RemoveError> {
    edit(spot, draft, |role| {
        let path = |key| [steps, &[PathStep::Key(key)]].concat();
        let mut edits = vec![
            Edit::set(&path("login"), Addition::Bool(false)),
            Edit::set(&path(KEY), Addition::Bool(true)),
        ];
        // A certificate to log in with is nothing for a role that does not, and CNPG refuses one.
        for key in ["passwordSecret", "clientCertificate"] {
            if role.get(key).is_some() {
                edits.push(Edit::remove(&path(key)));
            }
        }
        edits
    })
}

/// Whether a role is an object of its own.
fn is_object(role: &DeclaredRole) -> bool {
    matches!(role.source, RoleSource::DatabaseRole(_))
}

/// What is said beside the role of what it keeps, where that does not follow from its name.
fn kept(inventory: &Inventory<'_>) -> Option<String> {
    let kept = Kept {
        app: inventory.inputs.app.name.clone(),
        database: match inventory.database_name() {
            Some(database) => database.to_owned(),
            // What nothing declares is not guessed from the role's name: somebody else's database may be called so.
            None => String::new(),
        },
    };
    kept.comment(inventory.role_name()?)
}

/// Says of the role that it is to be dropped: at once for an entry of the Cluster, with its object for a DatabaseRole.
pub(super) fn drop(
    inventory: &Inventory<'_>,
    draft: &mut Draft<'_>,
) -> Result<Vec<Piece>, RemoveError> {
    let Some(spot) = &inventory.role else {
        return Ok(Vec::new());
    };
    let engine = inventory.inputs.target.engine();
    let note = drop_at(engine, inventory.is_object(), spot, draft)?;
    for companion in &inventory.beside.roles {
        drop_at(engine, is_object(companion.role), &companion.spot, draft)?;
    }
    let role = inventory.role_piece(Fate::Changes(note.to_owned()));
    let until = || Fate::Stays("until the role is gone".to_owned());
    let database = inventory.database_piece(until());
    let credential = inventory.credential_piece(until());
    let pieces = role.into_iter().chain(database).chain(credential);
    let mut pieces: Vec<Piece> = pieces.collect();
    let beside = &inventory.beside;
    pieces.extend(beside.manifest_pieces(&until(), &until()));
    pieces.extend(beside.role_pieces(|_| Fate::Changes(note.to_owned())));
    pieces.extend(beside.release_members(inventory.inputs, draft)?);
    Ok(pieces)
}

/// Says of a role that it is to be dropped; gives what happens then.
fn drop_at(
    engine: Engine,
    is_object: bool,
    spot: &Spot,
    draft: &mut Draft<'_>,
) -> Result<&'static str, RemoveError> {
    let steps = steps(is_object, spot);
    // The comments say why `lint` is not to speak of it.
    let (key, value, comment, note) = if is_object {
        (
            "databaseRoleReclaimPolicy",
            "delete",
            "pgdb:ignore PGDB711 on its way out",
            match engine {
                Engine::Cnpg => "CNPG drops the role when its object goes",
                Engine::Postgres => "the next sync drops the role",
            },
        )
    } else {
        (
            "ensure",
            "absent",
            "pgdb:ignore PGDB712 on its way out",
            "CNPG drops the role",
        )
    };
    let path = [steps.as_slice(), &[PathStep::Key(key)]].concat();
    edit(spot, draft, |_| {
        vec![Edit::set(&path, Addition::Text(value.to_owned()))]
    })?;
    with_comment(spot, &path, comment, draft);
    Ok(note)
}

/// Takes the entries of the role, and of those beside it, out of the Cluster; gives where the objects are that are to go.
pub(super) fn take_out(
    inventory: &Inventory<'_>,
    draft: &mut Draft<'_>,
) -> Result<Vec<Spot>, RemoveError> {
    let own = inventory
        .role
        .iter()
        .map(|spot| (inventory.is_object(), spot));
    let beside = inventory.beside.roles.iter();
    let beside = beside.map(|found| (is_object(found.role), &found.spot));
    let (objects, entries): (Vec<_>, Vec<_>) =
        own.chain(beside).partition(|(is_object, _)| *is_object);
    // All of them are in the Cluster's manifest, and by their numbers before the first goes.
    if let Some((_, first)) = entries.first() {
        let text = draft.text(&first.path).unwrap_or_default();
        let gone = entries.iter();
        let edits: Vec<Edit<'_>> = gone
            .map(|(_, spot)| Edit::remove(&steps(false, spot)))
            .collect();
        let edited = apply(text, first.document, &edits).map_err(|source| RemoveError::Edit {
            path: first.path.clone(),
            source,
        })?;
        draft.write(&first.path, edited);
    }
    Ok(objects.into_iter().map(|(_, spot)| spot.clone()).collect())
}

/// The steps from a document's top level to the role's fields.
fn steps(is_object: bool, spot: &Spot) -> Vec<PathStep<'static>> {
    let key = PathStep::Key;
    match (is_object, spot.item) {
        (true, None) => vec![key("spec")],
        (true, Some(item)) => vec![key("items"), PathStep::Item(item), key("spec")],
        (false, item) => {
            let list = [key("spec"), key("managed"), key("roles")];
            let item = item.map(PathStep::Item);
            list.into_iter().chain(item).collect()
        }
    }
}

/// Edits the document with the role.
fn edit<'path>(
    spot: &Spot,
    draft: &mut Draft<'_>,
    edits: impl FnOnce(&Node<'_>) -> Vec<Edit<'path>>,
) -> Result<(), RemoveError> {
    let text = draft.text(&spot.path).unwrap_or_default().to_owned();
    let stream = parse(&text).map_err(|source| RemoveError::NotYaml {
        path: spot.path.clone(),
        source,
    })?;
    let document = stream.documents.get(spot.document);
    let Some(role) = document.and_then(|document| role_in(&document.root, spot)) else {
        return Ok(());
    };
    let edited = apply(&text, spot.document, &edits(role)).map_err(|source| RemoveError::Edit {
        path: spot.path.clone(),
        source,
    })?;
    draft.write(&spot.path, edited);
    Ok(())
}

/// The role's fields.
fn role_in<'tree, 'text>(root: &'tree Node<'text>, spot: &Spot) -> Option<&'tree Node<'text>> {
    if let Some(roles) = root.at(&["spec", "managed", "roles"]) {
        return roles.items().get(spot.item?);
    }
    spot.root(root)?.get("spec")
}
