//! Paths, rules, thresholds, forms, ignores, and what cannot be read.

use std::fs;

use super::clean;
use crate::support::{CLUSTER, DATABASE, Repository};

/// A repository with one finding: an error.
fn broken() -> Repository {
    let repository = clean();
    repository.replace(DATABASE, "owner: my_shop", "owner: my-shop");
    repository
}

const FOUND: &str = "\
error[PGDB201]: no role of the Cluster postgres-shared is called \"my-shop\", to which this database is to belong
  --> infra/databases/postgres/my-shop-db.yaml:13:10
   |
13 |   owner: my-shop
   |          ^^^^^^^
   = help: did you mean \"my_shop\"?
";

#[test]
fn says_what_is_wrong_and_where() {
    let outcome = broken().run("lint");
    assert_eq!(
        (
            outcome.code,
            outcome.stdout.as_str(),
            outcome.stderr.as_str()
        ),
        (1, FOUND, "Found 1 error in 4 manifest files.\n")
    );
    let outcome = broken().run("lint --quiet");
    assert_eq!(
        (
            outcome.code,
            outcome.stdout.as_str(),
            outcome.stderr.as_str()
        ),
        (1, FOUND, "")
    );
}

#[test]
fn paths_choose_what_is_reported_of_the_whole_repository() {
    let repository = broken();
    let code = |line: &str| repository.run(line).code;
    assert_eq!(code(&format!("lint {DATABASE}")), 1);
    assert_eq!(code("lint infra/databases"), 1);
    assert_eq!(code("lint ."), 1);
    assert_eq!(code(&format!("lint {CLUSTER}")), 0);
    assert_eq!(code(&format!("lint apps {CLUSTER}")), 0);
    let mut command = repository.command([
        "lint",
        "my-shop-db.yaml",
        "../postgres/./postgres-cluster.yaml",
    ]);
    command.current_dir(repository.path().join("infra/databases/postgres"));
    assert_eq!(crate::support::run(command, b"").stdout, FOUND);
}

#[test]
fn a_path_must_be_in_the_repository() {
    let repository = broken();
    assert_eq!(
        repository.refusal_of(["lint", "infra/nowhere.yaml"], b""),
        "error: infra/nowhere.yaml: there is no such file or folder\n\
         help: name files and folders of the repository, relative to the current folder\n"
    );
    assert_eq!(
        repository.refusal_of(["lint", "/etc"], b""),
        "error: /etc: this is not in the repository ROOT\n\
         help: run this in the repository that the files are in, or name it with --repo DIR\n"
    );
    std::os::unix::fs::symlink("nowhere", repository.path().join("link.yaml")).unwrap();
    assert_eq!(
        repository.refusal_of(["lint", "link.yaml"], b""),
        "error: link.yaml: this is neither a file nor a folder\n\
         help: name files and folders of the repository, relative to the current folder\n"
    );
}

#[test]
fn rules_are_chosen_by_code_or_name() {
    let repository = broken();
    let code = |line: &str| repository.run(line).code;
    assert_eq!(code("lint --rule unknown-owner"), 1);
    assert_eq!(code("lint --rule PGDB001,pgdb201"), 1);
    assert_eq!(code("lint --rule PGDB001"), 0);
    assert_eq!(code("lint --skip PGDB201"), 0);
    assert_eq!(code("lint --skip unknown-owner --rule PGDB201"), 0);
    assert_eq!(
        repository.refusal_of(["lint", "--skip", "unknown-ower"], b""),
        "error: there is no rule \"unknown-ower\"\nhelp: did you mean unknown-owner?\n"
    );
    assert_eq!(
        repository.refusal_of(["lint", "--explain", "PGDB21"], b""),
        "error: there is no rule \"PGDB21\"\nhelp: did you mean PGDB201?\n"
    );
}

