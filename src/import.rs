//! `import`: many apps from one file, in one change.
//!
//! It adds and never takes away: an app that the repository lacks is planned as `new-app` does, one that is there is
//! compared setting by setting and edited where it differs, and one that the file does not name is left alone. What the file
//! does not say stays as it is. An app without a difference is not touched at all.

mod comparison;
mod edits;
mod error;
mod grants;
mod membership;
mod new;
mod opener;
mod openings;
mod passwords;
mod people;
mod report;
mod setting;
mod sorting;
mod update;

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use rand::CryptoRng;

use crate::apps_file::{Entry, Position, Problem};
use crate::declared::{Declared, DeclaredApp};
use crate::domain::app::AppOptions;
use crate::domain::kubernetes_name::{AppName, Namespace};
use crate::domain::password::PasswordLength;
use crate::domain::time::UnixTime;
use crate::export::Owners;
use crate::new_app::{Ground, NewAppError, Planned, plan_all, refusals};
use crate::repo::change_set::ChangeSet;
use crate::repo::draft::Draft;
use crate::repo::enlisting::enlist;
use crate::repo::path::RepoPath;
use crate::repo::snapshot::Snapshot;
use crate::sync::{Folding, SyncError, fold};

pub use report::{AppReport, Report};

use openings::Openings;
use sorting::{Outcomes, Sorted};

/// What a plan is made from.
pub struct Inputs<'input> {
    /// The target, the templates and the sealing key.
    pub ground: Ground<'input>,
    /// What was read of the repository.
    pub snapshot: &'input Snapshot,
    /// The apps that it declares for the target.
    pub declared: &'input Declared,
    /// What new apps have where the file says nothing.
    pub defaults: &'input Defaults,
    /// Whether a password in the file replaces one that is sealed already.
    pub replaces_passwords: bool,
    /// The time, for credentials that say on which day their passwords were made.
    pub now: UnixTime,
}

/// What new apps have where the file says nothing.
#[derive(Clone, Debug, Default)]
pub struct Defaults {
    /// The namespaces that credentials are mirrored to.
    pub namespaces: Vec<Namespace>,
    /// The settings.
    pub options: AppOptions,
    /// How long a password is that is made.
    pub password_length: PasswordLength,
}

/// What `import` is to do.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Plan {
    /// The files to write, in the order of the sync-waves.
    pub changes: ChangeSet,
    /// What becomes of each app, in the order of the file.
    pub apps: Vec<Outcome>,
    /// What the user should know.
    pub warnings: Vec<String>,
    /// The statements that give logins their privileges, to be run by hand; empty where there are none.
    pub sql: String,
}

/// Why nothing is planned.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ImportError {
    /// What is declared of a server cannot be read or written.
    Sync(SyncError),
    /// A credential is to be sealed, and there is no sealing key.
    NoKey,
    /// All that is wrong, in the order of the file.
    Problems(Vec<Problem>),
}

/// What becomes of one app.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Outcome {
    /// Its name.
    pub name: AppName,
    /// What becomes of it.
    pub action: Action,
}

/// What becomes of an app.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Action {
    /// It is new, or was not whole.
    Added,
    /// It is there, and these settings change.
    Updated(Vec<&'static str>),
    /// It is there as the file says.
    Unchanged,
}

/// Plans the apps of a file; `rng` must be the system's generator, or seeded by it. `sealed` is called after each
/// credential that was sealed, on whatever thread.
///
/// # Errors
/// All that is wrong, each with its place in the file. Nothing is to be written then.
pub fn plan(
    inputs: &Inputs<'_>,
    entries: Vec<Entry>,
    rng: &mut (impl CryptoRng + ?Sized),
    sealed: &(dyn Fn() + Sync),
) -> Result<Plan, ImportError> {
    let declared = inputs.declared.apps.iter();
    let known: HashMap<&str, &DeclaredApp> = declared.map(|app| (app.name.as_str(), app)).collect();
    let owners = Owners::of(inputs.declared);
    let roles = new::Roles::of(&entries, &known, &owners);
    let mut sorted = Sorted::default();
    for entry in entries {
        sorted.take(entry, &known, &owners, &roles, inputs);
    }
    sorted.check_names();
    sorted.warn_of_databases(inputs.declared);
    let openings = {
        let Sorted {
            taken,
            wanted,
            outcomes,
            ..
        } = &mut sorted;
        Openings::of(taken, wanted, inputs, outcomes)
    };
    let mut draft = Draft::new(inputs.snapshot);
    sorted.replace_passwords(inputs, &mut draft, rng, sealed)?;
    sorted.update(&openings.memberships, inputs, &mut draft);
    let Sorted {
        wanted,
        positions,
        outcomes,
        ..
    } = sorted;
    let Outcomes {
        apps,
        mut warnings,
        mut problems,
    } = outcomes;
    let files = openings.write(inputs, &mut draft);
    let files = files.unwrap_or_else(|problem| {
        problems.push(problem);
        Vec::new()
    });
    let planned = if problems.is_empty() {
        plan_all(inputs.ground, wanted, &mut draft, rng, sealed)
    } else {
        match refusals(inputs.ground, &wanted, inputs.snapshot) {
            refusals if refusals.is_empty() => Ok(Planned::default()),
            refusals => Err(refusals),
        }
    };
    match planned {
        Ok(planned) => warnings.extend(planned.warnings),
        Err(refusals)
            if refusals
                .iter()
                .any(|(_, error)| matches!(error, NewAppError::NoKey)) =>
        {
            return Err(ImportError::NoKey);
        }
        Err(refusals) => {
            let problem = |(number, refusal)| {
                let position = positions.get(number).copied().unwrap_or_default();
                error::of_new_app(position, &refusal)
            };
            problems.extend(refusals.into_iter().map(problem));
        }
    }
    // Last, so that no kustomization lists a file that is not there yet.
    let files: Vec<&RepoPath> = files.iter().collect();
    let enlisted = enlist(&inputs.ground.target.directory, &files, &mut draft);
    let enlisted = enlisted.map_err(|error| error::of_access(Position::default(), &error.into()));
    problems.extend(enlisted.err());
    if !problems.is_empty() {
        problems.sort();
        return Err(ImportError::Problems(problems));
    }
    let folding = Folding {
        target: inputs.ground.target,
        snapshot: inputs.snapshot,
        templates: inputs.ground.templates,
    };
    Ok(Plan {
        changes: fold(draft.into_change_set(), folding).map_err(ImportError::Sync)?,
        apps,
        warnings,
        sql: grants::script(&openings.by_hand),
    })
}
