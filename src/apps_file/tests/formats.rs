//! The product's own format, and the two others.

use super::{Seen, entries, parsed};
use crate::apps_file::writing::{Document, Written};
use crate::apps_file::{Grant, Said, read};
use crate::domain::app::Share;
use crate::domain::choice::{ReclaimPolicy, RoleStyle};
use crate::domain::scope::Scope;

const APPS: &str = include_str!("../../../tests/fixtures/import/apps.yaml");
const USERS_JSON: &str = include_str!("../../../tests/fixtures/import/users.json");
const USERS_YAML: &str = include_str!("../../../tests/fixtures/import/users.yaml");

fn my_shop() -> Said {
    Said {
        isolate: None,
        access: None,
        namespaces: Some(vec![parsed("shop"), parsed("shop-staging")]),
        role: Some(parsed("shop_user")),
        database: Some(parsed("shop_data")),
        existing_secret: Some(false),
        secret: Some(parsed("shop-credentials")),
        service: None,
        pooler: None,
        extensions: Some(vec![parsed("pgcrypto"), parsed("postgis@3.4.2")]),
        schemas: Some(vec![parsed("audit")]),
        encoding: Some(parsed("UTF8")),
        locale: Some(parsed("C.UTF-8")),
        connection_limit: Some(parsed("50")),
        reclaim: Some(ReclaimPolicy::Delete),
        roles: Some(RoleStyle::DatabaseRole),
        in_roles: Some(vec![parsed("reporting")]),
        comment: Some(parsed("shop team")),
        scope: Some(Scope::NamespaceWide),
        connection_keys: Some(false),
        share: Share::Whole,
        owned_by: None,
    }
}

fn login() -> Said {
    Said {
        namespaces: Some(vec![parsed("reports")]),
        database: Some(parsed("shop_data")),
        share: Share::Login,
        ..Said::default()
    }
}

fn further() -> Said {
    Said {
        share: Share::Database,
        owned_by: Some(parsed("my-shop")),
        ..Said::default()
    }
}

#[test]
fn every_key_is_read() {
    let expected: [Seen; 3] = [
        (
            "4:5".to_owned(),
            "my-shop".to_owned(),
            my_shop(),
            Some("p w:\u{e9}\u{1f600}".to_owned()),
            None,
        ),
        (
            "21:5".to_owned(),
            "shop-reports".to_owned(),
            login(),
            None,
            None,
        ),
        (
            "25:5".to_owned(),
            "shop-archive".to_owned(),
            further(),
            None,
            None,
        ),
    ];
    assert_eq!(entries(APPS), expected);
}

#[test]
fn what_is_written_is_read_the_same() {
    let apps = read(APPS).ok().unwrap();
    let written = apps
        .iter()
        .map(|app| Written::new(&app.name, &app.said))
        .collect();
    let document = Document::new(written);
    let without_passwords = |text: &str| -> Vec<(String, Said)> {
        let entries = entries(text).into_iter();
        entries.map(|(_, name, said, ..)| (name, said)).collect()
    };
    for text in [
        serde_yaml::to_string(&document).unwrap(),
        serde_json::to_string(&document).unwrap(),
    ] {
        assert_eq!(without_passwords(&text), without_passwords(APPS), "{text}");
    }
}

fn alice_and_bob(positions: [&str; 2]) -> Vec<Seen> {
    let user = |position: &str, name: &str, password: &str| {
        let said = Said {
            role: Some(parsed(name)),
            database: Some(parsed(name)),
            comment: Some(parsed(&format!("{name}@example.com"))),
            ..Said::default()
        };
        let password = Some(password.to_owned());
        (position.to_owned(), name.to_owned(), said, password, None)
    };
    vec![
        user(positions[0], "alice", "correct-horse-battery-staple"),
        user(positions[1], "bob", "another-strong-passphrase"),
    ]
}

fn newuser_and_reader() -> Vec<Seen> {
    let owner = Said {
        role: Some(parsed("newuser")),
        database: Some(parsed("newdb")),
        ..Said::default()
    };
    let reader = Said {
        role: Some(parsed("app_reader")),
        database: Some(parsed("reports")),
        share: Share::Login,
        ..Said::default()
    };
    let grant = Grant {
        databases: vec![parsed("reports")],
        privileges: vec![parsed("SELECT")],
    };
    vec![
        ("1:3".to_owned(), "newuser".to_owned(), owner, None, None),
        (
            "4:3".to_owned(),
            "app-reader".to_owned(),
            reader,
            None,
            Some(grant),
        ),
    ]
}

#[test]
fn users_of_both_guides() {
    assert_eq!(entries(USERS_JSON), alice_and_bob(["2:3", "7:3"]));
    assert_eq!(entries(USERS_YAML), newuser_and_reader());
}

