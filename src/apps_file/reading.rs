//! Reads a file of apps, and goes on after a mistake to find the others.

use std::borrow::Cow;
use std::collections::BTreeMap;

use zeroize::Zeroize;

use super::fields::{FIELDS, OF_DATABASES, OF_LOGINS, OF_SEALED};
use super::problem::{Position, Problem};
use super::reader::{Reader, Values, described, is_bare, position};
use super::{API_VERSION, Entry, KIND, Said, users};
use crate::domain::app::Share;
use crate::domain::kubernetes_name::{AppName, ObjectName};
use crate::repo::yaml::{self, Node, Value};

/// The keys of a document that holds a list of apps.
const DOCUMENT_KEYS: [&str; 3] = ["apiVersion", "kind", "apps"];

/// The apps of a file, in its order. What the parser copied of the text is wiped; the text itself is the caller's.
///
/// # Errors
/// All that is wrong, in the order of the text.
pub fn read(text: &str) -> Result<Vec<Entry>, Vec<Problem>> {
    let mut stream = yaml::parse(text).map_err(|error| {
        let position = Position {
            line: error.line,
            column: error.column,
        };
        vec![Problem {
            position,
            message: format!("this is neither YAML nor JSON: {}", error.problem),
            help: Some("see the text at and before this place".to_owned()),
        }]
    })?;
    let mut reader = Reader::default();
    let entries = reader.file(&stream.documents);
    for document in &mut stream.documents {
        wipe(&mut document.root);
    }
    if reader.problems.is_empty() {
        return Ok(entries);
    }
    reader.problems.sort();
    Err(reader.problems)
}

/// Wipes what the parser copied, which is what was escaped or folded: passwords may be in it.
fn wipe(node: &mut Node<'_>) {
    match &mut node.value {
        Value::Scalar(Cow::Owned(text), _) => text.zeroize(),
        Value::Scalar(Cow::Borrowed(_), _) | Value::Alias(_) => {}
        Value::Sequence { items, .. } => items.iter_mut().for_each(wipe),
        Value::Mapping { entries, .. } => {
            for (key, value) in entries {
                wipe(key);
                wipe(value);
            }
        }
    }
}

impl Reader {
    fn file<'tree>(&mut self, documents: &'tree [yaml::Document<'tree>]) -> Vec<Entry> {
        if let Some(second) = documents.get(1) {
            self.report(
                &second.root,
                "a second YAML document begins here",
                "put all apps into one list",
            );
        }
        let Some(document) = documents.first() else {
            return self.nothing();
        };
        let root = &document.root;
        let list = match &root.value {
            Value::Sequence { .. } if is_bare(root) => root,
            Value::Mapping { .. } if is_bare(root) => match self.list_of(root) {
                Some(list) => list,
                None => return Vec::new(),
            },
            _ if root.is_null() => return self.nothing(),
            _ => {
                let message = format!("a list of apps is read here, not {}", described(root));
                self.report(root, message, "write `- name: my-shop`, and so on");
                return Vec::new();
            }
        };
        let entries: Vec<Entry> = list
            .items()
            .iter()
            .flat_map(|item| self.entry(item))
            .collect();
        self.check_names(&entries);
        entries
    }

    fn nothing(&mut self) -> Vec<Entry> {
        self.problems.push(Problem {
            position: Position { line: 1, column: 1 },
            message: "there is nothing in it".to_owned(),
            help: Some(
                "write a list of apps; `kubectl pgdb import --schema` says what they are"
                    .to_owned(),
            ),
        });
        Vec::new()
    }

