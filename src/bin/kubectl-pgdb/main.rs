//! The kubectl plugin: reads, asks, writes and prints, and leaves every decision to the library `pgdb`.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the binary is the part that reads and changes the world, so that the library need not"
)]

mod access_change;
mod app_flags;
mod checks;
mod cli;
mod cluster;
mod commands;
mod declared_apps;
mod failure;
mod files;
mod flag_value;
mod given_password;
mod output;
mod prompt;
mod proposal;
mod randomness;
mod right_flags;
mod sealing_flags;
mod secrecy;
mod workspace;

use std::ffi::OsString;
use std::process::ExitCode;

use cli::Cli;
use commands::completion::{COMPLETE, complete};
use failure::Failure;
use output::Output;

/// The flag beside which a password may have been typed by mistake.
const PASSWORD_STDIN: &str = "--password-stdin";

fn main() -> ExitCode {
    // Before anything is parsed: the words are half a command line, `--` included, and no command of their own.
    let mut words = std::env::args_os().skip(1);
    if words.next().is_some_and(|word| word == COMPLETE) {
        complete(words, &Output::new(true));
        return ExitCode::SUCCESS;
    }
    let cli = match Cli::read(std::env::args_os()) {
        Ok(cli) => cli,
        Err(error) => return not_understood(&error),
    };
    let output = Output::new(cli.global.quiet);
    match commands::run(&cli, &output) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            output.failure(&failure);
            failure.exit.into()
        }
    }
}

/// Prints the help or the version that was asked for, or why the call is not understood; gives the exit code.
///
/// Of a call with `--password-stdin` nothing is quoted: a word too many is likely the password itself.
fn not_understood(error: &clap::Error) -> ExitCode {
    let is_secret = |word: OsString| {
        word.as_encoded_bytes()
            .starts_with(PASSWORD_STDIN.as_bytes())
    };
    if error.use_stderr() && std::env::args_os().skip(1).any(is_secret) {
        let failure = Failure::usage(
            "the call is not understood",
            format!(
                "{PASSWORD_STDIN} takes no value: the password is read from standard input; \
                 see what goes with it in the command's --help"
            ),
        );
        Output::new(false).failure(&failure);
        return failure.exit.into();
    }
    // As clap's own `exit` does: nobody can be told when the stream is closed.
    drop(error.print());
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}
