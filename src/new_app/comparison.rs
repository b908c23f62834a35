//! What is there against what was asked for.

use std::fmt;

use crate::repo::path::RepoPath;
use crate::repo::yaml::Node;

/// One setting that is there with another value than was asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Difference {
    /// The file.
    pub path: RepoPath,
    /// The line of the setting, or of the object that lacks it; from 1.
    pub line: usize,
    /// The setting, as a path of keys.
    pub field: String,
    /// The value that is there; none where it is not set.
    pub found: Option<String>,
    /// The value that was asked for; none where nothing was.
    pub asked: Option<String>,
}

impl Difference {
    /// Whether the sealed values are bound to the setting, so that changing it by hand would leave them shut.
    pub(super) fn is_sealed(&self) -> bool {
        const BOUND: [&str; 6] = [
            "the sealing scope",
            "metadata.name",
            "spec.template.metadata.name",
            "spec.template.metadata.namespace",
            "passwordSecret.name",
            "spec.owner",
        ];
        BOUND.iter().any(|field| self.field.ends_with(field))
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            path, line, field, ..
        } = self;
        write!(formatter, "{path}:{line}: {field} is ")?;
        match &self.found {
            Some(found) => write!(formatter, "{found:?}")?,
            None => formatter.write_str("not set")?,
        }
        match &self.asked {
            Some(asked) => write!(formatter, ", asked for is {asked:?}"),
            None => formatter.write_str(", asked for is nothing"),
        }
    }
}

/// Compares the settings of one object with what was asked for, and collects the differences.
pub(super) struct Comparison<'text> {
    path: &'text RepoPath,
    line: usize,
    differences: Vec<Difference>,
}

impl<'text> Comparison<'text> {
    /// Of the object that begins on this line of this file.
    pub(super) fn new(path: &'text RepoPath, line: usize) -> Self {
        Self {
            path,
            line,
            differences: Vec::new(),
        }
    }

    /// Compares one setting that stands in no node of its own.
    pub(super) fn text(&mut self, field: &str, found: &str, asked: &str) {
        if found != asked {
            self.differs(
                self.line,
                field,
                Some(found.to_owned()),
                Some(asked.to_owned()),
            );
        }
    }

    /// Compares one setting; null and absent are the same.
    pub(super) fn scalar(&mut self, field: &str, found: Option<&Node<'_>>, asked: Option<&str>) {
        let value = found.and_then(Node::as_str);
        if value == asked {
            return;
        }
        let shown = value.map(str::to_owned).or_else(|| found.and_then(shape));
        self.differs(
            found.map_or(self.line, |node| node.line),
            field,
            shown,
            asked.map(str::to_owned),
        );
    }

    /// Compares one setting whose absence means `default`.
    pub(super) fn with_default(
        &mut self,
        field: &str,
        found: Option<&Node<'_>>,
        asked: &str,
        default: &str,
    ) {
        if found.and_then(Node::as_str).unwrap_or(default) != asked {
            self.scalar(field, found, Some(asked));
        }
    }

    /// Compares a list of names, in any order.
    pub(super) fn list(
        &mut self,
        field: &str,
        found: Option<&Node<'_>>,
        names: Vec<String>,
        mut asked: Vec<String>,
    ) {
        let mut sorted = names;
        sorted.sort();
        asked.sort();
        if sorted == asked {
            return;
        }
        let list = |names: Vec<String>| (!names.is_empty()).then(|| names.join(", "));
        let line = found.map_or(self.line, |node| node.line);
        self.differs(line, field, list(sorted), list(asked));
    }

    /// Notes a difference that was found in another way.
    pub(super) fn differs(
        &mut self,
        line: usize,
        field: &str,
        found: Option<String>,
        asked: Option<String>,
    ) {
        self.differences.push(Difference {
            path: self.path.clone(),
            line,
            field: field.to_owned(),
            found,
            asked,
        });
    }

    /// All that differs.
    pub(super) fn into_differences(self) -> Vec<Difference> {
        self.differences
    }
}

/// A word for a node that is no scalar.
fn shape(node: &Node<'_>) -> Option<String> {
    (!node.is_null()).then(|| "a list or mapping".to_owned())
}
