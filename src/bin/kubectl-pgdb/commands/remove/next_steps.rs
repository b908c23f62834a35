//! What `remove` says when a stage is written.

use pgdb::domain::kubernetes_name::AppName;
use pgdb::domain::postgres_name::{DatabaseName, RoleName};
use pgdb::domain::visible::visible;
use pgdb::new_app::Verb;
use pgdb::remove::{Fate, Goal, Inputs, Piece, Plan, Script, Stage, Step};

use super::Call;
use crate::proposal::{git_commands, shell_word};

/// What was, or would be, done, and what comes next.
pub(super) fn said(
    call: &Call<'_>,
    inputs: &Inputs<'_>,
    plan: &Plan,
    step: Step,
    scripts: &[Script],
) -> String {
    let dry_run = call.args.dry_run.is_client();
    let begin = if dry_run { "Would write" } else { "Wrote" };
    let mut text = format!("{begin} stage {} of {}:", step.number, step.of);
    for change in plan.changes.changes() {
        let verb = match Verb::of(change) {
            Verb::Create => "create",
            Verb::Edit => "edit  ",
            Verb::Delete => "delete",
        };
        text.push_str(&format!("\n  {verb} {}", change.path()));
    }
    if !dry_run {
        let subject = subject(step.stage, &inputs.app.name);
        text.push('\n');
        text.push_str(&git_commands(&plan.changes, &subject, &call.workspace.root));
        let after = after(call, inputs, plan, step);
        text.push_str(&format!("\n\nOnce Argo CD has synced it:\n  {after}"));
    }
    for found in scripts {
        text.push('\n');
        text.push_str(&script(found));
    }
    text
}

/// A script with what it is for, ready to be pasted.
pub(super) fn script(script: &Script) -> String {
    format!(
        "\nAs a superuser, this {}:\n{}",
        script.purpose,
        visible(&script.command)
    )
}

/// What is said where nothing is left to do.
pub(super) fn already_done(inputs: &Inputs<'_>, plan: &Plan) -> String {
    let app = &inputs.app.name;
    let place = format!("{app} on {}", inputs.target.place());
    let role = plan.role.as_deref().unwrap_or_default();
    format!(
        "{place} is removed already: nothing to write. The role {role:?} keeps its data.\n  kubectl pgdb new-app {app} ...    # \
         takes role and data over again\n  kubectl pgdb remove {app} --drop-database    # drops them"
    )
}

/// The subject of the stage's commit.
fn subject(stage: Stage, app: &str) -> String {
    match stage {
        Stage::Retain => format!("Keep the data of {app} when its Database goes"),
        Stage::Close => format!("Close the access to the database of {app}, and keep its data"),
        Stage::Detach => format!("Take the Database of {app} out, and keep its data"),
        Stage::DropDatabase => format!("Drop the database of {app}"),
        Stage::DropRole => format!("Drop the role of {app}"),
        Stage::TakeOut => format!("Take out what is left of {app}"),
    }
}

/// What comes once the stage is synced.
fn after(call: &Call<'_>, inputs: &Inputs<'_>, plan: &Plan, step: Step) -> String {
    let app = &inputs.app.name;
    let namespace = &inputs.target.namespace;
    let look = match inputs.target.server {
        Some(_) => "kubectl pgdb sync --status    #".to_owned(),
        None => {
            format!("kubectl get databases.postgresql.cnpg.io,secrets --namespace {namespace}    #")
        }
    };
    match step.stage {
        Stage::Close => format!(
            "{look} {}\n  {} ...    # later, to take the role and its data over again",
            gone(plan),
            anew(app, plan)
        ),
        Stage::Detach => format!("{look} {}", gone(plan)),
        Stage::TakeOut => format!("{look} nothing of {app} is there any more"),
        Stage::Retain | Stage::DropDatabase | Stage::DropRole => {
            format!("{}    # the next stage", again(call, inputs))
        }
    }
}

/// Which of the app's objects go with a stage that keeps the data.
fn gone(plan: &Plan) -> &'static str {
    let goes = |is_meant: fn(&Piece) -> bool| {
        let mut pieces = plan.pieces.iter();
        pieces.any(|piece| is_meant(piece) && matches!(piece.fate, Fate::Goes(_)))
    };
    match (
        goes(|piece| piece.kind == "Database"),
        goes(|piece| piece.kind != "Database"),
    ) {
        (true, true) => "Database and Secret are gone",
        (true, false) => "the Database is gone",
        (false, true) => "the Secret is gone",
        (false, false) => "nothing of it is gone",
    }
}

/// The call that takes a kept role and its database over: with their names, where the app's name does not give them.
fn anew(app: &str, plan: &Plan) -> String {
    let mut words = vec!["kubectl pgdb new-app".to_owned(), shell_word(app)];
    let parsed: Option<AppName> = app.parse().ok();
    let role = parsed.as_ref().and_then(|app| RoleName::of_app(app).ok());
    let database = parsed
        .as_ref()
        .and_then(|app| DatabaseName::of_app(app).ok());
    let mut flag = |name: &str, value: Option<&str>, by_app: Option<String>| {
        let differs = value.filter(|value| by_app.as_deref() != Some(value));
        words.extend(differs.map(|value| format!("{name} {}", shell_word(value))));
    };
    flag(
        "--user",
        plan.role.as_deref(),
        role.map(|name| name.to_string()),
    );
    flag(
        "--database",
        plan.database.as_deref(),
        database.map(|name| name.to_string()),
    );
    words.join(" ")
}

/// The same call once more.
fn again(call: &Call<'_>, inputs: &Inputs<'_>) -> String {
    let mut words = vec![
        "kubectl pgdb remove".to_owned(),
        shell_word(&inputs.app.name),
    ];
    let mut flag = |name: &str, value: Option<String>| {
        words.extend(value.map(|value| format!("{name} {}", shell_word(&value))));
    };
    let repo = call.global.repo.as_ref();
    flag("--repo", repo.map(|path| path.display().to_string()));
    flag("--target", call.global.target.clone());
    flag("--namespace", call.global.namespace.clone());
    flag("--cluster-file", call.args.target.cluster_file.clone());
    flag("--cluster", call.args.target.cluster_name.clone());
    if inputs.goal == Goal::DropDatabase {
        words.push("--drop-database".to_owned());
    }
    words.join(" ")
}
