//! The JSON Schema of a file of apps.

use serde_json::{Map, Value, json};

use super::fields::{
    ACCESS_FIELDS, FIELDS, Field, OF_DATABASES, OF_LOGINS, OF_PRIVILEGES, OF_SEALED, Takes,
    USER_FIELDS,
};
use super::privilege::Privilege;
use super::{API_VERSION, KIND};
use crate::domain::access::privilege::Kind;
use crate::domain::database_option::Encoding;

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
            "app": app(),
            "user": user(),
        },
    })
}

fn app() -> Value {
    let mut app = entry("An application.", &FIELDS, "name");
    let without = |keys: &[&str]| -> Value {
        let keys = keys
            .iter()
            .map(|key| ((*key).to_owned(), json!({ "type": "null" })));
        Value::Object(keys.collect())
    };
    let mut login = without(&OF_DATABASES);
    if let Some(keys) = login.as_object_mut() {
        keys.insert("database".to_owned(), json!({ "type": "string" }));
    }
    let is_login = json!({ "ownsDatabase": { "const": false } });
    let is_database =
        json!({ "ownedBy": { "type": "string" }, "ownsDatabase": { "not": { "const": false } } });
    let is_existing = json!({ "existingSecret": { "type": "string" } });
    rules(
        &mut app,
        json!([
            {
                "if": { "required": ["ownsDatabase"], "properties": is_login },
                "then": { "required": ["database"], "properties": login },
            },
            {
                "if": { "required": ["ownedBy"], "properties": is_database },
                "then": { "properties": without(&OF_LOGINS) },
            },
            {
                "if": { "required": ["existingSecret"], "properties": is_existing },
                "then": { "properties": without(&OF_SEALED) },
            },
        ]),
    );
    app
}

fn user() -> Value {
    let mut user = entry(
        "A user, as other tools keep them.",
        &USER_FIELDS,
        "username",
    );
    let is_named = json!({ "required": ["name"], "properties": { "name": { "type": "string" } } });
    let some = json!({ "not": { "enum": [null, []] } });
    let all = json!({ "anyOf": [{ "type": "null" }, all_privileges(), { "items": all_privileges(), "type": "array" }] });
    rules(
        &mut user,
        json!([
            {
                "if": { "not": is_named },
                "then": { "properties": { "username": { "pattern": "^[a-z]([a-z0-9_-]*[a-z0-9])?$" } } },
            },
            {
                "if": { "required": ["privileges"], "properties": { "privileges": { "not": all } } },
                "then": { "required": ["databases"], "properties": { "databases": some } },
            },
        ]),
    );
    user
}

/// Adds what depends on which other keys are there.
fn rules(entry: &mut Value, rules: Value) {
    if let Some(entry) = entry.as_object_mut() {
        entry.insert("allOf".to_owned(), rules);
    }
}

fn entry(description: &str, fields: &[Field], required: &str) -> Value {
    let properties: Map<String, Value> = fields
        .iter()
        .map(|field| {
            (
                field.name.to_owned(),
                property(field, field.name == required),
            )
        })
        .collect();
    json!({
        "description": description,
        "type": "object",
        "required": [required],
        "additionalProperties": false,
        "properties": properties,
    })
}

/// What a key takes; null is as good as nothing, where the key may be missing.
fn property(field: &Field, is_required: bool) -> Value {
    let text = |pattern: &str| json!({ "type": "string", "pattern": pattern });
    let list = |item: &Value, least: u8| {
        let items =
            json!({ "type": "array", "items": item, "uniqueItems": true, "minItems": least });
        json!([item, items])
    };
    let mut kinds = match field.takes {
        Takes::Text(pattern, longest) => {
            json!([{ "type": "string", "pattern": pattern, "maxLength": longest }])
        }
        Takes::Encoding => json!([text(&format!("^({})$", any_case(&Encoding::names())))]),
        Takes::Word(words) => json!([{ "enum": words }]),
        Takes::Privileges => privileges(),
        Takes::Texts(pattern) => list(&text(pattern), 0),
        Takes::SomeTexts(pattern) => list(&text(pattern), 1),
        Takes::Extensions => extensions(),
        Takes::Number => {
            json!([{ "type": "integer", "minimum": -1, "maximum": i32::MAX, "not": { "const": 0 } }])
        }
        Takes::Flag => json!([{ "type": "boolean" }]),
        Takes::AnyPrivileges => any_privileges(),
        Takes::Access => access(),
    };
    if let Some(kinds) = kinds.as_array_mut().filter(|_| !is_required) {
        kinds.push(json!({ "type": "null" }));
    }
    json!({ "description": field.about, "anyOf": kinds })
}

