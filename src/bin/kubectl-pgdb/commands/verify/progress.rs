//! What is shown while waiting: a spinner for each link on a terminal, a line for each change without one.

use std::collections::BTreeMap;

use console::{Term, truncate_str};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use pgdb::report::{Check, Status};
use pgdb::verify::{Link, Report};

use crate::checks::said;
use crate::output::{Output, visible};
use crate::prompt::SilentControls;

/// What is shown while waiting.
pub(super) enum Progress<'output> {
    /// A spinner for each link.
    Spinners(Spinners),
    /// A line for each change.
    Lines {
        /// Where they go.
        output: &'output Output,
        /// How each check of each app was when it was last told.
        told: BTreeMap<String, (Status, &'static str)>,
    },
}

/// The columns of the spinner, the gaps, and what is left free at the end of a line.
const MARGIN: usize = 8;

/// A spinner for each link; gone when dropped.
pub(super) struct Spinners {
    all: MultiProgress,
    _controls: Option<SilentControls>,
    /// The columns of the longest title.
    width: usize,
    links: Vec<(&'static str, ProgressBar)>,
}

impl<'output> Progress<'output> {
    /// Spinners where a person looks on, else lines.
    pub(super) fn new(output: &'output Output) -> Self {
        if !output.is_quiet() && output.is_watched() {
            return Self::Spinners(Spinners::new());
        }
        Self::Lines {
            output,
            told: BTreeMap::new(),
        }
    }

    /// Shows how the links are.
    pub(super) fn show(&mut self, report: &Report) {
        match self {
            Self::Spinners(spinners) => spinners.show(report),
            Self::Lines { output, told } => tell(report, output, told),
        }
    }

    /// Moves what moves.
    pub(super) fn tick(&self) {
        if let Self::Spinners(spinners) = self {
            for (_, spinner) in &spinners.links {
                spinner.tick();
            }
        }
    }
}

/// Tells of every check that does not hold, and of each that changed.
fn tell(report: &Report, output: &Output, told: &mut BTreeMap<String, (Status, &'static str)>) {
    for app in &report.apps {
        for check in &app.checks {
            let object = check.object.as_deref().unwrap_or_default();
            let key = format!("{} {} {object}", app.app, check.check);
            let state = (check.status, check.reason);
            let before = told.insert(key, state);
            let holds = matches!(check.status, Status::Pass | Status::Skipped);
            if before == Some(state) || before.is_none() && holds {
                continue;
            }
            let line = format!(
                "{}: {} {}: {}",
                app.app,
                check.title,
                word(check.status),
                said(check)
            );
            output.tell(&visible(&line));
        }
    }
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Pass => "pass",
        Status::Skipped => "skipped",
        Status::Unknown => "unknown",
        Status::Fail => "waiting",
    }
}

impl Spinners {
    fn new() -> Self {
        let all = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
        let width = Link::titles().map(str::len).max().unwrap_or_default();
        let links = Link::words().zip(Link::titles()).map(|(word, title)| {
            let spinner = all.add(ProgressBar::new_spinner());
            spinner.set_style(style());
            spinner.set_prefix(format!("{title:width$}"));
            (word, spinner)
        });
        let links = links.collect();
        Self {
            all,
            _controls: SilentControls::take(),
            width,
            links,
        }
    }

    fn show(&self, report: &Report) {
        for (link, spinner) in &self.links {
            let checks = report.apps.iter().flat_map(|app| &app.checks);
            let checks: Vec<&Check> = checks.filter(|check| check.check == *link).collect();
            let Some(worst) = checks.iter().max_by_key(|check| check.status) else {
                continue;
            };
            let holding = checks
                .iter()
                .filter(|check| check.status == Status::Pass)
                .count();
            let message = match checks.len() {
                0 | 1 => said(worst),
                all if holding == all => format!("{holding} of {all}"),
                all => format!("{holding} of {all}; {}", said(worst)),
            };
            spinner.set_message(self.cut(&visible(&message)));
            if matches!(worst.status, Status::Pass | Status::Skipped) {
                spinner.finish();
            } else {
                spinner.reset();
            }
        }
    }
}

impl Spinners {
    /// The message as far as the line has room, and never to its end: what the terminal echoes there, such as `^C`,
    /// would begin another one.
    fn cut(&self, message: &str) -> String {
        let columns = usize::from(Term::stderr().size().1);
        let room = columns.saturating_sub(self.width + MARGIN);
        truncate_str(message, room, "…").into_owned()
    }
}

impl Drop for Spinners {
    fn drop(&mut self) {
        // The report that follows says it all; a terminal that is gone does not mind.
        for (_, spinner) in &self.links {
            spinner.finish_and_clear();
        }
        drop(self.all.clear());
    }
}

/// A spinner that ends as a dot.
fn style() -> ProgressStyle {
    let style = ProgressStyle::with_template("{spinner} {prefix}  {msg}");
    style
        .unwrap_or_else(|_| ProgressStyle::default_spinner())
        .tick_strings(&["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏", "·"])
}
