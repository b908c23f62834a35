//! Label and field selectors.

use serde_json::Value;

use super::kinds::Kind;
use super::status::Status;

/// What of a list or watch is asked for.
#[derive(Clone, Debug, Default)]
pub struct Selector {
    labels: Vec<Requirement>,
    fields: Vec<Requirement>,
}

/// One of the conditions, all of which must hold: a label's name or a field's path, and its values.
#[derive(Clone, Debug)]
struct Requirement {
    name: String,
    condition: Condition,
}

#[derive(Clone, Debug)]
enum Condition {
    In(Vec<String>),
    NotIn(Vec<String>),
    Exists,
    Absent,
}

impl Selector {
    /// The selector of a request; an unknown field is refused as Kubernetes does.
    pub fn parse(kind: &Kind, labels: &str, fields: &str) -> Result<Self, Status> {
        let selector = Self {
            labels: split(labels).map(requirement).collect(),
            fields: split(fields).map(requirement).collect(),
        };
        let unknown = selector
            .fields
            .iter()
            .find(|field| !is_selectable(kind, &field.name));
        match unknown {
            None => Ok(selector),
            Some(field) => Err(Status::bad_request(&format!(
                "Unable to find \"{}/{}, Resource={}\" that match label selector {labels:?}, field selector {fields:?}: \
                 field label not supported: {}",
                kind.group, kind.version, kind.resource, field.name
            ))),
        }
    }

    /// Whether it asks for all.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.fields.is_empty()
    }

    /// Whether an object is asked for.
    pub fn selects(&self, object: &Value) -> bool {
        let label = |name: &str| object["metadata"]["labels"][name].as_str();
        let field = |path: &str| {
            let at = path.split('.').fold(object, |value, key| &value[key]);
            Some(at.as_str().unwrap_or_default())
        };
        self.labels
            .iter()
            .all(|wanted| wanted.holds(label(&wanted.name)))
            && self
                .fields
                .iter()
                .all(|wanted| wanted.holds(field(&wanted.name)))
    }
}

impl Requirement {
    fn holds(&self, value: Option<&str>) -> bool {
        let is_one_of =
            |values: &[String]| value.is_some_and(|value| values.iter().any(|one| one == value));
        match &self.condition {
            Condition::In(values) => is_one_of(values),
            Condition::NotIn(values) => !is_one_of(values),
            Condition::Exists => value.is_some(),
            Condition::Absent => value.is_none(),
        }
    }
}

/// The parts between the commas that are in no parentheses.
fn split(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_i32;
    text.split(move |c| {
        depth += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        c == ',' && depth == 0
    })
    .map(str::trim)
    .filter(|part| !part.is_empty())
}

fn requirement(text: &str) -> Requirement {
    let one = |value: &str| vec![value.trim().to_owned()];
    let (name, condition) = if let Some((name, value)) = text.split_once("!=") {
        (name, Condition::NotIn(one(value)))
    } else if let Some((name, value)) = text.split_once("==").or_else(|| text.split_once('=')) {
        (name, Condition::In(one(value)))
    } else if let Some((name, values)) = text.split_once(" notin ") {
        (name, Condition::NotIn(set(values)))
    } else if let Some((name, values)) = text.split_once(" in ") {
        (name, Condition::In(set(values)))
    } else if let Some(name) = text.strip_prefix('!') {
        (name, Condition::Absent)
    } else {
        (text, Condition::Exists)
    };
    Requirement {
        name: name.trim().to_owned(),
        condition,
    }
}

fn set(values: &str) -> Vec<String> {
    let values = values.trim().trim_start_matches('(').trim_end_matches(')');
    values
        .split(',')
        .map(|value| value.trim().to_owned())
        .collect()
}

/// The fields that Kubernetes takes in a selector for this kind (`pkg/apis/core/v1/conversion.go`).
fn is_selectable(kind: &Kind, path: &str) -> bool {
    match (kind.resource, path) {
        (_, "metadata.name") | ("secrets", "type") => true,
        (_, "metadata.namespace") => kind.namespaced,
        ("pods", path) => matches!(
            path,
            "spec.nodeName" | "spec.restartPolicy" | "status.phase"
        ),
        ("namespaces", path) => path == "status.phase",
        _ => false,
    }
}
