//! What every text flag refuses, with what is allowed instead.

use std::ffi::OsStr;
use std::fmt::Write;
use std::os::unix::ffi::OsStrExt;

use crate::support::Repository;

/// The flags that take text; the empty one is the app's name itself.
const FLAGS: [&str; 20] = [
    "",
    "--app-namespace",
    "--user",
    "--database",
    "--secret-name",
    "--cluster",
    "--cluster-file",
    "--cert",
    "--extension",
    "--schema",
    "--encoding",
    "--locale",
    "--connection-limit",
    "--reclaim",
    "--roles",
    "--in-role",
    "--scope",
    "--namespace",
    "--target",
    "--password-length",
];

/// Texts that mean something to YAML, templates, paths, terminals or regular expressions.
const TEXTS: [&str; 18] = [
    "",
    " ",
    "{{x}}",
    "a: b",
    "a #b",
    "a\"b",
    "a'b",
    "a\nb",
    "a\rb",
    "a\x1b[1mb",
    "a\u{202e}b",
    "..",
    "../a",
    "a/b",
    "/a",
    "a*",
    "A",
    "ä",
];

/// The arguments of a call that gives `text` to `flag`.
fn arguments(flag: &str, text: &str) -> Vec<String> {
    let mut arguments = vec!["new-app".to_owned()];
    if flag.is_empty() {
        arguments.extend([
            "--app-namespace=shop".to_owned(),
            "--".to_owned(),
            text.to_owned(),
        ]);
    } else {
        arguments.push("my-shop".to_owned());
        if flag != "--app-namespace" {
            arguments.push("--app-namespace=shop".to_owned());
        }
        arguments.push(format!("{flag}={text}"));
    }
    arguments
}

fn refusal(repository: &Repository, flag: &str, text: &str) -> String {
    repository.refusal_of(arguments(flag, text).iter().map(String::as_str), b"")
}

/// The messages about each of the texts, and below them the help, which is said once where it is the same.
fn table(flag: &str, texts: &[String]) -> String {
    let repository = Repository::guide();
    let mut table = format!("{}\n", if flag.is_empty() { "NAME" } else { flag });
    let mut helps: Vec<String> = Vec::new();
    for text in texts {
        let refusal = refusal(&repository, flag, text);
        let (error, help) = refusal
            .split_once("\nhelp: ")
            .unwrap_or((refusal.split("\n\n").next().unwrap(), ""));
        writeln!(table, "  {error}").unwrap();
        if !help.is_empty() && !helps.iter().any(|known| known == help) {
            helps.push(help.to_owned());
        }
    }
    for help in helps {
        write!(table, "  help: {help}").unwrap();
    }
    table
}

#[test]
fn texts_that_mean_something_elsewhere_are_refused() {
    let texts = TEXTS.map(str::to_owned);
    let tables = FLAGS.map(|flag| {
        let texts: Vec<String> = texts
            .iter()
            // Encodings are taken in any case; a path may be called anything, and is then not there.
            .filter(|text| !(matches!(flag, "--locale" | "--extension") && *text == "A"))
            .cloned()
            .collect();
        table(flag, &texts)
    });
    insta::assert_snapshot!("refused_texts", tables.join("\n"));
}

#[test]
fn texts_that_are_too_long_are_refused() {
    let tables = [
        ("", 64),
        ("--app-namespace", 64),
        ("--namespace", 64),
        ("--user", 64),
        ("--database", 64),
        ("--secret-name", 254),
        ("--cluster", 51),
        ("--schema", 64),
        ("--in-role", 64),
        ("--extension", 64),
        ("--locale", 64),
        ("--encoding", 500),
        ("--target", 500),
    ]
    .map(|(flag, length)| table(flag, &["x".repeat(length)]));
    insta::assert_snapshot!("too_long_texts", tables.join("\n"));
    // One less is taken where length is all that counts.
    let repository = Repository::guide();
    for (flag, length) in [
        ("--user", 63),
        ("--database", 63),
        ("--secret-name", 253),
        ("--schema", 63),
        ("--in-role", 63),
    ] {
        repository.manifests(&format!("{flag} {}", "x".repeat(length)));
    }
}

