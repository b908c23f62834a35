//! The repository's root: found as git finds it, or named.

use crate::support::{CLUSTER, Outcome, Repository, SEALED, run};

const LINE: &str = "new-app my-shop --app-namespace shop --quiet";

/// Runs in a folder below (or beside) the repository's root, with variables.
fn run_in(
    repository: &Repository,
    folder: &str,
    more: &str,
    variables: &[(&str, &str)],
) -> Outcome {
    let words = LINE.split(' ').chain(more.split_whitespace());
    let mut command = repository.command(words);
    command
        .current_dir(repository.path().join(folder))
        .envs(variables.iter().copied());
    let outcome = run(command, b"");
    Outcome {
        stderr: repository.without_path(&outcome.stderr),
        ..outcome
    }
}

#[test]
fn the_root_is_found_from_any_folder_in_it() {
    for folder in ["", "apps", "infra/databases/postgres"] {
        let repository = Repository::guide();
        assert_eq!(run_in(&repository, folder, "", &[]).stderr, "", "{folder}");
        assert!(repository.path().join(SEALED).exists(), "{folder}");
    }
}

#[test]
fn a_worktree_has_a_file_named_git() {
    let repository = Repository::guide();
    std::fs::remove_dir_all(repository.path().join(".git")).unwrap();
    repository.write(".git", "gitdir: /srv/main/.git/worktrees/one\n");
    assert_eq!(run_in(&repository, "apps/shop", "", &[]).stderr, "");
    assert!(repository.path().join(SEALED).exists());
}

#[test]
fn the_nearest_root_counts() {
    let repository = Repository::guide();
    // A folder that git would not take for a repository is not one; a submodule is one.
    std::fs::create_dir(repository.path().join("apps/.git")).unwrap();
    assert_eq!(run_in(&repository, "apps/shop", "", &[]).stderr, "");
    repository.write("apps/.git/HEAD", "ref: refs/heads/main\n");
    let outcome = run_in(&repository, "apps/shop", "", &[]);
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (
            2,
            "error: no CNPG Cluster manifest was found in the repository\n\
             help: name the file with --cluster-file PATH, or another repository with --repo DIR\n"
        )
    );
}

#[test]
fn without_a_repository_it_says_where_it_looked() {
    let repository = Repository::guide();
    std::fs::remove_dir_all(repository.path().join(".git")).unwrap();
    let root = repository.path().canonicalize().unwrap();
    let ceiling = root.parent().unwrap().to_str().unwrap();
    let outcome = run_in(
        &repository,
        "apps",
        "",
        &[("GIT_CEILING_DIRECTORIES", ceiling)],
    );
    assert_eq!(
        (outcome.code, outcome.stdout.as_str(), outcome.stderr),
        (
            2,
            "",
            format!(
                "error: no git repository in \"ROOT/apps\" or above (below {ceiling:?}, which GIT_CEILING_DIRECTORIES \
                 names)\n\
                 help: run this inside the GitOps repository, or name its folder with --repo DIR\n"
            )
        )
    );
    // Named, it need not be one of git's.
    assert_eq!(run_in(&repository, "apps", "--repo ..", &[]).stderr, "");
    assert!(repository.path().join(SEALED).exists());
}

#[test]
fn a_named_root_counts_by_flag_then_variable() {
    let (repository, empty) = (Repository::guide(), Repository::empty());
    let root = repository.path().to_str().unwrap();
    let other = empty.path().to_str().unwrap();
    let none = "error: no CNPG Cluster manifest was found in the repository\n";
    assert_eq!(
        run_in(&empty, "", &format!("--repo {root} --dry-run"), &[]).code,
        0
    );
    assert_eq!(
        run_in(&empty, "", "--dry-run", &[("PGDB_REPO", root)]).code,
        0
    );
    let outcome = run_in(&repository, "", "--dry-run", &[("PGDB_REPO", other)]);
    assert!(outcome.stderr.starts_with(none), "{}", outcome.stderr);
    let outcome = run_in(
        &empty,
        "",
        &format!("--repo {root} --dry-run"),
        &[("PGDB_REPO", other)],
    );
    assert_eq!(outcome.code, 0);
}

#[test]
fn a_named_root_that_is_none_is_refused() {
    let repository = Repository::guide();
    for (root, message) in [
        ("nowhere", "the folder \"nowhere\" (--repo) does not exist"),
        (
            CLUSTER,
            "\"infra/databases/postgres/postgres-cluster.yaml\" (--repo) is not a folder",
        ),
    ] {
        assert_eq!(
            repository.refusal(&format!("--repo {root}")),
            format!("error: {message}\nhelp: name the repository's folder with --repo DIR\n")
        );
    }
}
