//! `init`.

mod server;

use std::path::PathBuf;

use clap::Args;
use pgdb::domain::engine::Engine;
use pgdb::init::{Found, render};
use pgdb::repo::change_set::ChangeSet;
use pgdb::repo::diff::unified;
use pgdb::repo::path::RepoPath;
use pgdb::settings::{FILE, Settings, TargetSettings};
use pgdb::target::{Target, candidates};

use crate::cli::{DryRun, Global};
use crate::failure::{Exit, Failure};
use crate::flag_value::one;
use crate::output::Output;
use crate::prompt::{self, Prompt};
use crate::workspace::{Workspace, open_root};

/// Write a commented .pgdb.yaml from what is found in the repository.
///
/// Each CNPG Cluster becomes a target; what can be set and is not found stands there as a comment with its default. A
/// .pgdb.yaml that is there is never replaced.
#[derive(Args, Debug)]
pub(crate) struct Init {
    /// For a server that CloudNativePG does not run: postgres [default: cnpg].
    #[arg(long, value_name = "ENGINE", env = "PGDB_ENGINE", hide_env = true)]
    engine: Option<String>,
    /// With --engine postgres: call the server so [default: postgres].
    #[arg(long, value_name = "NAME", env = "PGDB_CLUSTER", hide_env = true)]
    cluster: Option<String>,
    /// With --engine postgres: the server's host, as applications reach it [default: the DSN's].
    #[arg(long, value_name = "HOST", env = "PGDB_HOST", hide_env = true)]
    host: Option<String>,
    /// With --engine postgres: its port [default: the DSN's, else 5432].
    #[arg(long, value_name = "PORT", env = "PGDB_PORT", hide_env = true)]
    port: Option<String>,
    /// With --engine postgres: the Secret with the administrator's connection [default: NAME-connection].
    #[arg(
        long,
        value_name = "SECRET",
        env = "PGDB_CONNECTION_SECRET",
        hide_env = true
    )]
    connection_secret: Option<String>,
    /// With --engine postgres: read the administrator's connection (a URI or key=value pairs) from standard input, and seal it.
    #[arg(long, env = "PGDB_DSN_STDIN", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    dsn_stdin: bool,
    /// With --engine postgres: let passwords go over the network in clear.
    #[arg(long, env = "PGDB_ALLOW_PLAINTEXT", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    allow_plaintext: bool,
    /// Seal with the certificate in this file [default: infra/sealed-secrets/pub-cert.pem].
    #[arg(long, value_name = "FILE", env = "PGDB_CERT", hide_env = true)]
    cert: Option<PathBuf>,
    #[command(flatten)]
    dry_run: DryRun,
}

impl Init {
    /// Refuses what says something of a server alone.
    fn refuse_server_flags(&self) -> Result<(), Failure> {
        let given = [
            ("--host", self.host.is_some()),
            ("--port", self.port.is_some()),
            ("--connection-secret", self.connection_secret.is_some()),
            ("--dsn-stdin", self.dsn_stdin),
            ("--allow-plaintext", self.allow_plaintext),
        ];
        match given.into_iter().find(|(_, is_given)| *is_given) {
            Some((flag, _)) => Err(Failure::usage(
                format!("{flag} is for a server that CloudNativePG does not run"),
                "add --engine postgres",
            )),
            None => Ok(()),
        }
    }
}

/// Writes it.
pub(crate) fn run(args: &Init, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let engine: Option<Engine> = one("--engine", args.engine.as_deref())?;
    if engine == Some(Engine::Postgres) {
        return server::run(args, global, output);
    }
    args.refuse_server_flags()?;
    let workspace = Workspace {
        root: open_root(global)?,
        settings: TargetSettings::default(),
    };
    let path: RepoPath = FILE.parse()?;
    if let Some(text) = workspace.root.read(&path)? {
        return keep(&text, output);
    }
    let reading = workspace.read(&[], false)?;
    let certificate = Target::guide_certificate();
    let certificate = workspace.root.read(&certificate)?.map(|_| certificate);
    let found = Found::in_repo(
        candidates(&reading.snapshot),
        &reading.snapshot,
        certificate.as_ref(),
    );
    let mut changes = ChangeSet::default();
    changes.write(path, None, render(&found));
    output.diff(&unified(&changes))?;
    if args.dry_run.is_client() {
        return Ok(Exit::Done);
    }
    if !global.yes && !global.no_input && prompt::is_possible() {
        let prompt = Prompt::new(output.colour_stderr());
        if !prompt.confirm("Write these changes?")? {
            return Err(Failure::declined());
        }
    }
    workspace.lock(output)?.apply(&changes)?;
    let names: Vec<String> = found
        .targets
        .iter()
        .map(|target| target.cluster.to_string())
        .collect();
    output.tell(&match names.as_slice() {
        [] => {
            format!("Wrote {FILE}. No CNPG Cluster was found: fill in `cluster` and `clusterFile`.")
        }
        names => format!("Wrote {FILE} with the Cluster {}.", names.join(", ")),
    });
    Ok(Exit::Done)
}

/// Says that the settings are there, or what is wrong with them.
fn keep(text: &str, output: &Output) -> Result<Exit, Failure> {
    Settings::parse(text).map_err(crate::workspace::settings_failure)?;
    output.tell(&format!("{FILE} is there: nothing to write."));
    Ok(Exit::Done)
}
