//! `docs/import.md` says of each key what the program says.

use pgdb::apps_file::{ACCESS_FIELDS, FIELDS, Field, USER_FIELDS};

/// The table of some keys.
fn table(fields: &[Field]) -> String {
    let mut text = "| key | takes | example | means |\n|---|---|---|---|\n".to_owned();
    for field in fields {
        text.push_str(&format!(
            "| `{}` | {} | `{}` | {} |\n",
            field.name,
            field.takes.words(),
            field.example,
            field.about
        ));
    }
    text
}

#[test]
fn the_tables_of_keys_are_those_of_the_program() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/import.md");
    let before = std::fs::read_to_string(&path).unwrap();
    let mut text = before.clone();
    for (mark, fields) in [
        ("an app", &FIELDS[..]),
        ("what is allowed", &ACCESS_FIELDS[..]),
        ("a user", &USER_FIELDS[..]),
    ] {
        let mark = format!("<!-- keys of {mark} -->\n\n");
        let (front, rest) = text.split_once(&mark).unwrap();
        let rest = match rest.strip_prefix('|') {
            Some(old) => old.split_once("\n\n").unwrap().1,
            None => rest,
        };
        text = format!("{front}{mark}{}\n{rest}", table(fields));
    }
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    assert_eq!(
        kept, text,
        "run with UPDATE_DOCS=1 and commit docs/import.md"
    );
}

#[test]
fn every_example_is_read() {
    for (fields, named) in [(&FIELDS[..], "name"), (&USER_FIELDS[..], "username")] {
        for field in fields {
            let line = format!("  {}: {}\n", field.name, field.example);
            let mut text = format!("- {named}: first\n");
            // These two need another, or forbid it.
            if field.name == "ownsDatabase" {
                text.push_str("  database: second\n");
            }
            if field.name == named {
                text = format!("- {}: {}\n", field.name, field.example);
            } else {
                text.push_str(&line);
            }
            let read = pgdb::apps_file::read(&text);
            assert!(read.is_ok(), "{text}");
        }
    }
}

#[test]
fn every_example_of_access_is_read() {
    for field in &ACCESS_FIELDS {
        let rest = match field.name {
            "to" => ", as: reader",
            "as" => ", to: r",
            "privileges" => ", to: r",
            // `ALL` is known of every kind of object.
            _ => ", to: r, privileges: ALL",
        };
        let text = format!(
            "- {{name: a, access: [{{{}: {}{rest}}}]}}\n",
            field.name, field.example
        );
        let read = pgdb::apps_file::read(&text);
        assert!(read.is_ok(), "{text}");
    }
}
