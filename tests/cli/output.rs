//! What goes to which stream: `-o`, `--dry-run`, `--quiet`, and what comes next.

use crate::support::{
    CLUSTER, DATABASE, KUSTOMIZATION, Outcome, Repository, SEALED, changed_files, run,
    without_sealed_values,
};

const SUMMARY: &str = "\
Wrote my-shop on the Cluster postgres-shared in postgres:
  create infra/databases/postgres/my-shop-secrets-sealed.yaml
  edit   infra/databases/postgres/postgres-cluster.yaml
  create infra/databases/postgres/my-shop-db.yaml
  edit   infra/databases/postgres/kustomization.yaml
";

const NEXT: &str = "
Next:
  git add infra/databases/postgres/my-shop-secrets-sealed.yaml infra/databases/postgres/postgres-cluster.yaml \
infra/databases/postgres/my-shop-db.yaml infra/databases/postgres/kustomization.yaml
  git commit -m 'Add the database of my-shop'
  git push
  kubectl pgdb verify my-shop --wait --login    # once Argo CD has synced it
";

/// An outcome with its sealed values left out.
fn plain(outcome: Outcome) -> Outcome {
    Outcome {
        stdout: without_sealed_values(&outcome.stdout),
        ..outcome
    }
}

#[test]
fn a_run_shows_the_diff_and_what_comes_next() {
    let repository = Repository::guide();
    let outcome = plain(repository.new_app(""));
    insta::assert_snapshot!("diff", outcome.stdout);
    assert_eq!(outcome.stderr, format!("{SUMMARY}{NEXT}"));
    assert_eq!(outcome.code, 0);
}

#[test]
fn a_dry_run_shows_the_same_and_writes_nothing() {
    let written = plain(Repository::guide().new_app(""));
    for flag in ["--dry-run=client", "--dry-run"] {
        let repository = Repository::guide();
        let before = repository.tree();
        let outcome = plain(repository.new_app(flag));
        assert_eq!(outcome.stdout, written.stdout, "{flag}");
        assert_eq!(
            outcome.stderr,
            SUMMARY.replace("Wrote", "Would write"),
            "{flag}"
        );
        assert_eq!(outcome.code, 0, "{flag}");
        assert_eq!(repository.tree(), before, "{flag}");
    }
    let repository = Repository::guide();
    assert_eq!(plain(repository.new_app("--dry-run=none")), written);
    assert!(repository.tree().contains_key(SEALED));
}

