//! What `rotate --two-role` says of a step, and what comes next.

use pgdb::domain::visible::visible;
use pgdb::new_app::Verb;
use pgdb::rotate::turns::{Plan, Step};

use super::Call;
use crate::declared_apps::DeclaredApps;
use crate::proposal::{git_commands, shell_word, verification};

/// What the step does.
pub(super) fn begins(app: &str, plan: &Plan) -> String {
    let Plan { to, secret, .. } = plan;
    let from = plan.from.join(" and ");
    let what = match plan.step {
        Step::Add => {
            format!("{to} is added beside {from}, with a credential that nobody reads yet")
        }
        Step::Switch => {
            format!("the Secret {secret} gets the credential of {to}; {from} logs in as before")
        }
        Step::Retire if plan.from.is_empty() => {
            format!("what was there to bring {to} in leaves the repository")
        }
        Step::Retire => format!("{from} is closed; {to} stays"),
    };
    let text = format!("{app}: step {} of 3: {what}.", plan.step.number());
    visible(&text).into_owned()
}

/// What may fail where a step begins though the last one was not seen done.
pub(super) fn risk(step: Step) -> &'static str {
    match step {
        Step::Add | Step::Switch => {
            "where PostgreSQL does not know the new login yet, the application cannot log in"
        }
        Step::Retire => {
            "what reads the old credential still cannot log in any more once its sessions end"
        }
    }
}

/// What was, or would be, done, and what comes next.
pub(super) fn said(call: &Call<'_>, apps: &DeclaredApps, plan: &Plan) -> String {
    let dry_run = call.args.dry_run.is_client();
    let begin = if dry_run { "Would write" } else { "Wrote" };
    let mut text = format!("{begin} step {} of 3:", plan.step.number());
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
    let app = call.name;
    let subject = match plan.step {
        Step::Add => format!("Add the login {} of {app}", plan.to),
        Step::Switch => format!("Switch {app} to the login {}", plan.to),
        Step::Retire => format!("Close the old login of {app}"),
    };
    text.push('\n');
    text.push_str(&git_commands(&plan.changes, &subject, &call.workspace.root));
    let again = again(call);
    match plan.step {
        Step::Add => text.push_str(&format!(
            "\n\nOnce Argo CD has synced it:\n  {again}    # step 2: {app} reads the new credential"
        )),
        Step::Switch => text.push_str(&format!(
            "\n\nOnce Argo CD has synced it, and what reads its Secret at the start alone is restarted:\n  {again}    # step 3: the \
             old login is closed"
        )),
        Step::Retire => {
            let is_named = call.args.target.is_named();
            let cluster = is_named.then_some(apps.target.cluster.as_str());
            text.push('\n');
            text.push_str(&verification(&shell_word(app), cluster, call.global));
        }
    }
    text
}

/// The same call once more.
fn again(call: &Call<'_>) -> String {
    let mut words = vec![
        "kubectl pgdb rotate".to_owned(),
        shell_word(call.name),
        "--two-role".to_owned(),
    ];
    let repo = call.global.repo.as_ref();
    let flags = [
        ("--repo", repo.map(|path| path.display().to_string())),
        ("--target", call.global.target.clone()),
        ("--namespace", call.global.namespace.clone()),
        ("--cluster-file", call.args.target.cluster_file.clone()),
        ("--cluster", call.args.target.cluster_name.clone()),
    ];
    for (name, value) in flags {
        words.extend(value.map(|value| format!("{name} {}", shell_word(&value))));
    }
    words.join(" ")
}
