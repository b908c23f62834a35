//! What `import` says when it is done.

use pgdb::import::{Action, Outcome, Plan};
use pgdb::target::Target;

/// The most apps that are named.
const NAMED: usize = 20;

/// What was, or would be, done.
pub(super) fn summary(plan: &Plan, target: &Target, dry_run: bool) -> String {
    let place = format!("on {}", target.place());
    if plan.changes.is_empty() {
        return match plan.apps.len() {
            0 => "The file names no app: nothing to write.".to_owned(),
            1 => format!("The app {place} is there as the file says: nothing to write."),
            count => {
                format!("All {count} apps {place} are there as the file says: nothing to write.")
            }
        };
    }
    let begin = if dry_run { "Would write" } else { "Wrote" };
    let count = |word: &str| {
        let apps = plan.apps.iter();
        let count = apps.filter(|app| app.action.as_str() == word).count();
        (count > 0).then(|| format!("{count} {word}"))
    };
    let counts: Vec<String> = ["added", "updated", "unchanged"]
        .into_iter()
        .filter_map(count)
        .collect();
    let mut lines = vec![format!("{begin} apps {place}: {}.", counts.join(", "))];
    let changed: Vec<&Outcome> = plan
        .apps
        .iter()
        .filter(|app| app.action != Action::Unchanged)
        .collect();
    lines.extend(changed.iter().take(NAMED).map(|app| line(app)));
    if let Some(more) = changed.len().checked_sub(NAMED).filter(|more| *more > 0) {
        lines.push(format!("  and {more} more"));
    }
    lines.join("\n")
}

fn line(app: &Outcome) -> String {
    match &app.action {
        Action::Updated(settings) => format!("  update {}: {}", app.name, settings.join(", ")),
        Action::Added | Action::Unchanged => format!("  add    {}", app.name),
    }
}

/// The subject of the commit.
pub(super) fn subject(plan: &Plan) -> String {
    let changed = plan.apps.iter();
    let changed: Vec<&Outcome> = changed
        .filter(|app| app.action != Action::Unchanged)
        .collect();
    match changed.as_slice() {
        [app] if app.action == Action::Added => format!("Add the database of {}", app.name),
        [app] => format!("Change the database of {}", app.name),
        several
            if several
                .iter()
                .all(|app| matches!(app.action, Action::Updated(_))) =>
        {
            format!("Change the databases of {} apps", several.len())
        }
        several => format!("Import the databases of {} apps", several.len()),
    }
}

/// The words by which `verify` looks at what was changed.
pub(super) fn words(plan: &Plan) -> String {
    const MOST: usize = 5;
    let changed = plan.apps.iter();
    let changed = changed.filter(|app| app.action != Action::Unchanged);
    let names: Vec<&str> = changed.map(|app| app.name.as_str()).collect();
    if names.len() > MOST {
        return "--all".to_owned();
    }
    names.join(" ")
}
