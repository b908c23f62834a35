//! The command line: what can be said, and the help texts.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::Resettable;
use clap::{Arg, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum, ValueHint};

use crate::commands::{
    audit, completion, demo, doctor, export, fetch_cert, grant, import, init, lint, list,
    migrate_roles, new_app, rbac, remove, revoke, rotate, sync, verify, version,
};

/// Give applications their database on a shared CloudNativePG cluster, by GitOps.
///
/// The credential is sealed for Git, the role and the database are declared, and all of it is one change that is shown,
/// confirmed and written whole or not at all.
#[derive(Debug, Parser)]
#[command(
    name = "kubectl-pgdb",
    bin_name = "kubectl pgdb",
    version,
    disable_help_subcommand = true,
    after_help = "Exit codes: 0 done or all fine; 1 findings, or a check failed; 2 the call or its input is wrong, \
                  nothing was written; 3 could not look or could not write.\n\
                  Every flag can be given as an environment variable: --app-namespace is PGDB_APP_NAMESPACE."
)]
pub(crate) struct Cli {
    /// What is said to every command.
    #[command(flatten)]
    pub(crate) global: Global,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Cli {
    /// Reads a call, the program's name first, and the `PGDB_*` variables; an empty one counts as unset, since
    /// pipelines pass variables that nobody gave a value.
    ///
    /// # Errors
    /// When the call is not understood, or asks for help or the version instead.
    pub(crate) fn read(words: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let mut command = Self::command()
            .mut_args(without_empty_variable)
            .mut_subcommands(|command| command.mut_args(without_empty_variable));
        let mut matches = command.try_get_matches_from_mut(words)?;
        Self::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
    }
}

/// The argument, without its environment variable where that is set to nothing.
fn without_empty_variable(arg: Arg) -> Arg {
    let is_empty = |name| env::var_os(name).is_some_and(|value| value.is_empty());
    if arg.get_env().is_some_and(is_empty) {
        arg.env(Resettable::Reset)
    } else {
        arg
    }
}

/// What is said to every command.
#[derive(Args, Debug)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// Work in this repository instead of the one around the current folder.
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        value_hint = ValueHint::DirPath,
        env = "PGDB_REPO",
        hide_env = true
    )]
    pub(crate) repo: Option<PathBuf>,
    /// Work with this target of .pgdb.yaml.
    #[arg(
        long,
        global = true,
        value_name = "NAME",
        env = "PGDB_TARGET",
        hide_env = true
    )]
    pub(crate) target: Option<String>,
    /// Take this as the shared cluster's namespace [default: what its manifests say, else postgres].
    #[arg(
        long,
        short = 'n',
        global = true,
        value_name = "NAMESPACE",
        env = "PGDB_NAMESPACE",
        hide_env = true
    )]
    pub(crate) namespace: Option<String>,
    /// Write without asking for confirmation.
    #[arg(long, short = 'y', global = true, env = "PGDB_YES", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    pub(crate) yes: bool,
    /// Never ask anything: what is missing is an error.
    #[arg(long, global = true, env = "PGDB_NO_INPUT", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    pub(crate) no_input: bool,
    /// Print errors, warnings and the data that was asked for, nothing else.
    #[arg(long, short = 'q', global = true, env = "PGDB_QUIET", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    pub(crate) quiet: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    NewApp(Box<new_app::NewApp>),
    Verify(Box<verify::Verify>),
    Audit(Box<audit::Audit>),
    Sync(Box<sync::Sync>),
    List(list::List),
    Lint(Box<lint::Lint>),
    Grant(Box<grant::Grant>),
    Revoke(Box<revoke::Revoke>),
    Rotate(Box<rotate::Rotate>),
    Remove(Box<remove::Remove>),
    MigrateRoles(Box<migrate_roles::MigrateRoles>),
    Import(Box<import::Import>),
    Export(export::Export),
    FetchCert(Box<fetch_cert::FetchCert>),
    Doctor(Box<doctor::Doctor>),
    Rbac(Box<rbac::Rbac>),
    Init(init::Init),
    Demo(demo::Demo),
    Completion(completion::Completion),
    Version(version::Version),
}

/// Whether anything is written.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct DryRun {
    /// Show what would be written, and write nothing.
    #[arg(
        long,
        value_name = "STRATEGY",
        value_enum,
        default_value_t = Strategy::None,
        default_missing_value = "client",
        num_args = 0..=1,
        require_equals = true,
        env = "PGDB_DRY_RUN",
        hide_env = true
    )]
    dry_run: Strategy,
}

/// The strategies of kubectl's `--dry-run` that make sense without a server.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Strategy {
    /// Everything is written.
    None,
    /// Nothing is written.
    Client,
}

impl DryRun {
    /// Whether nothing is to be written.
    pub(crate) fn is_client(self) -> bool {
        self.dry_run == Strategy::Client
    }
}

/// What a command that changes apps prints on standard output.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum ChangeFormat {
    /// The change as `git apply` takes it.
    Diff,
    /// A versioned structure.
    Json,
}
