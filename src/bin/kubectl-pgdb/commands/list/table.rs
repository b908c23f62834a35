//! Apps in rows, as kubectl prints objects.

use console::measure_text_width;
use pgdb::list::{AccessReport, AppReport, NamespacesReport, Report};

use crate::output::visible;

/// The space between columns.
const GAP: usize = 3;
/// What stands where there is nothing.
const NONE: &str = "-";

/// A table: its headers, and the rows below them.
pub(super) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// The apps with what is looked for first; who else may use the databases where somebody may.
    pub(super) fn narrow(report: &Report) -> Self {
        let mut headers = vec!["NAME", "NAMESPACES", "ROLE", "DATABASE", "CLUSTER", "STATE"];
        let has_access = has_access(report);
        if has_access {
            headers.push("ACCESS");
        }
        Self::of(&headers, report, |app| {
            let mut cells = row(app);
            if has_access {
                cells.push(access(app));
            }
            cells
        })
    }

    /// The same with more columns: the targets where one has a name.
    pub(super) fn wide(report: &Report) -> Self {
        let has_targets = report.apps.iter().any(|app| app.target.is_some());
        let mut headers = vec![
            "NAME",
            "NAMESPACES",
            "ROLE",
            "DATABASE",
            "CLUSTER",
            "STATE",
            "SECRET",
            "EXTENSIONS",
            "FILES",
        ];
        let has_access = has_access(report);
        if has_access {
            headers.push("ACCESS");
        }
        if has_targets {
            headers.push("TARGET");
        }
        Self::of(&headers, report, |app| {
            let mut cells = row(app);
            cells.push(secret(app));
            let database = app.database.as_ref();
            cells.push(list(
                database.map_or(&[], |found| found.extensions.as_slice()),
            ));
            cells.push(list(&app.files));
            if has_access {
                cells.push(access(app));
            }
            if has_targets {
                cells.push(text(app.target.as_deref()));
            }
            cells
        })
    }

    fn of(headers: &[&str], report: &Report, row: impl Fn(&AppReport) -> Vec<String>) -> Self {
        let headers: Vec<String> = headers.iter().map(ToString::to_string).collect();
        let apps = report.apps.iter().map(row);
        Self {
            rows: [headers].into_iter().chain(apps).collect(),
        }
    }

    /// The table as text.
    pub(super) fn text(&self) -> String {
        let mut widths: Vec<usize> = Vec::new();
        for row in &self.rows {
            for (column, cell) in row.iter().enumerate() {
                let width = measure_text_width(cell);
                match widths.get_mut(column) {
                    Some(known) => *known = width.max(*known),
                    None => widths.push(width),
                }
            }
        }
        let mut text = String::new();
        for row in &self.rows {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(&widths) {
                let pad = width.saturating_sub(measure_text_width(cell)) + GAP;
                line.push_str(cell);
                line.push_str(&" ".repeat(pad));
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

/// The names of the apps, one a line.
pub(super) fn names(report: &Report) -> String {
    let names = report.names().into_iter();
    names.map(|name| format!("{}\n", cell(name))).collect()
}

fn row(app: &AppReport) -> Vec<String> {
    let role = app.role.as_ref().map(|role| role.name.as_str());
    let guest_in = app.guest_in.as_ref().map(|name| format!("in {name}"));
    let own = app.database.as_ref().map(|found| found.name.as_str());
    let database = own.or(guest_in.as_deref());
    vec![
        cell(&app.name),
        namespaces(&app.namespaces),
        text(role),
        text(database),
        cell(&app.clusters()),
        cell(&app.told()),
    ]
}

/// Whether something is declared of the access to some app's database.
fn has_access(report: &Report) -> bool {
    report.apps.iter().any(|app| app.access.is_some())
}

/// Who else may use the database.
fn access(app: &AppReport) -> String {
    let told = app.access.as_ref().map(AccessReport::told);
    list(&told.unwrap_or_default())
}

/// Where the Secret is mirrored to: names, patterns as written, selectors after `labels:`.
fn namespaces(found: &NamespacesReport) -> String {
    if found.all {
        return "<all>".to_owned();
    }
    let names = found.names.iter().chain(&found.patterns).cloned();
    let selectors = found.selectors.iter();
    let selectors = selectors.map(|selector| format!("labels:{selector}"));
    list(&names.chain(selectors).collect::<Vec<_>>())
}

/// The Secret; of a role whose Secret nothing here makes, its name all the same.
fn secret(app: &AppReport) -> String {
    let made = app.secret.as_ref().map(|secret| secret.name.as_str());
    let named = || app.role.as_ref()?.password_secret.as_deref();
    text(made.or_else(named))
}

fn list(all: &[String]) -> String {
    text((!all.is_empty()).then(|| all.join(",")).as_deref())
}

fn text(found: Option<&str>) -> String {
    cell(found.filter(|text| !text.is_empty()).unwrap_or(NONE))
}

/// A text that stays in its row.
fn cell(text: &str) -> String {
    visible(text).replace(['\n', '\t'], " ")
}
