//! Every mistake, with its place and what to do about it.

use super::{problem, problems};

/// What is wrong with an app's key that has this value, on line 2.
fn of_key(line: &str) -> (String, String) {
    problem(&format!("- name: a\n  {line}\n"))
}

fn said(problem: &str, help: &str) -> (String, String) {
    (problem.to_owned(), help.to_owned())
}

#[test]
fn values_of_other_kinds() {
    for (line, place, what, help) in [
        (
            "user: [a]",
            "2:9",
            "user takes a text, not a list",
            "write it like `user: my_shop`",
        ),
        (
            "user: {a: b}",
            "2:9",
            "user takes a text, not keys and values",
            "write it like `user: my_shop`",
        ),
        (
            "user: 12",
            "2:9",
            "user takes a text, not a number or a date",
            "put it in quotes",
        ),
        (
            "user: yes",
            "2:9",
            "user takes a text, not a boolean",
            "put it in quotes",
        ),
        (
            "user: !x a",
            "2:12",
            "user takes a text, not a value with a tag",
            "write it like `user: my_shop`",
        ),
        (
            "user: !!null ''",
            "2:16",
            "user takes a text, not a value with a tag",
            "write it like `user: my_shop`",
        ),
        (
            "user: &x a",
            "2:12",
            "user takes a text, not a value with an anchor",
            "write it like `user: my_shop`",
        ),
        (
            "password: 12345678",
            "2:13",
            "password takes a text, not a number or a date",
            "put it in quotes",
        ),
        (
            "password: [a]",
            "2:13",
            "password takes a text, not a list",
            "write it like `password: \"...\"`",
        ),
        (
            "connectionLimit: '5'",
            "2:20",
            "connectionLimit takes a whole number, not a text",
            "write it like `connectionLimit: 50`",
        ),
        (
            "connectionLimit: 5.0",
            "2:20",
            "connectionLimit takes a whole number, not one of another form",
            "write it like `connectionLimit: 50`",
        ),
        (
            "connectionLimit: 007",
            "2:20",
            "connectionLimit takes a whole number, not one of another form",
            "write it like `connectionLimit: 50`",
        ),
        (
            "ownsDatabase: 'false'",
            "2:17",
            "ownsDatabase takes true or false, not a text",
            "write it like `ownsDatabase: false`",
        ),
        (
            "connectionKeys: no",
            "2:19",
            "connectionKeys takes true or false, not a boolean",
            "write it like `connectionKeys: true`",
        ),
        (
            "connectionKeys: []",
            "2:19",
            "connectionKeys takes true or false, not a list",
            "write it like `connectionKeys: true`",
        ),
        (
            "schemas: {a: b}",
            "2:12",
            "schemas takes a list of texts, not keys and values",
            "write it like `schemas: [audit]`",
        ),
        (
            "schemas: [a, [b]]",
            "2:16",
            "schemas: an entry is a text, not a list",
            "write it like `schemas: [audit]`",
        ),
        (
            "schemas: [~]",
            "2:13",
            "schemas: an entry is a text, not nothing",
            "write it like `schemas: [audit]`",
        ),
        (
            "schemas: [1]",
            "2:13",
            "schemas: an entry is a text, not a number or a date",
            "put it in quotes",
        ),
        (
            "schemas: &x [a]",
            "2:15",
            "schemas takes a list of texts, not a value with an anchor",
            "write it like `schemas: [audit]`",
        ),
        (
            "extensions: [{name: a, note: b}]",
            "2:16",
            "extensions: an entry has the keys name and version, or is a text",
            "write it like `postgis@3.4.2`",
        ),
        (
            "extensions: [{version: '1'}]",
            "2:16",
            "extensions: an entry has the keys name and version, or is a text",
            "write it like `postgis@3.4.2`",
        ),
        (
            "extensions: [{name: a, version: 1.5}]",
            "2:16",
            "extensions: an entry has the keys name and version, or is a text",
            "write it like `postgis@3.4.2`",
        ),
        (
            "extensions: [{name: a, name: b}]",
            "2:16",
            "extensions: an entry has the keys name and version, or is a text",
            "write it like `postgis@3.4.2`",
        ),
    ] {
        assert_eq!(
            of_key(line),
            said(&format!("{place}: {what}"), help),
            "{line}"
        );
    }
}

