//! What `migrate-roles` says before and after a stage is written.

use pgdb::domain::choice::RoleStyle;
use pgdb::domain::visible::visible;
use pgdb::migrate_roles::{Inputs, Plan, Stage};
use pgdb::new_app::Verb;

use super::Call;
use crate::proposal::{git_commands, shell_word, verification};

/// So many roles are named one by one.
const MOST: usize = 10;

/// What moves, and in which stage.
pub(super) fn page(call: &Call<'_>, inputs: &Inputs<'_>, plan: &Plan, stage: Stage) -> String {
    let mut text = format!(
        "Roles of the Cluster {} in {}, stage {} of 2: {}.",
        inputs.target.cluster,
        inputs.target.namespace,
        stage.number(),
        stage.title(call.to)
    );
    for role in plan.roles.iter().take(MOST) {
        text.push_str(&format!(
            "\n  {:?}: {} -> {}",
            role.role, role.from, role.to
        ));
    }
    if let Some(more) = plan.roles.len().checked_sub(MOST).filter(|more| *more > 0) {
        text.push_str(&format!("\n  and {more} more"));
    }
    visible(&text).into_owned()
}

/// What was, or would be, done, and what comes next.
pub(super) fn said(call: &Call<'_>, plan: &Plan, stage: Stage) -> String {
    let dry_run = call.args.dry_run.is_client();
    let begin = if dry_run { "Would write" } else { "Wrote" };
    let mut text = format!("{begin} stage {} of 2:", stage.number());
    for change in plan.changes.changes() {
        let verb = match Verb::of(change) {
            Verb::Create => "create",
            Verb::Edit => "edit  ",
            Verb::Delete => "delete",
        };
        text.push_str(&format!("\n  {verb} {}", change.path()));
    }
    if dry_run {
        return text;
    }
    let subject = subject(call.to, plan, stage);
    text.push('\n');
    text.push_str(&git_commands(&plan.changes, &subject, &call.workspace.root));
    let cluster = call.args.target.cluster_name.as_deref();
    text.push_str(&match stage {
        Stage::Declare => format!(
            "\n\nOnce Argo CD has synced it:\n  {}    # the next stage",
            again(call)
        ),
        Stage::TakeOut => format!(
            "\n{}{}",
            verification(&words(call), cluster, call.global),
            settings(call.to)
        ),
    });
    text
}

/// What is said where nothing is left to do.
pub(super) fn already_done(call: &Call<'_>, inputs: &Inputs<'_>, plan: &Plan) -> String {
    let what = match plan.done.as_slice() {
        [] => "No role".to_owned(),
        [role] => format!("The role {role:?}"),
        roles => format!("All {} roles", roles.len()),
    };
    let place = match (call.to, plan.done.len()) {
        (_, 0) => "can move".to_owned(),
        (RoleStyle::Managed, 1) => "is one of the Cluster's managed roles already".to_owned(),
        (RoleStyle::Managed, _) => "are the Cluster's managed roles already".to_owned(),
        (RoleStyle::DatabaseRole, 1) => "is declared by a DatabaseRole already".to_owned(),
        (RoleStyle::DatabaseRole, _) => "are declared by DatabaseRole objects already".to_owned(),
    };
    let text = format!(
        "{what} of the Cluster {} in {} {place}: nothing to write.",
        inputs.target.cluster, inputs.target.namespace
    );
    visible(&text).into_owned()
}

/// What the settings are to say, so that `new-app` declares further roles in the same way.
fn settings(to: RoleStyle) -> String {
    format!(
        "\n\nFor `roles: {}` in .pgdb.yaml, new-app declares further roles in the same way.",
        to.as_str()
    )
}

/// The subject of the stage's commit.
fn subject(to: RoleStyle, plan: &Plan, stage: Stage) -> String {
    let what = match plan.roles.as_slice() {
        [role] => format!("the role of {}", role.app),
        roles => format!("the roles of {} apps", roles.len()),
    };
    match (stage, to) {
        (Stage::Declare, RoleStyle::DatabaseRole) => {
            format!("Declare {what} by DatabaseRole objects too")
        }
        (Stage::Declare, RoleStyle::Managed) => format!("Declare {what} by the Cluster too"),
        (Stage::TakeOut, RoleStyle::DatabaseRole) => format!("Take {what} out of the Cluster"),
        (Stage::TakeOut, RoleStyle::Managed) => {
            format!("Take out the DatabaseRole objects of {what}")
        }
    }
}

/// The apps as words of the command line.
fn words(call: &Call<'_>) -> String {
    if call.args.all {
        return "--all".to_owned();
    }
    let names: Vec<String> = call
        .args
        .names
        .iter()
        .map(|name| shell_word(name))
        .collect();
    names.join(" ")
}

/// The same call once more.
fn again(call: &Call<'_>) -> String {
    let mut all = vec!["kubectl pgdb migrate-roles".to_owned()];
    all.extend(Some(words(call)).filter(|words| !words.is_empty()));
    let repo = call.global.repo.as_ref();
    let flags = [
        ("--to", Some(call.to.as_str().to_owned())),
        ("--repo", repo.map(|path| path.display().to_string())),
        ("--target", call.global.target.clone()),
        ("--namespace", call.global.namespace.clone()),
        ("--cluster-file", call.args.target.cluster_file.clone()),
        ("--cluster", call.args.target.cluster_name.clone()),
    ];
    for (name, value) in flags {
        all.extend(value.map(|value| format!("{name} {}", shell_word(&value))));
    }
    all.join(" ")
}
