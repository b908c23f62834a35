//! The commands, one file each: what can be said to it, and what it does.

pub(crate) mod audit;
pub(crate) mod completion;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod export;
pub(crate) mod fetch_cert;
pub(crate) mod grant;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod lint;
pub(crate) mod list;
pub(crate) mod migrate_roles;
pub(crate) mod new_app;
pub(crate) mod rbac;
pub(crate) mod remove;
pub(crate) mod revoke;
pub(crate) mod rotate;
pub(crate) mod sync;
pub(crate) mod verify;
pub(crate) mod version;

use crate::cli::{Cli, Command};
use crate::failure::{Exit, Failure};
use crate::output::Output;

/// Runs the command that was called.
pub(crate) fn run(cli: &Cli, output: &Output) -> Result<Exit, Failure> {
    match &cli.command {
        Command::NewApp(args) => new_app::run(args, &cli.global, output),
        Command::Grant(args) => grant::run(args, &cli.global, output),
        Command::Revoke(args) => revoke::run(args, &cli.global, output),
        Command::Remove(args) => remove::run(args, &cli.global, output),
        Command::MigrateRoles(args) => migrate_roles::run(args, &cli.global, output),
        Command::Doctor(args) => doctor::run(args, &cli.global, output),
        Command::Rbac(args) => rbac::run(args, &cli.global, output),
        Command::FetchCert(args) => fetch_cert::run(args, &cli.global, output),
        Command::Import(args) => import::run(args, &cli.global, output),
        Command::Export(args) => export::run(args, &cli.global, output),
        Command::Init(args) => init::run(args, &cli.global, output),
        Command::Lint(args) => lint::run(args, &cli.global, output),
        Command::List(args) => list::run(args, &cli.global, output),
        Command::Demo(args) => demo::run(args, output),
        Command::Completion(args) => completion::run(args, output),
        Command::Rotate(args) => rotate::run(args, &cli.global, output),
        Command::Verify(args) => verify::run(args, &cli.global, output),
        Command::Sync(args) => sync::run(args, &cli.global, output),
        Command::Audit(args) => audit::run(args, &cli.global, output),
        Command::Version(args) => version::run(args, output),
    }
}
