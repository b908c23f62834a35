//! `init`.

use clap::Args;

use crate::cli::Global;
use crate::failure::{Exit, Failure};
use crate::output::Output;

/// Write a commented .pgdb.yaml from what is found in the repository.
#[derive(Args, Debug)]
pub(crate) struct Init {}

/// Writes it.
pub(crate) fn run(_args: &Init, _global: &Global, _output: &Output) -> Result<Exit, Failure> {
    Ok(Exit::Done)
}
