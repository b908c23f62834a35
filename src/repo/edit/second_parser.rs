//! What a second, independent YAML parser makes of an edit.
//!
//! `serde_yaml` stands on a translation of libyaml, which shares nothing with the parser of our tree. It resolves
//! scalars and aliases, so that it sees the values as Kubernetes' tools do. Tags of one's own and `${VAR}` are nothing
//! special to it. Where it does not read the changed document as it stands (a key twice in a mapping, a tab before a
//! comment), it cannot confirm anything, and the edit is refused: such a document is at fault by itself, and go-yaml,
//! which Kubernetes' tools use, does not read it either. The same goes for the documents before it, as the parser goes
//! no further than its first error. Those after it are compared up to the first that is not read in either text. Where
//! it sees another document beyond those of the first parser, it ended one too early, and confirms nothing either.
//!
//! Of a large text it reads less: without the entries of the changed list from the second to the last but one. They
//! stand before the change and are the same bytes in both texts, and a parser reads from left to right. Where it does
//! not confirm what is left, as when an alias there names an anchor of what was left out, it reads the whole texts.

use std::ops::Range;

use serde::Deserialize;
use serde_yaml::{Deserializer, Mapping, Value};

use super::Addition;
use super::branch::Branch;
use super::step::Step;

/// Why an edit is not confirmed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Doubt {
    /// The document was not read before the edit.
    Unreadable {
        /// Where, when the parser told: the line from 1.
        line: Option<usize>,
        /// What the parser said.
        problem: String,
    },
    /// What was read after the edit is not what was read before plus the change.
    Differs,
}

/// A change: what of the node at the end of a path goes, and what is added to it, or what a scalar there becomes.
#[derive(Clone)]
pub(super) struct Part<'edit> {
    /// The steps down to the node that changed, in the old tree.
    pub(super) path: &'edit [Step<'edit>],
    /// The items or the keys that go, in order.
    pub(super) removed: Vec<Step<'edit>>,
    /// What was added to it, or its value.
    pub(super) content: &'edit Addition,
}

/// Two texts to be compared, and the changes that are to be their only difference.
#[derive(Clone, Copy)]
pub(super) struct Comparison<'edit> {
    /// The text before.
    pub(super) old: &'edit str,
    /// The text after.
    pub(super) new: &'edit str,
    /// How many documents the first parser found.
    pub(super) count: usize,
    /// The number of the document that changed, from 0.
    pub(super) document: usize,
    /// The changes of that document.
    pub(super) parts: &'edit [Part<'edit>],
}

/// Compares what is read of the old text, with the changes made in its tree, to what is read of the new text.
///
/// Bytes of both texts that are in `left_out` are read only if there is a doubt without them.
pub(super) fn confirm(
    comparison: Comparison<'_>,
    left_out: Option<Range<usize>>,
) -> Result<(), Doubt> {
    let shorter = left_out.and_then(|range| {
        let old = without(comparison.old, &range)?;
        let new = without(comparison.new, &range)?;
        Some((old, new))
    });
    if let Some((old, new)) = shorter {
        let (old, new) = (old.as_str(), new.as_str());
        if compare(Comparison {
            old,
            new,
            ..comparison
        })
        .is_ok()
        {
            return Ok(());
        }
    }
    compare(comparison)
}

/// A text without some of its bytes.
fn without(text: &str, range: &Range<usize>) -> Option<String> {
    Some([text.get(..range.start)?, text.get(range.end..)?].concat())
}

fn compare(comparison: Comparison<'_>) -> Result<(), Doubt> {
    let Comparison {
        count,
        document,
        parts,
        ..
    } = comparison;
    let mut old = Reading::of(comparison.old, count);
    let new = Reading::of(comparison.new, count);
    let Some(changed) = old.documents.get_mut(document) else {
        return Err(old.unreadable(count));
    };
    let changes = Branch::of(parts.iter().map(|part| (part.path.to_vec(), part)));
    change(changed, &changes).ok_or(Doubt::Differs)?;
    let begun = old.documents.len() + usize::from(old.error.is_some());
    if begun > count || (old.error.is_none() && begun < count) {
        return Err(old.unreadable(count));
    }
    if old.documents == new.documents && old.error.is_some() == new.error.is_some() {
        Ok(())
    } else {
        Err(Doubt::Differs)
    }
}