#[test]
fn reserved_names_are_refused() {
    let tables = [
        (
            "--user",
            &[
                "postgres",
                "streaming_replica",
                "public",
                "none",
                "pg_monitor",
                "cnpg_pooler_pgbouncer",
            ][..],
        ),
        ("--database", &["postgres", "template0", "template1"]),
        (
            "--schema",
            &["information_schema", "pg_catalog", "pg_toast"],
        ),
        (
            "--in-role",
            &[
                "postgres",
                "streaming_replica",
                "public",
                "none",
                "cnpg_pooler_pgbouncer",
            ],
        ),
        (
            "",
            &[
                "postgres",
                "public",
                "none",
                "template1",
                "pg-stat",
                "cnpg-x",
                "1st-shop",
            ],
        ),
    ]
    .map(|(flag, texts)| {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        table(flag, &texts)
    });
    insta::assert_snapshot!("reserved_names", tables.join("\n"));
}

#[test]
fn names_that_follow_can_be_given_instead() {
    let repository = Repository::guide();
    let line = "new-app 1st-shop --app-namespace shop --user first_shop --database first_shop --dry-run -q";
    repository.run_ok(line);
}

#[test]
fn numbers_out_of_range_are_refused() {
    let texts = ["0", "-2", "2147483648", "1.5", "ten", "+"].map(str::to_owned);
    insta::assert_snapshot!(
        "refused_connection_limits",
        table("--connection-limit", &texts)
    );
}

#[test]
fn namespaces_that_reflector_or_the_cluster_would_misread_are_refused() {
    let texts = [
        "shop,",
        ",",
        "shop,,blog",
        "shop-.*",
        "^shop$",
        "shop|blog",
        "shop,blog.*",
    ]
    .map(str::to_owned);
    insta::assert_snapshot!("refused_app_namespaces", table("--app-namespace", &texts));
    let repository = Repository::guide();
    let own = |namespace: &str| {
        format!(
            "error: the app namespace {namespace} is the cluster's own\n\
             help: name the namespace where the application runs: the credential is already in the cluster's own\n"
        )
    };
    let refusal = |line: &str| repository.refusal_of(line.split(' '), b"");
    assert_eq!(
        refusal("new-app my-shop --app-namespace postgres"),
        own("postgres")
    );
    assert_eq!(
        refusal("new-app my-shop --app-namespace shop,postgres"),
        own("postgres")
    );
    assert_eq!(
        refusal("new-app my-shop --app-namespace shop -n shop"),
        own("shop")
    );
}

#[test]
fn the_same_thing_twice_is_refused() {
    let mut text = String::new();
    let repository = Repository::guide();
    for more in [
        "--app-namespace shop",
        "--schema a --schema a",
        "--extension a,a",
        "--extension a@1,a@2",
        "--in-role a,b,a",
        "--in-role my_shop",
        "--user owner --in-role owner",
    ] {
        writeln!(text, "{more}\n{}", repository.refusal(more)).unwrap();
    }
    insta::assert_snapshot!("asked_for_twice", text);
}

#[test]
fn what_is_no_text_at_all_is_refused() {
    let repository = Repository::guide();
    let mut command = repository.command("new-app my-shop --app-namespace shop --user".split(' '));
    command.arg(OsStr::from_bytes(b"a\xff"));
    let refusal = repository.refusal_by(command, b"");
    assert!(
        refusal.starts_with("error: invalid UTF-8 was detected"),
        "{refusal}"
    );
}

#[test]
fn calls_that_are_none_are_refused() {
    let repository = Repository::guide();
    let mut text = String::new();
    for more in [
        "another-name",
        "--app-namepsace blog",
        "--user",
        "--user a --user b",
        "--dry-run=server",
        "--dry-run=",
        "-o xml",
        "--output=",
        "--reclaim=keep",
        "--roles=databaseroles",
    ] {
        writeln!(text, "{more}\n{}", repository.refusal(more)).unwrap();
    }
    for line in ["new-ap my-shop", "newapp"] {
        let arguments = line.split_whitespace();
        writeln!(text, "{line}\n{}", repository.refusal_of(arguments, b"")).unwrap();
    }
    insta::assert_snapshot!("refused_calls", text);
}
