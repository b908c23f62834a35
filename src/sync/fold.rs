//! Changes of declarations become one change of the sync file.

use super::manifest::Manifest;
use super::objects::{access_object, database_object, role_object};
use super::reading::{Row, row};
use super::{Declarations, SyncError, SyncFile};
use crate::render::Templates;
use crate::repo::change_set::{Change, ChangeSet};
use crate::repo::inside::file_of;
use crate::repo::path::RepoPath;
use crate::repo::snapshot::Snapshot;
use crate::target::Target;

/// What changes are folded with.
#[derive(Clone, Copy)]
pub struct Folding<'input> {
    /// The server that the declarations are of.
    pub target: &'input Target,
    /// What was read of the repository.
    pub snapshot: &'input Snapshot,
    /// The templates in use.
    pub templates: &'input Templates,
}

/// The same changes with one change of the sync file in place of those of declarations in it; it stands where the first of
/// them stood. Where none is changed, the file is made what it would be written as now.
///
/// # Errors
/// When what is there cannot be read, or what is declared is nothing that a server can have.
pub fn fold(changes: ChangeSet, folding: Folding<'_>) -> Result<ChangeSet, SyncError> {
    let is_inside = |change: &Change| file_of(change.path()).1.is_some();
    let Some(file) = folding.target.sync_file() else {
        return Ok(changes);
    };
    let before = folding.snapshot.text(&file);
    if before.is_none() && !changes.changes().iter().any(is_inside) {
        return Ok(changes);
    }
    let mut declarations = match before {
        Some(text) => SyncFile::read(&file, text)?.declarations,
        None => Declarations::default(),
    };
    for change in changes.changes().iter().filter(|change| is_inside(change)) {
        take(&mut declarations, change)?;
    }
    // In the order of their names, so that rows of two branches seldom meet in one place.
    declarations.rows.roles.sort_by(|a, b| a.name.cmp(&b.name));
    let databases = &mut declarations.rows.databases;
    databases.sort_by(|a, b| a.name.cmp(&b.name));
    declarations.access.sort_by(|a, b| a.app.cmp(&b.app));
    let manifest = Manifest {
        target: folding.target,
        declarations: &declarations,
    };
    let text = manifest.render(folding.templates)?;
    Ok(replaced(changes, &file, before, &text))
}

/// Puts one change in place of those of declarations.
fn replaced(changes: ChangeSet, file: &RepoPath, before: Option<&str>, text: &str) -> ChangeSet {
    let mut folded = ChangeSet::default();
    let mut is_written = false;
    for change in changes.changes() {
        if file_of(change.path()).1.is_none() {
            folded.push(change.clone());
        } else if !std::mem::replace(&mut is_written, true) {
            folded.write(file.clone(), before, text.to_owned());
        }
    }
    if !is_written {
        // Also what the settings or this program's scripts say may have changed.
        folded.write(file.clone(), before, text.to_owned());
    }
    folded
}

/// Takes a change into the rows.
fn take(declarations: &mut Declarations, change: &Change) -> Result<(), SyncError> {
    let (_, object) = file_of(change.path());
    let object = object.unwrap_or_default();
    let rows = &mut declarations.rows;
    let Some(text) = change.after() else {
        rows.roles.retain(|row| role_object(row) != object);
        rows.databases.retain(|row| database_object(row) != object);
        let access = &mut declarations.access;
        access.retain(|row| access_object(row) != object);
        return Ok(());
    };
    match row(change.path(), text)? {
        Row::Role(new) => put(&mut rows.roles, new, |row| role_object(row) == object),
        Row::Database(new) => put(&mut rows.databases, new, |row| {
            database_object(row) == object
        }),
        Row::Access(new) => put(&mut declarations.access, new, |row| {
            access_object(row) == object
        }),
    }
    Ok(())
}

/// Puts a row in the place of the one that it is instead of, else behind the others.
fn put<T>(rows: &mut Vec<T>, new: T, is_same: impl Fn(&T) -> bool) {
    match rows.iter_mut().find(|row| is_same(row)) {
        Some(row) => *row = new,
        None => rows.push(new),
    }
}
