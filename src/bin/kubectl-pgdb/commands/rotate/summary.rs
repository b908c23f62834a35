//! What `rotate` says when it is done.

use pgdb::rotate::{Plan, Rotation, Selection};
use pgdb::target::Target;

/// Apps are named one by one up to so many.
const MOST_NAMED: usize = 3;

/// The apps that are passed over, since their passwords are changed elsewhere.
pub(super) fn passed_over(selection: &Selection) -> Vec<String> {
    let elsewhere = selection.elsewhere.iter();
    elsewhere
        .map(|refusal| format!("passed over: {refusal}; {}", refusal.help()))
        .collect()
}

/// What was, or would be, done.
pub(super) fn of(plan: &Plan, target: &Target, dry_run: bool) -> String {
    let place = format!("the Cluster {} in {}", target.cluster, target.namespace);
    if plan.changes.is_empty() {
        return format!("No password on {place} is to change: nothing to write.");
    }
    let begin = if dry_run { "Would write" } else { "Wrote" };
    let what = match plan.rotations.len() {
        1 => "a new password".to_owned(),
        count => format!("{count} new passwords"),
    };
    let lines = plan.rotations.iter().map(line);
    format!("{begin} {what} on {place}:{}", lines.collect::<String>())
}

fn line(rotation: &Rotation) -> String {
    format!(
        "\n  {}: {} in {}",
        rotation.apps.join(", "),
        rotation.keys.join(", "),
        rotation.path
    )
}

/// The subject of the commit.
pub(super) fn subject(plan: &Plan) -> String {
    match names(plan).as_slice() {
        [only] => format!("Rotate the password of {only}"),
        few if few.len() <= MOST_NAMED => format!("Rotate the passwords of {}", few.join(", ")),
        many => format!("Rotate the passwords of {} apps", many.len()),
    }
}

/// The words by which `verify` is told which apps.
pub(super) fn words(plan: &Plan, all: bool) -> String {
    if all {
        return "--all".to_owned();
    }
    names(plan).join(" ")
}

fn names(plan: &Plan) -> Vec<&str> {
    let apps = plan.rotations.iter().flat_map(|rotation| &rotation.apps);
    apps.map(String::as_str).collect()
}
