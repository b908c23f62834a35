//! `completion`.

use clap::Args;

use crate::failure::{Exit, Failure};
use crate::output::Output;

/// Print a completion script for a shell, or install kubectl's own.
#[derive(Args, Debug)]
pub(crate) struct Completion {}

/// Complete.
#[derive(Args, Debug)]
pub(crate) struct Complete {}

pub(crate) fn run(_args: &Completion, _output: &Output) -> Result<Exit, Failure> {
    Ok(Exit::Done)
}

pub(crate) fn complete(_args: &Complete, _output: &Output) -> Result<Exit, Failure> {
    Ok(Exit::Done)
}
