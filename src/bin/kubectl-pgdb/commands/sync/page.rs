//! The runs as text.

use pgdb::sync_status::{Report, Run, Schedule};

use crate::checks::Pen;
use crate::output::visible;

/// The text of a report.
pub(super) fn text(report: &Report, pen: Pen) -> String {
    let title = format!("{} in {}", report.cluster, report.namespace);
    let mut text = format!(
        "{}{}\n",
        pen.bold(&title),
        schedule(report.schedule.as_ref())
    );
    if report.runs.is_empty() {
        text.push_str("No Job has run yet.\n");
    } else {
        text.push_str(&rows(&report.runs));
    }
    for run in &report.runs {
        if let Some(message) = &run.message {
            text.push_str(&format!("{}: {}\n", visible(&run.job), visible(message)));
        }
    }
    match report.differences.as_deref() {
        None => {}
        Some([]) => text.push_str("What is declared is so in PostgreSQL.\n"),
        Some(found) => {
            text.push_str("Declared, and not so in PostgreSQL:\n");
            for difference in found {
                text.push_str(&format!("  {}\n", visible(&difference.evidence)));
            }
        }
    }
    text
}

/// When it runs by itself, as the rest of a title.
fn schedule(schedule: Option<&Schedule>) -> String {
    let Some(schedule) = schedule else {
        return String::new();
    };
    if !schedule.exists {
        return ": the CronJob is not there".to_owned();
    }
    let mut text = format!(": runs at {}", visible(&schedule.schedule));
    if schedule.suspended {
        text.push_str(", and is suspended");
    }
    match &schedule.last_scheduled {
        Some(when) => text.push_str(&format!(", last at {when}")),
        None => text.push_str(", not yet by itself"),
    }
    if schedule.is_current == Some(false) {
        text.push_str("; its scripts are not the repository's");
    }
    text
}

fn rows(runs: &[Run]) -> String {
    let header = ["JOB", "APP", "STARTED", "TOOK", "OUTCOME", "SCRIPT"].map(str::to_owned);
    let rows: Vec<[String; 6]> = [header].into_iter().chain(runs.iter().map(row)).collect();
    let has_apps = runs.iter().any(|run| run.app.is_some());
    let mut widths = [0; 6];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(widths).enumerate();
        let shown = cells.filter(|(number, _)| has_apps || *number != 1);
        let shown = shown.map(|(_, (cell, width))| format!("{cell:width$}"));
        let line = shown.collect::<Vec<_>>().join("  ");
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn row(run: &Run) -> [String; 6] {
    let or_none = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let script = match run.is_current {
        Some(true) => "the repository's",
        Some(false) => "another",
        None => "-",
    };
    [
        visible(&run.job).into_owned(),
        or_none(run.app.as_deref().map(|app| visible(app).into_owned())),
        or_none(run.started.clone()),
        or_none(run.seconds.map(|seconds| format!("{seconds} s"))),
        run.outcome.to_owned(),
        script.to_owned(),
    ]
}
