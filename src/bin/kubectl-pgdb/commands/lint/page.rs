//! Findings as a person likes to read them: with the line, and a caret below the words.

use console::Style;
use pgdb::lint::Report;
use pgdb::lint::finding::{Finding, Place, Severity};
use pgdb::repo::path::RepoPath;
use pgdb::repo::snapshot::Snapshot;

use super::excerpt::{Excerpt, excerpt};
use super::mending::counted;
use crate::checks::Pen;
use crate::output::visible;

/// All findings, an empty line between them.
pub(super) fn page(report: &Report, snapshot: &Snapshot, pen: Pen) -> String {
    let mut lines = Lines::of(snapshot);
    let findings = report.findings.iter();
    let blocks: Vec<String> = findings
        .map(|finding| block(finding, &mut lines, pen))
        .collect();
    blocks.join("\n")
}

/// The lines of the file that was asked for last: findings come by file, and a file may have thousands.
struct Lines<'text> {
    snapshot: &'text Snapshot,
    path: Option<RepoPath>,
    lines: Vec<&'text str>,
}

impl<'text> Lines<'text> {
    fn of(snapshot: &'text Snapshot) -> Self {
        Self {
            snapshot,
            path: None,
            lines: Vec::new(),
        }
    }

    /// The line at which a place begins; none of a file that is no manifest.
    fn of_place(&mut self, place: &Place) -> Option<&'text str> {
        if self.path.as_ref() != Some(&place.path) {
            let text = self.snapshot.text(&place.path);
            self.lines = text.unwrap_or_default().lines().collect();
            self.path = Some(place.path.clone());
        }
        let number = place.start.line.checked_sub(1)?;
        self.lines.get(number).copied()
    }
}

fn block(finding: &Finding, lines: &mut Lines<'_>, pen: Pen) -> String {
    let place = &finding.place;
    let width = place.start.line.to_string().len();
    let gutter = " ".repeat(width);
    let bar = pen.painted("|", Style::new().blue().bold());
    let severity = format!("{}[{}]", finding.severity.as_str(), finding.code);
    let mut text = format!(
        "{}: {}\n{gutter}{} {}:{}:{}\n",
        pen.painted(&severity, style(finding.severity)),
        pen.bold(&finding.message),
        pen.painted("-->", Style::new().blue().bold()),
        visible(place.path.as_str()),
        place.start.line,
        place.start.column,
    );
    let room = pen.width.map(|columns| columns.saturating_sub(width + 3));
    let excerpt = lines
        .of_place(place)
        .and_then(|line| excerpt(finding, line, room));
    if let Some(Excerpt { line, carets }) = excerpt {
        let number = pen.painted(
            &format!("{:>width$}", place.start.line),
            Style::new().blue().bold(),
        );
        let carets = pen.painted(&carets, style(finding.severity));
        text.push_str(&format!(
            "{gutter} {bar}\n{number} {bar} {line}\n{gutter} {bar} {carets}\n"
        ));
    }
    for related in &finding.related {
        let Place { path, start, .. } = &related.place;
        let said = format!(
            "{path}:{}:{}: {}",
            start.line, start.column, related.message
        );
        text.push_str(&format!("{gutter} = note: {}\n", visible(&said)));
    }
    if let Some(help) = &finding.help {
        text.push_str(&format!("{gutter} = help: {}\n", visible(help)));
    }
    if let Some(fix) = &finding.fix {
        text.push_str(&format!("{gutter} = --fix would {}\n", visible(&fix.title)));
    }
    text
}

fn style(severity: Severity) -> Style {
    match severity {
        Severity::Error => Style::new().red().bold(),
        Severity::Warning => Style::new().yellow().bold(),
        Severity::Info => Style::new().cyan().bold(),
    }
}

/// How much was found, and how much was looked at.
pub(super) fn summary(report: &Report) -> String {
    let counts = Severity::ALL.map(|severity| {
        let count = report.count(severity);
        (count > 0).then(|| counted(count, severity.as_str()))
    });
    let counts: Vec<String> = counts.into_iter().flatten().collect();
    let found = if counts.is_empty() {
        "No findings".to_owned()
    } else {
        format!("Found {}", counts.join(", "))
    };
    let fixable = match report.fixable() {
        0 => String::new(),
        count => format!(" ({count} can be mended with --fix)"),
    };
    let mut extra = String::new();
    if report.ignored > 0 {
        extra.push_str(&format!("; {} ignored", report.ignored));
    }
    match report.templates.len() {
        0 => {}
        count => extra.push_str(&format!("; {} skipped", counted(count, "template"))),
    }
    format!(
        "{found}{fixable} in {}{extra}.",
        counted(report.manifests, "manifest file")
    )
}
