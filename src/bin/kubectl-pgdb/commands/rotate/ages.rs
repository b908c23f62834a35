//! How old the passwords are: what the SealedSecrets say, and else what git's history does.

use pgdb::domain::period::Period;
use pgdb::domain::time::UnixTime;
use pgdb::rotate::{AgeSource, History, Selection};

use crate::failure::Failure;
use crate::files::{Depth, depth, read_history};
use crate::output::Output;
use crate::workspace::Workspace;

/// Tells the ages, and leaves the passwords as they are that are younger than the period.
///
/// # Errors
/// When git is needed, and cannot say.
pub(super) fn keep_older(
    selection: &mut Selection,
    period: &Period,
    now: UnixTime,
    workspace: &Workspace,
    output: &Output,
) -> Result<(), Failure> {
    for warning in selection.read_days() {
        output.warn(&warning);
    }
    if !selection.undated().is_empty() {
        ask_git(selection, now, workspace)?;
    }
    selection.keep_older(period, now);
    for warning in doubts(selection) {
        output.warn(&warning);
    }
    Ok(())
}

fn ask_git(selection: &mut Selection, now: UnixTime, workspace: &Workspace) -> Result<(), Failure> {
    let root = &workspace.root;
    let depth = depth(root)?;
    let mut history = History::of(selection, depth == Depth::Shallow);
    if depth != Depth::Nothing {
        let paths = selection.undated();
        read_history(root, paths.into_iter(), History::FORMAT, |line| {
            history.line(line);
        })?;
    }
    history.tell(selection, now);
    Ok(())
}

/// The passwords that are left as they are and may be older than is known.
fn doubts(selection: &Selection) -> Vec<String> {
    let mut warnings = Vec::new();
    for credential in &selection.younger {
        let secret = credential.secret();
        match credential.age {
            None => warnings.push(format!(
                "{}: what is sealed as the password of {secret} is no sealed value, so nothing says how old it is",
                credential.path()
            )),
            Some(age) if age.source == AgeSource::OldestCommit => warnings.push(format!(
                "the password of {secret} is at least as old as the oldest commit of this shallow clone ({}), and may be \
                 older: `git fetch --unshallow` brings the rest",
                age.since.date()
            )),
            Some(_) => {}
        }
    }
    warnings
}
