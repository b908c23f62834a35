//! What becomes of a Database before it goes: its data is protected, or its database is dropped.

use super::error::RemoveError;
use super::extraction::take_objects_out;
use super::inventory::{Inventory, RoleState, Spot, WAS_TO_BE_DROPPED};
use super::{Fate, Inputs, Piece};
use crate::declared::Place;
use crate::domain::app::{App, AppOptions, Share};
use crate::domain::engine::Engine;
use crate::domain::kubernetes_name::{AppName, ObjectName};
use crate::domain::postgres_name::{DatabaseName, RoleName};
use crate::render::Template;
use crate::repo::draft::Draft;
use crate::repo::edit::{self, Addition, Edit, EditError, Step as PathStep, append, apply};
use crate::repo::kustomization::Kustomization;
use crate::repo::path::RepoPath;

/// Why `lint` is not to speak of `ensure: absent`.
const COMMENT: &str = "pgdb:ignore PGDB712 on its way out";

/// Says of the Database that its data stays when its object goes, and that this was not so.
pub(super) fn retain(
    inventory: &Inventory<'_>,
    draft: &mut Draft<'_>,
) -> Result<Vec<Piece>, RemoveError> {
    if let Some(spot) = &inventory.database {
        let policy = path(spot, &["spec", "databaseReclaimPolicy"]);
        let mark = path(spot, &["metadata", "annotations", WAS_TO_BE_DROPPED]);
        edit(
            spot,
            draft,
            &[
                Edit::set(&policy, Addition::Text("retain".to_owned())),
                Edit::set(&mark, Addition::Text("delete".to_owned())),
            ],
        )?;
    }
    let database = inventory.database_piece(Fate::Changes(
        "its data stays when its object goes: databaseReclaimPolicy retain".to_owned(),
    ));
    let role = inventory.role_piece(Fate::Stays("until the next stage".to_owned()));
    let until = || Fate::Stays("until the next stage".to_owned());
    let credential = inventory.credential_piece(until());
    let pieces = database.into_iter().chain(role).chain(credential);
    let beside = &inventory.beside;
    let manifests = beside.manifest_pieces(&until(), &until());
    let roles = beside.role_pieces(|_| until());
    Ok(pieces.chain(manifests).chain(roles).collect())
}

/// Says of the Database that its database is to be dropped; makes one where there is none any more.
pub(super) fn drop(
    inventory: &Inventory<'_>,
    draft: &mut Draft<'_>,
    warnings: &mut Vec<String>,
) -> Result<Vec<Piece>, RemoveError> {
    let note = match inventory.inputs.target.engine() {
        Engine::Cnpg => "CNPG drops the database, with all its data",
        Engine::Postgres => "the next sync drops the database, with all its data",
    };
    let database = match &inventory.database {
        Some(spot) => {
            let ensure = path(spot, &["spec", "ensure"]);
            let absent = Addition::Text("absent".to_owned());
            edit(spot, draft, &[Edit::set(&ensure, absent)])?;
            with_comment(spot, &ensure, COMMENT, draft);
            inventory.database_piece(Fate::Changes(note.to_owned()))
        }
        None => Some(make(inventory, note, draft)?),
    };
    let why = match inventory.role_state() {
        RoleState::Shared => inventory.why_shared(),
        _ => "until the database is gone".to_owned(),
    };
    let role = inventory.role_piece(Fate::Stays(why.clone()));
    let credential = inventory.credential_piece(Fate::Stays(why.clone()));
    let pieces = database.into_iter().chain(role).chain(credential);
    let mut pieces: Vec<Piece> = pieces.collect();
    let beside = &inventory.beside;
    let note = "its Job finds no database any more";
    let running = Fate::Goes(note.to_owned());
    pieces.extend(beside.manifest_pieces(&running, &Fate::Stays(why.clone())));
    pieces.extend(beside.role_pieces(|_| Fate::Stays(why.clone())));
    pieces.extend(beside.staying_members());
    take_objects_out(inventory, &beside.running_spots(), draft, warnings)?;
    Ok(pieces)
}

