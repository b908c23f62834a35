//! `remove`: takes an app out of the repository, in stages that each are a commit, and never loses data by accident.
//!
//! Which stage comes is told from what the repository says each time, so that an interrupted removal goes on with the same
//! command. By default access is closed and the data is kept: the Database and the credential leave the repository, and the
//! role stays as the owner of the data, without login and password. [`Goal::DropDatabase`] drops the database, then the role,
//! then takes out what is left. Some stages must not begin before the cluster shows the last one done: that is the plan's
//! [`Requirement`], which [`Requirement::look`] compares with a [`Sight`].

mod companions;
mod database;
mod error;
mod extraction;
mod inventory;
mod page;
mod patches;
mod pieces;
mod report;
mod requirement;
mod role;
mod sight;
mod stage;
#[cfg(test)]
mod tests;
mod unblocking;
mod users;

use std::fmt;

use crate::declared::{Declared, DeclaredApp, Place};
use crate::domain::postgres_name::DatabaseName;
use crate::render::Templates;
use crate::repo::change_set::ChangeSet;
use crate::repo::draft::Draft;
use crate::repo::snapshot::Snapshot;
use crate::sync::{Folding, fold};
use crate::target::Target;

pub use error::RemoveError;
pub use page::page;
pub use report::{PieceReport, Report, StageReport};
pub use requirement::{Requirement, Seen};
pub use sight::{Sight, SyncSight};
pub use stage::{Goal, Stage, Step};
pub use unblocking::{Blocked, Script, scripts};

use inventory::Inventory;

/// What a plan is made from.
#[derive(Clone, Copy)]
pub struct Inputs<'input> {
    /// The app.
    pub app: &'input DeclaredApp,
    /// What is to become of its data.
    pub goal: Goal,
    /// The database to drop, where nothing in the repository declares it any more.
    pub database: Option<&'input DatabaseName>,
    /// All that the repository declares for the target.
    pub declared: &'input Declared,
    /// The PostgreSQL that the app is on.
    pub target: &'input Target,
    /// What was read of the repository.
    pub snapshot: &'input Snapshot,
    /// Other files of the repository that mention the name of the app's Secret.
    pub mentioning: &'input Snapshot,
    /// The templates in use.
    pub templates: &'input Templates,
}

/// What `remove` is to do now.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Plan {
    /// The stage; none where nothing is left to do.
    pub step: Option<Step>,
    /// The files to write.
    pub changes: ChangeSet,
    /// What there is of the app in the repository, and what becomes of it in this stage.
    pub pieces: Vec<Piece>,
    /// What the cluster has to show before.
    pub requirements: Vec<Requirement>,
    /// The role in PostgreSQL; none where the repository names none.
    pub role: Option<String>,
    /// The database in PostgreSQL; none where the repository names none, and none is to be dropped.
    pub database: Option<String>,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// A piece of an app, and what becomes of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Piece {
    /// Its kind, such as `Database`; `role` for an entry of the Cluster.
    pub kind: &'static str,
    /// Its name: the object's, or the role's in PostgreSQL.
    pub name: String,
    /// Where it is.
    pub place: Place,
    /// What becomes of it.
    pub fate: Fate,
}

/// What becomes of a piece in a stage.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Fate {
    /// It leaves the repository, with what follows from that.
    Goes(String),
    /// It changes, to this.
    Changes(String),
    /// It is made anew, for this.
    Made(String),
    /// It stays as it is, for this reason.
    Stays(String),
}

/// Plans the next stage.
///
/// # Errors
/// When the app is not one that can be removed, a piece is declared more than once or in a patch, or a file cannot be edited
/// safely. Nothing is to be written then.
pub fn plan(inputs: &Inputs<'_>) -> Result<Plan, RemoveError> {
    let inventory = Inventory::of(inputs)?;
    let step = stage::next(&inventory)?;
    let mut plan = Plan {
        step,
        changes: ChangeSet::default(),
        pieces: Vec::new(),
        requirements: Vec::new(),
        role: inventory.role_name().map(str::to_owned),
        database: inventory.database_name().map(str::to_owned),
        warnings: inventory.warnings(),
    };
    let Some(step) = step else {
        plan.pieces = inventory.untouched();
        return Ok(plan);
    };
    let mut draft = Draft::new(inputs.snapshot);
    plan.requirements = requirement::before(step, &inventory);
    plan.pieces = match step.stage {
        Stage::Retain => database::retain(&inventory, &mut draft)?,
        Stage::Close | Stage::Detach => {
            extraction::close(&inventory, &mut draft, &mut plan.warnings)?
        }
        Stage::DropDatabase => database::drop(&inventory, &mut draft, &mut plan.warnings)?,
        Stage::DropRole => role::drop(&inventory, &mut draft)?,
        Stage::TakeOut => extraction::take_out(&inventory, &mut draft, &mut plan.warnings)?,
    };
    let folding = Folding {
        target: inputs.target,
        snapshot: inputs.snapshot,
        templates: inputs.templates,
    };
    plan.changes = fold(draft.into_change_set(), folding)?;
    Ok(plan)
}

impl Plan {
    /// The DatabaseRoles that the cluster has to show something of.
    pub fn role_objects(&self) -> Vec<String> {
        let requirements = self.requirements.iter();
        let objects = requirements.filter_map(|required| match required {
            Requirement::RoleGoesWithObject { object } => Some(object.clone()),
            _ => None,
        });
        objects.collect()
    }
}

impl Fate {
    /// The word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Goes(_) => "goes",
            Self::Changes(_) => "changes",
            Self::Made(_) => "made",
            Self::Stays(_) => "stays",
        }
    }

    /// What more is said of it; may be empty.
    pub fn note(&self) -> &str {
        match self {
            Self::Goes(note) | Self::Changes(note) | Self::Made(note) | Self::Stays(note) => note,
        }
    }
}

impl fmt::Display for Piece {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.kind, self.name)
    }
}
