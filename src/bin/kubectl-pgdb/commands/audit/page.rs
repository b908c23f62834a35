//! The report as text: what is more than declared, what is less, and who may connect to what.

use pgdb::audit::{Connect, DatabaseReport, Finding, Report};

use crate::checks::Pen;
use crate::output::visible;

/// A report and how it is written.
pub(super) struct Page<'report> {
    report: &'report Report,
    pen: Pen,
}

/// So many findings that differ in nothing but their objects are told one by one; the others are counted.
const TOLD: usize = 3;
/// So many of those that may connect to a database are named in its row.
const NAMED: usize = 4;

impl<'report> Page<'report> {
    /// The page of a report.
    pub(super) fn new(report: &'report Report, pen: Pen) -> Self {
        Self { report, pen }
    }

    /// The text; of what is as declared nothing, where that is enough.
    pub(super) fn text(&self, only_problems: bool) -> String {
        let mut blocks = Vec::new();
        for database in &self.report.databases {
            blocks.extend(self.block(
                &format!("{}: more than is declared", database.name),
                &database.findings,
            ));
        }
        blocks.extend(self.unread());
        let server = &self.report.server;
        blocks.extend(self.block("the server: more than is declared", &server.findings));
        if only_problems {
            return blocks.join("\n");
        }
        for database in &self.report.databases {
            blocks.extend(self.block(
                &format!("{}: less than is declared", database.name),
                &database.missing,
            ));
        }
        blocks.extend(self.block("the server: less than is declared", &server.missing));
        blocks.push(self.rows() + &self.summary());
        blocks.join("\n")
    }

    fn block(&self, title: &str, findings: &[Finding]) -> Option<String> {
        if findings.is_empty() {
            return None;
        }
        let mut text = format!("{}\n", self.pen.bold(title));
        for alike in findings.chunk_by(is_alike) {
            for finding in alike.iter().take(TOLD) {
                text.push_str(&format!("  {}\n", visible(&finding.evidence)));
                for remedy in &finding.remedies {
                    text.push_str(&format!("    -> {}\n", visible(remedy)));
                }
            }
            if let (Some(more @ 1..), Some(first)) = (alike.len().checked_sub(TOLD), alike.first())
            {
                let role = visible(&first.role);
                text.push_str(&format!("  and {role} the same on {more} more\n"));
            }
        }
        Some(text)
    }

    /// What could not be looked at, each reason once.
    fn unread(&self) -> Vec<String> {
        let mut groups: Vec<(&DatabaseReport, Vec<String>)> = Vec::new();
        for database in &self.report.databases {
            if database.unread.is_none() {
                continue;
            }
            let is_same = |known: &DatabaseReport| {
                known.unread == database.unread && known.remedy == database.remedy
            };
            match groups.iter_mut().find(|(known, _)| is_same(known)) {
                Some((_, names)) => names.push(database.name.clone()),
                None => groups.push((database, vec![database.name.clone()])),
            }
        }
        let block = |(first, names): (&DatabaseReport, Vec<String>)| {
            let title = format!("{}: could not be looked at", listed(names));
            let why = first.unread.as_deref().unwrap_or_default();
            let mut text = format!("{}\n  {}\n", self.pen.bold(&title), visible(why));
            if let Some(remedy) = &first.remedy {
                text.push_str(&format!("    -> {}\n", visible(remedy)));
            }
            text
        };
        groups.into_iter().map(block).collect()
    }

    /// Every database in a row.
    fn rows(&self) -> String {
        let header = ["DATABASE", "APP", "OWNER", "MORE", "MAY CONNECT"].map(str::to_owned);
        let rows = self.report.databases.iter().map(row);
        let rows: Vec<[String; 5]> = [header].into_iter().chain(rows).collect();
        let mut widths = [0; 5];
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        let mut text = String::new();
        for row in rows {
            let cells = row.iter().zip(widths);
            let cells = cells.map(|(cell, width)| format!("{cell:width$}"));
            let line = cells.collect::<Vec<_>>().join("  ");
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    fn summary(&self) -> String {
        let summary = self.report.summary;
        let mut text = format!(
            "\n{}: {} more than declared, {} less, {} not isolated, {} not looked at\n",
            counted(summary.databases, "database"),
            summary.findings,
            summary.missing,
            summary.not_isolated,
            summary.unread
        );
        let undeclared = &self.report.server.undeclared;
        if !undeclared.is_empty() {
            let names = listed(undeclared.iter().map(|name| shown(name)).collect());
            text.push_str(&format!("Roles that nothing declares: {names}\n"));
        }
        text
    }
}

fn counted(number: usize, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        number => format!("{number} {what}s"),
    }
}

fn row(database: &DatabaseReport) -> [String; 5] {
    let or_none = |text: &Option<String>| text.as_deref().map_or_else(|| "-".to_owned(), shown);
    let more = match (&database.unread, database.findings.len()) {
        (Some(_), 0) => "?".to_owned(),
        (_, 0) => "-".to_owned(),
        (_, number) => number.to_string(),
    };
    [
        shown(&database.name),
        or_none(&database.app),
        or_none(&database.owner),
        more,
        connect(database),
    ]
}

/// Who may connect: everybody, or these.
fn connect(database: &DatabaseReport) -> String {
    match database.isolated {
        None => return "?".to_owned(),
        Some(false) => return "PUBLIC: every role (not isolated)".to_owned(),
        Some(true) => {}
    }
    let is_told = |connect: &&Connect| connect.by != "superuser" && !connect.reserved;
    let named = |connect: &Connect| match &connect.of {
        Some(of) => format!("{} (of {})", visible(&connect.who), visible(of)),
        None => shown(&connect.who),
    };
    let names: Vec<String> = database.connect.iter().filter(is_told).map(named).collect();
    if names.is_empty() {
        return "nobody but superusers".to_owned();
    }
    listed(names)
}

/// The first names, and how many more there are.
fn listed(names: Vec<String>) -> String {
    let more = names.len().saturating_sub(NAMED);
    let named: Vec<String> = names.into_iter().take(NAMED).collect();
    match more {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

/// Whether two findings differ in nothing but the object.
fn is_alike(one: &Finding, other: &Finding) -> bool {
    one.reason == other.reason && one.role == other.role && one.privileges == other.privileges
}

/// A text that a terminal does not obey.
fn shown(text: &str) -> String {
    visible(text).into_owned()
}
