use super::super::sealed_secret::SealedSecret;
use super::*;
use crate::declared::Place;
use crate::domain::scope::Scope;
use crate::rotate::values::Forms;

/// Long after all commits of these tests.
const NOW: UnixTime = UnixTime::new(1_800_000_000);

/// A sealed value that is told from others by a letter.
fn value(letter: char) -> String {
    let begin: String = std::iter::repeat_n(letter, 40).collect();
    format!("{begin}{}=", "z".repeat(300))
}

/// A credential with these sealed values.
fn credential(values: &[(&str, String)]) -> Credential {
    let place = Place {
        path: "a.yaml".parse().unwrap(),
        line: 1,
    };
    let values = values.iter();
    Credential {
        apps: vec!["app".to_owned()],
        asked: vec!["app".to_owned()],
        role: None,
        sealed: SealedSecret {
            name: "app-db-creds".to_owned(),
            place,
            document: 0,
            item: None,
            scope: Scope::Strict,
            encrypted: values
                .map(|(key, value)| ((*key).to_owned(), value.clone()))
                .collect(),
            templated: Vec::new(),
            template_name: None,
            template_namespace: None,
            is_immutable: false,
            is_of_old_form: false,
            hides_values: false,
            changed: None,
        },
        forms: Forms::default(),
        age: None,
        used_by_cluster: None,
        is_own: true,
        reloads: true,
    }
}

/// The ages of the credentials, as seconds and words.
fn ages(
    credentials: Vec<Credential>,
    is_shallow: bool,
    log: &str,
) -> Vec<Option<(i64, &'static str)>> {
    let mut selection = Selection {
        credentials,
        ..Selection::default()
    };
    let mut history = History::of(&selection, is_shallow);
    for line in log.lines() {
        history.line(line.as_bytes());
    }
    history.tell(&mut selection, NOW);
    let credentials = selection.credentials.into_iter();
    credentials
        .map(|found| {
            found
                .age
                .map(|age| (age.since.seconds(), age.source.as_str()))
        })
        .collect()
}

/// The age of the password `p` beside the username `u`.
fn age(log: &str) -> (i64, &'static str) {
    let values = [("username", value('u')), ("password", value('p'))];
    ages(vec![credential(&values)], false, log)[0].unwrap()
}

/// A commit with the hunks of a diff; its parents are as many.
fn commit(time: i64, parents: usize, hunks: &[&str]) -> String {
    let parents = " abc".repeat(parents);
    let hunks: String = hunks
        .iter()
        .map(|hunk| format!("@@ -1 +1 @@\n{hunk}"))
        .collect();
    format!(
        "\0{time}{parents}\ndiff --git a/a.yaml b/a.yaml\nindex 1..2 100644\n--- a/a.yaml\n+++ b/a.yaml\n{hunks}"
    )
}

/// Lines of a hunk: a sign, a key and the letter of its value.
fn lines(lines: &[(char, &str, char)]) -> String {
    lines
        .iter()
        .map(|(sign, key, letter)| format!("{sign}    {key}: {}\n", value(*letter)))
        .collect()
}

#[test]
fn the_commit_that_brought_the_value_in_counts() {
    let first = commit(
        100,
        0,
        &[&lines(&[('+', "username", 'u'), ('+', "password", 'o')])],
    );
    let second = commit(
        200,
        1,
        &[&lines(&[
            (' ', "username", 'u'),
            ('-', "password", 'o'),
            ('+', "password", 'p'),
        ])],
    );
    let third = commit(300, 1, &["-# a\n+# b\n"]);
    assert_eq!(age(&format!("{third}{second}{first}")), (200, "git"));
    // Made and never changed.
    let first = commit(
        100,
        0,
        &[&lines(&[('+', "username", 'u'), ('+', "password", 'p')])],
    );
    assert_eq!(age(&format!("{third}{first}")), (100, "git"));
}

#[test]
fn what_no_commit_has_is_of_today() {
    let first = commit(
        100,
        0,
        &[&lines(&[('+', "username", 'u'), ('+', "password", 'o')])],
    );
    assert_eq!(age(&first), (NOW.seconds(), "uncommitted"));
    assert_eq!(age(""), (NOW.seconds(), "uncommitted"));
}

