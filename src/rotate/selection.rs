//! The credentials of the apps that were asked for, each once, and what speaks against changing one.

use std::collections::{BTreeSet, HashMap};

use super::age::{Age, AgeSource};
use super::error::RotateError;
use super::examiner::Examiner;
use super::refusal::Refusal;
use super::sealed_secret::{PASSWORD_CHANGED, SealedSecret};
use super::values::Forms;
use super::{Inputs, PASSWORD};
use crate::declared::{DeclaredApp, Place};
use crate::domain::period::Period;
use crate::domain::time::UnixTime;
use crate::repo::path::RepoPath;

/// The credentials to change.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Each once, in the order in which their apps were asked for.
    pub credentials: Vec<Credential>,
    /// Those that are left as they are, since their passwords are not old enough.
    pub younger: Vec<Credential>,
    /// The apps that are passed over, since their passwords are not this repository's to change.
    pub elsewhere: Vec<Refusal>,
}

/// The sealed credential of one app, or of several that share it.
#[derive(Clone, Debug)]
pub struct Credential {
    /// The apps whose credential it is, whether they were asked for or not.
    pub apps: Vec<String>,
    /// Those of them that were asked for.
    pub asked: Vec<String>,
    /// The login role; none where the Cluster's manifest is elsewhere.
    pub role: Option<String>,
    /// Its SealedSecret.
    pub(super) sealed: SealedSecret,
    /// The forms of the whole connection that are sealed, and what is needed to write them anew.
    pub(super) forms: Forms,
    /// How old its password is, where that was asked for.
    pub age: Option<Age>,
    /// Where the Cluster itself uses the Secret, beside its roles.
    pub(super) used_by_cluster: Option<Place>,
    /// Whether the product made it.
    pub(super) is_own: bool,
    /// Whether CNPG takes a new password at once.
    pub(super) reloads: bool,
}

impl Credential {
    /// The Secret's name.
    pub fn secret(&self) -> &str {
        &self.sealed.name
    }

    /// The SealedSecret's file.
    pub fn path(&self) -> &RepoPath {
        &self.sealed.place.path
    }
}

impl Selection {
    /// The credentials of some apps. Where they were named, each must be one that can be changed here; else those that
    /// are changed elsewhere are passed over.
    ///
    /// # Errors
    /// When something speaks against changing one, and then of all of them what it is; or `--keep` names what it must
    /// not, or what is not there.
    pub fn of(
        inputs: &Inputs<'_>,
        apps: &[&DeclaredApp],
        are_named: bool,
    ) -> Result<Self, RotateError> {
        if inputs.keep.iter().any(|key| key == PASSWORD) {
            return Err(RotateError::KeepsPassword);
        }
        let mut selection = Self::default();
        let mut refused = Vec::new();
        let examiner = Examiner::new(inputs, apps);
        let mut numbers: HashMap<&str, usize> = HashMap::new();
        for app in apps {
            if let Some(number) = secret_of(app).and_then(|secret| numbers.get(secret)) {
                // Seen already: it is changed with the other one.
                if let Some(known) = selection.credentials.get_mut(*number) {
                    known.asked.push(app.name.clone());
                }
                continue;
            }
            match examiner.credential(app) {
                Ok(credential) => {
                    let number = selection.credentials.len();
                    numbers.extend(secret_of(app).map(|secret| (secret, number)));
                    selection.credentials.push(credential);
                }
                Err(refusal) if refusal.is_elsewhere() && !are_named => {
                    selection.elsewhere.push(refusal);
                }
                Err(refusal) => refused.push(refusal),
            }
        }
        if !refused.is_empty() {
            return Err(RotateError::Refused(refused));
        }
        let is_there = |key: &&String| {
            let mut credentials = selection.credentials.iter();
            !credentials.any(|credential| credential.sealed.seals(key))
        };
        match inputs.keep.iter().find(is_there) {
            Some(key) => Err(RotateError::NothingToKeep { key: key.clone() }),
            None => Ok(selection),
        }
    }
}

impl Selection {
    /// Reads the annotations that say how old passwords are; gives a warning for each that is no date.
    pub fn read_days(&mut self) -> Vec<String> {
        let mut warnings = Vec::new();
        for credential in &mut self.credentials {
            let Some(text) = &credential.sealed.changed else {
                continue;
            };
            match UnixTime::of_date(text) {
                Some(since) => {
                    let source = AgeSource::Annotation;
                    credential.age = Some(Age { since, source });
                }
                None => warnings.push(format!(
                    "{}: the annotation {PASSWORD_CHANGED} is no date such as 2026-08-01: {text:?}",
                    credential.sealed.place
                )),
            }
        }
        warnings
    }

    /// The files of the credentials of which nothing says yet how old they are, each once.
    pub fn undated(&self) -> BTreeSet<&RepoPath> {
        let credentials = self.credentials.iter();
        let undated = credentials.filter(|credential| credential.age.is_none());
        undated.map(Credential::path).collect()
    }

    /// Leaves the passwords as they are that are younger than the period, and those whose age nobody knows.
    pub fn keep_older(&mut self, period: &Period, now: UnixTime) {
        let credentials = std::mem::take(&mut self.credentials);
        let is_older = |credential: &Credential| {
            let age = credential.age.map(|age| now.since(age.since));
            age.is_some_and(|age| age >= period.duration())
        };
        (self.credentials, self.younger) = credentials.into_iter().partition(is_older);
    }
}

/// The Secret that an app's role takes its password from, where it is the app's credential.
pub(super) fn secret_of(app: &DeclaredApp) -> Option<&str> {
    app.credential.as_ref().map(|found| found.name.as_str())
}
