//! Reads the values of keys, and gathers all that is wrong.

use std::collections::BTreeMap;
use std::str::FromStr;

use zeroize::Zeroizing;

use super::fields::{Field, Takes};
use super::problem::{Position, Problem};
use crate::domain::database_option::Extension;
use crate::domain::name::{NameError, quoted};
use crate::domain::nearest::nearest;
use crate::domain::password::{Password, PasswordError};
use crate::domain::scope::ScopeError;
use crate::repo::scalar::is_string;
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

    pub(super) fn get(&self, name: &str) -> Option<(&'static Field, &'tree Node<'tree>)> {
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
                let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
                let known = format!("the keys are {}", names.join(", "));
                self.unknown(key, name, &names, &known);
                continue;
            };
            match values.get(field.name) {
                Some((_, first)) => self.twice(key, name, first.line),
                None => {
                    values.insert(field.name, (field, value));
                }
            }
        }
        // Nothing is said by nothing, as in Kubernetes' own manifests.
        values.retain(|_, (_, value)| !(value.is_null() && is_bare(value)));
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
                self.report(
                    key,
                    "a key is a word",
                    "write it without brackets, tags and anchors",
                );
                None
            }
        }
    }

    /// A key that is there again.
    pub(super) fn twice(&mut self, key: &Node<'_>, name: &str, first: usize) {
        let message = format!("{name} is given twice, first on line {first}");
        self.report(key, message, "give it once");
    }

    /// A key that is not known. It is shown only where it is like one that is: a slip can make a key of a secret, as
    /// where the space behind a colon is missing.
    pub(super) fn unknown(&mut self, key: &Node<'_>, name: &str, names: &[&str], known: &str) {
        let near = nearest(name, names.iter().copied());
        let help = near.map_or(known.to_owned(), |near| format!("did you mean {near}?"));
        let is_word = name
            .chars()
            .all(|c| c.is_ascii_alphabetic() || "-_ ".contains(c));
        let message = if near.is_some() && is_word {
            format!("the key {} is not known", quoted(name))
        } else {
            "this key is not known".to_owned()
        };
        self.report(key, message, help);
    }

    /// The text of a scalar; what else is there is reported.
    fn text<'tree>(
        &mut self,
        field: &'static Field,
        node: &'tree Node<'tree>,
    ) -> Option<&'tree str> {
        let text = text(node);
        if text.is_none() {
            self.wrong_kind(field, node);
        }
        text
    }

    pub(super) fn wrong_kind(&mut self, field: &'static Field, node: &Node<'_>) {
        let found = match (field.takes, described(node)) {
            (Takes::Number, NUMBER) => "one of another form",
            (_, found) => found,
        };
        let message = format!("{} takes {}, not {found}", field.name, field.takes.words());
        self.report(node, message, how(field, node));
    }

    pub(super) fn refuse(
        &mut self,
        field: &'static Field,
        node: &Node<'_>,
        refusal: impl Into<Refusal>,
    ) {
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
        T: FromStr + PartialEq,
        T::Err: Into<Refusal>,
    {
        self.list_without(values, name, |known: &T, value| known == value)
    }

    /// The extensions, each once whatever its version.
    pub(super) fn extensions(&mut self, values: &Values<'_>) -> Option<Vec<Extension>> {
        self.list_without(values, "extensions", |known: &Extension, value| {
            known.name() == value.name()
        })
    }

    /// A list in which no value is the same as another.
    fn list_without<T>(
        &mut self,
        values: &Values<'_>,
        name: &str,
        is_same: impl Fn(&T, &T) -> bool,
    ) -> Option<Vec<T>>
    where
        T: FromStr,
        T::Err: Into<Refusal>,
    {
        let (field, node) = values.get(name)?;
        let mut list: Vec<T> = Vec::new();
        for (node, text) in self.texts(field, node)? {
            match text.parse() {
                Ok(value) if list.iter().any(|known| is_same(known, &value)) => {
                    let message = format!("{}: {} is there twice", field.name, quoted(&text));
                    self.report(node, message, "give it once");
                }
                Ok(value) => list.push(value),
                Err(refusal) => self.refuse(field, node, refusal),
            }
        }
        Some(list)
    }

    /// The texts of a list, with their nodes.
    pub(super) fn texts<'tree>(
        &mut self,
        field: &'static Field,
        node: &'tree Node<'tree>,
    ) -> Option<Vec<(&'tree Node<'tree>, String)>> {
        match (&node.value, text(node)) {
            (_, Some(text)) if field.takes.has_commas() => {
                let texts = text.split(',').map(|text| text.trim().to_owned());
                Some(texts.map(|text| (node, text)).collect())
            }
            (_, Some(text)) => Some(vec![(node, text.to_owned())]),
            (Value::Sequence { items, .. }, _) if is_bare(node) => {
                if items.is_empty() {
                    self.check_empty(field, node);
                }
                let texts = items.iter();
                Some(
                    texts
                        .filter_map(|item| Some((item, self.item(field, item)?)))
                        .collect(),
                )
            }
            _ => {
                self.wrong_kind(field, node);
                None
            }
        }
    }

    /// Refuses an empty list where it would mean all, or nothing that can be done.
    fn check_empty(&mut self, field: &'static Field, node: &Node<'_>) {
        match field.takes {
            Takes::SomeTexts(_) => self.report(
                node,
                format!(
                    "{}: the list is empty, which Reflector takes for all namespaces",
                    field.name
                ),
                "name a namespace, or leave it out",
            ),
            Takes::Privileges => self.report(
                node,
                format!("{}: the list is empty", field.name),
                "name what is allowed, or leave the user out",
            ),
            Takes::AnyPrivileges => self.report(
                node,
                format!("{}: the list is empty", field.name),
                "name what is allowed, or leave the entry out",
            ),
            _ => {}
        }
    }

    /// The text of a list's item; of an extension its name and version, which may be keys.
    fn item(&mut self, field: &'static Field, item: &Node<'_>) -> Option<String> {
        if let (Takes::Extensions, Value::Mapping { .. }) = (field.takes, &item.value) {
            let text = extension(item);
            if text.is_none() {
                self.report(
                    item,
                    "extensions: an entry has the keys name and version, or is a text",
                    "write it like `postgis@3.4.2`",
                );
            }
            return text;
        }
        match text(item) {
            Some(text) => Some(text.to_owned()),
            None => {
                let message = format!(
                    "{}: an entry is a text, not {}",
                    field.name,
                    described(item)
                );
                self.report(item, message, how(field, item));
                None
            }
        }
    }

    /// A whole number.
    pub(super) fn number<T>(&mut self, values: &Values<'_>, name: &str) -> Option<T>
    where
        T: FromStr,
        T::Err: Into<Refusal>,
    {
        let (field, node) = values.get(name)?;
        match plain(node) {
            Some(text) if is_whole_number(text) => text
                .parse()
                .map_err(|refusal| self.refuse(field, node, refusal))
                .ok(),
            _ => {
                self.wrong_kind(field, node);
                None
            }
        }
    }

    /// A boolean.
    pub(super) fn flag(&mut self, values: &Values<'_>, name: &str) -> Option<bool> {
        let (field, node) = values.get(name)?;
        match plain(node) {
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
            .map_err(|error| {
                let help = match error {
                    PasswordError::Empty => "leave `password` out to have one made",
                    error => error.help(),
                };
                self.report(node, error.to_string(), help);
            })
            .ok()
    }
}

/// Whether a node has neither tag nor anchor, and is no alias.
pub(super) fn is_bare(node: &Node<'_>) -> bool {
    node.tag.is_none() && node.anchor == 0 && !matches!(node.value, Value::Alias(_))
}

/// The text of a scalar without quotes.
fn plain<'tree>(node: &'tree Node<'tree>) -> Option<&'tree str> {
    let is_plain = matches!(node.value, Value::Scalar(_, ScalarStyle::Plain));
    node.as_str().filter(|_| is_plain && is_bare(node))
}

/// The text of a scalar that every reader of YAML takes for one.
fn text<'tree>(node: &'tree Node<'tree>) -> Option<&'tree str> {
    match plain(node) {
        Some(text) => Some(text).filter(|text| is_string(text)),
        None => node.as_str().filter(|_| is_bare(node)),
    }
}

/// An extension that is written as keys and values, as a text.
fn extension(item: &Node<'_>) -> Option<String> {
    let mut name = None;
    let mut version = None;
    let said = |(_, value): &&(Node<'_>, Node<'_>)| !(value.is_null() && is_bare(value));
    for (key, value) in item.entries().iter().filter(said) {
        let place = match text(key) {
            Some("name") => &mut name,
            Some("version") => &mut version,
            _ => return None,
        };
        if place.is_some() {
            return None;
        }
        // No reader takes what has two dots for a number.
        let is_version = |text: &&str| text.matches('.').count() > 1;
        let found = text(value).or_else(|| plain(value).filter(is_version));
        *place = Some(found.filter(|text| !text.contains('@'))?);
    }
    match (name.filter(|_| is_bare(item))?, version) {
        (name, Some(version)) => Some(format!("{name}@{version}")),
        (name, None) => Some(name.to_owned()),
    }
}

fn is_whole_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_one = digits == "0" || !digits.starts_with('0');
    is_one && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// How a value is written, for somebody who wrote another kind of thing.
fn how(field: &Field, node: &Node<'_>) -> String {
    let is_text = matches!(field.takes, Takes::Number | Takes::Flag | Takes::Word(_));
    if plain(node).is_some() && !is_text {
        return "put it in quotes".to_owned();
    }
    format!("write it like `{}: {}`", field.name, field.example)
}

/// What a plain text is that some reader takes for a number or a date.
const NUMBER: &str = "a number or a date";

/// What a node is, in words.
pub(super) fn described(node: &Node<'_>) -> &'static str {
    match &node.value {
        Value::Alias(_) => "an alias",
        _ if node.tag.is_some() => "a value with a tag",
        _ if node.anchor != 0 => "a value with an anchor",
        Value::Sequence { .. } => "a list",
        Value::Mapping { .. } => "keys and values",
        Value::Scalar(..) if node.is_null() => "nothing",
        Value::Scalar(text, ScalarStyle::Plain) if !is_string(text) => {
            let is_number = text.contains(|c: char| c.is_ascii_digit());
            if is_number { NUMBER } else { "a boolean" }
        }
        Value::Scalar(..) => "a text",
    }
}
