//! Checks as a person likes to read them: what is broken and its remedy first, then every check in a table.

use clap::ValueEnum;
use console::Style;
use pgdb::report::{Check, Status, Suite, Warning, junit};
use serde::Serialize;
use textwrap::{Options, WordSplitter};

use crate::failure::{Exit, Failure};
use crate::output::{Output, visible};

/// How checks are printed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Table,
    /// A versioned structure.
    Json,
    /// The same structure.
    Yaml,
    /// JUnit XML, for pipelines.
    Junit,
}

/// The exit code of checks that ended so together.
pub(crate) fn exit(status: Status) -> Exit {
    match status {
        Status::Pass | Status::Skipped => Exit::Done,
        Status::Fail => Exit::Findings,
        Status::Unknown => Exit::Unknown,
    }
}

/// Prints a report in one of the forms for programs.
///
/// # Errors
/// When it cannot be printed, or the format is the table, which only the command itself knows.
pub(crate) fn print_data(
    format: Format,
    report: &impl Serialize,
    name: &str,
    suites: &[Suite<'_>],
    output: &Output,
) -> Result<(), Failure> {
    let failed = |error: &dyn std::fmt::Display| {
        Failure::unknown(format!("the report cannot be written: {error}"), "")
    };
    let text = match format {
        Format::Json | Format::Table => {
            serde_json::to_string_pretty(report).map_err(|error| failed(&error))? + "\n"
        }
        Format::Yaml => serde_yaml::to_string(report).map_err(|error| failed(&error))?,
        Format::Junit => junit(name, suites).map_err(|error| failed(&error))?,
    };
    output.data(&text)
}

/// Puts text together in the colours and the width of where it is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pen {
    /// Whether it is in colour.
    pub(crate) colour: bool,
    /// How many columns a line has; none where lines need not be broken.
    pub(crate) width: Option<usize>,
}

/// How far the steps of a remedy are moved in.
const STEP: &str = "  -> ";
/// The columns of a status, the longest being `unknown` and `skipped`.
const STATUS_WIDTH: usize = 7;
/// The space between columns.
const GAP: usize = 2;
/// Text in fewer columns than this is not broken: it would be a ribbon.
const NARROWEST: usize = 30;

impl Pen {
    /// A check that does not pass: what was seen, and each step to take on a line of its own.
    pub(crate) fn problem(self, check: &Check) -> String {
        let mut text = self.wrapped("  ", &said(check));
        text.push_str(&self.steps("  ", &check.remedies));
        text
    }

    /// Every check in a row; below it the warnings, and the remedies where they were not `told` before.
    pub(crate) fn table(self, checks: &[Check], told: impl Fn(&Check) -> bool) -> String {
        let titles = checks.iter().map(|check| check.title.chars().count());
        let width = titles.max().unwrap_or_default();
        let row = |check: &Check| self.row(check, width, told(check));
        checks.iter().map(row).collect()
    }

    fn row(self, check: &Check, width: usize, is_told: bool) -> String {
        let title = check.title;
        let pad = " ".repeat(width.saturating_sub(title.chars().count()) + GAP);
        let indent = width + GAP + STATUS_WIDTH + GAP;
        let text = self.wrapped(&" ".repeat(indent + GAP), &said(check));
        let status = self.status(check.status);
        let mut row = format!("  {title}{pad}{status}  {}", text.trim_start());
        if !is_told {
            row.push_str(&self.steps(&" ".repeat(GAP + indent), &check.remedies));
        }
        for warning in &check.warnings {
            row.push_str(&self.warning(warning, width + GAP));
        }
        row
    }

    fn warning(self, warning: &Warning, column: usize) -> String {
        let label = self.painted(
            &format!("{:STATUS_WIDTH$}", "warning"),
            Style::new().yellow(),
        );
        let indent = " ".repeat(GAP + column + STATUS_WIDTH + GAP);
        let text = self.wrapped(&indent, &warning.evidence);
        let steps = self.steps(&indent, &warning.remedies);
        let pad = " ".repeat(GAP + column);
        format!("{pad}{label}  {}{steps}", text.trim_start())
    }

    fn steps(self, indent: &str, steps: &[String]) -> String {
        let below = format!("{indent}{}", " ".repeat(STEP.len()));
        let step = |step: &String| {
            let text = self.wrapped(&below, step);
            format!("{indent}{STEP}{}", text.trim_start())
        };
        steps.iter().map(step).collect()
    }

    /// The status in its column, and in its colour.
    pub(crate) fn status(self, status: Status) -> String {
        let (word, style) = match status {
            Status::Pass => ("pass", Style::new().green()),
            Status::Fail => ("FAIL", Style::new().red().bold()),
            Status::Unknown => ("unknown", Style::new().yellow().bold()),
            Status::Skipped => ("skipped", Style::new().dim()),
        };
        self.painted(&format!("{word:STATUS_WIDTH$}"), style)
    }

    /// The text in bold.
    pub(crate) fn bold(self, text: &str) -> String {
        self.painted(&visible(text), Style::new().bold())
    }

    pub(crate) fn painted(self, text: &str, style: Style) -> String {
        style.force_styling(self.colour).apply_to(text).to_string()
    }

    /// The text moved in, with a final line end, and broken into lines where the width is known.
    fn wrapped(self, indent: &str, text: &str) -> String {
        let text = visible(text).replace('\n', "\n      ");
        let room = self.width.map(|width| width.saturating_sub(indent.len()));
        match room.filter(|room| *room >= NARROWEST) {
            None => format!("{indent}{text}\n"),
            Some(room) => textwrap::wrap(&text, words(room))
                .iter()
                .map(|line| format!("{indent}{line}\n"))
                .collect(),
        }
    }
}

/// How lines are broken: at spaces alone, so that names and commands stay whole.
fn words(room: usize) -> Options<'static> {
    Options::new(room)
        .break_words(false)
        .word_splitter(WordSplitter::NoHyphenation)
}

/// The object and what was seen of it.
pub(crate) fn said(check: &Check) -> String {
    match &check.object {
        Some(object) => format!("{object}: {}", check.evidence),
        None => check.evidence.clone(),
    }
}
