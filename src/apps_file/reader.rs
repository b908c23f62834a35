//! Reads the values of keys, and gathers all that is wrong.

use std::collections::BTreeMap;
use std::str::FromStr;

use zeroize::Zeroizing;

use super::fields::{Field, Takes};
use super::problem::{Position, Problem};
use crate::domain::name::{NameError, quoted};
use crate::domain::nearest::nearest;
use crate::domain::password::Password;
use crate::domain::scope::ScopeError;
use crate::repo::yaml::{Node, ScalarStyle, Value};

/// Gathers what is wrong.
#[derive(Default)]
pub(super) struct Reader {
    pub(super) problems: Vec<Problem>,
}

/// The values of an entry's keys, by their names.
pub(super) struct Values<'tree> {
    values: BTreeMap<&'static str, (&'static Field, &'tree Node<'tree>)>,
}

/// Why a text is not what its key takes.
pub(super) struct Refusal {
    message: String,
    help: &'static str,
}

impl From<NameError> for Refusal {
    fn from(error: NameError) -> Self {
        Self {
            message: error.to_string(),
            help: error.help(),
        }
    }
}

impl From<ScopeError> for Refusal {
    fn from(error: ScopeError) -> Self {
        Self {
            message: error.to_string(),
            help: error.help(),
        }
    }
}

/// Where a node is.
pub(super) fn position(node: &Node<'_>) -> Position {
    Position {
        line: node.line,
        column: node.column + 1,
    }
}

impl<'tree> Values<'tree> {
    /// The node of a key, where it is given.
    pub(super) fn node(&self, name: &str) -> Option<&'tree Node<'tree>> {
        self.values.get(name).map(|(_, node)| *node)
    }

    fn get(&self, name: &str) -> Option<(&'static Field, &'tree Node<'tree>)> {
        self.values.get(name).copied()
    }
}

impl Reader {
    /// Notes what is wrong with a node.
    pub(super) fn report(
        &mut self,
        node: &Node<'_>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let help = help.into();
        self.problems.push(Problem {
            position: position(node),
            message: message.into(),
            help: (!help.is_empty()).then_some(help),
        });
    }

