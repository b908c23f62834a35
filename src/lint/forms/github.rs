//! A report as the annotations of GitHub Actions: workflow commands, one a line.
//!
//! Source: GitHub's documentation "Workflow commands for GitHub Actions", and `escapeData` and `escapeProperty` of
//! actions/toolkit.

use crate::lint::Report;
use crate::lint::finding::{Finding, Severity};

/// The report as workflow commands.
pub fn annotations(report: &Report) -> String {
    report.findings.iter().map(annotation).collect()
}

fn annotation(finding: &Finding) -> String {
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let place = &finding.place;
    let end_column = match place.end.line == place.start.line {
        true if place.end.column > place.start.column => {
            format!(",endColumn={}", place.end.column)
        }
        _ => String::new(),
    };
    let title = format!("{} {}", finding.code, finding.rule);
    let message = match &finding.help {
        Some(help) => format!("{}\n{help}", finding.message),
        None => finding.message.clone(),
    };
    format!(
        "::{command} file={},line={},endLine={},col={}{end_column},title={}::{}\n",
        property(place.path.as_str()),
        place.start.line,
        place.end.line,
        place.start.column,
        property(&title),
        data(&message),
    )
}

/// A text that stands behind the second `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A text that stands between commas.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
