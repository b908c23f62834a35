//! A report as SARIF, which code scanning of GitHub and others reads.
//!
//! Source: "Static Analysis Results Interchange Format (SARIF) Version 2.1.0", OASIS; the sections are cited below.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use crate::lint::Report;
use crate::lint::finding::{Finding, Place, Severity};
use crate::lint::rule::Rule;

/// What a URI's path is not written with as it is: all but RFC 3986's unreserved characters and `/`.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// A SARIF log of one run (section 3.13).
#[derive(Debug, Serialize)]
pub struct Log<'report> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'report>; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'report> {
    tool: Tool,
    /// Columns count characters, not units of UTF-16 (section 3.14.17).
    column_kind: &'static str,
    results: Vec<SarifResult<'report>>,
}

#[derive(Debug, Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    version: &'static str,
    rules: Vec<Descriptor>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    name: &'static str,
    short_description: Text<'static>,
    full_description: Text<'static>,
    help: Text<'static>,
    default_configuration: Configuration,
}

#[derive(Debug, Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult<'report> {
    rule_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Message,
    locations: [Location<'report>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location<'report>>,
}

#[derive(Debug, Serialize)]
struct Text<'text> {
    text: &'text str,
}

#[derive(Debug, Serialize)]
struct Message {
    text: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'report> {
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text<'report>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    /// Relative to the repository's root (section 3.4.3).
    uri: String,
    uri_base_id: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

impl<'report> Log<'report> {
    /// The report of these rules as a SARIF log.
    pub fn of(report: &'report Report, rules: &[&Rule]) -> Self {
        let result = |finding: &'report Finding| SarifResult {
            rule_id: finding.code,
            rule_index: rules.iter().position(|rule| rule.code == finding.code),
            level: level(finding.severity),
            message: Message {
                text: match &finding.help {
                    Some(help) => format!("{}; {help}", finding.message),
                    None => finding.message.clone(),
                },
            },
            locations: [location(&finding.place, None)],
            related_locations: finding
                .related
                .iter()
                .map(|related| location(&related.place, Some(&related.message)))
                .collect(),
        };
        Self {
            schema: "https://json.schemastore.org/sarif-2.1.0.json",
            version: "2.1.0",
            runs: [Run {
                tool: Tool {
                    driver: Driver {
                        name: "kubectl-pgdb",
                        version: env!("CARGO_PKG_VERSION"),
                        rules: rules.iter().map(|rule| descriptor(rule)).collect(),
                    },
                },
                column_kind: "unicodeCodePoints",
                results: report.findings.iter().map(result).collect(),
            }],
        }
    }
}

fn descriptor(rule: &Rule) -> Descriptor {
    Descriptor {
        id: rule.code,
        name: rule.name,
        short_description: Text { text: rule.summary },
        full_description: Text { text: rule.why },
        help: Text { text: rule.mend },
        default_configuration: Configuration {
            level: level(rule.severity),
        },
    }
}

/// The level of a severity (section 3.27.10).
fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn location<'report>(place: &Place, message: Option<&'report str>) -> Location<'report> {
    Location {
        physical_location: PhysicalLocation {
            artifact_location: ArtifactLocation {
                uri: utf8_percent_encode(place.path.as_str(), ESCAPED).to_string(),
                uri_base_id: "%SRCROOT%",
            },
            region: Region {
                start_line: place.start.line,
                start_column: place.start.column,
                end_line: place.end.line,
                end_column: place.end.column,
            },
        },
        message: message.map(|text| Text { text }),
    }
}