    /// The values of a mapping whose keys are these.
    pub(super) fn values<'tree>(
        &mut self,
        node: &'tree Node<'tree>,
        fields: &'static [Field],
    ) -> Values<'tree> {
        let mut values: BTreeMap<&'static str, (&'static Field, &'tree Node<'tree>)> =
            BTreeMap::new();
        for (key, value) in node.entries() {
            let Some(name) = self.key(key) else { continue };
            let Some(field) = fields.iter().find(|field| field.name == name) else {
                self.unknown(key, name, fields);
                continue;
            };
            if let Some((_, first)) = values.get(field.name) {
                let message = format!("{name:?} is given twice, first on line {}", first.line);
                self.report(key, message, "give it once");
                continue;
            }
            // Nothing is said by nothing, as in Kubernetes' own manifests.
            if !value.is_null() {
                values.insert(field.name, (field, value));
            }
        }
        Values { values }
    }

    /// The text of a key.
    pub(super) fn key<'tree>(&mut self, key: &'tree Node<'tree>) -> Option<&'tree str> {
        match key.as_str() {
            Some("<<") => {
                self.report(
                    key,
                    "the merge key `<<` is not read here",
                    "write the keys out",
                );
                None
            }
            Some(name) if is_bare(key) => Some(name),
            _ => {
                self.report(key, "a key must be a word", "");
                None
            }
        }
    }

    /// A key that is not known. It is not shown where it is long: it may be a secret that a slip made a key.
    fn unknown(&mut self, key: &Node<'_>, name: &str, fields: &[Field]) {
        const LONGEST: usize = 30;
        let names = || fields.iter().map(|field| field.name);
        let help = match nearest(name, names()) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("the keys are {}", names().collect::<Vec<_>>().join(", ")),
        };
        let message = if name.len() > LONGEST {
            "this key is not known".to_owned()
        } else {
            format!("the key {} is not known", quoted(name))
        };
        self.report(key, message, help);
    }

    /// The text of a scalar; what else is there is reported.
    fn text<'tree>(
        &mut self,
        field: &'static Field,
        node: &'tree Node<'tree>,
    ) -> Option<&'tree str> {
        let text = node.as_str().filter(|_| is_bare(node));
        if text.is_none() {
            self.wrong_kind(field, node);
        }
        text
    }

    fn wrong_kind(&mut self, field: &'static Field, node: &Node<'_>) {
        let message = format!(
            "{} takes {}, not {}",
            field.name,
            field.takes.words(),
            described(node)
        );
        let help = format!("write it like `{}: {}`", field.name, field.example);
        self.report(node, message, help);
    }

    fn refuse(&mut self, field: &'static Field, node: &Node<'_>, refusal: impl Into<Refusal>) {
        let Refusal { message, help } = refusal.into();
        self.report(node, format!("{}: {message}", field.name), help);
    }

    /// The value of a key that the domain reads.
    pub(super) fn one<T>(&mut self, values: &Values<'_>, name: &str) -> Option<T>
    where
        T: FromStr,
        T::Err: Into<Refusal>,
    {
        let (field, node) = values.get(name)?;
        let text = self.text(field, node)?;
        text.parse()
            .map_err(|refusal| self.refuse(field, node, refusal))
            .ok()
    }

    /// A list of texts that the domain reads, each once. One text stands for a list of one; privileges may be in one text,
    /// with commas.
    pub(super) fn list<T>(&mut self, values: &Values<'_>, name: &str) -> Option<Vec<T>>
    where
        T: FromStr,
        T::Err: Into<Refusal>,
    {
        let (field, node) = values.get(name)?;
        let texts: Vec<(&Node<'_>, String)> = match (&node.value, node.as_str()) {
            (_, Some(text)) if is_bare(node) && field.takes == Takes::Privileges => {
                let texts = text.split(',').map(|text| text.trim().to_owned());
                texts.map(|text| (node, text)).collect()
            }
            (_, Some(text)) if is_bare(node) => vec![(node, text.to_owned())],
            (Value::Sequence { items, .. }, _) if is_bare(node) => {
                let items = items.iter();
                items
                    .filter_map(|item| Some((item, self.item(field, item)?)))
                    .collect()
            }
            _ => {
                self.wrong_kind(field, node);
                return None;
            }
        };
        let mut seen: Vec<String> = Vec::new();
        let mut list = Vec::new();
        for (node, text) in texts {
            if seen.contains(&text) {
                let message = format!("{}: {} is there twice", field.name, quoted(&text));
                self.report(node, message, "give it once");
                continue;
            }
            match text.parse() {
                Ok(value) => list.push(value),
                Err(refusal) => self.refuse(field, node, refusal),
            }
            seen.push(text);
        }
        Some(list)
    }

    /// The text of a list's item; of an extension its name and version, which may be keys.
    fn item(&mut self, field: &'static Field, item: &Node<'_>) -> Option<String> {
        if let (Takes::Extensions, Value::Mapping { .. }) = (field.takes, &item.value) {
            let text = |key: &str| item.get(key).and_then(Node::as_str);
            let known =
                |(key, _): &(Node<'_>, Node<'_>)| matches!(key.as_str(), Some("name" | "version"));
            return match (text("name"), text("version")) {
                (Some(name), None) if item.entries().iter().all(known) => Some(name.to_owned()),
                (Some(name), Some(version)) if item.entries().iter().all(known) => {
                    Some(format!("{name}@{version}"))
                }
                _ => {
                    self.report(
                        item,
                        "extensions: an entry has the keys name and version, or is a text",
                        "write it like `postgis@3.4.2`",
                    );
                    None
                }
            };
        }
        match item.as_str().filter(|_| is_bare(item)) {
            Some(text) => Some(text.to_owned()),
            None => {
                let message = format!(
                    "{}: an entry is a text, not {}",
                    field.name,
                    described(item)
                );
                self.report(
                    item,
                    message,
                    format!("write it like `{}: {}`", field.name, field.example),
                );
                None
            }
        }
    }

    /// A boolean.
    pub(super) fn flag(&mut self, values: &Values<'_>, name: &str) -> Option<bool> {
        let (field, node) = values.get(name)?;
        let is_plain = matches!(node.value, Value::Scalar(_, ScalarStyle::Plain));
        match node.as_str().filter(|_| is_plain && is_bare(node)) {
            Some("true") => Some(true),
            Some("false") => Some(false),
            _ => {
                self.wrong_kind(field, node);
                None
            }
        }
    }

    /// A password. Nothing of it is in what is reported.
    pub(super) fn password(&mut self, values: &Values<'_>, name: &str) -> Option<Password> {
        let (field, node) = values.get(name)?;
        let text = self.text(field, node)?;
        let bytes = Zeroizing::new(text.as_bytes().to_vec());
        Password::from_bytes(bytes)
            .map_err(|error| self.report(node, error.to_string(), error.help()))
            .ok()
    }
}

/// Whether a node has neither tag nor anchor, and is no alias.
fn is_bare(node: &Node<'_>) -> bool {
    node.tag.is_none() && !matches!(node.value, Value::Alias(_))
}

/// What a node is, in words.
pub(super) fn described(node: &Node<'_>) -> &'static str {
    match &node.value {
        Value::Alias(_) => "an alias",
        _ if node.tag.is_some() => "a value with a tag",
        Value::Sequence { .. } => "a list",
        Value::Mapping { .. } => "keys and values",
        Value::Scalar(..) if node.is_null() => "nothing",
        Value::Scalar(..) => "a single value",
    }
}
