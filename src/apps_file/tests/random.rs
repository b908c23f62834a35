//! Whatever a text is, it is read or refused; and the schema says of a document what the reader says.

use jsonschema::Validator;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use crate::apps_file::schema::schema;
use crate::apps_file::{ACCESS_FIELDS, FIELDS, USER_FIELDS, read};

/// Values of which most are right for one key or another.
fn value() -> impl Strategy<Value = Value> {
    let word = select(vec![
        "a",
        "my-shop",
        "my_shop",
        "_x",
        "x_",
        "1st",
        "A",
        "-a",
        "a.b",
        "a..b",
        "",
        " ",
        "pg_x",
        "cnpg_x",
        "postgres",
        "template1",
        "public",
        "none",
        "information_schema",
        "pg_read_all_data",
        "utf8",
        "UTF8",
        "LATIN11",
        "C.UTF-8",
        "9C",
        "retain",
        "delete",
        "Delete",
        "managed",
        "databaserole",
        "strict",
        "cluster-wide",
        "SELECT",
        "USAGE, create",
        "temp",
        "reader",
        "*",
        "a b",
        "Größe",
        "a$",
        "select,Insert",
        "ALL",
        "all privileges",
        " ALL ",
        "ALL,SELECT",
        "postgis@3.4",
        "postgis@",
        "@1",
        "pg trgm",
        "-x",
        "a\nb",
        "a\n",
        "a\u{202e}",
        "\u{e9}",
        " a",
        "a ",
        "\u{feff}a",
        "true",
        "1",
        "<<",
        "a: b",
        "alice@example.com",
    ]);
    let text = prop_oneof![
        8 => word.prop_map(str::to_owned),
        1 => "[a-z]{62,65}",
        1 => "[a-z0-9_@.-]{0,5}",
        1 => ".{0,3}",
    ];
    let leaf = prop_oneof![
        8 => text.prop_map(Value::String),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => select(vec![json!(0), json!(1), json!(-1), json!(-2), json!(50), json!(2_147_483_647), json!(2_147_483_648_u32), json!(1.5), Value::Null]),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        let keys = ["name", "version", "to", "as", "privileges", "schema", "table", "x"];
        let pair = (select(keys.to_vec()), inner.clone());
        prop_oneof![
            2 => vec(inner, 0..3).prop_map(Value::Array),
            1 => vec(pair, 0..3).prop_map(|pairs| pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
        ]
    })
}

/// An entry with some keys of either kind; most have a name that is right.
fn entry() -> impl Strategy<Value = Value> {
    let keys = |fields: &'static [crate::apps_file::Field]| -> Vec<&'static str> {
        fields.iter().map(|field| field.name).collect()
    };
    let of = |names: Vec<&'static str>, named: &'static str| {
        let names = [names, vec!["x"]].concat();
        (vec((select(names), value()), 0..4), any::<u8>()).prop_map(move |(pairs, chance)| {
            let mut entry: Map<String, Value> = Map::new();
            if chance > 16 {
                entry.insert(named.to_owned(), json!("alice"));
            }
            entry.extend(
                pairs
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value)),
            );
            Value::Object(entry)
        })
    };
    prop_oneof![
        of(keys(&FIELDS), "name"),
        of(keys(&USER_FIELDS), "username"),
        opened(),
    ]
}

/// An app with entries of `access`, of which most name somebody.
fn opened() -> impl Strategy<Value = Value> {
    let names: Vec<&str> = ACCESS_FIELDS.iter().map(|field| field.name).collect();
    let right = prop_oneof![
        Just(("as".to_owned(), json!("reader"))),
        Just(("privileges".to_owned(), json!("SELECT"))),
        (select(names), value()).prop_map(|(name, value)| (name.to_owned(), value)),
    ];
    let allowed = (vec(right, 0..4), any::<u8>()).prop_map(|(pairs, chance)| {
        let mut allowed: Map<String, Value> = Map::new();
        if chance > 16 {
            allowed.insert("to".to_owned(), json!("r"));
        }
        allowed.extend(pairs);
        Value::Object(allowed)
    });
    vec(allowed, 0..3).prop_map(|access| json!({ "name": "a", "access": access }))
}

/// What only the reader can say of a document, and where it goes by other rules than a schema can.
fn is_beyond_schemas(problem: &str) -> bool {
    let beyond = [
        "is there twice",
        "the same is allowed to",
        // Which privileges there are depends on what they are on, and names have a length in bytes.
        "is none that",
        " bytes",
        "no app can be named after the database",
        "the password looks like a stored",
    ];
    beyond.iter().any(|part| problem.contains(part))
}

fn validator() -> Validator {
    jsonschema::validator_for(&schema()).unwrap()
}

/// The schema and the reader say the same of a document.
fn assert_same(validator: &Validator, document: &Value) {
    let text = document.to_string();
    match read(&text) {
        Ok(_) => {
            let errors: Vec<String> = validator
                .iter_errors(document)
                .map(|error| error.to_string())
                .collect();
            assert!(
                errors.is_empty(),
                "read, but not by the schema:\n{text}\n{errors:#?}"
            );
        }
        Err(problems) => {
            let is_known = problems
                .iter()
                .all(|problem| is_beyond_schemas(&problem.message));
            assert!(
                is_known || !validator.is_valid(document),
                "refused, but not by the schema:\n{text}\n{problems:#?}"
            );
        }
    }
}

#[test]
fn the_schema_takes_the_fixtures() {
    let validator = validator();
    for text in [
        include_str!("../../../tests/fixtures/import/apps.yaml"),
        include_str!("../../../tests/fixtures/import/users.json"),
        include_str!("../../../tests/fixtures/import/users.yaml"),
    ] {
        let document: Value = serde_yaml::from_str(text).unwrap();
        assert!(validator.is_valid(&document), "{text}");
    }
}

#[test]
fn the_schema_and_the_reader_agree_on_documents() {
    let validator = validator();
    let document = |version: Value, kind: Value, apps: Value| json!({ "apiVersion": version, "kind": kind, "apps": apps });
    let good = document(json!("pgdb/v1"), json!("Apps"), json!([{ "name": "a" }]));
    assert_same(&validator, &good);
    assert!(validator.is_valid(&good));
    for document in [
        json!(null),
        json!("a"),
        json!(1),
        json!({}),
        json!([null]),
        json!([[]]),
        json!(["a"]),
        json!([{}]),
        json!({ "apps": [] }),
        json!({ "apiVersion": "pgdb/v1", "kind": "Apps" }),
        document(json!("pgdb/v2"), json!("Apps"), json!([])),
        document(json!("pgdb/v1"), json!("App"), json!([])),
        document(json!(null), json!("Apps"), json!([])),
        document(json!("pgdb/v1"), json!("Apps"), json!(null)),
        document(json!("pgdb/v1"), json!("Apps"), json!({ "name": "a" })),
    ] {
        assert!(!validator.is_valid(&document), "{document}");
        assert_same(&validator, &document);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        let _ = read(&text);
    }

    #[test]
    fn any_text_like_a_file_is_read_or_refused(text in "([-\\[\\]{}:,&*!|>'\"#? \n\r\t]|name|username|databases|null|a|1|é|\\\\){0,40}") {
        let _ = read(&text);
    }
}

#[test]
fn the_schema_and_the_reader_agree_on_entries() {
    let validator = validator();
    let config = ProptestConfig::with_cases(4_000);
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let run = runner.run(&entry(), |entry| {
        assert_same(&validator, &json!([entry]));
        Ok(())
    });
    run.unwrap_or_else(|error| panic!("{error}"));
}
