//! New passwords for several credentials, each with its own, as one part of a larger change.

use rand::CryptoRng;

use super::error::RotateError;
use super::selection::Selection;
use super::{Edits, Inputs, values, warnings};
use crate::declared::DeclaredApp;
use crate::domain::password::Password;
use crate::domain::time::UnixTime;
use crate::repo::draft::Draft;
use crate::sealing::SealingKey;

/// A password for an app's credential.
pub struct Replacement<'input> {
    /// The app.
    pub app: &'input DeclaredApp,
    /// Its new password.
    pub password: Password,
}

/// Writes new sealed values into a draft; gives what the user should know. No two of the apps are to share a credential.
/// `sealed` is called after each. `rng` must be the system's generator, or seeded by it.
///
/// # Errors
/// As [`Selection::of`] for named apps, and where a value cannot be sealed or a file not be edited safely. The draft is
/// not to be used then.
pub fn replace(
    inputs: &Inputs<'_>,
    replacements: Vec<Replacement<'_>>,
    key: &SealingKey,
    now: UnixTime,
    draft: &mut Draft<'_>,
    mut rng: &mut (impl CryptoRng + ?Sized),
    sealed: &(dyn Fn() + Sync),
) -> Result<Vec<String>, RotateError> {
    let apps: Vec<&DeclaredApp> = replacements.iter().map(|found| found.app).collect();
    let selection = Selection::of(inputs, &apps, true)?;
    let mut edits = Edits::default();
    let mut said = Vec::new();
    for (credential, replacement) in selection.credentials.iter().zip(&replacements) {
        let password = &replacement.password;
        let values = values::sealed(credential, inputs.target, password, key, &mut rng)?;
        said.extend(warnings::of(credential, password, key));
        edits.set_values(credential, values);
        edits.set_day(credential, now);
        sealed();
    }
    edits.write(draft)?;
    Ok(said)
}