#[test]
fn rules_are_explained_whatever_variables_say() {
    let repository = Repository::empty();
    let mut command = repository.command(["lint", "--explain", "unknown-owner"]);
    command.env("PGDB_RULE", "PGDB001").env("PGDB_FIX", "1");
    let outcome = crate::support::run(command, b"");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    assert_eq!(
        outcome.stdout.lines().next(),
        Some("PGDB201 unknown-owner (error)")
    );
    let listed = repository.run_ok("lint --explain");
    assert_eq!(listed, pgdb::lint::explanation::overview());
    assert_eq!(
        repository.refusal_of(["lint", "--explain", "zzz"], b""),
        "error: there is no rule \"zzz\"\n\
         help: `kubectl pgdb lint --explain` lists the rules, with their codes and names\n"
    );
}

#[test]
fn the_threshold_decides_the_exit_code() {
    let repository = broken();
    let codes = ["error", "warning", "info", "never"]
        .map(|severity| repository.run(&format!("lint --fail-on {severity}")).code);
    assert_eq!(codes, [1, 1, 1, 0]);
    repository.replace(DATABASE, "owner: my-shop", "owner: my_shop");
    repository.replace(
        DATABASE,
        "  databaseReclaimPolicy: retain",
        "  databaseReclaimPolicy: delete",
    );
    let codes = ["error", "warning", "info", "never"]
        .map(|severity| repository.run(&format!("lint --fail-on {severity}")).code);
    assert_eq!(codes, [0, 1, 1, 0]);
}

#[test]
fn a_comment_with_a_reason_ignores() {
    for (comment, code) in [
        ("owner: my-shop # pgdb:ignore PGDB201 made by hand", 0),
        (
            "# pgdb:ignore unknown-owner made by hand\n  owner: my-shop",
            0,
        ),
        (
            "# pgdb:ignore PGDB201, PGDB204 made by hand\n  # and more\n  owner: my-shop",
            0,
        ),
        ("owner: my-shop # pgdb:ignore PGDB201", 1),
        ("owner: my-shop # pgdb:ignore PGDB204 made by hand", 1),
        ("owner: my-shop\n  # pgdb:ignore PGDB201 made by hand", 1),
    ] {
        let repository = broken();
        repository.replace(DATABASE, "owner: my-shop", comment);
        assert_eq!(
            repository.run("lint --rule PGDB201").code,
            code,
            "{comment}"
        );
    }
}

#[test]
fn the_settings_ignore_with_a_reason() {
    let repository = broken();
    let ignore = |paths: &str| {
        format!(
            "lint:\n  ignore:\n    - rule: PGDB201\n      paths: [{paths}]\n      reason: made by hand\n"
        )
    };
    repository.write(".pgdb.yaml", &ignore("infra/databases"));
    let outcome = repository.run("lint");
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (0, "No findings in 4 manifest files; 1 ignored.\n")
    );
    repository.write(".pgdb.yaml", &ignore("apps"));
    assert_eq!(repository.run("lint").code, 1);
    repository.write(".pgdb.yaml", &ignore("apps").replace("PGDB201", "PGDB20"));
    assert_eq!(
        repository.refusal_of(["lint"], b""),
        "error: .pgdb.yaml: lint.ignore: there is no rule \"PGDB20\"\nhelp: did you mean PGDB201?\n"
    );
}

