//! Mends findings: their fixes become one change set, by the same editor as everything that is written.

use std::collections::BTreeMap;

use thiserror::Error;

use super::Report;
use super::finding::{Finding, Fix, FixEdit, Operation};
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
    /// The findings that have a fix and are not mended, with the reason.
    pub refused: Vec<Refused>,
}

/// A finding that is not mended, though it has a fix.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Refused {
    /// The finding.
    pub finding: Finding,
    /// The file of the edit that is not possible, which need not be the finding's own.
    pub path: RepoPath,
    /// Why it is not made.
    pub reason: Refusal,
}

/// Why an edit is not made.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum Refusal {
    /// The diff would show what is around the edit.
    #[error("the file holds a secret value in clear, which its diff could show")]
    Confidential,
    /// The editor refuses.
    #[error(transparent)]
    Edit(#[from] EditError),
}

impl Refusal {
    /// The line that is the reason, from 1; none where it is the whole file.
    pub fn line(&self) -> Option<usize> {
        match self {
            Self::Confidential => None,
            Self::Edit(error) => Some(error.line()),
        }
    }

    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Confidential => "seal the value, then run this again, or change the file by hand",
            Self::Edit(error) => error.help(),
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

/// Plans the fixes of a report's findings, in their order. Of a fix either all edits are made or none, and none where one of
/// its files holds a secret value in clear.
pub fn plan(report: &Report, snapshot: &Snapshot) -> Plan {
    let mut draft = Draft {
        snapshot,
        texts: BTreeMap::new(),
        done: BTreeMap::new(),
    };
    let mut plan = Plan::default();
    for finding in &report.findings {
        let Some(fix) = &finding.fix else { continue };
        let attempt = match confidential(fix, report) {
            Some(path) => Err((path.clone(), Refusal::Confidential)),
            None => draft.attempt(&fix.edits),
        };
        match attempt {
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

/// The first file of a fix that holds a secret value in clear.
fn confidential<'fix>(fix: &'fix Fix, report: &Report) -> Option<&'fix RepoPath> {
    let mut files = fix.edits.iter().map(|edit| &edit.path);
    files.find(|file| report.confidential.contains(*file))
}

impl Draft<'_> {
    /// Makes all edits, or none: then the file of the first that is not possible, and why.
    fn attempt(&mut self, edits: &[FixEdit]) -> Result<(), (RepoPath, Refusal)> {
        let mut texts = BTreeMap::new();
        for edit in edits {
            let done = self.done.get(&edit.path);
            if done.is_some_and(|done| done.contains(edit)) {
                continue;
            }
            let own = texts.get(&edit.path).or_else(|| self.texts.get(&edit.path));
            let text = own.map(String::as_str);
            let text = text.or_else(|| self.snapshot.text(&edit.path));
            let text = edited(text.unwrap_or_default(), edit)
                .map_err(|reason| (edit.path.clone(), reason.into()))?;
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