#[test]
fn the_other_of_yaml_and_json_means_the_same() {
    fn without_positions(mut entries: Vec<Seen>) -> Vec<Seen> {
        entries.iter_mut().for_each(|entry| entry.0.clear());
        entries
    }
    for text in [APPS, USERS_JSON, USERS_YAML] {
        let value: serde_json::Value = serde_yaml::from_str(text).unwrap();
        for other in [
            serde_json::to_string(&value).unwrap(),
            serde_json::to_string_pretty(&value).unwrap(),
            serde_yaml::to_string(&value).unwrap(),
        ] {
            let found = without_positions(entries(&other));
            assert_eq!(found, without_positions(entries(text)), "{other}");
        }
    }
}

#[test]
fn a_user_with_several_databases_owns_them_all() {
    let text = "- username: team_a\n  name: shop\n  databases: [orders, order_items]\n  appNamespaces: [shop]\n  privileges: [all privileges]\n";
    let first = Said {
        namespaces: Some(vec![parsed("shop")]),
        role: Some(parsed("team_a")),
        database: Some(parsed("orders")),
        ..Said::default()
    };
    let second = Said {
        database: Some(parsed("order_items")),
        share: Share::Database,
        owned_by: Some(parsed("shop")),
        ..Said::default()
    };
    let seen = |name: &str, said| ("1:3".to_owned(), name.to_owned(), said, None, None);
    let expected = [seen("shop", first), seen("shop-order-items", second)];
    assert_eq!(entries(text), expected);
}

#[test]
fn privileges_are_words_with_commas_or_a_list_in_any_case() {
    let expected = Some(Grant {
        databases: vec![parsed("a"), parsed("b")],
        privileges: vec![parsed("SELECT"), parsed("INSERT")],
    });
    for privileges in [
        "select, INSERT",
        "[select, INSERT]",
        "\" SELECT,insert\"",
        "\n  - SELECT\n  - INSERT",
    ] {
        let text = format!("- username: x\n  databases: [a, b]\n  privileges: {privileges}\n");
        assert_eq!(entries(&text)[0].4, expected, "{text}");
    }
}

#[test]
fn nothing_is_said_by_nothing() {
    let text =
        "- name: a\n  user:\n  comment: ~\n  extensions: null\n  ownsDatabase: Null\n  password:\n";
    let expected = (
        "1:3".to_owned(),
        "a".to_owned(),
        Said::default(),
        None,
        None,
    );
    assert_eq!(entries(text), [expected]);
    let text = "- username: a\n  privileges:\n  databases: []\n  email: ~\n";
    let said = Said {
        role: Some(parsed("a")),
        database: Some(parsed("a")),
        ..Said::default()
    };
    assert_eq!(
        entries(text),
        [("1:3".to_owned(), "a".to_owned(), said, None, None)]
    );
}

#[test]
fn extensions_have_versions_in_either_form() {
    let text = "- name: a\n  extensions: [{name: postgis, version: 3.4.2}, {version: ~, name: pgcrypto}, 'pg_trgm@1.6', {name: \"x\", version: \"1.0\"}]\n";
    let expected: Vec<_> = ["postgis@3.4.2", "pgcrypto", "pg_trgm@1.6", "x@1.0"]
        .map(parsed)
        .into();
    assert_eq!(entries(text)[0].2.extensions, Some(expected));
}

#[test]
fn an_empty_list_names_no_app() {
    for text in [
        "[]",
        "# none yet\n[]\n",
        "apiVersion: pgdb/v1\nkind: Apps\napps: []\n",
        "{\"apps\":[],\"kind\":\"Apps\",\"apiVersion\":\"pgdb/v1\"}",
    ] {
        assert_eq!(entries(text), [], "{text}");
    }
}

#[test]
fn what_is_allowed_is_read_as_it_is_written() {
    let text = "- name: a
  isolate: true
  access:
    - {to: my-report, as: reader}
    - {to: etl, privileges: 'select, INSERT'}
    - {to: etl, privileges: [SELECT], schema: Audit log, table: User}
    - {to: etl, privileges: [SELECT], table: User}
    - {to: etl, privileges: ALL, schema: audit, sequences: true, functions: false}
    - {to: etl, privileges: [EXECUTE], functions: true}
    - {to: etl, privileges: [CREATE]}
    - {to: etl, privileges: [CREATE], schema: '*'}
    - {to: etl, privileges: [USAGE, CREATE], schema: audit}
    - {to: etl, privileges: [CONNECT, TEMP]}
";
    let read = |text: &str| {
        let mut entries = entries(text);
        let mut said = entries.remove(0).2;
        for allowed in said.access.iter_mut().flatten() {
            allowed.position = crate::apps_file::Position::default();
        }
        said
    };
    let said = read(text);
    let written = Written::new(&parsed("a"), &said);
    let document = serde_yaml::to_string(&Document::new(vec![written])).unwrap();
    insta::assert_snapshot!(document);
    assert_eq!(read(&document), said);
}
