//! What is asked for: single edits, and what several of them come to at one place.

use super::Addition;
use super::branch::Branch;
use super::error::{EditError, Place};
use super::step::{self, Step, node_at};
use crate::repo::yaml::Node;

/// One change of a document. All paths of a call of [`super::apply`] mean the document as it was before.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Edit<'path> {
    /// Adds entries to a list, as [`super::append`] does.
    Append {
        /// The steps to the list.
        path: Vec<Step<'path>>,
        /// The entries.
        entries: Vec<Addition>,
    },
    /// Adds a key to a mapping, as [`super::insert_key`] does.
    InsertKey {
        /// The steps to the mapping.
        path: Vec<Step<'path>>,
        /// The key.
        key: &'path str,
        /// Its value.
        value: Addition,
    },
    /// Gives a scalar another text, as [`super::set_text`] does.
    SetText {
        /// The steps to the scalar.
        path: Vec<Step<'path>>,
        /// The text.
        text: String,
    },
    /// Gives a key a value, whether the key is there or not, as [`super::set`] does.
    Set {
        /// The steps to the value, its key included.
        path: Vec<Step<'path>>,
        /// The value.
        value: Addition,
    },
    /// Takes a list's item, or a key with its value, out, as [`super::remove`] does.
    Remove {
        /// The steps to the item, or to the value with its key.
        path: Vec<Step<'path>>,
    },
}

impl<'path> Edit<'path> {
    /// Adds entries to the list at a path.
    pub fn append(path: &[impl Into<Step<'path>> + Copy], entries: Vec<Addition>) -> Self {
        Self::Append {
            path: step::steps(path),
            entries,
        }
    }

    /// Adds a key to the mapping at a path.
    pub fn insert_key(
        path: &[impl Into<Step<'path>> + Copy],
        key: &'path str,
        value: Addition,
    ) -> Self {
        Self::InsertKey {
            path: step::steps(path),
            key,
            value,
        }
    }

    /// Gives the scalar at a path another text.
    pub fn set_text(path: &[impl Into<Step<'path>> + Copy], text: impl Into<String>) -> Self {
        Self::SetText {
            path: step::steps(path),
            text: text.into(),
        }
    }

    /// Gives the key at a path's end a value, whether it is there or not.
    pub fn set(path: &[impl Into<Step<'path>> + Copy], value: Addition) -> Self {
        Self::Set {
            path: step::steps(path),
            value,
        }
    }

    /// Takes out what is at a path.
    pub fn remove(path: &[impl Into<Step<'path>> + Copy]) -> Self {
        Self::Remove {
            path: step::steps(path),
        }
    }

    /// The steps of its path.
    pub(super) fn path(&self) -> &[Step<'path>] {
        match self {
            Self::Append { path, .. }
            | Self::InsertKey { path, .. }
            | Self::SetText { path, .. }
            | Self::Set { path, .. }
            | Self::Remove { path } => path,
        }
    }

    /// The node that changes, comes or goes, and how.
    pub(super) fn change(&self) -> (Vec<Step<'path>>, Change<'_>) {
        let mut path = self.path().to_vec();
        let change = match self {
            Self::Append { entries, .. } => Change::Entries(entries),
            Self::InsertKey { key, value, .. } => {
                path.push(Step::Key(key));
                Change::New(value)
            }
            Self::SetText { text, .. } => Change::Text(text),
            Self::Set { value, .. } => Change::Value(value),
            Self::Remove { .. } => Change::Removal,
        };
        (path, change)
    }
}

/// What happens to the node at the end of a path.
#[derive(Clone, Copy, Debug)]
pub(super) enum Change<'edit> {
    /// The list there gets more entries.
    Entries(&'edit [Addition]),
    /// It comes into being: its key is not there.
    New(&'edit Addition),
    /// The scalar there gets another text.
    Text(&'edit str),
    /// The scalar there gets another value, or comes into being.
    Value(&'edit Addition),
    /// It goes.
    Removal,
}

/// All changes of a document.
pub(super) type Changes<'edit> = Branch<'edit, Change<'edit>>;

/// Refuses changes that are not to be made together: one below another one, or two of one node.
pub(super) fn refuse_conflict(
    root: &Node<'_>,
    changes: &Changes<'_>,
    path: &[Step<'_>],
) -> Result<(), EditError> {
    let own = changes.own.as_slice();
    let are_entries = own
        .iter()
        .all(|change| matches!(change, Change::Entries(_)));
    let are_one = own.len() == 1 || own.iter().all(|change| matches!(change, Change::Removal));
    if !are_entries && (!are_one || !changes.below.is_empty()) {
        let line = node_at(root, path).map_or(root.line, |node| node.line);
        return Err(EditError::Conflict {
            place: Place::new(line, path),
        });
    }
    let mut deeper = path.to_vec();
    for (step, branch) in &changes.below {
        deeper.push(*step);
        refuse_conflict(root, branch, &deeper)?;
        deeper.pop();
    }
    Ok(())
}

/// What the changes add or set, as a tree; nothing where they only take out.
pub(super) fn outline(changes: &Changes<'_>) -> Option<Addition> {
    let mut entries = Vec::new();
    for change in &changes.own {
        match change {
            Change::Entries(more) => entries.extend_from_slice(more),
            Change::New(value) | Change::Value(value) => return Some((*value).clone()),
            Change::Text(text) => return Some(Addition::Text((*text).to_owned())),
            Change::Removal => return None,
        }
    }
    let below = changes.in_order().into_iter();
    let below = below.filter_map(|(step, branch)| Some((step, outline(branch)?)));
    let (mut items, mut pairs) = (Vec::new(), Vec::new());
    for (step, content) in below {
        match step {
            Step::Item(_) => items.push(content),
            Step::Key(key) => pairs.push((key.to_owned(), content)),
        }
    }
    if !pairs.is_empty() {
        return Some(Addition::Map(pairs));
    }
    items.append(&mut entries);
    (!items.is_empty()).then_some(Addition::List(items))
}

/// Whether changes of what is not there make it: keys are made, for what is added.
pub(super) fn can_be_made(changes: &Changes<'_>) -> bool {
    let adds = |change: &Change<'_>| {
        matches!(
            change,
            Change::Entries(_) | Change::New(_) | Change::Value(_)
        )
    };
    changes.own.iter().all(adds)
        && changes
            .below
            .iter()
            .all(|(step, branch)| matches!(step, Step::Key(_)) && can_be_made(branch))
}
