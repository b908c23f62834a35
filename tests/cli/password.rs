//! Passwords: given on standard input or made, and what is sealed of them for which scope.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::support::{Repository, SEALED, run, without_sealed_values};

const HOST: &str = "postgres-shared-rw.postgres.svc";

/// Runs `new-app` with a password on standard input, which must be taken; gives what opens.
fn sealed(repository: &Repository, stdin: &[u8], more: &str) -> BTreeMap<String, String> {
    let line = format!("new-app my-shop --app-namespace shop --password-stdin -q {more}");
    let outcome = repository.run_with(&line, stdin);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    repository.unsealed(SEALED)
}

fn map(entries: &[(&str, &str)]) -> BTreeMap<String, String> {
    let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    entries.iter().map(owned).collect()
}

#[test]
fn a_plain_one_is_sealed_and_the_rest_are_templates() {
    for (stdin, password) in [
        ("s3cret", "s3cret"),
        ("s3cret\n", "s3cret"),
        ("s3cret\r\n", "s3cret"),
        ("A-Za.z0_9~", "A-Za.z0_9~"),
        ("-", "-"),
    ] {
        let repository = Repository::guide();
        assert_eq!(
            sealed(&repository, stdin.as_bytes(), ""),
            map(&[("username", "my_shop"), ("password", password)]),
            "{stdin:?}"
        );
        assert_eq!(
            without_sealed_values(&repository.read(SEALED)),
            made(&Repository::guide()),
            "{stdin:?}"
        );
    }
}

/// The SealedSecret of a made password.
fn made(repository: &Repository) -> String {
    repository.run_ok("new-app my-shop --app-namespace shop -q");
    without_sealed_values(&repository.read(SEALED))
}

#[test]
fn one_that_needs_encoding_is_sealed_in_every_form() {
    for (password, in_uri, in_pgpass) in [
        ("p@ss", "p%40ss", "p@ss"),
        ("a:b\\c", "a%3Ab%5Cc", "a\\:b\\\\c"),
        (
            "a/b?c#d&e=f%g",
            "a%2Fb%3Fc%23d%26e%3Df%25g",
            "a/b?c#d&e=f%g",
        ),
        (
            "{{ .x }} \"'`$",
            "%7B%7B%20.x%20%7D%7D%20%22%27%60%24",
            "{{ .x }} \"'`$",
        ),
        ("pä€", "p%C3%A4%E2%82%AC", "pä€"),
        ("a+b c", "a%2Bb%20c", "a+b c"),
    ] {
        let repository = Repository::guide();
        let expected = map(&[
            ("username", "my_shop"),
            ("password", password),
            (
                "uri",
                &format!("postgresql://my_shop:{in_uri}@{HOST}:5432/my_shop"),
            ),
            (
                "jdbc-uri",
                &format!("jdbc:postgresql://{HOST}:5432/my_shop?password={in_uri}&user=my_shop"),
            ),
            (
                "pgpass",
                &format!("{HOST}:5432:my_shop:my_shop:{in_pgpass}\n"),
            ),
        ]);
        assert_eq!(sealed(&repository, password.as_bytes(), ""), expected);
        let text = repository.read(SEALED);
        let (_, data) = text.split_once("    data:\n").unwrap();
        assert_eq!(
            data,
            format!(
                "      host: {HOST}\n      port: \"5432\"\n      dbname: my_shop\n      user: \"{{{{ .username }}}}\"\n"
            ),
            "{password}"
        );
        let repository = Repository::guide();
        assert_eq!(
            sealed(&repository, password.as_bytes(), "--no-connection-keys"),
            map(&[("username", "my_shop"), ("password", password)])
        );
    }
}

#[test]
fn the_longest_has_4096_bytes() {
    for longest in ["x".repeat(4096), "ä".repeat(2048)] {
        let repository = Repository::guide();
        let opened = sealed(&repository, format!("{longest}\r\n").as_bytes(), "");
        assert_eq!(opened["password"], longest);
    }
}

