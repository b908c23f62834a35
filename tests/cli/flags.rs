//! Every flag of `new-app`: what it changes in the manifests, also as an environment variable and in combination.

use std::fmt::Write;

use crate::support::{
    Repository, Tree, changed_files, changed_lines, run, warning_of, without_sealed_values,
};

/// A use of each flag that changes the manifests, or that says what holds anyway.
const FLAGS: [&str; 26] = [
    "--app-namespace blog",
    "--user shopper",
    "--database shop_data",
    "--secret-name shop-login",
    "--extension pgcrypto",
    "--extension uuid-ossp@1.1 --extension postgis@3.4.2",
    "--schema sales --schema audit-log",
    "--encoding utf8",
    "--locale de_DE.UTF-8",
    "--encoding LATIN1 --locale C",
    "--connection-limit 20",
    "--connection-limit -1",
    "--reclaim delete",
    "--reclaim retain",
    "--in-role pg_read_all_data --in-role reporting",
    "--in-role pg_read_all_data --roles databaserole",
    "--roles databaserole",
    "--roles managed",
    "--scope strict",
    "--scope namespace-wide",
    "--scope cluster-wide",
    "--no-connection-keys",
    "--namespace pg",
    "--cluster postgres-shared",
    "--cluster-file infra/databases/postgres/postgres-cluster.yaml",
    "--password-length 22",
];

/// Everything at once that the database and the role can have.
const EVERYTHING: &str = "--app-namespace shop-jobs --user shopper --database shop_data --secret-name shop-login \
    --extension pgcrypto,postgis@3.4.2 --schema sales,audit --encoding UTF8 --locale C.UTF-8 --connection-limit 50 \
    --reclaim delete --in-role pg_read_all_data --scope namespace-wide --password-length 64";

#[test]
fn without_flags_the_manifests_are_the_guides() {
    insta::assert_snapshot!("plain_manifests", Repository::guide().manifests(""));
}

#[test]
fn each_flag_changes_what_it_says() {
    let repository = Repository::guide();
    let plain = repository.manifests("");
    let mut text = String::new();
    for flags in FLAGS {
        let changed = changed_lines(&plain, &repository.manifests(flags));
        writeln!(
            text,
            "$ new-app my-shop --app-namespace shop {flags}\n{changed}"
        )
        .unwrap();
    }
    insta::assert_snapshot!("changes_by_flag", text);
}

#[test]
fn each_flag_is_an_environment_variable_too() {
    let repository = Repository::guide();
    for flags in FLAGS.into_iter().chain([EVERYTHING]) {
        // A list by flag adds to nothing that is there: the namespace given before belongs to the variable as well.
        let flags = format!("--app-namespace shop {flags}");
        let mut words = flags.split_whitespace().peekable();
        let mut command = repository.command(["new-app", "my-shop", "--quiet"]);
        let mut variables: Vec<(String, String)> = Vec::new();
        while let Some(flag) = words.next() {
            let name = flag.strip_prefix("--").unwrap().replace('-', "_");
            let name = format!("PGDB_{}", name.to_uppercase());
            let value = words
                .next_if(|word| !word.starts_with("--"))
                .unwrap_or("true");
            match variables.iter_mut().find(|(known, _)| *known == name) {
                Some((_, list)) => *list = format!("{list},{value}"),
                None => variables.push((name, value.to_owned())),
            }
        }
        command.envs(variables);
        command
            .env("PGDB_DRY_RUN", "client")
            .env("PGDB_OUTPUT", "yaml");
        let by_variable = run(command, b"");
        assert_eq!(
            (by_variable.code, by_variable.stderr.as_str()),
            (0, warning_of(&flags)),
            "{flags}"
        );
        let by_flag = repository.run(&format!(
            "new-app my-shop {flags} --dry-run=client -o yaml -q"
        ));
        assert_eq!(
            without_sealed_values(&by_variable.stdout),
            without_sealed_values(&by_flag.stdout),
            "{flags}"
        );
    }
}

#[test]
fn switches_are_off_by_words_for_no() {
    let repository = Repository::guide();
    for value in ["", "0", "false", "no", "off"] {
        let mut command = repository.command(["new-app", "my-shop", "--app-namespace", "shop"]);
        for switch in [
            "YES",
            "NO_INPUT",
            "QUIET",
            "NO_CONNECTION_KEYS",
            "PASSWORD_STDIN",
        ] {
            command.env(format!("PGDB_{switch}"), value);
        }
        command
            .env("PGDB_DRY_RUN", "client")
            .env("PGDB_OUTPUT", "yaml");
        let outcome = run(command, b"no password");
        assert_eq!(outcome.code, 0, "{value:?}: {}", outcome.stderr);
        assert!(
            outcome.stderr.starts_with("Would write my-shop "),
            "{value:?}: not quiet"
        );
        assert_eq!(
            without_sealed_values(&outcome.stdout),
            repository.manifests(""),
            "{value:?}"
        );
    }
}

#[test]
fn lists_are_given_one_by_one_or_with_commas() {
    let repository = Repository::guide();
    assert_eq!(
        repository.manifests("--schema a --schema b --extension x --extension y@1 --in-role p,q"),
        repository.manifests("--schema a,b --extension x,y@1 --in-role p --in-role q")
    );
}

#[test]
fn everything_together_in_both_role_styles() {
    for style in ["managed", "databaserole"] {
        let repository = Repository::guide();
        let before = repository.tree();
        let line = format!("{EVERYTHING} --roles {style} --no-input --yes");
        let outcome = repository.new_app(&line);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        let after = repository.tree();
        insta::assert_snapshot!(
            format!("everything_{style}"),
            format!("{}\n{}", shown(&before, &after), outcome.stderr)
        );
        let again = repository.new_app(&line);
        assert_eq!(
            (again.code, again.stdout.as_str()),
            (0, ""),
            "{}",
            again.stderr
        );
        assert_eq!(repository.tree(), after);
    }
}

/// What changed in a tree: new files whole, edited ones by their lines.
fn shown(before: &Tree, after: &Tree) -> String {
    let mut text = String::new();
    for (path, (old, new)) in changed_files(before, after) {
        let body = if old.is_empty() {
            new
        } else {
            changed_lines(&old, &new)
        };
        writeln!(text, "=== {path}\n{}", without_sealed_values(&body)).unwrap();
    }
    text
}
