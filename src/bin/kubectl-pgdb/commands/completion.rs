//! `completion`, and the answers that a shell's completion asks for.

mod candidates;
mod install;
mod line;

use std::ffi::OsString;

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, Command, CommandFactory, Subcommand};
use clap_complete::{Shell, generate};
use pgdb::domain::choice::{ReclaimPolicy, RoleStyle};
use pgdb::domain::scope::Scope;
use pgdb::lint::rule::Rule;
use pgdb::lint::rules::RULES;

use crate::cli::Cli;
use crate::failure::{Exit, Failure};
use crate::output::Output;

use install::Install;
use line::Line;

/// The first word of a call that asks for candidates.
pub(crate) const COMPLETE: &str = "__complete";

/// The name of the binary, as a script calls it.
const BINARY: &str = "kubectl-pgdb";

/// Make the shell complete `kubectl pgdb`, or `kubectl-pgdb` called directly.
///
/// For `kubectl pgdb`, kubectl's own completion asks an executable of the plugin: `kubectl pgdb completion install` writes
/// it. The scripts are for `kubectl-pgdb` called by that name.
#[derive(Args, Debug)]
pub(crate) struct Completion {
    #[command(subcommand)]
    what: What,
}

/// What is wanted.
#[derive(Debug, Subcommand)]
enum What {
    /// Print the script for bash.
    ///
    /// Load it with `source <(kubectl-pgdb completion bash)`, for example in ~/.bashrc.
    Bash,
    /// Print the script for zsh.
    ///
    /// Load it with `source <(kubectl-pgdb completion zsh)` after compinit, or write it to a file `_kubectl-pgdb` in a folder
    /// of $fpath.
    Zsh,
    /// Print the script for fish.
    ///
    /// Load it with `kubectl-pgdb completion fish | source`.
    Fish,
    /// Print the script for PowerShell.
    ///
    /// Load it with `kubectl-pgdb completion powershell | Out-String | Invoke-Expression`.
    Powershell,
    Install(Install),
}

/// Prints a script, or installs what kubectl asks.
pub(crate) fn run(args: &Completion, output: &Output) -> Result<Exit, Failure> {
    let shell = match &args.what {
        What::Install(args) => return install::run(args, output),
        What::Bash => Shell::Bash,
        What::Zsh => Shell::Zsh,
        What::Fish => Shell::Fish,
        What::Powershell => Shell::PowerShell,
    };
    output.data(&script(shell))?;
    Ok(Exit::Done)
}

/// The script of a shell.
fn script(shell: Shell) -> String {
    let script = |name: &str| {
        let mut script = Vec::new();
        generate(shell, &mut command(), name, &mut script);
        String::from_utf8_lossy(&script).into_owned()
    };
    if shell != Shell::Bash {
        return script(BINARY);
    }
    // For bash, clap_complete makes two different labels of a name with a hyphen, so that no command is recognised: the
    // name has none until the script's last lines, where it says what is to be completed.
    let name = BINARY.replace('-', "_");
    script(&name).replace(&format!(" {name}\n"), &format!(" {BINARY}\n"))
}

/// Prints the candidates for the last of the words, as kubectl takes them.
///
/// Whoever presses TAB wants no message in the middle of the line: what goes wrong gives no candidates.
pub(crate) fn complete(words: impl Iterator<Item = OsString>, output: &Output) {
    let mut words: Vec<String> = words
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let current = words.pop().unwrap_or_default();
    let mut command = command();
    command.build();
    let line = Line::read(&command, &words);
    drop(output.data(&candidates::of(&line, &current).to_string()));
}

/// The command line, with the words that the library parses made known to completion.
fn command() -> Command {
    Cli::command().mut_subcommands(|command| {
        let is_lint = command.get_name() == "lint";
        command.mut_args(|arg| match arg.get_id().as_str() {
            "rule" | "skip" | "explain" if is_lint => {
                let rule = |rule: &Rule| PossibleValue::new(rule.code).help(rule.name);
                arg.value_parser(PossibleValuesParser::new(RULES.iter().map(rule)))
            }
            "reclaim" => arg.value_parser(ReclaimPolicy::WORDS),
            "roles" | "to" => arg.value_parser(RoleStyle::WORDS),
            "scope" => arg.value_parser(Scope::ALL.map(Scope::as_str)),
            _ => arg,
        })
    })
}
