//! What an app lacks, in words.

use serde::Serialize;

use crate::declared::{
    DeclaredApp, DeclaredCredential, DeclaredDatabase, DeclaredRole, Mismatch, Piece, Place,
};

/// Whether an app is whole.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// All its pieces are there, and each leads to the next.
    Complete,
    /// It was removed, and its role keeps the data.
    Kept,
    /// Its role or database is declared as absent.
    Leaving,
    /// A piece is missing, or a reference leads elsewhere.
    Incomplete,
}

impl State {
    /// The state of an app.
    pub(super) fn of(app: &DeclaredApp) -> Self {
        if app.is_leaving() {
            Self::Leaving
        } else if app.is_kept() {
            Self::Kept
        } else if app.missing().is_empty() && app.mismatches().is_empty() {
            Self::Complete
        } else {
            Self::Incomplete
        }
    }

    /// The state as a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Kept => "removed, data kept",
            Self::Leaving => "leaving",
            Self::Incomplete => "incomplete",
        }
    }
}

/// The word of a piece for programs.
pub(super) fn word(piece: Piece) -> &'static str {
    match piece {
        Piece::Credential => "secret",
        Piece::Role => "role",
        Piece::Database => "database",
    }
}

/// The word of a mismatch for programs: the field that leads elsewhere.
pub(super) fn field(mismatch: Mismatch) -> &'static str {
    match mismatch {
        Mismatch::PasswordSecret => "passwordSecret",
        Mismatch::Owner => "owner",
    }
}

/// Every place where a piece of the app is declared once more, which does not count.
pub(super) fn duplicates(app: &DeclaredApp) -> Vec<(Piece, &Place)> {
    let credential = app.credential.iter().flat_map(|piece| &piece.again);
    let role = app.role.iter().flat_map(|piece| &piece.again);
    let database = app.database.iter().flat_map(|piece| &piece.again);
    let credential = credential.map(|place| (Piece::Credential, place));
    let role = role.map(|place| (Piece::Role, place));
    let database = database.map(|place| (Piece::Database, place));
    credential.chain(role).chain(database).collect()
}

/// What is wrong with an app, a few words each: what is missing, what leads elsewhere, what is there once more.
///
/// Of a Cluster whose manifest is not in the repository, the roles may be there all the same.
pub(super) fn problems(app: &DeclaredApp, has_manifest: bool) -> Vec<String> {
    let missing = app.missing();
    let mut found: Vec<String> = missing
        .iter()
        .rev()
        .map(|piece| without(*piece, app, has_manifest))
        .collect();
    if !app.is_leaving() {
        found.extend(app.mismatches().into_iter().map(|found| leads(found, app)));
    }
    let again = [Piece::Credential, Piece::Role, Piece::Database];
    found.extend(again.into_iter().filter_map(|piece| again_at(piece, app)));
    found
}

/// That a piece is missing.
fn without(piece: Piece, app: &DeclaredApp, has_manifest: bool) -> String {
    let names_secret = |role: &DeclaredRole| role.password_secret.is_some();
    match piece {
        Piece::Database => "no Database",
        Piece::Role if has_manifest => "no role",
        Piece::Role => "no role in the repository",
        // The role has one, which may be made by something else.
        Piece::Credential if app.login_role().is_some_and(names_secret) => {
            "no Secret in the repository"
        }
        Piece::Credential => "no Secret",
    }
    .to_owned()
}

/// Where a reference leads instead.
fn leads(mismatch: Mismatch, app: &DeclaredApp) -> String {
    let secret = |role: &DeclaredRole| role.password_secret.clone();
    let owner = |database: &DeclaredDatabase| database.owner.clone();
    let (field, value) = match mismatch {
        Mismatch::PasswordSecret => ("passwordSecret", app.login_role().and_then(secret)),
        Mismatch::Owner => ("owner", app.database.as_ref().and_then(owner)),
    };
    match value {
        Some(value) => format!("{field} is {value}"),
        None => format!("no {field}"),
    }
}

/// That a piece is declared once more, and where.
fn again_at(piece: Piece, app: &DeclaredApp) -> Option<String> {
    let credential = |piece: &DeclaredCredential| piece.again.clone();
    let (what, places) = match piece {
        Piece::Credential => ("Secret", app.credential.as_ref().map(credential)),
        Piece::Role => ("role", app.role.as_ref().map(|role| role.again.clone())),
        Piece::Database => ("Database", app.database.as_ref().map(|d| d.again.clone())),
    };
    match places.unwrap_or_default().as_slice() {
        [] => None,
        [place] => Some(format!("{what} again in {place}")),
        [first, rest @ ..] => Some(format!("{what} again in {first} and {} more", rest.len())),
    }
}
