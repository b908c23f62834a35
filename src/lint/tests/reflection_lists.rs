//! Reflector's lists of namespaces, in the shapes that real repositories have.

use crate::lint::finding::{Fix, FixEdit, Operation, Step};
use crate::repo::edit::Addition;

use super::guide::SEALED;
use super::reflection::{PREFIX, fixes, of, reflecting};

const NOTHING: [&str; 0] = [];

#[test]
fn every_namespace() {
    let automatic = [
        ("reflection-allowed", "\"true\""),
        ("reflection-auto-enabled", "\"true\""),
    ];
    let message = "every namespace may get this password: `reflection-allowed-namespaces`";
    for (value, reason) in [("\"\"", "is empty"), ("\".*\"", "allows all")] {
        let [first, second] = automatic;
        let guide = reflecting(&[first, second, ("reflection-allowed-namespaces", value)]);
        let expected =
            format!("PGDB603 error my-shop-secrets-sealed.yaml:27:72 {message} {reason}");
        assert_eq!(guide.findings(), [expected]);
        assert_eq!(fixes(&guide), []);
    }
    let [first, second] = automatic;
    let selector = reflecting(&[
        first,
        second,
        ("reflection-allowed-namespaces-selector", "\"team=shop\""),
    ]);
    assert_eq!(selector.findings(), NOTHING);
}

#[test]
fn every_namespace_is_narrowed_to_those_of_the_mirrors() {
    let automatic = [
        ("reflection-allowed", "\"true\""),
        ("reflection-auto-enabled", "\"true\""),
        ("reflection-auto-namespaces", "\"shop,blog\""),
    ];
    let key = format!("{PREFIX}/reflection-allowed-namespaces");
    let keys = |last: Option<&str>| {
        let keys = ["spec", "template", "metadata", "annotations"];
        let keys = keys.into_iter().chain(last);
        keys.map(Step::from).collect::<Vec<Step>>()
    };
    let fix = |keys, operation| Fix {
        title: "allow mirrors in shop,blog alone".to_owned(),
        edits: vec![FixEdit {
            path: SEALED.parse().unwrap(),
            document: 0,
            steps: keys,
            operation,
        }],
    };
    let text = || "shop,blog".to_owned();
    let insert = Operation::Insert(key.clone(), Addition::Text(text()));
    assert_eq!(fixes(&reflecting(&automatic)), [fix(keys(None), insert)]);
    let [first, second, third] = automatic;
    let there = [
        first,
        second,
        third,
        ("reflection-allowed-namespaces", "\"\""),
    ];
    let set = Operation::SetText(text());
    assert_eq!(fixes(&reflecting(&there)), [fix(keys(Some(&key)), set)]);
    let pattern = [first, second, ("reflection-auto-namespaces", "\"shop-.*\"")];
    assert_eq!(fixes(&reflecting(&pattern)), []);
    let both = [
        first,
        second,
        ("reflection-auto-namespaces", "\"shop,blog-.*\""),
    ];
    let found = fixes(&reflecting(&both));
    assert_eq!(found, []);
}

#[test]
fn patterns() {
    let found = |list: &str| {
        reflecting(&[
            ("reflection-allowed", "\"true\""),
            ("reflection-auto-enabled", "\"true\""),
            ("reflection-allowed-namespaces", list),
        ])
        .findings()
    };
    let place = "my-shop-secrets-sealed.yaml:27:72";
    for names in [
        "\"^shop$\"",
        "\"shop|blog\"",
        "\"${NAMESPACES}\"",
        "\"shop-$(ENV)\"",
    ] {
        assert_eq!(found(names), NOTHING, "{names}");
    }
    for (list, expected) in [
        (
            "\"shop,blog-*\"",
            format!(
                "PGDB604 warning {place} \"blog-*\" is taken for a regular expression, in which `*` repeats what is before it (name the namespaces, or write \"blog-.*\")"
            ),
        ),
        (
            "\"*\"",
            format!(
                "PGDB604 error {place} \"*\" is no regular expression: Reflector fails where it compares it"
            ),
        ),
        (
            "\"shop blog\"",
            format!("PGDB604 error {place} no namespace can be called \"shop blog\""),
        ),
        (
            "\"^shop-.*$\"",
            format!(
                "PGDB604 info {place} \"^shop-.*$\" is a pattern: every namespace that it matches may get this password"
            ),
        ),
    ] {
        assert_eq!(found(list), [expected]);
    }
}

#[test]
fn what_only_labels_or_dotnet_can_tell_is_left_open() {
    let flags = [
        ("reflection-allowed", "\"true\""),
        ("reflection-auto-enabled", "\"true\""),
        ("reflection-auto-namespaces", "\"shop\""),
    ];
    for allowed in [
        ("reflection-allowed-namespaces", "\"^(?!kube-).*$\""),
        ("reflection-allowed-namespaces-selector", "\"team=shop\""),
    ] {
        let [first, second, third] = flags;
        let found = reflecting(&[first, second, third, allowed]).findings();
        assert_eq!(of(&found, &["PGDB605"]), NOTHING, "{allowed:?}");
    }
}

#[test]
fn a_list_that_is_narrowed_by_another_may_be_everything() {
    let guide = reflecting(&[
        ("reflection-allowed", "\"true\""),
        ("reflection-auto-enabled", "\"true\""),
        ("reflection-allowed-namespaces", "\"shop\""),
        ("reflection-auto-namespaces", "\".*\""),
    ]);
    assert_eq!(guide.findings(), NOTHING);
}

#[test]
fn namespaces_that_are_not_allowed() {
    let found = |allowed: &str, automatic: &str| {
        reflecting(&[
            ("reflection-allowed", "\"true\""),
            ("reflection-auto-enabled", "\"true\""),
            ("reflection-allowed-namespaces", allowed),
            ("reflection-auto-namespaces", automatic),
        ])
        .findings()
    };
    assert_eq!(
        found("\"shop\"", "\"shop,blog,wiki\""),
        [
            "PGDB605 error my-shop-secrets-sealed.yaml:28:69 no mirror is made in blog, wiki: `reflection-allowed-namespaces` does not allow it"
        ]
    );
    for (allowed, automatic) in [
        ("\"shop,blog\"", "\"blog\""),
        ("\"${NAMESPACE}\"", "\"shop\""),
        ("\"shop-$(ENV)\"", "\"shop\""),
        ("\"shop-$ENV\"", "\"shop\""),
        ("\"^(shop|blog)$\"", "\"shop\""),
    ] {
        assert_eq!(found(allowed, automatic), NOTHING, "{allowed} {automatic}");
    }
}
