//! `migrate-roles`: moves roles between the Cluster's `spec.managed.roles` and objects of kind DatabaseRole, so that no moment
//! leaves a role unmanaged.
//!
//! A move has two stages, each a commit. In the first one the role is declared at its new place as well; CNPG goes by the
//! managed role as long as it is there. In the second one the old declaration goes, which is refused until the cluster shows
//! the new one: that is the plan's [`Requirement`], which [`Requirement::look`] compares with a [`Sight`]. Which stage comes is
//! told from what the repository says each time. Every attribute moves as it is written, comments included.
//!
//! Source of the order: CloudNativePG `internal/management/controller/databaserole_controller.go`. An object waits with
//! `database role is already managed by the CNPG cluster` while the Cluster has an entry of that name, and drops no role then,
//! whatever its reclaim policy says.

mod attributes;
mod declaration;
mod error;
mod fields;
mod inventory;
mod patches;
mod report;
mod requirement;
mod taking_out;
#[cfg(test)]
mod tests;
mod to_entry;
mod to_object;

use crate::declared::{Declared, DeclaredApp};
use crate::domain::choice::RoleStyle;
use crate::render::Templates;
use crate::repo::change_set::ChangeSet;
use crate::repo::draft::Draft;
use crate::repo::snapshot::Snapshot;
use crate::target::Target;

pub use error::MigrateError;
pub use inventory::{Place, RoleMove};
pub use report::{Report, RoleReport};
pub use requirement::{Requirement, Seen, Sight};

use inventory::{Inventory, State};

/// What a plan is made from.
#[derive(Clone, Copy)]
pub struct Inputs<'input> {
    /// The apps whose roles move; with none, those of all apps that can.
    pub apps: &'input [&'input DeclaredApp],
    /// How the roles are to be declared.
    pub to: RoleStyle,
    /// All that the repository declares for the target.
    pub declared: &'input Declared,
    /// The PostgreSQL that the apps are on.
    pub target: &'input Target,
    /// What was read of the repository.
    pub snapshot: &'input Snapshot,
    /// The templates in use.
    pub templates: &'input Templates,
}

/// One commit's worth of a move.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stage {
    /// The roles are declared at their new place as well.
    Declare,
    /// The old declarations go.
    TakeOut,
}

/// What `migrate-roles` is to do now.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Plan {
    /// The stage; none where nothing is left to do.
    pub stage: Option<Stage>,
    /// The files to write.
    pub changes: ChangeSet,
    /// The roles that move in this stage, in the order of the apps.
    pub roles: Vec<RoleMove>,
    /// What the cluster has to show before.
    pub requirements: Vec<Requirement>,
    /// Roles that are declared as asked already.
    pub done: Vec<String>,
    /// What the user should know.
    pub warnings: Vec<String>,
}

impl Stage {
    /// The word for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Declare => "declare",
            Self::TakeOut => "take-out",
        }
    }

    /// From 1, of 2.
    pub fn number(self) -> usize {
        match self {
            Self::Declare => 1,
            Self::TakeOut => 2,
        }
    }

    /// What it does, in a few words.
    pub fn title(self, to: RoleStyle) -> &'static str {
        match (self, to) {
            (Self::Declare, RoleStyle::DatabaseRole) => {
                "DatabaseRole objects are written, and the Cluster's entries stay and win"
            }
            (Self::Declare, RoleStyle::Managed) => {
                "entries are added to the Cluster and win, and the DatabaseRole objects stay"
            }
            (Self::TakeOut, RoleStyle::DatabaseRole) => {
                "the Cluster's entries go, and the DatabaseRole objects take over"
            }
            (Self::TakeOut, RoleStyle::Managed) => "the DatabaseRole objects go",
        }
    }
}

/// Plans the next stage: the first one as long as a role is yet to be declared at its new place.
///
/// # Errors
/// When a role is none that can move, or is declared more than once, or a file cannot be edited safely. Nothing is to be
/// written then.
pub fn plan(inputs: &Inputs<'_>) -> Result<Plan, MigrateError> {
    let inventory = Inventory::of(inputs)?;
    let of_state = |state: State| {
        inventory
            .roles
            .iter()
            .filter(move |role| role.state == state)
    };
    let stage = if of_state(State::Old).next().is_some() {
        Some(Stage::Declare)
    } else if of_state(State::Both).next().is_some() {
        Some(Stage::TakeOut)
    } else {
        None
    };
    let mut plan = Plan {
        stage,
        changes: ChangeSet::default(),
        roles: Vec::new(),
        requirements: Vec::new(),
        done: of_state(State::New).map(|role| role.name.clone()).collect(),
        warnings: inventory.warnings.clone(),
    };
    let Some(stage) = stage else { return Ok(plan) };
    let mut draft = Draft::new(inputs.snapshot);
    let moving: Vec<_> = match stage {
        Stage::Declare => of_state(State::Old).collect(),
        Stage::TakeOut => of_state(State::Both).collect(),
    };
    plan.roles = match (stage, inputs.to) {
        (Stage::Declare, RoleStyle::DatabaseRole) => {
            to_object::declare(inputs, &moving, &mut draft)?
        }
        (Stage::Declare, RoleStyle::Managed) => {
            to_entry::declare(inputs, &moving, &mut draft, &mut plan.warnings)?
        }
        (Stage::TakeOut, _) => {
            plan.requirements = requirement::before(inputs, &moving);
            taking_out::take_out(inputs, &moving, &mut draft, &mut plan.warnings)?
        }
    };
    plan.changes = draft.into_change_set();
    Ok(plan)
}