#[test]
fn templates_are_counted_and_no_yaml_is_a_finding() {
    let repository = clean();
    let database = repository.read(DATABASE);
    let templates = [
        (
            "chart/templates/db.yaml",
            database.replace("name: my_shop\n", "name: {{ .Values.db }}\n"),
        ),
        (
            "chart/templates/if.yaml",
            format!("{{{{- if .Values.on }}}}\n{database}{{{{- end }}}}\n"),
        ),
        (
            "jinja/db.yml",
            format!("{{% if on %}}\n{database}{{% endif %}}\n"),
        ),
    ];
    for (path, text) in &templates {
        repository.write(path, text);
    }
    let outcome = repository.run("lint");
    assert_eq!(
        (
            outcome.code,
            outcome.stdout.as_str(),
            outcome.stderr.as_str()
        ),
        (
            0,
            "",
            "No findings in 4 manifest files; 3 templates skipped.\n"
        )
    );
    repository.write("broken/db.yaml", &database.replace("spec:", "spec: ["));
    let outcome = repository.run("lint");
    assert_eq!(outcome.code, 1);
    assert!(
        outcome
            .stdout
            .starts_with("error[PGDB001]: this is no valid YAML: "),
        "{}",
        outcome.stdout
    );
    assert_eq!(
        outcome.stderr,
        "Found 1 error in 4 manifest files; 3 templates skipped.\n"
    );
}

#[test]
fn what_cannot_be_read_is_said_and_nothing_is_known() {
    let repository = clean();
    fs::write(
        repository.path().join("latin1.yaml"),
        b"apiVersion: v1\nkind: Secret\nx: \xe9\n",
    )
    .unwrap();
    let outcome = repository.run("lint");
    assert_eq!(
        (
            outcome.code,
            outcome.stdout.as_str(),
            outcome.stderr.as_str()
        ),
        (
            3,
            "",
            "No findings in 4 manifest files.\nwarning: not looked at: latin1.yaml: line 3: not UTF-8 (byte 31 of the file)\n"
        )
    );
}

#[test]
fn each_form_says_the_same() {
    let repository = broken();
    let run = |form: &str| {
        let outcome = repository.run(&format!("lint --quiet -o {form}"));
        assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""), "{form}");
        outcome.stdout
    };
    let json: serde_json::Value = serde_json::from_str(&run("json")).unwrap();
    assert_eq!(json["findings"][0]["path"], DATABASE);
    assert_eq!(
        (
            &json["findings"][0]["line"],
            &json["findings"][0]["endColumn"]
        ),
        (&13.into(), &17.into())
    );
    let sarif: serde_json::Value = serde_json::from_str(&run("sarif")).unwrap();
    let place = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], DATABASE);
    assert_eq!(place["region"]["startLine"], 13);
    assert_eq!(
        run("github"),
        format!(
            "::error file={DATABASE},line=13,endLine=13,col=10,endColumn=17,title=PGDB201 unknown-owner::no role of the \
             Cluster postgres-shared is called \"my-shop\", to which this database is to belong%0Adid you mean \"my_shop\"?\n"
        )
    );
    assert_eq!(run("junit").matches("<failure").count(), 1);
}

#[test]
fn a_line_is_shown_as_it_is_and_cut_where_it_is_long() {
    let repository = clean();
    let long = "x".repeat(300);
    repository.replace(
        DATABASE,
        "owner: my_shop",
        &format!("owner: ü\u{202e}\tö # {long}"),
    );
    let outcome = repository.run("lint --rule PGDB201");
    let lines: Vec<&str> = outcome.stdout.lines().skip(3).take(2).collect();
    let shown = "  owner: ü\\u{202e} ö # ";
    let rest = 160 - "...".len() - shown.chars().count();
    assert_eq!(lines[0], format!("13 | {shown}{}...", "x".repeat(rest)));
    assert_eq!(lines[1], format!("   |          {}", "^".repeat(11)));
}

#[test]
fn carets_are_below_wide_characters_and_late_columns() {
    let repository = clean();
    repository.replace(DATABASE, "owner: my_shop", "owner: 太郎 # 日本語\r");
    let outcome = repository.run("lint --rule PGDB201");
    let lines: Vec<&str> = outcome.stdout.lines().skip(3).collect();
    assert_eq!(lines, ["13 |   owner: 太郎 # 日本語", "   |          ^^^^"]);

    repository.replace(DATABASE, "owner: 太郎 # 日本語\r", "owner: my_shop");
    let object = serde_json::json!({
        "apiVersion": "postgresql.cnpg.io/v1",
        "kind": "Database",
        "metadata": { "name": "wiki-db", "namespace": "postgres", "labels": { "a": "x".repeat(200) } },
        "spec": { "cluster": { "name": "postgres-shared" }, "name": "wiki", "owner": "nobody" },
    });
    repository.write("wiki.json", &object.to_string());
    let outcome = repository.run("lint --rule PGDB201");
    let lines: Vec<&str> = outcome.stdout.lines().skip(3).collect();
    assert_eq!(
        lines,
        [
            r#"1 | ...postgres-shared"},"name":"wiki","owner":"nobody"}}"#,
            "  |                                            ^^^^^^^^"
        ]
    );
}

