//! `demo`.

use clap::Args;

use crate::failure::{Exit, Failure};
use crate::output::Output;

/// Write a commented .pgdb.yaml from what is found in the repository.
#[derive(Args, Debug)]
pub(crate) struct Demo {}

/// Writes it.
pub(crate) fn run(_args: &Demo, _output: &Output) -> Result<Exit, Failure> {
    Ok(Exit::Done)
}
