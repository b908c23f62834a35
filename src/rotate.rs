//! `rotate`: new passwords for apps that are there.
//!
//! Of a SealedSecret only the values that hold the password change, and where it says on which day that was made, that
//! day; every other byte stays. The controller opens them, CNPG gives the new password to the role, and Reflector carries
//! it to the mirrors. What is sealed cannot be read here: a sealed value of which it is not known that it does not hold
//! the password is an error.

mod age;
mod error;
mod examiner;
mod history;
mod refusal;
mod replacing;
mod report;
pub mod reseal;
mod sealed_secret;
mod selection;
#[cfg(test)]
mod tests;
pub mod turns;
mod values;
mod warnings;

use std::collections::BTreeMap;

use rand::CryptoRng;

use crate::declared::Declared;
use crate::domain::password::{Password, PasswordLength};
use crate::domain::time::UnixTime;
use crate::repo::change_set::ChangeSet;
use crate::repo::documents::parts;
use crate::repo::draft::Draft;
use crate::repo::edit::{Addition, Edit, EditError, apply};
use crate::repo::path::RepoPath;
use crate::repo::snapshot::Snapshot;
use crate::sealing::SealingKey;
use crate::target::Target;

pub use age::{Age, AgeSource};
pub use error::RotateError;
pub use history::History;
pub use refusal::{Reason, Refusal};
pub use replacing::{Replacement, replace};
pub use report::{AgeReport, AppReport, Call, LeftReport, Report};
pub use sealed_secret::PASSWORD_CHANGED;
pub use selection::{Credential, Selection};

/// The key of the password in every credential.
const PASSWORD: &str = "password";

/// What is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'input> {
    /// The PostgreSQL that the apps are on.
    pub target: &'input Target,
    /// What was read of the repository.
    pub snapshot: &'input Snapshot,
    /// The apps that it declares.
    pub declared: &'input Declared,
    /// The sealed keys of which the user says that they do not hold the password.
    pub keep: &'input [String],
    /// What is to become of the credentials.
    pub purpose: Purpose,
}

/// What is to become of credentials.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Purpose {
    /// They get new passwords.
    NewPassword,
    /// They keep their passwords, and are sealed again.
    Reseal,
}

/// Where the new passwords come from.
pub enum NewPassword {
    /// One of this length for each credential.
    Generate(PasswordLength),
    /// This one, for one credential.
    Given(Password),
}

/// What is changed of one credential.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Rotation {
    /// The apps whose credential it is.
    pub apps: Vec<String>,
    /// Its Secret.
    pub secret: String,
    /// The SealedSecret's file.
    pub path: RepoPath,
    /// The keys of the sealed values that are replaced, in order.
    pub keys: Vec<String>,
    /// How old the password was that goes, where that was asked for.
    pub age: Option<Age>,
}

/// What `rotate` is to do.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Plan {
    /// The files to write.
    pub changes: ChangeSet,
    /// What is changed, in the order in which the apps were asked for.
    pub rotations: Vec<Rotation>,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// Plans a new password for each credential; `rng` must be the system's generator, or seeded by it.
///
/// # Errors
/// When one password is given for several credentials, a file cannot be edited safely, or a value cannot be sealed.
/// Nothing is to be written then.
pub fn plan(
    inputs: &Inputs<'_>,
    selection: &Selection,
    password: NewPassword,
    key: &SealingKey,
    now: UnixTime,
    rng: &mut impl CryptoRng,
) -> Result<Plan, RotateError> {
    let count = selection.credentials.len();
    if matches!(password, NewPassword::Given(_)) && count > 1 {
        return Err(RotateError::OnePassword { count });
    }
    let mut edits = Edits::default();
    let mut plan = Plan::default();
    for credential in &selection.credentials {
        let generated;
        let new = match &password {
            NewPassword::Generate(length) => {
                generated = Password::generate(*length, rng);
                &generated
            }
            NewPassword::Given(password) => password,
        };
        let values = values::sealed(credential, inputs.target, new, key, rng)?;
        plan.warnings.extend(warnings::of(credential, new, key));
        plan.rotations.push(rotation(credential, &values));
        edits.set_values(credential, values);
        edits.set_day(credential, now);
    }
    plan.changes = edits.made(inputs.snapshot)?;
    Ok(plan)
}

