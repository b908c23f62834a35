//! The edits of settings that are lists, or several keys.

use crate::declared::places::Spot;
use crate::domain::connection::{Connection, ConnectionKey};
use crate::domain::database_option::Extension;
use crate::domain::kubernetes_name::Namespace;
use crate::domain::postgres_name::SchemaName;
use crate::domain::reflection::REFLECTOR;
use crate::repo::edit::{Addition, Edit, Step};
use crate::repo::yaml::Node;

/// Reflector's annotations for these namespaces. A list of namespaces for the automatic mirrors is not made: without one
/// they go to all that are allowed.
pub(super) fn mirroring(
    spot: &Spot,
    node: &Node<'_>,
    namespaces: &[Namespace],
) -> Vec<Edit<'static>> {
    const ANNOTATIONS: [&str; 3] = ["spec", "template", "metadata"];
    const KEYS: [&str; 4] = [
        "reflector.v1.k8s.emberstack.com/reflection-allowed",
        "reflector.v1.k8s.emberstack.com/reflection-allowed-namespaces",
        "reflector.v1.k8s.emberstack.com/reflection-auto-enabled",
        "reflector.v1.k8s.emberstack.com/reflection-auto-namespaces",
    ];
    debug_assert!(KEYS.iter().all(|key| key.starts_with(REFLECTOR)));
    let list: Vec<&str> = namespaces.iter().map(Namespace::as_str).collect();
    let list = list.join(",");
    let found = node.at(&["spec", "template", "metadata", "annotations"]);
    let [allowed, allowed_list, automatic, automatic_list] = KEYS;
    let is_listed = found.and_then(|found| found.get(automatic_list)).is_some();
    let values = [
        (true, allowed, "true"),
        (true, allowed_list, list.as_str()),
        (true, automatic, "true"),
        (is_listed, automatic_list, list.as_str()),
    ];
    let values = values.into_iter().filter(|(is_wanted, ..)| *is_wanted);
    values
        .map(|(_, key, value)| {
            let mut path = spot.below(&ANNOTATIONS);
            path.extend([Step::Key("annotations"), Step::Key(key)]);
            Edit::set(&path, Addition::Text(value.to_owned()))
        })
        .collect()
}

/// The connection keys that are missing, or those that are too many.
pub(super) fn connection_keys(
    spot: &Spot,
    node: &Node<'_>,
    connection: &Connection,
    are_wanted: bool,
) -> Vec<Edit<'static>> {
    let data = node.at(&["spec", "template", "data"]);
    let sealed = node.at(&["spec", "encryptedData"]);
    let has = |node: Option<&Node<'_>>, key: &str| node.and_then(|node| node.get(key)).is_some();
    if are_wanted {
        let keys = connection.open_keys().into_iter();
        let keys = keys.chain(connection.templated_keys());
        let missing = keys.filter(|key| !has(data, key.key) && !has(sealed, key.key));
        let path = spot.below(&["spec", "template", "data"]);
        return missing
            .map(|ConnectionKey { key, value }| Edit::insert_key(&path, key, Addition::Text(value)))
            .collect();
    }
    let mut edits = Vec::new();
    for key in Connection::KEYS {
        if has(data, key) {
            edits.push(Edit::remove(
                &spot.below(&["spec", "template", "data", key]),
            ));
        }
        if has(sealed, key) {
            edits.push(Edit::remove(&spot.below(&["spec", "encryptedData", key])));
        }
    }
    edits
}

/// The extensions that come, those that are there in another version, and those that were to go.
pub(super) fn extension_items(
    spot: &Spot,
    node: &Node<'_>,
    extensions: &[Extension],
) -> Vec<Edit<'static>> {
    let found = node.at(&["spec", "extensions"]);
    let found = found.map_or(&[][..], Node::items);
    let path = spot.below(&["spec", "extensions"]);
    let mut edits = Vec::new();
    let mut new = Vec::new();
    for extension in extensions {
        let Some((number, item)) = named(found, extension.name()) else {
            let mut fields = vec![(
                "name".to_owned(),
                Addition::Text(extension.name().to_owned()),
            )];
            let version = extension.version();
            fields.extend(
                version.map(|version| ("version".to_owned(), Addition::Text(version.to_owned()))),
            );
            new.push(Addition::Map(fields));
            continue;
        };
        let at =
            |key: &'static str| [path.as_slice(), &[Step::Item(number), Step::Key(key)]].concat();
        match (extension.version(), item.get("version")) {
            (Some(version), _) => {
                edits.push(Edit::set(
                    &at("version"),
                    Addition::Text(version.to_owned()),
                ));
            }
            (None, Some(_)) => edits.push(Edit::remove(&at("version"))),
            (None, None) => {}
        }
        if item.get("ensure").is_some() {
            edits.push(Edit::set(
                &at("ensure"),
                Addition::Text("present".to_owned()),
            ));
        }
    }
    if !new.is_empty() {
        edits.push(Edit::append(&path, new));
    }
    edits
}

/// The schemas that come, and those that were to go.
pub(super) fn schema_items(
    spot: &Spot,
    node: &Node<'_>,
    schemas: &[SchemaName],
    owner: &str,
) -> Vec<Edit<'static>> {
    let found = node.at(&["spec", "schemas"]);
    let found = found.map_or(&[][..], Node::items);
    let path = spot.below(&["spec", "schemas"]);
    let mut edits = Vec::new();
    let mut new = Vec::new();
    for schema in schemas {
        match named(found, schema.as_str()) {
            Some((number, _)) => {
                let ensure = [Step::Item(number), Step::Key("ensure")];
                let ensure = [path.as_slice(), &ensure].concat();
                edits.push(Edit::set(&ensure, Addition::Text("present".to_owned())));
            }
            None => new.push(Addition::Map(vec![
                ("name".to_owned(), Addition::Text(schema.to_string())),
                ("owner".to_owned(), Addition::Text(owner.to_owned())),
            ])),
        }
    }
    if !new.is_empty() {
        edits.push(Edit::append(&path, new));
    }
    edits
}

/// The item of a list that has this name, and its number.
fn named<'tree, 'text>(
    items: &'tree [Node<'text>],
    name: &str,
) -> Option<(usize, &'tree Node<'text>)> {
    let has = |item: &&Node<'_>| item.get("name").and_then(Node::as_str) == Some(name);
    items.iter().enumerate().find(|(_, item)| has(item))
}
