//! The kubectl plugin: reads, asks, writes and prints, and leaves every decision to the library `pgdb`.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the binary is the part that reads and changes the world, so that the library need not"
)]

mod cli;
mod commands;
mod failure;
mod files;
mod output;
mod prompt;
mod randomness;
mod secrecy;
mod workspace;

use std::process::ExitCode;

use clap::Parser;

use cli::Cli;
use commands::completion::{COMPLETE, complete};
use output::Output;

fn main() -> ExitCode {
    // Before anything is parsed: the words are half a command line, `--` included, and no command of their own.
    let mut words = std::env::args_os().skip(1);
    if words.next().is_some_and(|word| word == COMPLETE) {
        complete(words, &Output::new(true));
        return ExitCode::SUCCESS;
    }
    let cli = Cli::parse();
    let output = Output::new(cli.global.quiet);
    match commands::run(&cli, &output) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            output.failure(&failure);
            failure.exit.into()
        }
    }
}
