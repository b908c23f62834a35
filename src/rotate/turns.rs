//! `rotate --two-role`: a new password without a moment at which the one that an application reads is wrong.
//!
//! Two login roles, members of the owner, take turns. A turn is three steps, each a commit: a login is added with a
//! credential that nobody reads yet ([`Step::Add`]); once PostgreSQL knows it, the app's Secret gets it ([`Step::Switch`]);
//! once the application reads that everywhere, the old login is closed ([`Step::Retire`]). Which step comes is told from the
//! repository alone.

mod add;
mod error;
mod next_secret;
mod report;
mod roles;
mod state;
mod steps;

use std::collections::BTreeMap;

use rand::CryptoRng;

use crate::declared::{Declared, DeclaredApp, RoleSource};
use crate::domain::password::PasswordLength;
use crate::domain::time::UnixTime;
use crate::render::Templates;
use crate::repo::change_set::ChangeSet;
use crate::repo::draft::Draft;
use crate::repo::snapshot::Snapshot;
use crate::sealing::SealingKey;
use crate::target::Target;

pub use error::TurnError;
pub use report::TurnReport;

use state::State;

/// What a plan is made from.
#[derive(Clone, Copy)]
pub struct Inputs<'input> {
    /// The app.
    pub app: &'input DeclaredApp,
    /// All that the repository declares for the target.
    pub declared: &'input Declared,
    /// The PostgreSQL that the app is on.
    pub target: &'input Target,
    /// What was read of the repository.
    pub snapshot: &'input Snapshot,
    /// The templates in use.
    pub templates: &'input Templates,
    /// The sealed keys of which the user says that they do not hold the password.
    pub keep: &'input [String],
}

/// What a new credential is made with.
#[derive(Clone, Copy)]
pub struct Sealing<'input> {
    /// The key to seal with; only the first step needs it.
    pub key: Option<&'input SealingKey>,
    /// The length of the new password.
    pub length: PasswordLength,
}

/// One commit's worth of a turn.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Step {
    /// The next login is added, with a credential that nobody reads yet.
    Add,
    /// The app's Secret gets the next login's credential; the old login keeps its password.
    Switch,
    /// The old login is closed, and what was there for the turn alone goes.
    Retire,
}

/// What `rotate --two-role` is to do now.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Plan {
    /// The step.
    pub step: Step,
    /// The files to write.
    pub changes: ChangeSet,
    /// The role that owns the database.
    pub owner: String,
    /// The roles that log in and are to go; of the last step those that it closes.
    pub from: Vec<String>,
    /// The login that comes, or has come.
    pub to: String,
    /// The Secret that the application reads.
    pub secret: String,
    /// The next login, where its SealedSecret is in the repository by now.
    pub next: Option<NextLogin>,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// The next login, as the repository has it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NextLogin {
    /// The Secret with its credential.
    pub secret: String,
    /// The sealed values of that, by their keys.
    pub encrypted: BTreeMap<String, String>,
    /// What declares the role.
    pub source: Option<RoleSource>,
}

impl Step {
    /// The word for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Switch => "switch",
            Self::Retire => "retire",
        }
    }

    /// From 1 to 3.
    pub fn number(self) -> usize {
        match self {
            Self::Add => 1,
            Self::Switch => 2,
            Self::Retire => 3,
        }
    }
}

/// The step that comes next.
///
/// # Errors
/// When two roles cannot take turns for the app.
pub fn next_step(inputs: &Inputs<'_>) -> Result<Step, TurnError> {
    Ok(State::of(inputs)?.step)
}

/// Plans the step that comes next; `rng` must be the system's generator, or seeded by it.
///
/// # Errors
/// When two roles cannot take turns for the app, or a file cannot be written or edited. Nothing is to be written then.
pub fn plan(
    inputs: &Inputs<'_>,
    sealing: Sealing<'_>,
    now: UnixTime,
    rng: &mut impl CryptoRng,
) -> Result<Plan, TurnError> {
    let state = State::of(inputs)?;
    let mut draft = Draft::new(inputs.snapshot);
    let mut warnings = Vec::new();
    match state.step {
        Step::Add => warnings = add::add(&state, inputs, sealing, &mut draft, rng)?,
        Step::Switch => steps::switch(&state, inputs, now, &mut draft)?,
        Step::Retire => steps::retire(&state, inputs, &mut draft)?,
    }
    let from = match state.step {
        Step::Add | Step::Switch => vec![state.active.name.clone()],
        Step::Retire => {
            let outgoing = state.outgoing.iter();
            outgoing.map(|role| role.name.clone()).collect()
        }
    };
    let to = match state.step {
        Step::Add | Step::Switch => state.incoming.to_string(),
        Step::Retire => state.active.name.clone(),
    };
    Ok(Plan {
        step: state.step,
        changes: draft.into_change_set(),
        owner: state.owner.name.clone(),
        from,
        to,
        secret: state.subject.secret.to_string(),
        next: state.next.map(|next| NextLogin {
            secret: state.files.secret.clone(),
            encrypted: next.encrypted,
            source: state.incoming_role.map(|role| role.source.clone()),
        }),
        warnings,
    })
}
