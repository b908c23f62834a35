//! The edits of many apps, gathered by document: what several apps share is edited once.

use std::collections::BTreeMap;

use super::places::Spot;
use crate::apps_file::{Position, Problem};
use crate::repo::draft::Draft;
use crate::repo::edit::{Edit, EditError, Step, apply};
use crate::repo::path::RepoPath;
use crate::repo::yaml::parse;

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
    /// The values that get a comment, which says why they are so.
    explained: Vec<Vec<Step<'static>>>,
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

    /// Says of the value at a path why it is so.
    pub(super) fn explain(&mut self, path: Vec<Step<'static>>) {
        self.explained.push(path);
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
        for path in &self.explained {
            text = with_comment(text, document, path);
        }
        Ok(text)
    }
}

/// The text with a comment behind the scalar at a path, where nothing stands behind it on its line.
fn with_comment(text: String, document: usize, path: &[Step<'_>]) -> String {
    let end = parse(&text).ok().and_then(|stream| {
        let root = &stream.documents.get(document)?.root;
        let node = path.iter().try_fold(root, |node, step| match step {
            Step::Key(key) => node.get(key),
            Step::Item(number) => node.items().get(*number),
        })?;
        Some(node.span.end)
    });
    let Some((before, after)) = end.and_then(|end| text.split_at_checked(end)) else {
        return text;
    };
    let rest = after.split(['\r', '\n']).next().unwrap_or_default();
    if !rest.trim().is_empty() {
        return text;
    }
    format!("{before} # {RECLAIM}{after}")
}

fn refused(path: &RepoPath, position: Position, error: &EditError) -> Problem {
    let help = match error.snippet() {
        Some(snippet) => format!("{}\n{snippet}", error.help()),
        None => error.help().to_string(),
    };
    Problem {
        position,
        message: format!("{path}:{}: {error}", error.line()),
        help: Some(help),
    }
}
