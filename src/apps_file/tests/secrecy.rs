//! No part of a password is ever in what is said, wherever it stands and whatever is wrong.

use proptest::prelude::*;
use proptest::sample::select;

use crate::apps_file::read;

/// Passwords like those that people choose, one of which could be a word.
const SECRETS: [&str; 2] = ["hunter2horse", "hunter-two-horses"];

/// Texts in each of which something is wrong with the password, or beside it.
const TEXTS: [&str; 30] = [
    "- name: A\n  password: SECRET\n",
    "- name: a\n  pasword: SECRET\n",
    "- name: a\n  Password : SECRET\n",
    "- name: a\n  password: [SECRET]\n",
    "- name: a\n  password: {SECRET: SECRET}\n",
    "- name: a\n  password: {SECRET}\n",
    "- name: a\n  password: !SECRET SECRET\n",
    "- name: a\n  password: &SECRET SECRET\n",
    "- name: a\n  password: *SECRET\n",
    "- name: a\n  password: \" SECRET\"\n",
    "- name: a\n  password: \"SECRET\\u0000\"\n",
    "- name: a\n  password: \"SECRET\\qSECRET\"\n",
    "- name: a\n  password: \"SECRET\n",
    "- name: a\n  password: SECRET: SECRET\n",
    "- name: a\n  password: 'SECRET' SECRET\n",
    "- name: a\n  password: |\n    SECRET\n    SECRET\n",
    "- name: a\n  password: |SECRET\n",
    "- name: a\n  password: @SECRET\n",
    "- name: a\n  password: %SECRET\n",
    "- name: a\n  password:SECRET\n",
    "- {name: a, password:SECRET}\n",
    "- {name: a, password: SECRET]\n",
    "- name: a\n  SECRET: password\n",
    "- name: a\n  ? SECRET\n",
    "- SECRET\n",
    "SECRET\n",
    "SECRET: [a]\n",
    "apiVersion: pgdb/v1\nkind: Apps\napps: SECRET\n",
    "apiVersion: pgdb/v1\nkind: SECRET\napps: []\nSECRET: x\n",
    "[{\"name\": \"a\", \"password\": \"SECRET\", \"password\": \"SECRET\"}]",
];

fn assert_silent(text: &str) {
    let Err(problems) = read(text) else {
        panic!("this was read:\n{text}");
    };
    let said = format!("{problems:?}");
    assert!(!said.contains("hunter"), "{said}\n{text}");
}

#[test]
fn passwords_are_not_quoted() {
    for secret in SECRETS {
        for text in TEXTS {
            assert_silent(&text.replace("SECRET", secret));
        }
    }
}

#[test]
fn passwords_of_users_are_not_quoted() {
    for secret in SECRETS {
        for text in TEXTS {
            let text = text.replace("name:", "username:");
            assert_silent(&text.replace("SECRET", secret));
        }
    }
}

/// A text of mappings and lists that holds the password as values of its key, and mistakes of all kinds around it.
fn with_passwords() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        Just("SECRET".to_owned()),
        Just("'SECRET'".to_owned()),
        Just("\"SE\\u0043RET\"".to_owned()),
        "[\\[\\]{}&*!|>%@`'\"#,:? -]{0,3}SECRET[\\[\\]{}&*!|>%@`'\"#,:? -]{0,3}",
    ];
    let line = prop_oneof![
        value.prop_map(|value| format!("password: {value}")),
        Just("name: x_Y".to_owned()),
        Just("username: [1]".to_owned()),
        Just("databases: {".to_owned()),
        Just("privileges: NONE".to_owned()),
    ];
    prop::collection::vec((0..3usize, line), 1..6).prop_map(|lines| {
        let begin = ["- ", "  ", "    "];
        let lines = lines
            .into_iter()
            .map(|(depth, line)| format!("{}{line}\n", begin[depth]));
        lines.collect::<String>() + "- 1\n"
    })
}

proptest! {
    #[test]
    fn passwords_among_other_mistakes_are_not_quoted(text in with_passwords(), secret in select(&SECRETS[..])) {
        let text = text.replace("SE\\u0043RET", "hunter2hor\\u0073e").replace("SECRET", secret);
        assert_silent(&text);
    }
}
