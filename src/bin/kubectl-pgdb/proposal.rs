//! A change to the repository on its way to the disk: shown, confirmed, written.

use std::collections::BTreeSet;
use std::path::Path;

use pgdb::repo::change_set::ChangeSet;
use pgdb::repo::diff::unified;
use pgdb::repo::path::RepoPath;

use crate::cli::Global;
use crate::failure::Failure;
use crate::files::{Lock, Root};
use crate::output::Output;
use crate::prompt::{self, Prompt};
use crate::workspace::Workspace;

/// Whether a change is confirmed before it is written: there is somebody to ask, who did not say yes beforehand.
pub(crate) fn asks(global: &Global) -> bool {
    !global.yes && !global.no_input && prompt::is_possible()
}

/// How a change is shown and written.
pub(crate) struct Proposal<'run> {
    /// Where it is written.
    pub(crate) workspace: &'run Workspace,
    /// Where it is shown.
    pub(crate) output: &'run Output,
    /// Whether it is only shown.
    pub(crate) dry_run: bool,
    /// Whether the diff is the data that was asked for.
    pub(crate) prints_diff: bool,
    /// Who confirms it; nobody where it is written without.
    pub(crate) prompt: Option<&'run Prompt>,
    /// What a killed run left, and is removed with the first write.
    pub(crate) staged: &'run [RepoPath],
}

impl Proposal<'_> {
    /// Shows the change, asks once where there is somebody to ask, and writes it; with a dry run it is only shown.
    ///
    /// # Errors
    /// When the answer is no, or the change cannot be written. Nothing is written then.
    pub(crate) fn carry_out(
        &self,
        changes: &ChangeSet,
        lock: Option<Lock<'_>>,
    ) -> Result<(), Failure> {
        self.warn_of_ignored(changes);
        let prompt = self.prompt.filter(|_| !self.dry_run && !changes.is_empty());
        self.show(changes, prompt.is_some())?;
        if let Some(prompt) = prompt
            && !prompt.confirm("Write these changes?")?
        {
            return Err(Failure::declined());
        }
        if self.dry_run {
            return Ok(());
        }
        self.write(changes, lock)
    }

    fn warn_of_ignored(&self, changes: &ChangeSet) {
        for change in changes.changes() {
            let path = change.path();
            // What goes need not be added.
            let rule = change
                .after()
                .and_then(|_| self.workspace.root.ignores(path));
            if let Some(rule) = rule {
                self.output.warn(&format!(
                    "{path}: git ignores this file by {rule}: mend that, or add it with `git add -f`"
                ));
            }
        }
    }

    /// Shows the diff; before a question with an empty line around it, so that the eye finds both.
    fn show(&self, changes: &ChangeSet, before_question: bool) -> Result<(), Failure> {
        if !self.prints_diff {
            if before_question {
                // Standard output is for the data that was asked for.
                self.output.show(&unified(changes));
            }
            return Ok(());
        }
        if self.output.is_quiet() && !self.dry_run && !before_question {
            return Ok(());
        }
        let set_apart = || {
            if before_question {
                self.output.tell("");
            }
        };
        set_apart();
        self.output.diff(&unified(changes))?;
        set_apart();
        Ok(())
    }

    /// Writes the change, and removes what a killed run left.
    fn write(&self, changes: &ChangeSet, lock: Option<Lock<'_>>) -> Result<(), Failure> {
        if changes.is_empty() && self.staged.is_empty() {
            return Ok(());
        }
        let lock = match lock {
            Some(lock) => lock,
            None => self.workspace.lock(self.output)?,
        };
        lock.remove_staged(self.staged)?;
        for leftover in lock.apply(changes)?.leftovers {
            self.output.warn(&format!(
                "{leftover}: this temporary file could not be removed"
            ));
        }
        Ok(())
    }
}

/// So many paths are named one by one.
const MOST_PATHS: usize = 24;

/// Removes what a killed run left, for a command that has nothing to write.
///
/// # Errors
/// When the lock cannot be taken or a file cannot be removed.
pub(crate) fn remove_leftovers(
    workspace: &Workspace,
    output: &Output,
    staged: &[RepoPath],
) -> Result<(), Failure> {
    if !staged.is_empty() {
        workspace.lock(output)?.remove_staged(staged)?;
    }
    Ok(())
}

/// The git commands that commit a change with this subject.
pub(crate) fn git_commands(changes: &ChangeSet, subject: &str, root: &Root) -> String {
    git_commands_beside(changes, subject, root, None)
}

/// The git commands that commit a change with this subject, and not the file that it was made from.
pub(crate) fn git_commands_beside(
    changes: &ChangeSet,
    subject: &str,
    root: &Root,
    input: Option<&Path>,
) -> String {
    let here = std::env::current_dir().is_ok_and(|here| here == root.path());
    let git = if here {
        "git".to_owned()
    } else {
        format!("git -C {}", shell_word(&root.path().display().to_string()))
    };
    let paths: Vec<&str> = changes
        .changes()
        .iter()
        .map(|change| change.path().as_str())
        .collect();
    let input = input.and_then(|input| input.canonicalize().ok());
    let input = input
        .as_deref()
        .and_then(|input| input.strip_prefix(root.path()).ok());
    let paths = if paths.len() > MOST_PATHS {
        folders(&paths, input)
    } else {
        paths
    };
    let paths: Vec<String> = paths.into_iter().map(shell_word).collect();
    format!(
        "\nNext:\n  {git} add {}\n  {git} commit -m {}\n  {git} push",
        paths.join(" "),
        shell_word(subject)
    )
}

/// The folders of many paths instead of them, each once; a path stays where it is in none, or where its folder holds the
/// input, which is not to be committed.
fn folders<'path>(paths: &[&'path str], input: Option<&Path>) -> Vec<&'path str> {
    let folder = |path: &'path str| {
        let (folder, _) = path.rsplit_once('/')?;
        let holds_input = input.is_some_and(|input| input.starts_with(folder));
        (!holds_input).then_some(folder)
    };
    let named = paths.iter().map(|path| folder(path).unwrap_or(path));
    let named: BTreeSet<&str> = named.collect();
    let is_below = |path: &str, other: &str| {
        let rest = path.strip_prefix(other);
        rest.is_some_and(|rest| rest.starts_with('/'))
    };
    let outer = named
        .iter()
        .filter(|path| !named.iter().any(|other| is_below(path, other)));
    outer.copied().collect()
}

/// The command that proves apps on the live cluster once a change is synced; `apps` are its words for them, and `cluster`
/// is the one that was named.
pub(crate) fn verification(apps: &str, cluster: Option<&str>, global: &Global) -> String {
    let repo = global.repo.as_ref().map(|path| path.display().to_string());
    let flags = [
        ("--repo", repo.as_deref()),
        ("--target", global.target.as_deref()),
        ("--namespace", global.namespace.as_deref()),
        ("--cluster", cluster),
    ];
    let flags: String = flags
        .into_iter()
        .filter_map(|(name, value)| Some(format!(" {name} {}", shell_word(value?))))
        .collect();
    format!("  kubectl pgdb verify {apps} --wait --login{flags}    # once Argo CD has synced it")
}

/// A word as a POSIX shell takes it: as it is where that is safe, else in single quotes.
pub(crate) fn shell_word(text: &str) -> String {
    let is_safe = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !text.is_empty() && text.chars().all(is_safe) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}
