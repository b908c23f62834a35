//! How texts are written: line ends, escapes, comments, marks.

use super::{entries, parsed};
use crate::apps_file::Said;

#[test]
fn line_ends_and_byte_order_marks_do_not_matter() {
    let text = "# ours\n- name: a # first\n  comment: 'x'\n\n- name: b\n";
    let expected = entries(text);
    assert_eq!(expected.len(), 2);
    assert_eq!(expected[0].2.comment, Some(parsed("x")));
    assert_eq!(entries(&text.replace('\n', "\r\n")), expected);
    assert_eq!(entries(text.trim_end()), expected);
    assert_eq!(entries(&format!("\u{feff}{text}")), expected);
    assert_eq!(entries(&format!("---\n{text}...\n"))[0].0, "3:3");
}

#[test]
fn passwords_are_read_as_json_reads_them() {
    for json in [
        r#""plain""#,
        r#""\u00e9\u00C9""#,
        r#""\ud83d\ude00 and \uD83D\uDE00""#,
        r#""a\"b\\c\/d""#,
        r#""😀é\u0041""#,
        r##""#not a comment: really""##,
        r#""*no &alias !tag""#,
        r#""{{ .template }}""#,
        "\"12345\"",
        "\"true\"",
        "\"null\"",
        "\"~\"",
    ] {
        let expected: String = serde_json::from_str(json).unwrap();
        for text in [
            format!("[{{\"name\":\"a\",\"password\":{json}}}]"),
            format!("[\n\t{{\n\t\t\"name\":\"a\",\n\t\t\"password\" : {json}\n\t}}\n]\n"),
            format!("- name: a\n  password: {json}\n"),
        ] {
            assert_eq!(entries(&text)[0].3, Some(expected.clone()), "{text}");
        }
    }
}

#[test]
fn passwords_in_all_styles_of_yaml() {
    for (text, expected) in [
        ("plain#word", "plain#word"),
        ("it''s", "it''s"),
        ("'it''s'", "it's"),
        ("|\n    block word\n", "block word"),
        ("|-\n    block word\n", "block word"),
        (">\n    folded\n    word\n", "folded word"),
        ("two\n    lines\n", "two lines"),
        ("'123456'", "123456"),
        ("p4ssw0rd", "p4ssw0rd"),
    ] {
        let text = format!("- name: a\n  password: {text}\n");
        assert_eq!(entries(&text)[0].3.as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn names_may_be_written_like_numbers_in_quotes() {
    let text = "- name: '1'\n  user: u\n  database: \"d\"\n  comment: '2024'\n";
    let said = Said {
        role: Some(parsed("u")),
        database: Some(parsed("d")),
        comment: Some(parsed("2024")),
        ..Said::default()
    };
    assert_eq!(
        entries(text),
        [("1:3".to_owned(), "1".to_owned(), said, None, None)]
    );
}

#[test]
fn names_of_63_bytes_are_taken() {
    let name = "x".repeat(63);
    let text = format!("- name: {name}\n  user: {name}\n  database: {name}\n");
    assert_eq!(entries(&text)[0].1, name);
}
