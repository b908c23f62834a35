//! The report as text: what is broken first, then every link of one app, or every app in a row.

use pgdb::report::{Check, Status};
use pgdb::verify::{AppReport, Report};

use crate::checks::Pen;

/// A report and how it is written.
pub(super) struct Page<'report> {
    report: &'report Report,
    pen: Pen,
}

/// So many apps that are broken alike are named; the others are counted.
const NAMED: usize = 5;

impl<'report> Page<'report> {
    /// The page of a report.
    pub(super) fn new(report: &'report Report, pen: Pen) -> Self {
        Self { report, pen }
    }

    /// The text; of what holds nothing, where that is enough.
    pub(super) fn text(&self, only_problems: bool) -> String {
        let mut text = self.problems();
        if only_problems {
            return text;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        match self.report.apps.as_slice() {
            [app] => text.push_str(&self.links(app)),
            apps => text.push_str(&self.rows(apps)),
        }
        text
    }

    /// What is broken, and what is not known, each once with the apps that it concerns.
    fn problems(&self) -> String {
        let mut groups: Vec<(&Check, Vec<&str>)> = Vec::new();
        for status in [Status::Fail, Status::Unknown] {
            let apps = self.report.apps.iter().filter(|app| app.status == status);
            for app in apps {
                let Some(check) = app.first_broken() else {
                    continue;
                };
                match groups.iter_mut().find(|(known, _)| is_same(known, check)) {
                    Some((_, names)) => names.push(&app.app),
                    None => groups.push((check, vec![&app.app])),
                }
            }
        }
        let blocks: Vec<String> = groups
            .iter()
            .map(|(check, names)| self.problem(check, names))
            .collect();
        blocks.join("\n")
    }

    fn problem(&self, check: &Check, names: &[&str]) -> String {
        let whose = match names.len().checked_sub(NAMED) {
            None | Some(0) => names.join(", "),
            Some(more) => {
                let named: Vec<&str> = names.iter().copied().take(NAMED).collect();
                format!("{} and {more} more", named.join(", "))
            }
        };
        let whose = whose.replace('\n', " ");
        let what = match check.status {
            Status::Unknown => format!("{whose}: the link {} could not be looked at", check.title),
            _ => format!("{whose}: the link {} is broken", check.title),
        };
        format!("{}\n{}", self.pen.bold(&what), self.pen.problem(check))
    }

    /// Every link of one app.
    fn links(&self, app: &AppReport) -> String {
        let what = if app.is_server { "server" } else { "Cluster" };
        let title = format!(
            "{} on the {what} {} in {}",
            app.app, app.cluster, app.namespace
        );
        let mut text = format!("{}\n{}", self.pen.bold(&title), self.links_of(app));
        let looked_at = app.checks.iter().any(|check| check.status == Status::Pass);
        if app.status == Status::Pass && !looked_at {
            text.push_str("Nothing was looked at.\n");
        } else if app.status == Status::Pass {
            let skipped = app
                .checks
                .iter()
                .filter(|check| check.status == Status::Skipped);
            let skipped = match skipped.count() {
                0 => String::new(),
                count => format!(", {count} skipped"),
            };
            let passed = app
                .checks
                .iter()
                .filter(|check| check.status == Status::Pass);
            text.push_str(&format!(
                "Every link holds: {} looked at{skipped}.\n",
                passed.count()
            ));
        }
        text
    }

    fn links_of(&self, app: &AppReport) -> String {
        let first = app.first_broken();
        let is_told = |check: &Check| first.is_some_and(|first| std::ptr::eq(first, check));
        self.pen.table(&app.checks, is_told)
    }

    /// Every app in a row.
    fn rows(&self, apps: &[AppReport]) -> String {
        let names = apps.iter().map(|app| app.app.chars().count());
        let width = names.max().unwrap_or_default().max("APP".len());
        let mut text = format!("{:width$}  {:7}  BROKEN LINK\n", "APP", "STATUS");
        for app in apps {
            let name = crate::output::visible(&app.app);
            let pad = " ".repeat(width.saturating_sub(app.app.chars().count()));
            let broken = match app.first_broken() {
                None => warnings(app),
                Some(check) => format!("{} ({})", check.title, check.reason),
            };
            let row = format!("{name}{pad}  {}  {broken}", self.pen.status(app.status));
            text.push_str(row.trim_end());
            text.push('\n');
        }
        let summary = self.report.summary;
        text.push_str(&format!(
            "\n{} apps: {} pass, {} fail, {} unknown\n",
            summary.apps, summary.pass, summary.fail, summary.unknown
        ));
        text
    }
}

/// The warnings of an app that passes, as words.
fn warnings(app: &AppReport) -> String {
    let warnings = app.checks.iter().flat_map(|check| &check.warnings);
    let mut reasons: Vec<&str> = warnings.map(|warning| warning.reason).collect();
    reasons.dedup();
    match reasons.as_slice() {
        [] => String::new(),
        reasons => format!("- (warning: {})", reasons.join(", ")),
    }
}

/// Whether two apps are broken alike: by the same thing, not only in the same way.
fn is_same(one: &Check, other: &Check) -> bool {
    one.check == other.check
        && one.object == other.object
        && one.evidence == other.evidence
        && one.remedies == other.remedies
}