#[test]
fn a_line_that_holds_a_secret_too_is_not_shown() {
    let repository = clean();
    let database = serde_json::json!({
        "apiVersion": "postgresql.cnpg.io/v1",
        "kind": "Database",
        "metadata": { "name": "wiki-db", "namespace": "postgres" },
        "spec": { "cluster": { "name": "postgres-shared" }, "name": "wiki", "owner": "nobody" },
    });
    let secret = serde_json::json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": { "name": "wiki-db-creds", "namespace": "postgres" },
        "stringData": { "password": "hunter2" },
    });
    let list =
        serde_json::json!({ "apiVersion": "v1", "kind": "List", "items": [secret, database] });
    repository.write("wiki.json", &list.to_string());
    let outcome = repository.run("lint");
    assert!(
        outcome.stdout.contains("error[PGDB201]: "),
        "{}",
        outcome.stdout
    );
    assert!(!outcome.stdout.contains("hunter2"), "{}", outcome.stdout);
}

#[test]
fn passwords_are_found_in_the_files_that_programs_read_them_from() {
    for (name, text) in [
        (".env", "PGPASSWORD=hunter2x\n"),
        ("prod.env", "PGPASSWORD=hunter2x\n"),
        (
            "app.properties",
            "url=jdbc:postgresql://h/db?user=a&password=hunter2x\n",
        ),
        ("grants.sql", "ALTER ROLE a PASSWORD 'hunter2x';\n"),
        ("values.yaml", "url: postgresql://a:hunter2x@h/db\n"),
    ] {
        let repository = clean();
        let path = format!("infra/databases/postgres/{name}");
        repository.write(&path, text);
        let outcome = repository.run("lint");
        let place = format!(" --> {path}:1:");
        assert!(
            outcome.stdout.starts_with("error[PGDB403]: "),
            "{name}: {}",
            outcome.stdout
        );
        assert!(
            outcome.stdout.contains(&place),
            "{name}: {}",
            outcome.stdout
        );
        assert!(!outcome.stdout.contains("hunter2x"), "{name}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_file_whose_name_cannot_be_told_is_said() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let repository = clean();
    for name in [b"caf\xe9.yaml".as_slice(), b"a\n::error::b\x1b.yaml"] {
        fs::write(
            repository.path().join(OsStr::from_bytes(name)),
            "kind: Secret\n",
        )
        .unwrap();
    }
    let outcome = repository.run("lint");
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (
            3,
            "No findings in 4 manifest files.\n\
             warning: not looked at: a\\u{a}::error::b\\u{1b}.yaml: the file's name is not UTF-8, or holds a backslash or a control \
             character\n\
             warning: not looked at: caf\u{fffd}.yaml: the file's name is not UTF-8, or holds a backslash or a control character\n"
        )
    );
}

#[test]
fn a_certificate_that_is_no_text_is_a_finding() {
    let repository = clean();
    let path = repository.path().join(crate::support::CERTIFICATE);
    fs::write(path, b"\x30\x82\x01\xff").unwrap();
    let outcome = repository.run("lint");
    assert_eq!(outcome.code, 1, "{}", outcome.stderr);
    assert!(
        outcome.stdout.starts_with("error[PGDB504]: "),
        "{}",
        outcome.stdout
    );
}
