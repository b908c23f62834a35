//! Which stage comes, told from what the repository says.

mod seeing;
mod stages;
mod unblocking;

use super::{Goal, Inputs, Plan, RemoveError, plan};
use crate::declared;
use crate::domain::postgres_name::DatabaseName;
use crate::render::Templates;
use crate::repo::snapshot::Snapshot;
use crate::target::{Target, TargetRequest};

/// What is asked for.
#[derive(Clone, Copy, Debug, Default)]
struct Asked<'text> {
    goal: Goal,
    database: Option<&'text str>,
}

/// Drops the database.
const DROP: Asked<'_> = Asked {
    goal: Goal::DropDatabase,
    database: None,
};

/// Keeps the data.
const KEEP: Asked<'_> = Asked {
    goal: Goal::KeepData,
    database: None,
};

fn snapshot(files: &[(&str, &str)]) -> Snapshot {
    let files = files.iter();
    Snapshot::new(files.map(|(path, text)| (path.parse().unwrap(), (*text).to_owned())))
}

/// The plan for an app in a repository of these files.
fn planned(asked: Asked<'_>, app: &str, snapshot: &Snapshot) -> Result<Plan, RemoveError> {
    let target = Target::resolve(&TargetRequest::default(), snapshot).unwrap();
    let declared = declared::apps(snapshot, &target);
    let database: Option<DatabaseName> = asked.database.map(|name| name.parse().unwrap());
    let names: Vec<&str> = declared.apps.iter().map(|app| app.name.as_str()).collect();
    let found = declared.apps.iter().find(|found| found.name == app);
    plan(&Inputs {
        app: found.unwrap_or_else(|| panic!("no app {app} among {names:?} in {snapshot:#?}")),
        goal: asked.goal,
        database: database.as_ref(),
        declared: &declared,
        target: &target,
        snapshot,
        mentioning: &Snapshot::default(),
        templates: &Templates::default(),
    })
}

/// The stage, what has to be seen before, and what becomes of each piece; or why there is none.
fn told(plan: Result<Plan, RemoveError>) -> String {
    let plan = match plan {
        Ok(plan) => plan,
        Err(error) => return format!("refused: {error}"),
    };
    let Some(step) = plan.step else {
        assert!(plan.changes.is_empty());
        return "nothing left to do".to_owned();
    };
    let mut text = format!("{} {}/{}", step.stage.as_str(), step.number, step.of);
    for requirement in &plan.requirements {
        let must = if requirement.may_be_unseen() {
            "if seen, "
        } else {
            "once "
        };
        text.push_str(&format!("; {must}{}", requirement.told()));
    }
    for piece in &plan.pieces {
        text.push_str(&format!("; {piece} {}", piece.fate.word()));
    }
    text
}