/// Makes a Database that says no more than that its database is to be dropped.
fn make(
    inventory: &Inventory<'_>,
    note: &str,
    draft: &mut Draft<'_>,
) -> Result<Piece, RemoveError> {
    let inputs = inventory.inputs;
    let app = app(inventory)?;
    let path = inputs.target.object_file(&format!("{}-db", app.name))?;
    if draft.text(&path).is_some() {
        return Err(RemoveError::FileTaken { path });
    }
    let template = Template::Database;
    let text = inputs
        .templates
        .render(template, &app, inputs.target, &[], &[])?;
    let spot = Spot {
        path: path.clone(),
        document: 0,
        item: None,
    };
    draft.write(&path, text);
    let ensure = self::path(&spot, &["spec", "ensure"]);
    let absent = Addition::Text("absent".to_owned());
    edit(&spot, draft, &[Edit::set(&ensure, absent)])?;
    with_comment(&spot, &ensure, COMMENT, draft);
    list(inputs, &path, draft)?;
    Ok(Piece {
        kind: template.kind(),
        name: app.database_object.to_string(),
        place: Place { path, line: 1 },
        fate: Fate::Made(note.to_owned()),
    })
}

/// The app as far as its Database needs it.
fn app(inventory: &Inventory<'_>) -> Result<App, RemoveError> {
    let name: AppName = inventory.inputs.app.name.parse()?;
    let database = inventory.database_name().unwrap_or_default();
    let role: RoleName = match inventory.role_name() {
        Some(role) => role.parse()?,
        None => RoleName::of_app(&name)?,
    };
    let database: DatabaseName = database.parse()?;
    Ok(App {
        namespaces: Vec::new(),
        secret: ObjectName::of_app(&name, "-db-creds"),
        database_object: ObjectName::of_app(&name, "-db"),
        role_object: ObjectName::of_app(&name, "-role"),
        role,
        database,
        name,
        options: AppOptions {
            share: Share::Database,
            ..AppOptions::default()
        },
    })
}

/// Enters a new file where a kustomization lists the folder's resources.
fn list(inputs: &Inputs<'_>, file: &RepoPath, draft: &mut Draft<'_>) -> Result<(), RemoveError> {
    let found = Kustomization::of_folder(inputs.snapshot, &inputs.target.directory);
    let found = found.map_err(|(path, source)| RemoveError::NotYaml { path, source })?;
    let Some(kustomization) = found else {
        return Ok(());
    };
    let entry = file.relative_to(&kustomization.path.parent());
    let (Some(entry), false) = (entry, kustomization.lists(file)) else {
        return Ok(());
    };
    let text = draft.text(&kustomization.path).unwrap_or_default();
    let entries = [Addition::Text(entry.to_owned())];
    let edited = append(text, 0, &["resources"], &entries);
    let edited = edited.map_err(|source| edit_error(&kustomization.path, source))?;
    draft.write(&kustomization.path, edited);
    Ok(())
}

/// The steps to a field of an object.
fn path<'keys>(spot: &Spot, keys: &[&'keys str]) -> Vec<PathStep<'keys>> {
    let item = spot
        .item
        .map(|item| [PathStep::Key("items"), PathStep::Item(item)]);
    let item = item.into_iter().flatten();
    item.chain(keys.iter().map(|key| PathStep::Key(key)))
        .collect()
}

fn edit(spot: &Spot, draft: &mut Draft<'_>, edits: &[Edit<'_>]) -> Result<(), RemoveError> {
    let text = draft.text(&spot.path).unwrap_or_default();
    let edited = apply(text, spot.document, edits);
    let edited = edited.map_err(|source| edit_error(&spot.path, source))?;
    draft.write(&spot.path, edited);
    Ok(())
}

fn edit_error(path: &RepoPath, source: EditError) -> RemoveError {
    RemoveError::Edit {
        path: path.clone(),
        source,
    }
}

/// Puts a comment behind a plain value that ends its line; leaves the text as it is where that is not so.
pub(super) fn with_comment(
    spot: &Spot,
    path: &[PathStep<'_>],
    comment: &str,
    draft: &mut Draft<'_>,
) {
    let text = draft.text(&spot.path).unwrap_or_default();
    if let Some(commented) = edit::with_comment(text, spot.document, path, comment) {
        draft.write(&spot.path, commented);
    }
}