/// Compares what is read of the old text, without one of its `count` documents, to what is read of the new text.
pub(super) fn without_document(
    old: &str,
    new: &str,
    count: usize,
    document: usize,
) -> Result<(), Doubt> {
    let mut old = Reading::of(old, count);
    let new = Reading::of(new, count);
    if old.error.is_some() || old.documents.len() != count || document >= count {
        return Err(old.unreadable(count));
    }
    old.documents.remove(document);
    if old.documents == new.documents && new.error.is_none() {
        Ok(())
    } else {
        Err(Doubt::Differs)
    }
}

/// What is read of a text.
struct Reading {
    /// The documents up to the text's end, or to the first one that is not read.
    documents: Vec<Value>,
    /// Why that one is not read.
    error: Option<serde_yaml::Error>,
}

impl Reading {
    /// Reads a text, and one document more than `count` at most.
    ///
    /// It ends with the first error: the parser may go on in the middle of the document then, and panic. A byte order
    /// mark is left out: libyaml counts it as a column, and takes the first line for an indented one.
    fn of(text: &str, count: usize) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut documents = Vec::new();
        for document in Deserializer::from_str(text).take(count.saturating_add(1)) {
            match Value::deserialize(document) {
                Ok(value) => documents.push(value),
                Err(error) => {
                    return Self {
                        documents,
                        error: Some(error),
                    };
                }
            }
        }
        Self {
            documents,
            error: None,
        }
    }

    /// Why not all of the documents that are needed are read.
    fn unreadable(&self, count: usize) -> Doubt {
        match &self.error {
            Some(error) => Doubt::Unreadable {
                line: error.location().map(|location| location.line()),
                problem: error.to_string(),
            },
            None => Doubt::Unreadable {
                line: None,
                problem: format!(
                    "it finds {} documents where the first parser finds {count}",
                    self.documents.len()
                ),
            },
        }
    }
}

/// Makes the changes at and below a value; those below it first, while its entries still have their numbers.
fn change(value: &mut Value, changes: &Branch<'_, &Part<'_>>) -> Option<()> {
    let value = untagged(value);
    for (step, below) in &changes.below {
        let inner = match (&mut *value, *step) {
            (Value::Mapping(mapping), Step::Key(key)) => mapping.get_mut(key)?,
            (Value::Sequence(items), Step::Item(number)) => items.get_mut(number)?,
            _ => return None,
        };
        change(inner, below)?;
    }
    for part in &changes.own {
        remove(value, &part.removed)?;
        add(value, part.content)?;
    }
    Some(())
}

/// Takes items out of a list, or keys out of a mapping.
fn remove(value: &mut Value, removed: &[Step<'_>]) -> Option<()> {
    match value {
        Value::Sequence(items) => {
            let mut number = 0;
            let before = items.len();
            items.retain(|_| {
                number += 1;
                removed.binary_search(&Step::Item(number - 1)).is_err()
            });
            (before - items.len() == removed.len()).then_some(())
        }
        Value::Mapping(mapping) => removed.iter().try_for_each(|step| match *step {
            Step::Key(key) => mapping.swap_remove(key).map(drop),
            Step::Item(_) => None,
        }),
        _ => removed.is_empty().then_some(()),
    }
}

fn untagged(value: &mut Value) -> &mut Value {
    match value {
        Value::Tagged(tagged) => untagged(&mut tagged.value),
        value => value,
    }
}

/// Adds entries to a list, or pairs to a mapping, or makes either of a null; or gives a scalar its value.
fn add(value: &mut Value, content: &Addition) -> Option<()> {
    match (&mut *value, content) {
        (Value::Null, content) => *value = to_value(content),
        (
            Value::Bool(_) | Value::Number(_) | Value::String(_),
            Addition::Text(_) | Addition::Bool(_) | Addition::Integer(_),
        ) => *value = to_value(content),
        (Value::Sequence(items), Addition::List(entries)) => {
            items.extend(entries.iter().map(to_value));
        }
        (Value::Mapping(mapping), Addition::Map(pairs)) => {
            for (key, value) in pairs {
                let replaced = mapping.insert(Value::from(key.as_str()), to_value(value));
                if replaced.is_some() {
                    return None;
                }
            }
        }
        _ => return None,
    }
    Some(())
}

fn to_value(addition: &Addition) -> Value {
    match addition {
        Addition::Text(text) => Value::from(text.as_str()),
        Addition::Bool(value) => Value::from(*value),
        Addition::Integer(value) => Value::from(*value),
        Addition::List(entries) => Value::Sequence(entries.iter().map(to_value).collect()),
        Addition::Map(pairs) => Value::Mapping(
            pairs
                .iter()
                .map(|(key, value)| (Value::from(key.as_str()), to_value(value)))
                .collect::<Mapping>(),
        ),
    }
}
