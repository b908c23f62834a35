//! What git knows of how the repository came to be: the one place that starts another program.
//!
//! Reading the format of git's objects anew would be a large part of git. Nothing of what the repository or the user has
//! set up may run along: no pager, no external diff, no text conversion, no check of signatures, no fetching of what a
//! partial clone lacks. Paths are taken literally, and what git prints of them is not read.

use std::io::{BufRead, BufReader, ErrorKind};
use std::process::{Command, Stdio};

use pgdb::repo::path::RepoPath;
use thiserror::Error;

use super::Root;

/// What is set for git beside the environment: messages in English, nothing asked, no lock taken, and nothing fetched that a
/// partial clone lacks, which older versions know only as no protocol being allowed.
const ENVIRONMENT: [(&str, &str); 5] = [
    ("LC_ALL", "C"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_ALLOW_PROTOCOL", "none"),
];

/// How the history is asked for, whatever is set up: as patches with one line around each change, also of what git takes
/// for binary, of the first commit, and of merges what neither side has.
const LOG: [&str; 18] = [
    "log",
    "--topo-order",
    "--patch",
    "--cc",
    "--root",
    "--unified=1",
    "--inter-hunk-context=0",
    "--text",
    "--no-color",
    "--no-renames",
    "--no-follow",
    "--no-relative",
    "--no-ext-diff",
    "--no-textconv",
    "--no-show-signature",
    "--no-notes",
    "--no-mailmap",
    "--submodule=short",
];

/// How much of the history git has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Depth {
    /// All of it.
    Whole,
    /// Not what came before some commits: a shallow clone.
    Shallow,
    /// There is no commit yet.
    Nothing,
}

/// Why git's history cannot be read.
#[derive(Debug, Error)]
pub(crate) enum HistoryError {
    /// There is no program `git`.
    #[error("git is not installed, which knows how old the passwords are")]
    NoGit,
    /// It cannot be started, or its output cannot be read.
    #[error("git cannot be asked: {0}")]
    Io(#[from] std::io::Error),
    /// It takes the folder for none of its repositories, or refuses it.
    #[error("git cannot say how old the passwords are: {0}")]
    Refused(String),
    /// It ended before the history did.
    #[error("git ended before the history did ({0})")]
    Ended(std::process::ExitStatus),
}

impl HistoryError {
    /// What to do about it.
    pub(crate) fn help(&self) -> &'static str {
        match self {
            Self::NoGit | Self::Refused(_) => {
                "say it on each SealedSecret with the annotation kubectl-pgdb/password-changed: \"2026-01-31\", or leave \
                 --older-than out"
            }
            Self::Io(_) => "try again",
            Self::Ended(_) => "see what `git log --patch` says, and `git fsck`",
        }
    }
}

/// How much of the root's history git has.
///
/// # Errors
/// When git is not there, or does not know the folder.
pub(crate) fn depth(root: &Root) -> Result<Depth, HistoryError> {
    let mut command = git(root);
    command.args(["rev-parse", "--is-shallow-repository", "HEAD"]);
    let output = command.stdin(Stdio::null()).output().map_err(unstarted)?;
    let printed = String::from_utf8_lossy(&output.stdout);
    match printed.lines().next() {
        // Where there is no commit, it prints the first answer and fails at HEAD.
        Some("true" | "false") if !output.status.success() => Ok(Depth::Nothing),
        Some("true") => Ok(Depth::Shallow),
        Some("false") => Ok(Depth::Whole),
        _ => {
            let said = String::from_utf8_lossy(&output.stderr);
            let said = said.lines().next().unwrap_or_default();
            let said = said.trim_start_matches("fatal: ").to_owned();
            Err(HistoryError::Refused(said))
        }
    }
}

/// Reads the history of some files, newest commit first, line by line without the line ends; each commit begins as
/// `format` says.
///
/// # Errors
/// When git cannot be started, or ends before the history does.
pub(crate) fn read<'path>(
    root: &Root,
    paths: impl Iterator<Item = &'path RepoPath>,
    format: &str,
    mut take: impl FnMut(&[u8]),
) -> Result<(), HistoryError> {
    let mut command = git(root);
    command
        .args(LOG)
        .arg(format!("--format={format}"))
        .arg("--");
    command.args(paths.map(RepoPath::as_str));
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command.spawn().map_err(unstarted)?;
    if let Some(output) = child.stdout.take() {
        let mut output = BufReader::new(output);
        let mut line = Vec::new();
        while output.read_until(b'\n', &mut line)? > 0 {
            take(line.strip_suffix(b"\n").unwrap_or(&line));
            line.clear();
        }
    }
    let status = child.wait()?;
    if status.success() {
        Ok(())
    } else {
        Err(HistoryError::Ended(status))
    }
}

/// Git in the root folder.
fn git(root: &Root) -> Command {
    let mut command = Command::new("git");
    command
        .current_dir(root.path())
        .envs(ENVIRONMENT)
        .args(["--no-pager", "--literal-pathspecs"]);
    command
}

fn unstarted(error: std::io::Error) -> HistoryError {
    match error.kind() {
        ErrorKind::NotFound => HistoryError::NoGit,
        _ => HistoryError::Io(error),
    }
}