/// The layouts of the two files that are edited: their texts are made different before.
type Layout = (&'static str, fn(&str) -> String);

#[test]
fn git_applies_the_diff_to_what_was_written() {
    let layouts: [Layout; 4] = [
        ("as it is", str::to_owned),
        ("CRLF", |text| text.replace('\n', "\r\n")),
        ("no final line end", |text| text.trim_end().to_owned()),
        ("byte order mark", |text| format!("\u{feff}{text}")),
    ];
    for style in ["managed", "databaserole"] {
        for (name, layout) in layouts {
            let prepared = || {
                let repository = Repository::guide();
                for path in [CLUSTER, KUSTOMIZATION] {
                    repository.write(path, &layout(&repository.read(path)));
                }
                repository
            };
            let (written, patched) = (prepared(), prepared());
            let outcome = written.new_app(&format!("--roles {style}"));
            assert_eq!(outcome.code, 0, "{name}: {}", outcome.stderr);
            patched.git("apply --check -", &outcome.stdout);
            patched.git("apply -", &outcome.stdout);
            assert_eq!(patched.tree(), written.tree(), "{name}, {style}");
        }
    }
}

#[test]
fn git_applies_the_diff_of_a_dry_run() {
    let (dry, written) = (Repository::guide(), Repository::guide());
    let diff = dry.new_app("--dry-run=client --quiet").stdout;
    dry.git("apply --check -", &diff);
    dry.git("apply -", &diff);
    written.run_ok("new-app my-shop --app-namespace shop --quiet");
    let texts = |repository: &Repository| -> Vec<String> {
        repository
            .tree()
            .into_values()
            .map(|text| without_sealed_values(&text))
            .collect()
    };
    assert_eq!(texts(&dry), texts(&written));
    assert_eq!(dry.unsealed(SEALED)["username"], "my_shop");
}

#[test]
fn yaml_is_what_was_written_in_the_order_of_the_waves() {
    let repository = Repository::guide();
    let outcome = repository.new_app("-o yaml");
    let read = |path| repository.read(path);
    let expected = format!(
        "---\n{}---\n{}---\n{}",
        read(SEALED),
        read(CLUSTER),
        read(DATABASE)
    );
    assert_eq!(outcome.stdout, expected);
    assert_eq!(outcome.stderr, format!("{SUMMARY}{NEXT}"));

    let repository = Repository::guide();
    let outcome = repository.new_app("-o yaml --roles databaserole -q");
    let read = |path| repository.read(path);
    let role = "infra/databases/postgres/my-shop-role.yaml";
    let expected = format!(
        "---\n{}---\n{}---\n{}",
        read(SEALED),
        read(role),
        read(DATABASE)
    );
    assert_eq!((outcome.stdout, outcome.stderr.as_str()), (expected, ""));
}

#[test]
fn yaml_documents_are_whole_objects() {
    let repository = Repository::guide();
    // The Cluster between others, in a file with CRLF: only its own document is the app's.
    let text = repository.read(CLUSTER);
    let around =
        format!("kind: Other # no object\n---\n{text}---\nkind: Last\n").replace('\n', "\r\n");
    repository.write(CLUSTER, &around);
    let manifests = repository.manifests("");
    assert!(!manifests.contains('\r'));
    let objects: Vec<serde_yaml::Value> = serde_yaml::Deserializer::from_str(&manifests)
        .map(|document| serde::Deserialize::deserialize(document).unwrap())
        .collect();
    let names: Vec<String> = objects
        .iter()
        .map(|object| {
            let text = |value: &serde_yaml::Value| value.as_str().unwrap().to_owned();
            let metadata = &object["metadata"];
            [
                &object["apiVersion"],
                &object["kind"],
                &metadata["namespace"],
                &metadata["name"],
            ]
            .map(text)
            .join(" ")
        })
        .collect();
    assert_eq!(
        names,
        [
            "bitnami.com/v1alpha1 SealedSecret postgres my-shop-db-creds",
            "postgresql.cnpg.io/v1 Cluster postgres postgres-shared",
            "postgresql.cnpg.io/v1 Database postgres my-shop-db",
        ]
    );
    let waves: Vec<&serde_yaml::Value> = objects
        .iter()
        .map(|object| &object["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"])
        .collect();
    assert_eq!(waves, ["0", "1", "2"]);
}

#[test]
fn json_is_whole() {
    let repository = Repository::guide();
    let dry = repository.new_app("-o json --dry-run=client --app-namespace blog");
    insta::assert_snapshot!("json_dry_run", dry.stdout);
    let written = repository.new_app("-o json --app-namespace blog");
    let expected = dry.stdout.replace("\"dryRun\": true", "\"dryRun\": false");
    assert_eq!(written.stdout, expected);
    assert_eq!(written.stderr, format!("{SUMMARY}{NEXT}"));
    let again = repository.new_app("-o json --app-namespace blog");
    insta::assert_snapshot!("json_nothing_to_write", again.stdout);

    let repository = Repository::guide();
    let outcome = repository.new_app("-o json -q --roles databaserole");
    insta::assert_snapshot!("json_database_role", outcome.stdout);
}

#[test]
fn quiet_leaves_data_that_was_asked_for() {
    let quiet = |more: &str| {
        let outcome = plain(Repository::guide().new_app(&format!("{more} --quiet")));
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{more}");
        outcome.stdout
    };
    let loud = |more: &str| plain(Repository::guide().new_app(more)).stdout;
    assert_eq!(quiet(""), "");
    for more in [
        "--dry-run=client",
        "-o yaml",
        "-o json",
        "-o json --dry-run=client",
    ] {
        assert_eq!(quiet(more), loud(more), "{more}");
    }
}

#[test]
fn nobody_is_asked_with_or_without_no_input() {
    for more in ["--no-input", "--yes", "-y --no-input"] {
        let repository = Repository::guide();
        let outcome = plain(repository.new_app(more));
        assert_eq!(outcome.stderr, format!("{SUMMARY}{NEXT}"), "{more}");
    }
    let repository = Repository::guide();
    for (line, missing) in [
        ("new-app", "NAME, --app-namespace"),
        ("new-app my-shop", "--app-namespace"),
        ("new-app --app-namespace shop", "NAME"),
    ] {
        for more in ["", "--no-input", "--yes"] {
            let line = format!("{line} {more}");
            assert_eq!(
                repository.refusal_of(line.split_whitespace(), b""),
                format!(
                    "error: these are needed, and there is nobody to ask: {missing}\n\
                     help: give them, as in `kubectl pgdb new-app my-shop --app-namespace shop`, or call it on a \
                     terminal without --no-input\n"
                ),
                "{line}"
            );
        }
    }
}

#[test]
fn the_git_commands_fit_the_folder_that_one_is_in() {
    let repository = Repository::guide();
    let mut command = repository.command(["new-app", "my-shop", "--app-namespace", "shop"]);
    command.current_dir(repository.path().join("apps/shop"));
    let outcome = run(command, b"");
    let next = NEXT.replace("  git ", "  git -C ROOT ");
    assert_eq!(
        repository.without_path(&outcome.stderr),
        format!("{SUMMARY}{next}")
    );

    // They do what they say.
    let repository = Repository::guide();
    repository.git("add --all", "");
    let outcome = repository.new_app("");
    for line in outcome
        .stderr
        .lines()
        .filter_map(|line| line.strip_prefix("  git add"))
    {
        repository.git(&format!("add{line}"), "");
    }
    let status = repository.git("status --porcelain", "").stdout;
    let unstaged: Vec<&str> = status
        .lines()
        .filter(|line| !line.starts_with("A  "))
        .collect();
    assert_eq!(unstaged, [""; 0]);
}

#[test]
fn only_the_four_files_change() {
    let repository = Repository::guide();
    let before = repository.tree();
    repository.new_app("");
    let changed = changed_files(&before, &repository.tree());
    let paths: Vec<&str> = changed.keys().map(String::as_str).collect();
    assert_eq!(paths, [KUSTOMIZATION, DATABASE, SEALED, CLUSTER]);
}
