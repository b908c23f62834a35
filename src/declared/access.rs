//! The access to databases, in ConfigMaps that the product made.

use super::DeclaredAccess;
use super::objects::place;
use crate::domain::access::form::DatabaseAccess;
use crate::domain::access::{DECLARATION_KEY, SCRIPT_HASH, script_hash};
use crate::repo::object::Object;
use crate::repo::yaml::Node;

/// Reads a ConfigMap that holds the access to a database; none of any other.
pub(super) fn read(object: &Object<'_>) -> Option<DeclaredAccess> {
    let data = object.root.get("data")?;
    let declaration = data.get(DECLARATION_KEY)?.as_str()?;
    let access = DatabaseAccess::from_json(declaration);
    let files = data.entries().iter();
    let files = files.filter_map(|(key, value)| Some((key.as_str()?, value.as_str()?)));
    let app = object.app().map(str::to_owned);
    Some(DeclaredAccess {
        object: object.name()?.to_owned(),
        database: match &access {
            Ok(access) => access.database.to_string(),
            // What it is about, as far as its maker says.
            Err(_) => app.as_deref()?.replace('-', "_"),
        },
        access,
        hash: object
            .annotation(SCRIPT_HASH)
            .and_then(Node::as_str)
            .map(str::to_owned),
        actual_hash: script_hash(files),
        place: place(object, object.root.line),
        app,
        again: Vec::new(),
    })
}
