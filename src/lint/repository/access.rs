//! Who may do what in databases: ConfigMaps that the product made, and the Jobs that run what is in them.

use std::sync::Arc;

use super::object::Object;
use super::word::Span;
use crate::domain::access::form::DatabaseAccess;
use crate::domain::access::{DECLARATION_KEY, script_hash};
use crate::repo::object::Object as Manifest;
use crate::repo::yaml::Node;

/// A ConfigMap with the access to a database.
#[derive(Clone, Debug)]
pub struct Access<'text> {
    /// The ConfigMap.
    pub object: Arc<Object<'text>>,
    /// Where the declaration stands.
    pub declaration: Span,
    /// Who may do what; why that cannot be told.
    pub access: Result<DatabaseAccess, String>,
    /// The hash of the scripts as they are.
    pub hash: String,
}

/// A Job of the product.
#[derive(Clone, Debug)]
pub struct Job<'text> {
    /// The Job.
    pub object: Arc<Object<'text>>,
}

impl<'text> Access<'text> {
    /// Reads a ConfigMap that declares the access to a database; none of any other object.
    pub(super) fn of(object: &Arc<Object<'text>>, manifest: &Manifest<'text>) -> Option<Self> {
        if !manifest.is("", "ConfigMap") {
            return None;
        }
        let data = manifest.root.get("data")?;
        let declaration = data.get(DECLARATION_KEY)?;
        let files = data.entries().iter();
        let files = files.filter_map(|(key, value)| Some((key.as_str()?, value.as_str()?)));
        let key = data.entries().iter().map(|(key, _)| key);
        let key = key
            .into_iter()
            .find(|key| key.as_str() == Some(DECLARATION_KEY));
        Some(Self {
            object: Arc::clone(object),
            declaration: key.map_or(object.head, Span::of),
            access: DatabaseAccess::from_json(Node::as_str(declaration)?),
            hash: script_hash(files),
        })
    }
}

impl<'text> Job<'text> {
    /// Reads a Job that has the product's label; none of any other object.
    pub(super) fn of(object: &Arc<Object<'text>>, manifest: &Manifest<'text>) -> Option<Self> {
        let is_own = manifest.is("batch", "Job") && object.app.is_some();
        is_own.then(|| Self {
            object: Arc::clone(object),
        })
    }
}
