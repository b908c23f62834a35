//! `version`.

use clap::{Args, ValueEnum};

use crate::failure::{Exit, Failure};
use crate::output::Output;

/// Print the version.
#[derive(Args, Debug)]
pub(crate) struct Version {
    /// Print it as JSON or YAML.
    #[arg(long, short, value_name = "FORMAT", value_enum)]
    output: Option<Format>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Json,
    Yaml,
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Prints the version as kubectl prints its own.
pub(crate) fn run(args: &Version, output: &Output) -> Result<Exit, Failure> {
    output.data(&match args.output {
        None => format!("Client Version: v{VERSION}\n"),
        Some(Format::Json) => format!("{{\n  \"clientVersion\": \"v{VERSION}\"\n}}\n"),
        Some(Format::Yaml) => format!("clientVersion: v{VERSION}\n"),
    })?;
    Ok(Exit::Done)
}