#[test]
fn what_would_not_be_read_alike_is_refused() {
    let cases: [(&str, &[u8]); 17] = [
        ("nothing", b""),
        ("a line end", b"\n"),
        ("two line ends", b"abc\n\n"),
        ("a space in front", b" abc"),
        ("a space behind", b"abc \n"),
        ("a tab in front", b"\tabc"),
        ("a no-break space behind", b"abc\xc2\xa0"),
        ("4097 bytes", &[b'x'; 4097]),
        ("9000 bytes", &[b'x'; 9000]),
        ("NUL", b"a\0b"),
        ("two lines", b"a\nb\n"),
        ("an escape sequence", b"a\x1b[1mb"),
        ("invalid UTF-8", b"a\xffb"),
        ("UTF-16", b"\xff\xfea\0b\0"),
        ("a byte order mark", b"\xef\xbb\xbfabc"),
        ("a SCRAM verifier", b"SCRAM-SHA-256$4096:c2FsdA==$a:b"),
        ("an MD5 verifier", b"md50123456789abcdef0123456789abcdef"),
    ];
    let repository = Repository::guide();
    let mut text = String::new();
    for (name, stdin) in cases {
        let args = "new-app my-shop --app-namespace shop --password-stdin".split(' ');
        writeln!(text, "{name}\n{}", repository.refusal_of(args, stdin)).unwrap();
    }
    insta::assert_snapshot!("refused_passwords", text);
}

#[test]
fn given_again_it_is_not_used() {
    let repository = Repository::guide();
    sealed(&repository, b"first", "");
    let before = repository.tree();
    let line = "new-app my-shop --app-namespace shop --password-stdin";
    let outcome = repository.run_with(line, b"second");
    assert_eq!((outcome.code, outcome.stdout.as_str()), (0, ""));
    assert_eq!(
        outcome.stderr,
        "warning: the credential sealed in my-shop-db-creds is kept; the password that was given is not used\n\
         my-shop on the Cluster postgres-shared in postgres is there as asked for: nothing to write.\n"
    );
    assert_eq!(repository.tree(), before);
}

#[test]
fn a_made_one_is_as_long_as_asked_for_and_new_each_time() {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    for (more, length) in [
        ("", 32),
        ("--password-length 22", 22),
        ("--password-length=256", 256),
    ] {
        let mut seen = Vec::new();
        for _ in 0..2 {
            let repository = Repository::guide();
            repository.run_ok(&format!("new-app my-shop --app-namespace shop -q {more}"));
            let opened = repository.unsealed(SEALED);
            assert_eq!(opened["password"].len(), length, "{more}");
            assert!(opened["password"].chars().all(is_plain), "{more}");
            assert_eq!(opened.len(), 2);
            seen.push(opened["password"].clone());
        }
        assert_ne!(seen[0], seen[1], "{more}");
    }
    let repository = Repository::guide();
    let mut text = String::new();
    for length in ["21", "257", "0", "-1", "abc", "", "99999999999999999999"] {
        let length = format!("--password-length={length}");
        let args = ["new-app", "my-shop", "--app-namespace", "shop", &length];
        writeln!(text, "{length}\n{}", repository.refusal_of(args, b"")).unwrap();
    }
    insta::assert_snapshot!("refused_password_lengths", text);
    // Where the password is given, there is nothing to make so long.
    let opened = sealed(&repository, b"given", "--password-length 30");
    assert_eq!(opened["password"], "given");
}

#[test]
fn each_scope_opens_with_its_own_label_alone() {
    let labels = [
        "postgres/my-shop-db-creds",
        "postgres",
        "",
        "shop/my-shop-db-creds",
        "shop",
    ];
    for (scope, right) in [
        ("strict", "postgres/my-shop-db-creds"),
        ("namespace-wide", "postgres"),
        ("cluster-wide", ""),
    ] {
        let repository = Repository::guide();
        let opened = sealed(&repository, b"p@ss", &format!("--scope {scope}"));
        assert_eq!(
            (opened.len(), opened["password"].as_str()),
            (5, "p@ss"),
            "{scope}"
        );
        for label in labels {
            let opens = repository.unsealed_for(SEALED, label).is_some();
            assert_eq!(opens, label == right, "{scope} with the label {label:?}");
        }
    }
    let repository = Repository::guide();
    repository.run_ok("new-app my-shop --app-namespace shop -q --secret-name login --namespace pg");
    assert!(repository.unsealed_for(SEALED, "pg/login").is_some());
    assert_eq!(
        Repository::guide().refusal("--scope Strict"),
        "error: --scope: there is no sealing scope \"Strict\"\nhelp: the scopes are strict, namespace-wide and cluster-wide\n"
    );
}

#[test]
fn standard_input_is_left_alone_without_the_flag() {
    let repository = Repository::guide();
    let command = repository.command("new-app my-shop --app-namespace shop -q".split(' '));
    assert_eq!(run(command, b"not a password").code, 0);
    assert_ne!(repository.unsealed(SEALED)["password"], "not a password");
}
