//! What is exported is imported again without a change, and into another repository with the same result.

use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use super::{World, changed_lines};
use crate::export::{Exported, export};

fn exported(world: &World) -> Exported {
    let declared = world.declared();
    export(&declared, &declared.apps, &world.defaults.options)
}

/// The document, as YAML.
fn document(world: &World) -> String {
    let exported = exported(world);
    assert_eq!(exported.warnings, [""; 0]);
    serde_yaml::to_string(&exported.document).unwrap()
}

/// Imports a text, exports it, and imports that; gives the document.
fn round(text: &str) -> String {
    let first = World::with(text);
    let document = document(&first);
    let again = first.planned(&document);
    assert!(
        again.changes.is_empty(),
        "{text}\n{document}\n{}",
        changed_lines(&again)
    );
    let second = World::with(&document);
    assert_eq!(super::round_trip::document(&second), document, "{text}");
    document
}

#[test]
fn all_kinds_of_apps() {
    insta::assert_snapshot!(round(include_str!(
        "../../../tests/fixtures/import/apps.yaml"
    )));
}

#[test]
fn users_of_both_guides() {
    let mut world = World::guide();
    world.defaults.namespaces = vec!["apps".parse().unwrap()];
    world.import(include_str!("../../../tests/fixtures/import/users.json"));
    world.import(include_str!("../../../tests/fixtures/import/users.yaml"));
    let text = document(&world);
    insta::assert_snapshot!(text);
    let again = world.planned(&text);
    assert!(again.changes.is_empty(), "{}", changed_lines(&again));
    assert_eq!(document(&World::with(&text)), text);
}

#[test]
fn what_cannot_be_in_a_file_is_said() {
    let mut world = World::with(
        "- {name: a, appNamespaces: [x]}\n- {name: b, appNamespaces: [x]}\n- {name: c, appNamespaces: [x]}\n",
    );
    world.replace(
        "a-db.yaml",
        "  name: a\n  owner",
        "  ensure: absent\n  name: a\n  owner",
    );
    world.snapshot.remove(&super::path("b-secrets-sealed.yaml"));
    let text = world
        .text("c-secrets-sealed.yaml")
        .replace("namespaces: \"x\"", "namespaces: \"x-.*\"");
    world.write("c-secrets-sealed.yaml", &text);
    let exported = exported(&world);
    assert_eq!(
        exported.warnings,
        [
            "a is left out: it is being removed (ensure: absent)",
            "b is left out: nothing in the repository makes its credential",
            "infra/databases/postgres/c-secrets-sealed.yaml:1: the namespaces of c are left out: c-db-creds chooses them by patterns",
        ]
    );
    assert_eq!(
        serde_json::to_value(&exported.document).unwrap(),
        json!({ "apiVersion": "pgdb/v1", "kind": "Apps", "apps": [{ "name": "c" }] })
    );
}

#[test]
fn a_thousand_apps() {
    let apps: Vec<Value> = (0..1_000)
        .map(|number| json!({ "name": format!("app-{number:04}"), "appNamespaces": [format!("team-{}", number % 7)] }))
        .collect();
    let mut world = World::guide();
    let text = Value::Array(apps.clone()).to_string();
    assert_eq!(world.import(&text).apps.len(), 1_000);
    let exported = serde_json::to_value(exported(&world).document).unwrap();
    assert_eq!(exported["apps"], Value::Array(apps));
    assert!(world.planned(&exported.to_string()).changes.is_empty());
}

fn names(words: &'static [&'static str]) -> impl Strategy<Value = Value> {
    btree_set(select(words), 1..3).prop_map(|set| json!(set))
}

