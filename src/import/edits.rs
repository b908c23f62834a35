//! The edits of many apps, gathered by document: what several apps share is edited once.

use std::collections::BTreeMap;

use crate::apps_file::{Position, Problem};
use crate::declared::places::Spot;
use crate::repo::draft::Draft;
use crate::repo::edit::{Edit, EditError, Step, apply, with_comment, without_comment};
use crate::repo::path::RepoPath;

/// Why a database may be dropped with its object, as `new-app` says it.
const RECLAIM: &str = "pgdb:ignore PGDB711 asked for when this was made";

/// The edits, by the files and documents.
#[derive(Default)]
pub(super) struct Edits {
    documents: BTreeMap<(RepoPath, usize), DocumentEdits>,
}

/// The edits of one document.
pub(super) struct DocumentEdits {
    /// The first app that changes it.
    position: Position,
    edits: Vec<Edit<'static>>,
    /// The values that get a comment, which says why they are so, and those that lose it.
    explained: Vec<(Vec<Step<'static>>, bool)>,
}

impl DocumentEdits {
    /// Adds an edit.
    pub(super) fn push(&mut self, edit: Edit<'static>) {
        self.edits.push(edit);
    }

    /// Adds edits.
    pub(super) fn extend(&mut self, edits: Vec<Edit<'static>>) {
        self.edits.extend(edits);
    }

    /// Says of the value at a path why it is so, or does not any more.
    pub(super) fn explain(&mut self, path: Vec<Step<'static>>, is_so: bool) {
        self.explained.push((path, is_so));
    }
}

impl Edits {
    /// Those of the document in which a piece is.
    pub(super) fn of(
        &mut self,
        path: &RepoPath,
        spot: &Spot,
        position: Position,
    ) -> &mut DocumentEdits {
        let document = (path.clone(), spot.document);
        self.documents.entry(document).or_insert(DocumentEdits {
            position,
            edits: Vec::new(),
            explained: Vec::new(),
        })
    }

    /// Makes the edits.
    ///
    /// # Errors
    /// Every document that cannot be edited safely.
    pub(super) fn make(self, draft: &mut Draft<'_>) -> Result<(), Vec<Problem>> {
        let mut problems = Vec::new();
        for ((path, document), edits) in self.documents {
            let text = draft.text(&path).unwrap_or_default();
            match edits.made(text, document) {
                Ok(text) => draft.write(&path, text),
                Err(error) => problems.push(refused(&path, edits.position, &error)),
            }
        }
        if problems.is_empty() {
            Ok(())
        } else {
            Err(problems)
        }
    }
}

impl DocumentEdits {
    fn made(&self, text: &str, document: usize) -> Result<String, EditError> {
        let mut text = apply(text, document, &self.edits)?;
        for (path, is_so) in &self.explained {
            let explained = if *is_so {
                with_comment(&text, document, path, RECLAIM)
            } else {
                without_comment(&text, document, path, RECLAIM)
            };
            text = explained.unwrap_or(text);
        }
        Ok(text)
    }
}

fn refused(path: &RepoPath, position: Position, error: &EditError) -> Problem {
    Problem {
        position,
        message: format!("{path}:{}: {error}", error.line()),
        help: Some(error.remedy()),
    }
}
