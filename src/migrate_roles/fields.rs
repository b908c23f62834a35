//! The text of a role's fields, with their comments, so that it can stand elsewhere.

use std::ops::Range;

use super::attributes::OF_OBJECT;
use super::inventory::Place;
use crate::repo::edit::{Edit, EditError, Extent, Step, apply, extents};
use crate::repo::yaml::{Node, Value, parse};

/// The way to the managed roles.
pub(super) const ROLES: [Step<'_>; 3] =
    [Step::Key("spec"), Step::Key("managed"), Step::Key("roles")];

/// The comment that silences `lint` between the stages.
pub(super) const COMMENT: &str =
    "# pgdb:ignore PGDB702 moving: the other declaration goes in the next stage";

/// A role's fields as they are written.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Fields {
    /// The comments that stand above all fields.
    pub(super) above: Vec<String>,
    /// The lines, as far to the left as they can stand.
    pub(super) lines: Vec<String>,
}

/// Why fields cannot be taken from where they are.
pub(super) enum Trouble {
    /// The editor refuses.
    Edit(EditError),
    /// They are written in a way that is not carried over.
    Unclear(&'static str),
}

impl From<EditError> for Trouble {
    fn from(error: EditError) -> Self {
        Self::Edit(error)
    }
}

impl Fields {
    /// The fields of the Cluster's entries, for entries whose extents are known.
    pub(super) fn of_entry(text: &str, node: &Node<'_>, extent: &Extent) -> Result<Self, Trouble> {
        let mut above = comments(text.get(extent.above.clone()).unwrap_or_default());
        let first = node
            .entries()
            .first()
            .map_or(node.span.start, |(key, _)| key.span.start);
        // Behind the dash, where the fields stand below it.
        above.extend(comments(
            text.get(extent.own.start..first).unwrap_or_default(),
        ));
        Ok(Self {
            above,
            lines: lines(text, node, extent.own.end)?,
        })
    }

    /// The fields of a DatabaseRole that an entry of the Cluster has as well, and all other comments of the document above.
    pub(super) fn of_object(text: &str, place: &Place) -> Result<Self, Trouble> {
        let stream = parse(text).map_err(|_| Trouble::Unclear("the file is no YAML"))?;
        let root = stream
            .documents
            .get(place.document)
            .map(|document| &document.root);
        let spec = root.and_then(|root| root.get("spec"));
        let spec = spec.ok_or(Trouble::Unclear("it has no `spec`"))?;
        let removals: Vec<Edit<'_>> = OF_OBJECT
            .into_iter()
            .filter(|key| spec.get(key).is_some())
            .map(|key| Edit::remove(&["spec", key]))
            .collect();
        let text = apply(text, place.document, &removals)?;
        let stream = parse(&text).map_err(|_| Trouble::Unclear("the file is no YAML"))?;
        let document = stream.documents.get(place.document);
        let root = document.map(|document| &document.root);
        let number = |root: &Node<'_>| {
            let mut keys = root.entries().iter();
            keys.position(|(key, _)| key.as_str() == Some("spec"))
        };
        let found = root.and_then(|root| Some((root.get("spec")?, number(root)?)));
        let (spec, number) = found.ok_or(Trouble::Unclear("it has no `spec`"))?;
        let all = extents(&text, place.document, &[])?;
        let extent = all
            .get(number)
            .ok_or(Trouble::Unclear("it has no `spec`"))?;
        let first = spec
            .entries()
            .first()
            .map_or(spec.span.start, |(key, _)| key.span.start);
        let own = first..extent.own.end;
        let bounds = bounds(&stream.documents, place.document, text.len());
        let outside = stream.comments.iter().map(|comment| &comment.span);
        let outside =
            outside.filter(|span| bounds.contains(&span.start) && !own.contains(&span.start));
        let above = outside.filter_map(|span| text.get(span.clone()));
        let lines = lines(&text, spec, own.end)?;
        Ok(Self {
            above: above
                .map(str::to_owned)
                .filter(|line| line != COMMENT)
                .collect(),
            lines: lines.into_iter().filter(|line| line != COMMENT).collect(),
        })
    }

    /// The lines at a column; the first one without it.
    pub(super) fn at(&self, column: usize, line_break: &str) -> String {
        let indent = " ".repeat(column);
        let lines = self.lines.iter().enumerate().map(|(number, line)| {
            if number == 0 || line.is_empty() {
                line.clone()
            } else {
                format!("{indent}{line}")
            }
        });
        lines.collect::<Vec<_>>().join(line_break)
    }

    /// Whether there are comments among them.
    pub(super) fn has_comments(&self) -> bool {
        !self.above.is_empty() || self.lines.iter().any(|line| line.contains('#'))
    }
}

/// The bytes of a document with the comments above and below it.
fn bounds(
    documents: &[crate::repo::yaml::Document<'_>],
    number: usize,
    length: usize,
) -> Range<usize> {
    let own = documents.get(number);
    let start = own.filter(|document| document.explicit && number > 0);
    let start = start.map_or(0, |document| document.start);
    let next = documents.get(number + 1).map(|next| next.start);
    start..next.unwrap_or(length)
}

/// The comments of a text that holds nothing else but white space and a dash.
fn comments(text: &str) -> Vec<String> {
    let comments = text
        .lines()
        .filter_map(|line| line.find('#').and_then(|at| line.get(at..)));
    comments.map(|line| line.trim_end().to_owned()).collect()
}

/// The lines of a mapping up to an offset, without what they are indented by.
fn lines(text: &str, node: &Node<'_>, end: usize) -> Result<Vec<String>, Trouble> {
    let Value::Mapping { flow, entries } = &node.value else {
        return Err(Trouble::Unclear("it is no mapping"));
    };
    let (Some((first, _)), false) = (entries.first(), *flow) else {
        return in_braces(text, entries);
    };
    let body = text.get(first.span.start..end).unwrap_or_default();
    let lines = body.lines().enumerate().map(|(number, line)| {
        let blanks = line.len() - line.trim_start_matches(' ').len();
        let own = if number == 0 {
            0
        } else {
            blanks.min(first.column)
        };
        let line = line.get(own..).unwrap_or_default();
        if line.trim().is_empty() {
            String::new()
        } else {
            line.to_owned()
        }
    });
    Ok(lines.collect())
}

/// The pairs of a mapping in braces, one a line.
fn in_braces(text: &str, entries: &[(Node<'_>, Node<'_>)]) -> Result<Vec<String>, Trouble> {
    let pair = |(key, value): &(Node<'_>, Node<'_>)| {
        let value = text.get(value.span.clone()).unwrap_or_default();
        let key = text.get(key.span.clone()).unwrap_or_default();
        if value.contains(['\n', '\r']) {
            return Err(Trouble::Unclear(
                "it is written in braces over several lines",
            ));
        }
        Ok(format!("{key}: {value}").trim_end().to_owned())
    };
    entries.iter().map(pair).collect()
}