/// Settings that any app may have which is whole.
fn settings() -> impl Strategy<Value = Map<String, Value>> {
    let setting = prop_oneof![
        names(&["shop", "web", "x-1"]).prop_map(|value| ("appNamespaces", value)),
        select(&["pgcrypto", "postgis@3.4"][..])
            .prop_map(|value| ("extensions", json!([value, "hstore"]))),
        names(&["audit", "log"]).prop_map(|value| ("schemas", value)),
        select(&["UTF8", "SQL_ASCII"][..]).prop_map(|value| ("encoding", json!(value))),
        select(&["C", "C.UTF-8"][..]).prop_map(|value| ("locale", json!(value))),
        select(&[-1, 1, 20, i32::MAX][..]).prop_map(|value| ("connectionLimit", json!(value))),
        select(&["retain", "delete"][..]).prop_map(|value| ("reclaim", json!(value))),
        select(&["managed", "databaserole"][..]).prop_map(|value| ("roles", json!(value))),
        names(&["pg_monitor", "reporting"]).prop_map(|value| ("inRoles", value)),
        "[a-zA-Z0-9é:#'\"{}&*!|>%@ -]{0,20}"
            .prop_map(|value| ("comment", json!(format!("c{value}c")))),
        select(&["strict", "namespace-wide", "cluster-wide"][..])
            .prop_map(|value| ("scope", json!(value))),
        any::<bool>().prop_map(|value| ("connectionKeys", json!(value))),
        any::<bool>().prop_map(|value| ("isolate", json!(value))),
        "[!-~]{1,30}".prop_map(|value| ("password", json!(format!("p{value}")))),
        select(&["own_user", "other_user"][..]).prop_map(|value| ("user", json!(value))),
        select(&["own_data", "other-data"][..]).prop_map(|value| ("database", json!(value))),
        select(&["own-creds", "a.b"][..]).prop_map(|value| ("secretName", json!(value))),
    ];
    vec(setting, 0..8).prop_map(|settings| {
        let mut app = Map::new();
        app.insert("appNamespaces".to_owned(), json!(["shop"]));
        app.extend(
            settings
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value)),
        );
        app
    })
}

/// What another app may be allowed.
fn rights() -> impl Strategy<Value = Value> {
    let right = select(vec![
        json!({ "as": "reader" }),
        json!({ "as": "writer" }),
        json!({ "privileges": ["SELECT", "INSERT"] }),
        json!({ "privileges": "ALL", "schema": "audit", "sequences": true, "functions": false }),
        json!({ "privileges": "EXECUTE", "functions": true }),
        json!({ "privileges": "CREATE" }),
        json!({ "privileges": "CREATE", "schema": "*" }),
        json!({ "privileges": "UPDATE", "schema": "Audit log", "table": "User" }),
    ]);
    btree_set(right.prop_map(|right| right.to_string()), 0..4).prop_map(|rights| {
        let rights = rights.into_iter().map(|right| {
            let mut right: Value = serde_json::from_str(&right).unwrap();
            right["to"] = json!("other");
            right
        });
        rights.collect()
    })
}

/// A whole app, a login to its database, and a further database, beside another app.
fn file() -> impl Strategy<Value = Value> {
    (settings(), settings(), rights(), any::<[bool; 3]>()).prop_map(
        |(mut first, mut guest, rights, [has_guest, has_further, has_other])| {
            first.insert("name".to_owned(), json!("my-shop"));
            if has_other {
                first.insert("access".to_owned(), rights);
            }
            let database = first.get("database").cloned().unwrap_or(json!("my_shop"));
            let mut apps = Vec::new();
            if has_guest {
                for key in [
                    "extensions",
                    "schemas",
                    "encoding",
                    "locale",
                    "connectionLimit",
                    "reclaim",
                    "isolate",
                ] {
                    guest.remove(key);
                }
                guest.remove("user");
                guest.remove("secretName");
                // Without them nothing in the repository says which database it is.
                guest.remove("connectionKeys");
                guest.insert("name".to_owned(), json!("guest"));
                guest.insert("ownsDatabase".to_owned(), json!(false));
                guest.insert("database".to_owned(), database);
                apps.push(Value::Object(guest));
            }
            apps.push(Value::Object(first));
            if has_further {
                apps.push(json!({ "name": "further", "ownedBy": "my-shop", "schemas": ["s"] }));
            }
            if has_other {
                apps.push(json!({ "name": "other", "appNamespaces": "x" }));
            }
            Value::Array(apps)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn any_apps(file in file()) {
        let text = file.to_string();
        let document = round(&text);
        prop_assert!(!document.contains("password"));
        let world = World::with(&text);
        prop_assert!(world.planned(&text).changes.is_empty());
        prop_assert_eq!(world.findings(), [""; 0]);
    }

    #[test]
    fn any_change_comes_to_rest(before in settings(), after in settings()) {
        let named = |mut app: Map<String, Value>| {
            app.insert("name".to_owned(), json!("my-shop"));
            for fixed in ["user", "database", "secretName", "encoding", "locale", "scope", "roles"] {
                app.remove(fixed);
            }
            json!([app]).to_string()
        };
        let mut world = World::with(&named(before));
        let text = named(after);
        world.import(&text);
        let again = world.planned(&text);
        prop_assert!(again.changes.is_empty(), "{}", changed_lines(&again));
        prop_assert!(again.apps.iter().all(|app| app.action == super::Action::Unchanged));
        prop_assert_eq!(world.findings(), [""; 0]);
    }
}
