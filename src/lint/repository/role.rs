//! Roles: entries of a Cluster's managed roles, and objects of kind DatabaseRole.

use std::sync::Arc;

use super::object::Object;
use super::word::{Span, Word, known};
use crate::repo::yaml::Node;

/// A role that the repository declares.
#[derive(Clone, Debug)]
pub struct Role<'text> {
    /// The Cluster, or a patch of it, whose entry this is; or the DatabaseRole.
    pub object: Arc<Object<'text>>,
    /// Whether this is an entry of `spec.managed.roles`, and the number of it.
    pub entry: Option<usize>,
    /// The name of its Cluster.
    pub cluster: Option<Word<'text>>,
    /// Its name in PostgreSQL.
    pub name: Option<Word<'text>>,
    /// Where a finding about the role as a whole is shown.
    pub head: Span,
    /// Its fields, in order: the keys, and the values that are scalars.
    pub fields: Vec<(Word<'text>, Option<Word<'text>>)>,
    /// The Secret of its password.
    pub password_secret: Option<Word<'text>>,
}

impl<'text> Role<'text> {
    /// Reads an entry of the managed roles of a Cluster.
    pub(super) fn of_entry(object: &Arc<Object<'text>>, number: usize, node: &Node<'text>) -> Self {
        Self::read(object, Some(number), object.name.clone(), node)
    }

    /// Reads a DatabaseRole.
    pub(super) fn of_object(object: &Arc<Object<'text>>, spec: &Node<'text>) -> Self {
        let cluster = Word::at(spec, &["cluster", "name"]);
        Self::read(object, None, cluster, spec)
    }

    fn read(
        object: &Arc<Object<'text>>,
        entry: Option<usize>,
        cluster: Option<Word<'text>>,
        node: &Node<'text>,
    ) -> Self {
        let name = Word::at(node, &["name"]);
        let field =
            |(key, value): &(Node<'text>, Node<'text>)| Some((Word::of(key)?, Word::of(value)));
        Self {
            object: Arc::clone(object),
            entry,
            cluster,
            head: name.as_ref().map_or_else(
                || Span::new(node.span.start, node.span.start),
                |name| name.span,
            ),
            name,
            fields: node.entries().iter().filter_map(field).collect(),
            password_secret: Word::at(node, &["passwordSecret", "name"]),
        }
    }

    /// Its name, where it is known.
    pub fn known_name(&self) -> Option<&str> {
        known(self.name.as_ref())
    }

    /// Its Cluster's name, where it is known.
    pub fn known_cluster(&self) -> Option<&str> {
        known(self.cluster.as_ref())
    }

    /// The value of a field that is a scalar.
    pub fn field(&self, name: &str) -> Option<&Word<'text>> {
        let mut fields = self.fields.iter();
        fields
            .find(|(key, _)| key.text == name)
            .and_then(|(_, value)| value.as_ref())
    }

    /// Whether a field says `true`.
    pub fn is(&self, field: &str) -> bool {
        self.field(field).is_some_and(Word::is_true)
    }

    /// Whether it is to be removed.
    pub fn is_absent(&self) -> bool {
        self.field("ensure")
            .is_some_and(|word| word.text == "absent")
    }
}