    /// The list of a document of kind `Apps`.
    fn list_of<'tree>(&mut self, root: &'tree Node<'tree>) -> Option<&'tree Node<'tree>> {
        let mut list = None;
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        for (key, value) in root.entries() {
            let Some(name) = self.key(key) else { continue };
            if let Some(first) = seen.insert(name, key.line)
                && DOCUMENT_KEYS.contains(&name)
            {
                self.twice(key, name, first);
                continue;
            }
            let wanted = match name {
                "apps" => {
                    list = Some(value);
                    continue;
                }
                "apiVersion" => API_VERSION,
                "kind" => KIND,
                _ => {
                    let known =
                        "a document has apiVersion, kind and apps; a list of apps may stand alone";
                    self.unknown(key, name, &DOCUMENT_KEYS, known);
                    continue;
                }
            };
            if value.as_str().filter(|_| is_bare(value)) != Some(wanted) {
                let message = format!("{name} is not {wanted:?}, the only one that is known");
                self.report(value, message, format!("write `{name}: {wanted}`"));
            }
        }
        for (name, wanted) in [("apiVersion", API_VERSION), ("kind", KIND)] {
            if root.get(name).is_none() {
                let message = format!("{name} is missing");
                self.report(root, message, format!("write `{name}: {wanted}`"));
            }
        }
        match list.map(|list| (list, &list.value)) {
            Some((list, Value::Sequence { .. })) if is_bare(list) => Some(list),
            Some((list, _)) => {
                let message = format!("apps takes a list, not {}", described(list));
                self.report(list, message, "write `- name: my-shop` below it, and so on");
                None
            }
            None => {
                self.report(root, "apps is missing", "write `apps:` and a list below it");
                None
            }
        }
    }

    /// The entries that one item of the list means: several where a user has several databases.
    fn entry<'tree>(&mut self, item: &'tree Node<'tree>) -> Vec<Entry> {
        if !matches!(item.value, Value::Mapping { .. }) || !is_bare(item) {
            let message = format!("an app is keys and values, not {}", described(item));
            self.report(item, message, "write it like `name: my-shop`");
            return Vec::new();
        }
        if item.get("username").is_some() {
            return users::entries(self, item);
        }
        let values = self.values(item, &FIELDS);
        if values.node("name").is_none() {
            let help = "give the app's `name`, or a `username`";
            self.report(item, "this app has no name", help);
        }
        let said = self.said(&values);
        let password = self.password(&values, "password");
        self.check_share(&values, &said);
        self.check_existing(&values);
        let Some(name) = self.one::<AppName>(&values, "name") else {
            return Vec::new();
        };
        vec![Entry {
            position: position(item),
            name,
            said,
            password,
            grant: None,
        }]
    }

    fn said(&mut self, values: &Values<'_>) -> Said {
        let owned_by = self.one(values, "ownedBy");
        let share = match self.flag(values, "ownsDatabase") {
            Some(false) => Share::Login,
            _ if owned_by.is_some() => Share::Database,
            _ => Share::Whole,
        };
        let existing: Option<ObjectName> = self.one(values, "existingSecret");
        let named = self.one(values, "secretName");
        let existing_secret = match (&existing, &named) {
            (Some(_), _) => Some(true),
            (None, named) => named.as_ref().map(|_| false),
        };
        Said {
            namespaces: self.list(values, "appNamespaces"),
            role: self.one(values, "user"),
            database: self.one(values, "database"),
            secret: existing.or(named),
            existing_secret,
            service: self.one(values, "service"),
            pooler: self.one(values, "pooler"),
            extensions: self.extensions(values),
            schemas: self.list(values, "schemas"),
            encoding: self.one(values, "encoding"),
            locale: self.one(values, "locale"),
            connection_limit: self.number(values, "connectionLimit"),
            reclaim: self.one(values, "reclaim"),
            isolate: self.flag(values, "isolate"),
            access: self.access(values),
            roles: self.one(values, "roles"),
            in_roles: self.list(values, "inRoles"),
            comment: self.one(values, "comment"),
            scope: self.one(values, "scope"),
            connection_keys: self.flag(values, "connectionKeys"),
            share,
            owned_by,
        }
    }

    /// Refuses keys of pieces that the app does not have.
    fn check_share(&mut self, values: &Values<'_>, said: &Said) {
        let (foreign, reason): (&[&str], _) = match said.share {
            Share::Whole => return,
            Share::Login => (&OF_DATABASES, "the app owns no database (ownsDatabase)"),
            Share::Database => (&OF_LOGINS, "the app has no login of its own (ownedBy)"),
        };
        for name in foreign {
            if let Some(node) = values.node(name) {
                self.report(
                    node,
                    format!("{name} cannot be given: {reason}"),
                    "leave it out",
                );
            }
        }
        if said.share == Share::Login && values.node("database").is_none() {
            let message = "without a database of its own the app needs another's to log in to";
            if let Some(node) = values.node("ownsDatabase") {
                self.report(node, message, "name it as `database`");
            }
        }
    }

    /// Refuses keys of a credential that is sealed where something else makes it.
    fn check_existing(&mut self, values: &Values<'_>) {
        if values.node("existingSecret").is_none() {
            return;
        }
        for name in OF_SEALED {
            if let Some(node) = values.node(name) {
                let message = format!(
                    "{name} cannot be given: nothing is sealed for the app (existingSecret)"
                );
                self.report(node, message, "leave it out");
            }
        }
    }

    /// Refuses apps that have a name twice.
    fn check_names(&mut self, entries: &[Entry]) {
        let mut seen: BTreeMap<&str, Position> = BTreeMap::new();
        for entry in entries {
            let Some(first) = seen.insert(entry.name.as_str(), entry.position) else {
                continue;
            };
            self.problems.push(Problem {
                position: entry.position,
                message: format!(
                    "the app {} is there twice, first on line {}",
                    entry.name, first.line
                ),
                help: Some("make one entry of them, or give one another `name`".to_owned()),
            });
            seen.insert(entry.name.as_str(), first);
        }
    }
}
