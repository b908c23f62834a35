//! Findings as a person likes to read them: with the line, and a caret below the words.

use console::{Style, measure_text_width};
use pgdb::lint::Report;
use pgdb::lint::finding::{Finding, Place, Severity};
use pgdb::repo::snapshot::Snapshot;

use super::mending::counted;
use crate::checks::Pen;
use crate::output::visible;

/// Lines are shown up to so many columns.
const LONGEST_LINE: usize = 160;

/// All findings, an empty line between them.
pub(super) fn page(report: &Report, snapshot: &Snapshot, pen: Pen) -> String {
    let blocks: Vec<String> = report
        .findings
        .iter()
        .map(|finding| block(finding, snapshot, pen))
        .collect();
    blocks.join("\n")
}

fn block(finding: &Finding, snapshot: &Snapshot, pen: Pen) -> String {
    let place = &finding.place;
    let width = place.start.line.to_string().len();
    let gutter = " ".repeat(width);
    let bar = pen.painted("|", Style::new().blue().bold());
    let severity = format!("{}[{}]", finding.severity.as_str(), finding.code);
    let mut text = format!(
        "{}: {}\n{gutter}{} {}:{}:{}\n",
        pen.painted(&severity, style(finding.severity)),
        pen.bold(&visible(&finding.message)),
        pen.painted("-->", Style::new().blue().bold()),
        visible(place.path.as_str()),
        place.start.line,
        place.start.column,
    );
    if let Some((line, caret)) = excerpt(finding, snapshot) {
        let number = pen.painted(
            &format!("{:>width$}", place.start.line),
            Style::new().blue().bold(),
        );
        let caret = pen.painted(&caret, style(finding.severity));
        text.push_str(&format!(
            "{gutter} {bar}\n{number} {bar} {line}\n{gutter} {bar} {caret}\n"
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

/// The line of a finding and the carets below it; none where it may hold a secret, or there is nothing to show.
fn excerpt(finding: &Finding, snapshot: &Snapshot) -> Option<(String, String)> {
    if finding.is_secret {
        return None;
    }
    let place = &finding.place;
    let text = snapshot.text(&place.path)?;
    // By the byte, since counting lines from the top takes too long where there are many findings.
    let before = text.get(..usize::try_from(place.span.start).ok()?)?;
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    let line = text.get(start..)?.lines().next()?;
    let line = line.trim_start_matches('\u{feff}');
    if line.trim().is_empty() {
        return None;
    }
    let shown: String = line.chars().take(LONGEST_LINE).collect();
    let shown = shown.replace('\t', " ");
    let column = place.start.column.saturating_sub(1);
    let end = if place.end.line == place.start.line {
        place.end.column.saturating_sub(1)
    } else {
        LONGEST_LINE
    };
    let marked = shown.chars().skip(column).take(end.saturating_sub(column));
    let caret = format!(
        "{}{}",
        " ".repeat(width(shown.chars().take(column))),
        "^".repeat(width(marked).max(1))
    );
    let more = if shown.len() < line.len() { "..." } else { "" };
    Some((visible(&shown).into_owned() + more, caret))
}

/// How many columns of a terminal some characters take.
fn width(characters: impl Iterator<Item = char>) -> usize {
    let text: String = characters.collect();
    measure_text_width(&visible(&text))
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
