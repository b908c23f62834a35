//! Mends findings: their fixes become one change set, by the same editor as everything that is written.

use std::collections::BTreeMap;

use super::finding::{Finding, FixEdit, Operation};
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
    /// The findings that could be mended but for what the editor refuses, with the reason.
    pub refused: Vec<Refused>,
}

/// A finding that is not mended, though it has a fix.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Refused {
    /// The finding.
    pub finding: Finding,
    /// Why the editor refused.
    pub reason: EditError,
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
            Err(reason) => plan.refused.push(Refused {
                finding: finding.clone(),
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
    /// Makes all edits, or none.
    fn attempt(&mut self, edits: &[FixEdit]) -> Result<(), EditError> {
        let mut texts = BTreeMap::new();
        for edit in edits {
            let done = self.done.get(&edit.path);
            if done.is_some_and(|done| done.contains(edit)) {
                continue;
            }
            let own = texts.get(&edit.path).or_else(|| self.texts.get(&edit.path));
            let text = own.map(String::as_str);
            let text = text.or_else(|| self.snapshot.text(&edit.path));
            let text = edited(text.unwrap_or_default(), edit)?;
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
