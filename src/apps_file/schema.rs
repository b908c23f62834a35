//! The JSON Schema of a file of apps.

use serde_json::{Map, Value, json};

use super::fields::{FIELDS, Field, Takes, USER_FIELDS};
use super::privilege::Privilege;
use super::{API_VERSION, KIND};

/// The schema (draft 2020-12), as `import --schema` prints it and an editor takes it.
pub fn schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Apps of kubectl pgdb",
        "description": "Applications and their share of a PostgreSQL cluster, as `kubectl pgdb import` reads them.",
        "oneOf": [
            {
                "type": "object",
                "required": ["apiVersion", "kind", "apps"],
                "additionalProperties": false,
                "properties": {
                    "apiVersion": { "const": API_VERSION },
                    "kind": { "const": KIND },
                    "apps": { "$ref": "#/$defs/apps" },
                },
            },
            { "$ref": "#/$defs/apps" },
        ],
        "$defs": {
            "apps": {
                "type": "array",
                "items": { "oneOf": [{ "$ref": "#/$defs/app" }, { "$ref": "#/$defs/user" }] },
            },
            "app": entry("An application.", &FIELDS, "name"),
            "user": entry("A user, as other tools keep them.", &USER_FIELDS, "username"),
        },
    })
}

fn entry(description: &str, fields: &[Field], required: &str) -> Value {
    let properties: Map<String, Value> = fields
        .iter()
        .map(|field| (field.name.to_owned(), property(field)))
        .collect();
    json!({
        "description": description,
        "type": "object",
        "required": [required],
        "additionalProperties": false,
        "properties": properties,
    })
}

/// What a key takes; null is as good as nothing.
fn property(field: &Field) -> Value {
    let text = |pattern: &str| json!({ "type": "string", "pattern": pattern });
    let list =
        |item: &Value| json!([item, { "type": "array", "items": item, "uniqueItems": true }]);
    let mut kinds = match field.takes {
        Takes::Text(pattern, longest) => {
            json!([{ "type": "string", "pattern": pattern, "minLength": 1, "maxLength": longest }])
        }
        Takes::Word(words) => json!([{ "enum": words }]),
        Takes::Privileges => {
            let words: Vec<&str> = Privilege::words().into_iter().chain(["ALL"]).collect();
            let one = json!({ "type": "string", "pattern": "^[A-Za-z]+( *, *[A-Za-z]+)*$|^[Aa][Ll][Ll] [A-Za-z]+$" });
            json!([one, { "type": "array", "items": { "enum": words }, "uniqueItems": true }])
        }
        Takes::Texts(pattern) => list(&text(pattern)),
        Takes::Extensions => {
            let name = text("^[A-Za-z0-9_][A-Za-z0-9_-]*(@[A-Za-z0-9_.-]+)?$");
            let pair = json!({
                "type": "object",
                "required": ["name"],
                "additionalProperties": false,
                "properties": { "name": { "type": "string" }, "version": { "type": "string" } },
            });
            json!([name, { "type": "array", "items": { "oneOf": [name, pair] }, "uniqueItems": true }])
        }
        Takes::Number => {
            json!([{ "type": "integer", "minimum": -1, "maximum": i32::MAX, "not": { "const": 0 } }])
        }
        Takes::Flag => json!([{ "type": "boolean" }]),
    };
    if let Some(kinds) = kinds.as_array_mut() {
        kinds.push(json!({ "type": "null" }));
    }
    json!({ "description": field.about, "anyOf": kinds })
}
