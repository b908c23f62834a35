//! The second and the third step: the application reads the new login's credential, and the old login is closed.

use super::Inputs;
use super::error::TurnError;
use super::roles::RoleEdits;
use super::state::State;
use crate::declared::DeclaredCredential;
use crate::domain::time::UnixTime;
use crate::repo::draft::Draft;
use crate::repo::edit::{Edit, apply};
use crate::repo::enlisting::delist;
use crate::repo::path::RepoPath;
use crate::rotate::PASSWORD_CHANGED;
use crate::rotate::sealed_secret::{Located, SealedSecret};

/// Puts the values that were sealed for it into the app's Secret, and lets the old login keep its password.
pub(super) fn switch(
    state: &State<'_>,
    inputs: &Inputs<'_>,
    now: UnixTime,
    draft: &mut Draft<'_>,
) -> Result<(), TurnError> {
    set_values(state, inputs, now, draft)?;
    let mut edits = RoleEdits::new(inputs.snapshot);
    if let Some(incoming) = state.incoming_role {
        edits.give(incoming, state.subject.secret.as_str())?;
    }
    edits.keep(state.active)?;
    edits.write(draft)
}

fn set_values(
    state: &State<'_>,
    inputs: &Inputs<'_>,
    now: UnixTime,
    draft: &mut Draft<'_>,
) -> Result<(), TurnError> {
    let Some(next) = &state.next else {
        return Ok(());
    };
    let not_kept = |key: &str| TurnError::NotKept {
        place: next.place.clone(),
        key: key.to_owned(),
    };
    for key in ["username", "password"] {
        if !next.kept.contains_key(key) {
            return Err(not_kept(key));
        }
    }
    let credential = inputs.app.credential.as_ref();
    let sealed = credential.and_then(|credential| located(inputs, credential));
    let sealed = sealed.ok_or_else(|| TurnError::NoSubject {
        app: inputs.app.name.clone(),
        reason: "no SealedSecret makes its Secret".to_owned(),
    })?;
    let mut edits = Vec::new();
    for (key, value) in &next.kept {
        if !sealed.seals(key) {
            return Err(not_kept(key));
        }
        let path = sealed.steps(&["spec", "encryptedData", key]);
        edits.push(Edit::set_text(&path, value.clone()));
    }
    if sealed.changed.is_some() {
        let path = sealed.steps(&["metadata", "annotations", PASSWORD_CHANGED]);
        edits.push(Edit::set_text(&path, now.date()));
    }
    let path = &sealed.place.path;
    let text = draft.text(path).unwrap_or_default();
    let edited = apply(text, sealed.document, &edits).map_err(|source| TurnError::Edit {
        path: path.clone(),
        source,
    })?;
    draft.write(path, edited);
    Ok(())
}

/// The app's SealedSecret.
fn located(inputs: &Inputs<'_>, credential: &DeclaredCredential) -> Option<SealedSecret> {
    let found = Located::of(inputs.snapshot, [credential].into_iter());
    found.get(credential).cloned()
}

/// Closes the old login, and takes out what was there for the turn alone.
pub(super) fn retire(
    state: &State<'_>,
    inputs: &Inputs<'_>,
    draft: &mut Draft<'_>,
) -> Result<(), TurnError> {
    let mut edits = RoleEdits::new(inputs.snapshot);
    for role in &state.outgoing {
        edits.close(role)?;
    }
    edits.write(draft)?;
    let files = [&state.files.sealed, &state.files.job_file];
    let there: Vec<&RepoPath> = files
        .into_iter()
        .filter(|path| inputs.snapshot.text(path).is_some())
        .collect();
    delist(&there, draft)?;
    for path in there {
        draft.delete(path);
    }
    Ok(())
}
