//! `lint`.

mod excerpt;
mod explanation;
mod mending;
mod page;
mod reading;

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};
use pgdb::lint::finding::Severity;
use pgdb::lint::forms::github::annotations;
use pgdb::lint::forms::json::Document;
use pgdb::lint::forms::junit::junit;
use pgdb::lint::forms::sarif::Log;
use pgdb::lint::rule::Rule;
use pgdb::lint::selection::{UnknownRule, select};
use pgdb::lint::{Report, Wanted, run as lint};
use pgdb::repo::snapshot::Snapshot;
use pgdb::settings::FILE;
use serde::Serialize;

use crate::cli::{DryRun, Global};
use crate::failure::{Exit, Failure};
use crate::output::Output;
use crate::proposal::asks;

use explanation::explain;
use mending::mend;
use page::page;
use reading::{Reading, unchosen};

/// Look for what is wrong in the repository's manifests, before anything is merged.
///
/// Reads the whole repository, offline, and says of the named files and folders, or of all, what would not work, would give
/// away a secret, or would surprise. --explain says of a rule why it matters and how to mend it.
#[derive(Args, Debug)]
#[command(
    after_help = "Exit codes: 0 nothing at or over --fail-on; 1 findings; 2 the call is wrong; 3 something could not be read."
)]
pub(crate) struct Lint {
    /// Report what is found in these files and folders [default: in the whole repository].
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    paths: Vec<PathBuf>,
    /// Run this rule alone; may be given several times, or as a list with commas.
    #[arg(
        long,
        value_name = "RULE",
        value_delimiter = ',',
        env = "PGDB_RULE",
        hide_env = true
    )]
    rule: Vec<String>,
    /// Leave out this rule; may be given several times, or as a list with commas.
    #[arg(
        long,
        value_name = "RULE",
        value_delimiter = ',',
        env = "PGDB_SKIP",
        hide_env = true
    )]
    skip: Vec<String>,
    /// Fail from this severity on.
    #[arg(long, value_name = "SEVERITY", value_enum, default_value_t = Threshold::Warning, env = "PGDB_FAIL_ON", hide_env = true)]
    fail_on: Threshold,
    /// Say why a rule matters, how to mend what it finds, and show an example; without RULE, list the rules.
    // Variables may say the rest for every run: only what stands in the call itself is refused beside it.
    #[arg(long, value_name = "RULE", conflicts_with = "paths")]
    explain: Option<Option<String>>,
    /// Mend what can be mended safely, then report the rest.
    #[arg(long, env = "PGDB_FIX", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    fix: bool,
    #[command(flatten)]
    dry_run: DryRun,
    /// Print text, a versioned structure, or what pipelines read.
    #[arg(long, short, value_name = "FORMAT", value_enum, default_value_t = Format::Text, env = "PGDB_OUTPUT", hide_env = true)]
    output: Format,
}

/// From which severity on findings are a failure.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Threshold {
    /// Errors.
    Error,
    /// Warnings and errors.
    Warning,
    /// All findings.
    Info,
    /// None.
    Never,
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Format {
    /// For people, with the line.
    Text,
    /// A versioned structure.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// JUnit XML, for pipelines.
    Junit,
}

impl Threshold {
    fn severity(self) -> Option<Severity> {
        match self {
            Self::Error => Some(Severity::Error),
            Self::Warning => Some(Severity::Warning),
            Self::Info => Some(Severity::Info),
            Self::Never => None,
        }
    }
}

/// Runs it.
pub(crate) fn run(args: &Lint, global: &Global, output: &Output) -> Result<Exit, Failure> {
    if let Some(name) = &args.explain {
        return explain(name.as_deref(), output);
    }
    let rules =
        select(&args.rule, &args.skip).map_err(|error| Failure::usage(&error, error.help()))?;
    // With nobody to ask, the lock is taken before reading, so that several at once take turns and none is in vain.
    let is_unasked = args.fix && !args.dry_run.is_client() && !asks(global);
    let held = is_unasked.then(|| unchosen(global)).transpose()?;
    let lock = held.as_ref().map(|held| held.lock(output)).transpose()?;
    let reading = Reading::of_repository(&args.paths, global)?;
    let wanted = Wanted {
        rules,
        paths: reading.paths.clone(),
        ignores: reading.ignores(),
    };
    check_ignores(&wanted)?;
    let report = lint(reading.input(reading.snapshot()), &wanted);
    if args.fix {
        return mend(args, global, &report, &reading, &wanted, lock, output);
    }
    print(args, &report, reading.snapshot(), &wanted.rules, output)?;
    let is_whole = reading.warn(output);
    Ok(exit(args.fail_on, &report, is_whole))
}

/// Refuses what `.pgdb.yaml` ignores of rules that there are not: it would ignore nothing.
fn check_ignores(wanted: &Wanted<'_>) -> Result<(), Failure> {
    let mut ignores = wanted.ignores.iter();
    match ignores.find_map(|ignore| UnknownRule::of(&ignore.rule)) {
        Some(unknown) => Err(Failure::usage(
            format!("{FILE}: lint.ignore: {unknown}"),
            unknown.help(),
        )),
        None => Ok(()),
    }
}

fn print(
    args: &Lint,
    report: &Report,
    snapshot: &Snapshot,
    rules: &[&Rule],
    output: &Output,
) -> Result<(), Failure> {
    let text = match args.output {
        Format::Text => page(report, snapshot, output.pen()),
        Format::Json => pretty(&Document::of(report))?,
        Format::Sarif => pretty(&Log::of(report, rules))?,
        Format::Github => annotations(report),
        Format::Junit => junit(report, rules, args.fail_on.severity())
            .map_err(|error| Failure::unknown(format!("cannot write JUnit XML: {error}"), ""))?,
    };
    output.data(&text)?;
    output.tell(&page::summary(report));
    Ok(())
}

fn pretty(value: &impl Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| Failure::unknown(format!("cannot write JSON: {error}"), ""))?;
    Ok(text + "\n")
}

/// What could not be read outweighs what was found: there may be more.
fn exit(threshold: Threshold, report: &Report, is_whole: bool) -> Exit {
    let threshold = threshold.severity();
    let fails = threshold.is_some_and(|threshold| report.reaches(threshold));
    match (is_whole, fails) {
        (false, _) => Exit::Unknown,
        (true, true) => Exit::Findings,
        (true, false) => Exit::Done,
    }
}