#[test]
fn values_that_are_not_allowed() {
    let long = "x".repeat(64);
    for (line, place, what, help) in [
        (
            "user: My",
            "2:9",
            "user: the role name \"My\" holds the capital letter 'M'",
            "use at most 63 lower-case letters, digits, `_` and `-`, beginning with a letter or `_`",
        ),
        (
            "database: postgres",
            "2:13",
            "database: the database name \"postgres\" is reserved",
            "choose another name: `postgres`, `template0` and `template1` belong to the server itself",
        ),
        (
            "secretName: a..b",
            "2:15",
            "secretName: the object name \"a..b\" has a part that is empty, or begins or ends with `-`",
            "use at most 253 lower-case letters, digits, `-` and `.`, each part beginning and ending with a letter or digit",
        ),
        (
            "encoding: UTF9",
            "2:13",
            "encoding: the encoding \"UTF9\" is not one of PostgreSQL's",
            "use one of PostgreSQL's server encodings, such as UTF8, LATIN1 or SQL_ASCII",
        ),
        (
            "locale: a b",
            "2:11",
            "locale: the locale \"a b\" holds a space",
            "use a locale that the server has, such as C, C.UTF-8 or en_US.UTF-8",
        ),
        (
            "connectionLimit: 0",
            "2:20",
            "connectionLimit: the connection limit \"0\" would let nobody in",
            "use a whole number from 1 to 2147483647, or -1 for no limit",
        ),
        (
            "reclaim: drop",
            "2:12",
            "reclaim: the reclaim policy \"drop\" is not known",
            "use retain or delete",
        ),
        (
            "roles: both",
            "2:10",
            "roles: the role style \"both\" is not known",
            "use managed or databaserole",
        ),
        (
            "inRoles: postgres",
            "2:12",
            "inRoles: the group role name \"postgres\" cannot be given to an app",
            "name a role without superuser rights, such as `pg_read_all_data` or a group role of your own",
        ),
        (
            "comment: ' '",
            "2:12",
            "comment: the comment \" \" is empty",
            "write one line of printable text",
        ),
        (
            "appNamespaces: [a, B]",
            "2:22",
            "appNamespaces: the namespace \"B\" holds the capital letter 'B'",
            "use at most 63 lower-case letters, digits and `-`, beginning and ending with a letter or digit",
        ),
        (
            "appNamespaces: []",
            "2:18",
            "appNamespaces: the list is empty, which Reflector takes for all namespaces",
            "name a namespace, or leave it out",
        ),
        (
            "schemas: [a, b, a]",
            "2:19",
            "schemas: \"a\" is there twice",
            "give it once",
        ),
        (
            "extensions: [a, a@2]",
            "2:19",
            "extensions: \"a@2\" is there twice",
            "give it once",
        ),
        (
            "password: ''",
            "2:13",
            "the password is empty",
            "leave `password` out to have one made",
        ),
        (
            "password: ' a'",
            "2:13",
            "the password begins or ends with white space",
            "CloudNativePG trims it, so the app's password and PostgreSQL's would differ; one final line end is dropped, anything else must go",
        ),
        (
            "password: \"a\\u0007b\"",
            "2:13",
            "the password holds a control character",
            "give one line of printable text",
        ),
    ] {
        assert_eq!(
            of_key(line),
            said(&format!("{place}: {what}"), help),
            "{line}"
        );
    }
    assert_eq!(
        of_key(&format!("user: {long}")).0,
        format!("2:9: user: the role name \"{long}\" has 64 bytes")
    );
    assert_eq!(
        problem(&format!("- name: {long}")).0,
        format!("1:9: name: the app name \"{long}\" has 64 characters")
    );
}

