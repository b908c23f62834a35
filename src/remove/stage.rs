//! The stages of a removal, and which one comes next.

use super::error::RemoveError;
use super::inventory::{Inventory, RoleState};
use crate::declared::Ensure;
use crate::domain::choice::ReclaimPolicy;

/// What is to become of an app's data.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Goal {
    /// It stays, owned by a role that nobody logs in as.
    #[default]
    KeepData,
    /// It is dropped, and the role with it.
    DropDatabase,
}

/// One commit's worth of a removal.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stage {
    /// The Database says that its data stays when it goes.
    Retain,
    /// The Database and the credential leave the repository, and the role loses login and password.
    Close,
    /// The Database leaves the repository; the role is another app's too, or is not declared here, and stays as it is.
    Detach,
    /// The Database says that its database is to be dropped.
    DropDatabase,
    /// The role says that it is to be dropped.
    DropRole,
    /// What is left leaves the repository.
    TakeOut,
}

/// A stage, and the how manieth of how many it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Step {
    /// The stage.
    pub stage: Stage,
    /// From 1.
    pub number: usize,
    /// How many there are in all.
    pub of: usize,
}

impl Goal {
    /// The word for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::KeepData => "keep-data",
            Self::DropDatabase => "drop-database",
        }
    }
}

impl Stage {
    /// The word for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Retain => "retain",
            Self::Close => "close",
            Self::Detach => "detach",
            Self::DropDatabase => "drop-database",
            Self::DropRole => "drop-role",
            Self::TakeOut => "take-out",
        }
    }

    /// What it does, in a few words.
    pub fn title(self) -> &'static str {
        match self {
            Self::Retain => "the data is to stay when the Database goes",
            Self::Close => "access is closed, the data is kept",
            Self::Detach => {
                "the Database leaves, its data is kept, and the access of its owner stays as it is"
            }
            Self::DropDatabase => "the database is to be dropped, with all its data",
            Self::DropRole => "the role is to be dropped",
            Self::TakeOut => "what is left leaves the repository",
        }
    }
}

/// The stage that comes next; none where nothing is left to do.
pub(super) fn next(inventory: &Inventory<'_>) -> Result<Option<Step>, RemoveError> {
    let (stages, stage) = match inventory.inputs.goal {
        Goal::KeepData => keeping(inventory)?,
        Goal::DropDatabase => dropping(inventory),
    };
    let Some(stage) = stage else { return Ok(None) };
    let number = stages.iter().position(|found| *found == stage);
    Ok(Some(Step {
        stage,
        number: number.unwrap_or_default() + 1,
        of: stages.len(),
    }))
}

fn keeping(inventory: &Inventory<'_>) -> Result<(Vec<Stage>, Option<Stage>), RemoveError> {
    if inventory.inputs.app.is_leaving() {
        return Err(inventory.is_leaving());
    }
    let database = inventory.inputs.app.database.as_ref();
    let drops = database.is_some_and(|database| database.reclaim == ReclaimPolicy::Delete);
    let last = match inventory.role_state() {
        RoleState::Missing | RoleState::Shared => Stage::Detach,
        RoleState::Active | RoleState::Kept | RoleState::Leaving => Stage::Close,
    };
    let stages = if drops || inventory.was_to_be_dropped {
        vec![Stage::Retain, last]
    } else {
        vec![last]
    };
    let is_closed = matches!(
        inventory.role_state(),
        RoleState::Missing | RoleState::Kept | RoleState::Shared
    );
    let stage = match database {
        _ if drops => Some(Stage::Retain),
        None if is_closed && !inventory.credential_goes() => None,
        _ => Some(last),
    };
    Ok((stages, stage))
}

fn dropping(inventory: &Inventory<'_>) -> (Vec<Stage>, Option<Stage>) {
    let role = inventory.role_state();
    let drops_role = matches!(
        role,
        RoleState::Active | RoleState::Kept | RoleState::Leaving
    );
    let mut stages = vec![Stage::DropDatabase, Stage::DropRole, Stage::TakeOut];
    if !drops_role {
        stages.retain(|stage| *stage != Stage::DropRole);
    }
    if inventory.has_no_database() {
        stages.retain(|stage| *stage != Stage::DropDatabase);
    }
    let ensure = inventory
        .inputs
        .app
        .database
        .as_ref()
        .map(|database| database.ensure);
    let stage = match (ensure, role) {
        (Some(Ensure::Absent), RoleState::Active | RoleState::Kept) => Stage::DropRole,
        (Some(Ensure::Absent), _) | (None, RoleState::Leaving) => Stage::TakeOut,
        (None, RoleState::Kept) if inventory.has_no_database() => Stage::DropRole,
        (Some(Ensure::Present) | None, _) => Stage::DropDatabase,
    };
    (stages, Some(stage))
}
