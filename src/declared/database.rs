//! Objects of kind Database.

use super::objects::place;
use super::{DeclaredDatabase, DeclaredItem, Ensure};
use crate::repo::object::Object;
use crate::repo::yaml::Node;

/// Reads a Database; none where it does not say which database it declares, or that is still to be filled in.
pub(super) fn read(object: &Object<'_>) -> Option<DeclaredDatabase> {
    let spec = object.root.get("spec")?;
    let text = |key: &str| spec.get(key).and_then(Node::as_str).map(str::to_owned);
    Some(DeclaredDatabase {
        object: object.name()?.to_owned(),
        name: text("name").filter(|name| !name.contains("${"))?,
        owner: text("owner"),
        place: place(object, object.root.line),
        extensions: items(spec.get("extensions")),
        schemas: items(spec.get("schemas")),
        encoding: text("encoding"),
        locale: text("locale"),
        connection_limit: text("connectionLimit"),
        reclaim: text("databaseReclaimPolicy")
            .and_then(|policy| policy.parse().ok())
            .unwrap_or_default(),
        ensure: ensure(spec),
        app: object.app().map(str::to_owned),
        again: Vec::new(),
    })
}

/// The `ensure` of an object's spec, of a role's entry or of an item.
pub(super) fn ensure(node: &Node<'_>) -> Ensure {
    match node.get("ensure").and_then(Node::as_str) {
        Some("absent") => Ensure::Absent,
        _ => Ensure::Present,
    }
}

/// The extensions or schemas of a list.
fn items(list: Option<&Node<'_>>) -> Vec<DeclaredItem> {
    let item = |node: &Node<'_>| {
        Some(DeclaredItem {
            name: node.get("name")?.as_str()?.to_owned(),
            version: node
                .get("version")
                .and_then(Node::as_str)
                .map(str::to_owned),
            ensure: ensure(node),
        })
    };
    list.map_or(&[][..], Node::items)
        .iter()
        .filter_map(item)
        .collect()
}