#[test]
fn sealing_everything_again_is_no_new_password() {
    let first = commit(
        100,
        0,
        &[&lines(&[('+', "username", 'a'), ('+', "password", 'b')])],
    );
    let second = commit(
        200,
        1,
        &[&lines(&[
            (' ', "username", 'a'),
            ('-', "password", 'b'),
            ('+', "password", 'c'),
        ])],
    );
    let sealed_again = |time, from: [char; 2], to: [char; 2]| {
        commit(
            time,
            1,
            &[&lines(&[
                ('-', "username", from[0]),
                ('-', "password", from[1]),
                ('+', "username", to[0]),
                ('+', "password", to[1]),
            ])],
        )
    };
    let third = sealed_again(300, ['a', 'c'], ['d', 'e']);
    let fourth = sealed_again(400, ['d', 'e'], ['u', 'p']);
    assert_eq!(
        age(&format!("{fourth}{third}{second}{first}")),
        (200, "git")
    );
    // Of a history that ends there, the last thing that is known counts.
    assert_eq!(age(&fourth), (400, "git"));
}

#[test]
fn sealing_only_the_username_again_is_remembered() {
    let first = commit(
        100,
        0,
        &[&lines(&[('+', "username", 'a'), ('+', "password", 'b')])],
    );
    let all = commit(
        200,
        1,
        &[&lines(&[
            ('-', "username", 'a'),
            ('-', "password", 'b'),
            ('+', "username", 'c'),
            ('+', "password", 'p'),
        ])],
    );
    let username = commit(
        300,
        1,
        &[&lines(&[
            ('-', "username", 'c'),
            ('+', "username", 'u'),
            (' ', "password", 'p'),
        ])],
    );
    assert_eq!(age(&format!("{username}{all}{first}")), (100, "git"));
}

#[test]
fn a_file_that_was_not_there_has_new_passwords() {
    let log = commit(
        200,
        1,
        &[&lines(&[('+', "username", 'u'), ('+', "password", 'p')])],
    );
    assert_eq!(age(&log), (200, "git"));
}

#[test]
fn one_sealed_value_alone_is_never_only_sealed_again() {
    let first = commit(100, 0, &[&lines(&[('+', "password", 'o')])]);
    let second = commit(
        200,
        1,
        &[&lines(&[('-', "password", 'o'), ('+', "password", 'p')])],
    );
    let values = [("password", value('p'))];
    let found = ages(
        vec![credential(&values)],
        false,
        &format!("{second}{first}"),
    );
    assert_eq!(found, [Some((200, "git"))]);
}

#[test]
fn a_password_that_was_taken_back_is_as_old_as_it_is() {
    let set = |time, from, to| {
        commit(
            time,
            1,
            &[&lines(&[
                (' ', "username", 'u'),
                ('-', "password", from),
                ('+', "password", to),
            ])],
        )
    };
    let first = commit(
        100,
        0,
        &[&lines(&[('+', "username", 'u'), ('+', "password", 'p')])],
    );
    let log = format!("{}{}{first}", set(300, 'x', 'p'), set(200, 'p', 'x'));
    assert_eq!(age(&log), (100, "git"));
}

#[test]
fn the_oldest_commit_of_a_shallow_clone_is_a_bound() {
    let values = [("username", value('u')), ("password", value('p'))];
    let oldest = commit(
        100,
        0,
        &[&lines(&[('+', "username", 'u'), ('+', "password", 'p')])],
    );
    let later = commit(
        200,
        1,
        &[&lines(&[('-', "password", 'o'), ('+', "password", 'p')])],
    );
    assert_eq!(
        ages(vec![credential(&values)], true, &oldest),
        [Some((100, "oldest-commit"))]
    );
    assert_eq!(
        ages(vec![credential(&values)], true, &later),
        [Some((200, "git"))]
    );
}

#[test]
fn a_merge_that_neither_side_has_counts() {
    let hunk = format!(
        "- -    password: {}\n -    password: {}\n++    password: {}\n",
        value('a'),
        value('b'),
        value('p')
    );
    let log = commit(300, 2, &[&hunk]).replace("@@ -1 +1 @@", "@@@ -1 -1 +1 @@@");
    assert_eq!(age(&log), (300, "git"));
}