fn rotation(credential: &Credential, values: &[(String, String)]) -> Rotation {
    Rotation {
        apps: credential.apps.clone(),
        secret: credential.secret().to_owned(),
        path: credential.path().clone(),
        keys: values.iter().map(|(key, _)| key.clone()).collect(),
        age: credential.age,
    }
}

/// Changes by their files and documents: what is in one document is edited at once.
#[derive(Default)]
struct Edits<'credential> {
    edits: BTreeMap<&'credential RepoPath, BTreeMap<usize, Vec<Edit<'credential>>>>,
}

impl<'credential> Edits<'credential> {
    /// Puts sealed values in the place of those of their keys, or of their templates.
    fn set_values(&mut self, credential: &'credential Credential, values: Vec<(String, String)>) {
        let sealed = &credential.sealed;
        for (key, value) in values {
            let mut keys = sealed.encrypted.iter().map(|(key, _)| key);
            let mut templated = credential.forms.templated.iter();
            if let Some(key) = keys.find(|known| **known == key) {
                let path = sealed.steps(&["spec", "encryptedData", key]);
                self.add(credential, Edit::set_text(&path, value));
            } else if let Some(key) = templated.find(|known| **known == key) {
                let template = sealed.steps(&["spec", "template", "data", key]);
                self.add(credential, Edit::remove(&template));
                let path = sealed.steps(&["spec", "encryptedData"]);
                self.add(
                    credential,
                    Edit::insert_key(&path, key, Addition::Text(value)),
                );
            }
        }
    }

    /// Says of a credential that says on which day its password was made that it was today.
    fn set_day(&mut self, credential: &'credential Credential, now: UnixTime) {
        let sealed = &credential.sealed;
        if sealed.changed.is_some() {
            let path = sealed.steps(&["metadata", "annotations", PASSWORD_CHANGED]);
            self.add(credential, Edit::set_text(&path, now.date()));
        }
    }

    fn add(&mut self, credential: &'credential Credential, edit: Edit<'credential>) {
        let sealed = &credential.sealed;
        let documents = self.edits.entry(&sealed.place.path).or_default();
        documents.entry(sealed.document).or_default().push(edit);
    }

    /// The changes of the files.
    fn made(self, snapshot: &Snapshot) -> Result<ChangeSet, RotateError> {
        let mut draft = Draft::new(snapshot);
        self.write(&mut draft)?;
        Ok(draft.into_change_set())
    }

    /// Changes the files in a draft.
    fn write(self, draft: &mut Draft<'_>) -> Result<(), RotateError> {
        for (path, documents) in self.edits {
            let text = draft.text(path).unwrap_or_default();
            let new = edited(text, &documents).map_err(|source| RotateError::Edit {
                path: path.clone(),
                source,
            })?;
            draft.write(path, new);
        }
        Ok(())
    }
}

/// A text with the edits of its documents. Where there are many of them, each is edited by itself, so that the time grows
/// with their number alone.
fn edited(text: &str, documents: &BTreeMap<usize, Vec<Edit<'_>>>) -> Result<String, EditError> {
    let parts = (documents.len() > 1).then(|| parts(text)).flatten();
    let Some(parts) = parts else {
        return in_turn(text, 0, documents.iter());
    };
    let mut new = String::with_capacity(text.len());
    for part in parts {
        let first = part.documents.start;
        let edits = documents.range(part.documents);
        new.push_str(&in_turn(part.text, first, edits).map_err(|error| {
            // Its line would be that of the part.
            let whole = in_turn(text, 0, documents.iter());
            whole.err().unwrap_or(error)
        })?);
    }
    Ok(new)
}

/// A text with edits of its documents, whose numbers begin with `first`.
fn in_turn<'edits>(
    text: &str,
    first: usize,
    documents: impl Iterator<Item = (&'edits usize, &'edits Vec<Edit<'edits>>)>,
) -> Result<String, EditError> {
    let mut new = text.to_owned();
    for (number, edits) in documents {
        new = apply(&new, number.saturating_sub(first), edits)?;
    }
    Ok(new)
}
