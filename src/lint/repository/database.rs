//! Objects of kind Database.

use std::sync::Arc;

use super::object::Object;
use super::word::{Word, known};
use crate::repo::yaml::Node;

/// An object of kind Database.
#[derive(Clone, Debug)]
pub struct Database<'text> {
    /// The object.
    pub object: Arc<Object<'text>>,
    /// The name of its Cluster.
    pub cluster: Option<Word<'text>>,
    /// The fields of its spec, in order: the keys, and the values that are scalars.
    pub fields: Vec<(Word<'text>, Option<Word<'text>>)>,
}

impl<'text> Database<'text> {
    /// Reads a Database.
    pub(super) fn of(object: &Arc<Object<'text>>, spec: Option<&Node<'text>>) -> Self {
        let field =
            |(key, value): &(Node<'text>, Node<'text>)| Some((Word::of(key)?, Word::of(value)));
        let fields = spec.map_or(&[][..], Node::entries);
        Self {
            object: Arc::clone(object),
            cluster: spec.and_then(|spec| Word::at(spec, &["cluster", "name"])),
            fields: fields.iter().filter_map(field).collect(),
        }
    }

    /// The value of a field of its spec that is a scalar.
    pub fn field(&self, name: &str) -> Option<&Word<'text>> {
        let mut fields = self.fields.iter();
        fields
            .find(|(key, _)| key.text == name)
            .and_then(|(_, value)| value.as_ref())
    }

    /// The database's name in PostgreSQL, where it is known.
    pub fn known_name(&self) -> Option<&str> {
        known(self.field("name"))
    }

    /// The role that it belongs to, where it is known.
    pub fn known_owner(&self) -> Option<&str> {
        known(self.field("owner"))
    }

    /// Its Cluster's name, where it is known.
    pub fn known_cluster(&self) -> Option<&str> {
        known(self.cluster.as_ref())
    }

    /// Whether it is to be removed.
    pub fn is_absent(&self) -> bool {
        self.field("ensure")
            .is_some_and(|word| word.text == "absent")
    }
}
