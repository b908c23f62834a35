//! `list`.

mod table;

use clap::{Args, ValueEnum};
use pgdb::list::{Report, Request, Unread, UnreadableReport};
use pgdb::repo::path::RepoPath;
use pgdb::settings::{Settings, TargetSettings};

use crate::cli::Global;
use crate::failure::{Exit, Failure};
use crate::files::FileError;
use crate::flag_value::one;
use crate::output::Output;
use crate::workspace::{Workspace, open_root, read_settings};
use table::Table;

/// List the apps that the repository declares, and what each lacks.
///
/// Apps are told by their objects and what those refer to, whoever wrote them. All targets of .pgdb.yaml are listed, and
/// every other CNPG Cluster of the repository, unless one is chosen or .pgdb.yaml has a defaultTarget. No cluster is asked
/// and nothing is changed.
#[derive(Args, Debug)]
#[command(
    after_help = "Exit codes: 0 listed, whatever the apps lack; 2 there is no such app, target or Cluster; 3 a file could not be read."
)]
pub(crate) struct List {
    /// The apps [default: all].
    #[arg(value_name = "NAME")]
    apps: Vec<String>,
    /// List the apps of every target, also where --target or a defaultTarget chooses one.
    #[arg(long, short = 'A', env = "PGDB_ALL", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    all: bool,
    /// List the apps of the CNPG Cluster in this file, a path from the repository's root.
    #[arg(long, value_name = "PATH", env = "PGDB_CLUSTER_FILE", hide_env = true)]
    cluster_file: Option<String>,
    /// List the apps of this CNPG Cluster.
    #[arg(
        long = "cluster",
        value_name = "CLUSTER",
        env = "PGDB_CLUSTER",
        hide_env = true
    )]
    cluster_name: Option<String>,
    /// Print a table, a wider one, a versioned structure, or the names alone.
    #[arg(long, short, value_name = "FORMAT", value_enum, default_value_t = Format::Table, env = "PGDB_OUTPUT", hide_env = true)]
    output: Format,
}

/// How apps are printed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Format {
    /// For people.
    Table,
    /// The same, with Secrets, extensions and files.
    Wide,
    /// A versioned structure.
    Json,
    /// The same structure.
    Yaml,
    /// One name a line.
    Name,
}

/// Runs it.
pub(crate) fn run(args: &List, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let request = Request {
        target: global.target.clone(),
        all: args.all,
        cluster: one("--cluster", args.cluster_name.as_deref())?,
        cluster_file: one("--cluster-file", args.cluster_file.as_deref())?,
        namespace: one("--namespace", global.namespace.as_deref())?,
    };
    let root = open_root(global)?;
    let settings = read_settings(&root)?;
    let workspace = Workspace {
        root,
        settings: TargetSettings::default(),
    };
    let files = cluster_files(&request, &settings);
    let reading = workspace.read(&files.iter().collect::<Vec<_>>(), false)?;
    let unread = reading.skipped.iter().map(unread).collect();
    let report = pgdb::list::run(&request, &settings, &reading.snapshot, unread)?;
    // First, since what is asked for may be in a file that was not looked at.
    warn(&report, output);
    print(args.output, &report.choose(&args.apps)?, output)?;
    Ok(if reading.skipped.iter().any(FileError::is_io) {
        Exit::Unknown
    } else {
        Exit::Done
    })
}

/// The Clusters' files that the call or the settings name, which git may ignore.
fn cluster_files(request: &Request, settings: &Settings) -> Vec<RepoPath> {
    let mut files = settings.cluster_files();
    files.extend(request.cluster_file.clone());
    files
}

fn unread(file: &FileError) -> Unread {
    Unread {
        path: file.path.clone(),
        problem: file.problem.to_string(),
    }
}

fn print(format: Format, report: &Report, output: &Output) -> Result<(), Failure> {
    let failed = |error: &dyn std::fmt::Display| {
        Failure::unknown(format!("the list cannot be written: {error}"), "")
    };
    let text = match format {
        Format::Table => Table::narrow(report).text(),
        Format::Wide => Table::wide(report).text(),
        Format::Json => {
            serde_json::to_string_pretty(report).map_err(|error| failed(&error))? + "\n"
        }
        Format::Yaml => serde_yaml::to_string(report).map_err(|error| failed(&error))?,
        Format::Name => table::names(report),
    };
    let is_structure = matches!(format, Format::Json | Format::Yaml);
    if report.apps.is_empty() && !is_structure {
        let place = report.place.as_deref().unwrap_or("in the repository");
        output.tell(&format!("No apps found {place}."));
        return Ok(());
    }
    output.data(&text)
}

/// Warns of what was not looked at; templates are no mistake, and are counted.
fn warn(report: &Report, output: &Output) {
    for warning in &report.warnings {
        output.warn(warning);
    }
    let is_template = |file: &&UnreadableReport| file.template;
    for file in report.unreadable.iter().filter(|file| !file.template) {
        let UnreadableReport { path, problem, .. } = file;
        output.warn(&match file.line {
            Some(line) => {
                format!("{path}:{line}: not looked at, since it is no YAML: {problem}")
            }
            None => format!("{path}: not looked at: {problem}"),
        });
    }
    match report.unreadable.iter().filter(is_template).count() {
        0 => {}
        1 => output.tell("1 file was not looked at, since it is a template (it holds `{{`)"),
        count => output.tell(&format!(
            "{count} files were not looked at, since they are templates (they hold `{{{{`)"
        )),
    }
}
