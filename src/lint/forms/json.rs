//! A report as the versioned structure of `-o json`.

use serde::Serialize;

use crate::lint::Report;
use crate::lint::finding::{Finding, Place, Severity};
use crate::report::REPORT_VERSION;

/// A report, for `-o json`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Document<'report> {
    api_version: &'static str,
    kind: &'static str,
    findings: Vec<Entry<'report>>,
    summary: Summary,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'report> {
    code: &'static str,
    rule: &'static str,
    severity: &'static str,
    message: &'report str,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'report str>,
    #[serde(flatten)]
    place: Region<'report>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<Related<'report>>,
    fixable: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region<'report> {
    path: &'report str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Related<'report> {
    message: &'report str,
    #[serde(flatten)]
    place: Region<'report>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    errors: usize,
    warnings: usize,
    infos: usize,
    fixable: usize,
    ignored: usize,
    files: usize,
    templates: usize,
}

impl<'report> Document<'report> {
    /// The report as that structure.
    pub fn of(report: &'report Report) -> Self {
        Self {
            api_version: REPORT_VERSION,
            kind: "Lint",
            findings: report.findings.iter().map(entry).collect(),
            summary: Summary {
                errors: report.count(Severity::Error),
                warnings: report.count(Severity::Warning),
                infos: report.count(Severity::Info),
                fixable: report.fixable(),
                ignored: report.ignored,
                files: report.manifests,
                templates: report.templates.len(),
            },
        }
    }
}

fn entry(finding: &Finding) -> Entry<'_> {
    let related = finding.related.iter().map(|related| Related {
        message: &related.message,
        place: region(&related.place),
    });
    Entry {
        code: finding.code,
        rule: finding.rule,
        severity: finding.severity.as_str(),
        message: &finding.message,
        help: finding.help.as_deref(),
        place: region(&finding.place),
        related: related.collect(),
        fixable: finding.fix.is_some(),
    }
}

fn region(place: &Place) -> Region<'_> {
    Region {
        path: place.path.as_str(),
        line: place.start.line,
        column: place.start.column,
        end_line: place.end.line,
        end_column: place.end.column,
    }
}