/// A list of who may do what: a level, or privileges.
fn access() -> Value {
    let mut allowed = entry("Somebody who may do something.", &ACCESS_FIELDS, "to");
    let is_said = |key: &str| json!({ "required": [key], "properties": { key: { "not": { "type": "null" } } } });
    let keys = OF_PRIVILEGES.iter().chain(&["privileges"]);
    let keys = keys.map(|key| ((*key).to_owned(), json!({ "type": "null" })));
    let without: Map<String, Value> = keys.collect();
    rules(
        &mut allowed,
        json!([{
            "if": is_said("as"),
            "then": { "properties": without },
            "else": is_said("privileges"),
        }]),
    );
    json!([{ "type": "array", "items": allowed }])
}

/// Privileges of any kind of object, with commas between them or as a list.
fn any_privileges() -> Value {
    let kinds = Kind::ALL.iter().flat_map(|kind| kind.words());
    let mut words: Vec<&str> = kinds
        .copied()
        .chain(["TEMP"])
        .chain(Privilege::ALL)
        .collect();
    words.sort_unstable();
    words.dedup();
    let word = any_case(&words);
    let some = format!(r"^\s*({word})\s*(,\s*({word})\s*)*$");
    let one = json!({ "type": "string", "pattern": format!("^({word})$") });
    json!([
        { "type": "string", "pattern": some },
        { "type": "array", "items": one, "minItems": 1 },
    ])
}

fn extensions() -> Value {
    const NAME: &str = "[A-Za-z0-9_][A-Za-z0-9_-]{0,62}";
    const VERSION: &str = "[A-Za-z0-9_.-]+";
    let one = json!({ "type": "string", "pattern": format!("^{NAME}(@{VERSION})?$") });
    let pair = json!({
        "type": "object",
        "required": ["name"],
        "additionalProperties": false,
        "properties": {
            "name": { "type": "string", "pattern": format!("^{NAME}$") },
            "version": { "type": ["string", "null"], "pattern": format!("^{VERSION}$") },
        },
    });
    let items = json!({ "anyOf": [one, pair] });
    json!([one, { "type": "array", "items": items, "uniqueItems": true }])
}

/// Privileges of tables, with commas between them or as a list; or all of them.
fn privileges() -> Value {
    let word = any_case(&Privilege::words());
    let some = format!(r"^\s*({word})\s*(,\s*({word})\s*)*$");
    let one = json!({ "type": "string", "pattern": format!("^({word})$") });
    json!([
        { "type": "string", "pattern": some },
        { "type": "array", "items": one, "uniqueItems": true, "minItems": 1 },
        all_privileges(),
        { "type": "array", "items": all_privileges(), "minItems": 1, "maxItems": 1 },
    ])
}

fn all_privileges() -> Value {
    let all = any_case(&Privilege::ALL);
    json!({ "type": "string", "pattern": format!(r"^\s*({all})\s*$") })
}

/// A regular expression for words in capital or small letters.
fn any_case(words: &[&str]) -> String {
    let letter = |c: char| match c {
        'A'..='Z' => format!("[{c}{}]", c.to_ascii_lowercase()),
        _ => c.to_string(),
    };
    let words: Vec<String> = words
        .iter()
        .map(|word| word.chars().map(letter).collect())
        .collect();
    words.join("|")
}