/// Texts in which the keys, or what they mean together, are wrong.
const TEXTS: [&str; 40] = [
    "- name: a\n  scope: wide\n",
    "- name: a\n  password: md5aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
    "- name: a\n  foo: 1\n",
    "- name: a\n  app-namespaces: x\n",
    "- name: a\n  <<: {b: c}\n",
    "- name: a\n  ? [b]\n  : c\n",
    "- name: a\n  !x user: b\n",
    "- name: a\n  user: b\n  user: c\n",
    "- name: a\n  user: ~\n  user: c\n",
    "- name: a\n  ownsDatabase: false\n",
    "- name: a\n  ownsDatabase: false\n  database: b\n  ownedBy: c\n  reclaim: retain\n",
    "- name: a\n  ownedBy: b\n  user: c\n  password: d\n",
    "- username: ~\n  name: a\n",
    "- username: x_\n",
    "- username: pg_x\n  name: x\n",
    "- username: a\n  user: b\n",
    "- name: a\n  username: b\n  database: c\n",
    "- username: a\n  email: \"x\\ny\"\n",
    "- username: a\n  privileges: SELECT\n",
    "- username: a\n  privileges: EAT\n  databases: b\n",
    "- username: a\n  databases: b\n  privileges: [SELECT, ALL]\n",
    "- username: a\n  databases: b\n  privileges: select, SELECT\n",
    "- username: a\n  databases: b\n  privileges: []\n",
    "- username: a\n  databases: b\n  privileges: !x ALL\n",
    "- username: a\n  databases: [x, a_b, a-b]\n",
    "- username: a\n  databases: [x, a_]\n",
    "- {}\n- user: a\n- name: ~\n",
    "- name: a\n- name: b\n- name: a\n- username: a\n",
    "- &x\n  name: a\n- *x\n- - name: b\n",
    "",
    " \n# nothing\n",
    "--- ~\n",
    "a\n",
    "&x [{name: a}]\n",
    "!!seq [{name: a}]\n",
    "name: a\nuser: b\n",
    "apiVersion: pgdb/v2\nkind: App\nitems: []\n",
    "apps: []\napps: {}\nkind: Apps\napiVersion: !!str pgdb/v1\n",
    "apiVersion: pgdb/v1\nkind: Apps\napps: {a: b}\n",
    "- name: a\n---\n- name: b\n",
];

#[test]
fn keys_and_what_they_mean_together() {
    let mut shown = String::new();
    for text in TEXTS {
        shown.push_str(&format!("{text}=>\n"));
        for (problem, help) in problems(text) {
            shown.push_str(&format!("  {problem}\n    {help}\n"));
        }
        shown.push('\n');
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn what_is_no_yaml_is_refused_where_it_ends() {
    for (text, expected) in [
        (
            "[a\n",
            "1:1: this is neither YAML nor JSON: unclosed bracket '['",
        ),
        (
            "- name: a\n  b\n",
            "2:3: this is neither YAML nor JSON: simple key expected ':'",
        ),
        (
            "- name: *x\n",
            "1:9: this is neither YAML nor JSON: while parsing node, found unknown anchor",
        ),
    ] {
        assert_eq!(
            problem(text),
            said(expected, "see the text at and before this place")
        );
    }
}

#[test]
fn all_mistakes_are_told_at_once_in_the_order_of_the_text() {
    let text =
        "- name: a\n  user: A\n  roles: x\n  foo: bar\n- nme: b\n- name: B\n- x\n- name: a\n";
    let places: Vec<String> = problems(text)
        .into_iter()
        .map(|(problem, _)| problem)
        .collect();
    assert_eq!(
        places,
        [
            "2:9: user: the role name \"A\" holds the capital letter 'A'",
            "3:10: roles: the role style \"x\" is not known",
            "4:3: this key is not known",
            "5:3: the key \"nme\" is not known",
            "5:3: this app has no name",
            "6:9: name: the app name \"B\" holds the capital letter 'B'",
            "7:3: an app is keys and values, not a text",
            "8:3: the app a is there twice, first on line 1",
        ]
    );
}
