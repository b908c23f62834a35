//! Mends findings: their fixes become one change set, by the same editor as everything that is written.

use std::collections::BTreeMap;

use thiserror::Error;

use super::finding::{Finding, FixEdit, Operation};
use super::in_clear::may_hold_secret;
use crate::repo::change_set::ChangeSet;
use crate::repo::edit::{EditError, Step, append, insert_key, set_text};
use crate::repo::path::RepoPath;
use crate::repo::snapshot::Snapshot;

/// What mending comes to.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Plan {
    /// What is to be written.
    pub changes: ChangeSet,
    /// How many findings it mends.
    pub mended: usize,
    /// The findings that have a fix which cannot be made, with the reason.
    pub refused: Vec<Refused>,
}

/// A finding that is not mended, though it has a fix.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Refused {
    /// The finding.
    pub finding: Finding,
    /// The file of the edit that is not possible, which need not be the finding's own.
    pub path: RepoPath,
    /// Why it was refused.
    pub reason: Reason,
}

/// Why an edit is not made.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum Reason {
    /// The editor cannot make it safely.
    #[error(transparent)]
    Editor(#[from] EditError),
    /// Whoever is shown the change would be shown a secret: a diff has the lines around it.
    #[error("the file may hold a secret in clear, which the change would show")]
    InClear,
}

impl Reason {
    /// The line of the file that is in the way, where it is one.
    pub fn line(&self) -> Option<usize> {
        match self {
            Self::Editor(error) => Some(error.line()),
            Self::InClear => None,
        }
    }

    /// What to do.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Editor(error) => error.help(),
            Self::InClear => "seal it first, or make the change by hand",
        }
    }
}

/// Texts in the making: those of the files that change.
struct Draft<'text> {
    snapshot: &'text Snapshot,
    texts: BTreeMap<RepoPath, String>,
    /// What was done in each file: two findings may ask for the same.
    done: BTreeMap<RepoPath, Vec<FixEdit>>,
}

/// Plans the fixes of findings, in their order. Of a fix either all edits are made or none.
pub fn plan(findings: &[Finding], snapshot: &Snapshot) -> Plan {
    let mut draft = Draft {
        snapshot,
        texts: BTreeMap::new(),
        done: BTreeMap::new(),
    };
    let mut plan = Plan::default();
    for finding in findings {
        let Some(fix) = &finding.fix else { continue };
        match draft.attempt(&fix.edits) {
            Ok(()) => plan.mended += 1,
            Err((path, reason)) => plan.refused.push(Refused {
                finding: finding.clone(),
                path,
                reason,
            }),
        }
    }
    for (path, text) in draft.texts {
        plan.changes.write(path.clone(), snapshot.text(&path), text);
    }
    plan
}

impl Draft<'_> {
    /// Makes all edits, or none: then the file of the first that is not possible, and why.
    fn attempt(&mut self, edits: &[FixEdit]) -> Result<(), (RepoPath, Reason)> {
        let mut texts = BTreeMap::new();
        for edit in edits {
            let done = self.done.get(&edit.path);
            if done.is_some_and(|done| done.contains(edit)) {
                continue;
            }
            let own = texts.get(&edit.path).or_else(|| self.texts.get(&edit.path));
            let text = own.map(String::as_str);
            let text = text.or_else(|| self.snapshot.text(&edit.path));
            let text = text.unwrap_or_default();
            if may_hold_secret(text) {
                return Err((edit.path.clone(), Reason::InClear));
            }
            let text =
                edited(text, edit).map_err(|error| (edit.path.clone(), Reason::Editor(error)))?;
            texts.insert(edit.path.clone(), text);
        }
        self.texts.append(&mut texts);
        for edit in edits {
            let done = self.done.entry(edit.path.clone()).or_default();
            done.push(edit.clone());
        }
        Ok(())
    }
}

/// The text after one edit.
fn edited(text: &str, edit: &FixEdit) -> Result<String, EditError> {
    let steps: Vec<Step<'_>> = edit.steps.iter().map(Into::into).collect();
    match &edit.operation {
        Operation::Insert(key, value) => insert_key(text, edit.document, &steps, key, value),
        Operation::Append(entry) => {
            append(text, edit.document, &steps, std::slice::from_ref(entry))
        }
        Operation::SetText(new) => set_text(text, edit.document, &[(steps.as_slice(), new)]),
    }
}