#[test]
fn several_on_one_line_and_several_in_a_hunk_are_told_apart() {
    let json = |letters: [char; 4]| {
        let [a, b, c, d] = letters.map(value);
        format!(
            r#"{{"items":[{{"encryptedData":{{"username":"{a}","password":"{b}"}}}},{{"encryptedData":{{"username": "{c}" , 'password' : '{d}'}}}}]}}"#
        )
    };
    let first = commit(100, 0, &[&format!("+{}\n", json(['a', 'b', 'c', 'd']))]);
    let second = commit(
        200,
        1,
        &[&format!(
            "-{}\n+{}\n",
            json(['a', 'b', 'c', 'd']),
            json(['a', 'e', 'c', 'd'])
        )],
    );
    let third = commit(
        300,
        1,
        &[&format!(
            "-{}\n+{}\n",
            json(['a', 'e', 'c', 'd']),
            json(['a', 'e', 'f', 'g'])
        )],
    );
    let one = [("username", value('a')), ("password", value('e'))];
    let two = [("username", value('f')), ("password", value('g'))];
    assert_eq!(
        ages(
            vec![credential(&one), credential(&two)],
            false,
            &format!("{third}{second}{first}")
        ),
        [Some((200, "git")), Some((100, "git"))]
    );
}

#[test]
fn block_scalars_have_their_keys_on_the_line_before() {
    let first = commit(
        100,
        0,
        &[&format!(
            "+  username: |-\n+    {}\n+  password: >-  \n+    {}\n",
            value('a'),
            value('b')
        )],
    );
    let second = commit(
        200,
        1,
        &[
            &format!(
                "   username: |-\n-    {}\n+    {}\n   password: >-  \n",
                value('a'),
                value('u')
            ),
            &format!(
                "   password: >-\n-    {}\n+    {}\n",
                value('b'),
                value('p')
            ),
        ],
    );
    assert_eq!(age(&format!("{second}{first}")), (100, "git"));
    let alone = commit(
        200,
        1,
        &[&format!(
            "   password: >-\n-    {}\n+    {}\n",
            value('b'),
            value('p')
        )],
    );
    assert_eq!(age(&format!("{alone}{first}")), (200, "git"));
}

#[test]
fn what_only_moves_is_not_new() {
    let first = commit(
        100,
        0,
        &[&lines(&[('+', "username", 'u'), ('+', "password", 'p')])],
    );
    let moved = commit(
        200,
        1,
        &[
            &lines(&[('+', "password", 'p')]),
            &lines(&[(' ', "username", 'u'), ('-', "password", 'p')]),
        ],
    );
    let quoted = commit(
        300,
        1,
        &[&format!(
            "-    password: {0}\n+    password: \"{0}\"\n",
            value('p')
        )],
    );
    assert_eq!(age(&format!("{quoted}{moved}{first}")), (100, "git"));
    assert_eq!(
        age(&format!("{quoted}{moved}")),
        (NOW.seconds(), "uncommitted")
    );
}

#[test]
fn what_is_no_sealed_value_has_no_age() {
    for text in ["", "hunter2", &"!".repeat(100)] {
        let values = [("username", value('u')), ("password", text.to_owned())];
        assert_eq!(ages(vec![credential(&values)], false, ""), [None]);
    }
}

#[test]
fn hostile_lines_do_no_harm() {
    let mut selection = Selection {
        credentials: vec![credential(&[("password", value('p'))])],
        ..Selection::default()
    };
    let mut history = History::of(&selection, false);
    let long = "A".repeat(100_000);
    for line in [
        b"\0".as_slice(),
        b"\0x y",
        b"",
        b"\xff\xfe",
        b"@@",
        b"+",
        b"+\xff: AAAA",
        "+ä: ü".as_bytes(),
        long.as_bytes(),
        b"\\ No newline at end of file",
        b"Binary files a and b differ",
    ] {
        history.line(line);
    }
    history.tell(&mut selection, NOW);
    let age = selection.credentials[0].age.unwrap();
    assert_eq!(age.source, AgeSource::Uncommitted);
}
