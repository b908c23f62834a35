//! What a second, independent YAML parser makes of an edit.
//!
//! `serde_yaml` stands on a translation of libyaml, which shares nothing with the parser of our tree. It resolves
//! scalars and aliases, so that it sees the values as Kubernetes' tools do. Tags of one's own and `${VAR}` are nothing
//! special to it. Where it does not read the changed document as it stands (a key twice in a mapping, an alias that
//! repeats itself), it cannot confirm anything, and the edit is refused: such a document is at fault by itself, and
//! Kubernetes' tools refuse it as well. The other documents only have to read as they did before, errors included.

use serde::Deserialize;
use serde_yaml::{Deserializer, Mapping, Value};

use super::Addition;

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

/// Compares what is read of the old text, with the content added at the path, to what is read of the new text.
///
/// `count` is how many documents the first parser found.
pub(super) fn confirm(
    (old, new): (&str, &str),
    count: usize,
    document: usize,
    path: &[&str],
    content: &Addition,
) -> Result<(), Doubt> {
    let mut old = documents(old, count);
    let new = documents(new, count);
    match old.get_mut(document) {
        Some(Ok(value)) => {
            let node = descend(value, path).ok_or(Doubt::Differs)?;
            add(node, content).ok_or(Doubt::Differs)?;
        }
        Some(Err(error)) => {
            return Err(Doubt::Unreadable {
                line: error.location().map(|location| location.line()),
                problem: error.to_string(),
            });
        }
        None => return Err(miscounted(old.len(), count)),
    }
    if old.len() != count {
        return Err(miscounted(old.len(), count));
    }
    let same = old.iter().zip(&new).all(|pair| match pair {
        (Ok(old), Ok(new)) => old == new,
        (old, new) => old.is_err() && new.is_err(),
    });
    if same && old.len() == new.len() {
        Ok(())
    } else {
        Err(Doubt::Differs)
    }
}

fn miscounted(found: usize, count: usize) -> Doubt {
    Doubt::Unreadable {
        line: None,
        problem: format!("it finds {found} documents where the first parser finds {count}"),
    }
}

/// The documents of a text, or why one is not read; one more than `count` at most, as an error may repeat for ever.
///
/// A byte order mark is left out: libyaml counts it as a column, and takes the first line for an indented one.
fn documents(text: &str, count: usize) -> Vec<Result<Value, serde_yaml::Error>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    Deserializer::from_str(text)
        .take(count + 1)
        .map(Value::deserialize)
        .collect()
}

/// The value at the end of a path of keys, below any tags.
fn descend<'value>(value: &'value mut Value, path: &[&str]) -> Option<&'value mut Value> {
    let mut value = value;
    for key in path {
        value = untagged(value).get_mut(*key)?;
    }
    Some(untagged(value))
}

fn untagged(value: &mut Value) -> &mut Value {
    match value {
        Value::Tagged(tagged) => untagged(&mut tagged.value),
        value => value,
    }
}

/// Adds entries to a list, or pairs to a mapping, or makes either of a null.
fn add(value: &mut Value, content: &Addition) -> Option<()> {
    match (&mut *value, content) {
        (Value::Null, content) => *value = to_value(content),
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
