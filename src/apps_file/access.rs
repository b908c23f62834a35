//! Reads who may do what in an app's database.

use super::Allowed;
use super::fields::{ACCESS_FIELDS, OF_PRIVILEGES};
use super::reader::{Reader, Values, described, is_bare, position};
use crate::domain::access::Level;
use crate::domain::access::asked::{Asked, Grantee, Right};
use crate::repo::yaml::{Node, Value};

impl Reader {
    /// The entries of `access`, as far as they are right.
    pub(super) fn access(&mut self, values: &Values<'_>) -> Option<Vec<Allowed>> {
        let (field, node) = values.get("access")?;
        if !matches!(node.value, Value::Sequence { .. }) || !is_bare(node) {
            self.wrong_kind(field, node);
            return None;
        }
        let mut list: Vec<Allowed> = Vec::new();
        for item in node.items() {
            let Some(allowed) = self.allowed(item) else {
                continue;
            };
            let is_same = |known: &Allowed| known.to == allowed.to && known.right == allowed.right;
            if list.iter().any(is_same) {
                let message = format!(
                    "access: the same is allowed to {} twice",
                    allowed.to.as_str()
                );
                self.report(item, message, "give it once");
                continue;
            }
            list.push(allowed);
        }
        Some(list)
    }

    fn allowed<'tree>(&mut self, item: &'tree Node<'tree>) -> Option<Allowed> {
        if !matches!(item.value, Value::Mapping { .. }) || !is_bare(item) {
            let message = format!(
                "access: an entry is keys and values, not {}",
                described(item)
            );
            self.report(item, message, "write it like `{to: reports, as: reader}`");
            return None;
        }
        let values = self.values(item, &ACCESS_FIELDS);
        if values.node("to").is_none() {
            let message = "access: this entry does not say who is allowed it";
            self.report(item, message, "name an app or a role as `to`");
        }
        let to: Option<Grantee> = self.one(&values, "to");
        let right = self.right(item, &values);
        Some(Allowed {
            position: position(item),
            to: to?,
            right: right?,
        })
    }

    /// What somebody is allowed: a level, or privileges.
    fn right<'tree>(&mut self, item: &'tree Node<'tree>, values: &Values<'tree>) -> Option<Right> {
        let level: Option<Level> = self.one(values, "as");
        let asked = Asked {
            privileges: self.words(values),
            schema: self.one(values, "schema"),
            table: self.one(values, "table"),
            sequences: self.flag(values, "sequences").unwrap_or(false),
            functions: self.flag(values, "functions").unwrap_or(false),
        };
        let has_level = values.node("as").is_some();
        let Some((field, node)) = values.get("privileges") else {
            for name in OF_PRIVILEGES {
                if let Some(node) = values.node(name) {
                    let message = format!("{name} cannot be given without privileges");
                    self.report(node, message, "give `privileges`, or leave it out");
                }
            }
            if !has_level {
                let message = "access: this entry does not say what is allowed";
                self.report(
                    item,
                    message,
                    "give `as: reader`, `as: writer`, or `privileges`",
                );
            }
            return level.map(Right::Level);
        };
        if has_level {
            let message = "privileges cannot be given: the entry has a level (as)";
            self.report(node, message, "make two entries of it");
            return None;
        }
        if asked.privileges.is_empty() {
            // Which was reported where they were read.
            return None;
        }
        match asked.objects() {
            Ok(objects) => Some(Right::Privileges(objects)),
            Err(error) => {
                self.refuse(field, node, error);
                None
            }
        }
    }

    /// The words of privileges.
    fn words(&mut self, values: &Values<'_>) -> Vec<String> {
        let Some((field, node)) = values.get("privileges") else {
            return Vec::new();
        };
        let texts = self.texts(field, node).unwrap_or_default();
        texts.into_iter().map(|(_, text)| text).collect()
    }
}
