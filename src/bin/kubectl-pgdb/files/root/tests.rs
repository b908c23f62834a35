use std::os::unix::fs::symlink;

use tempfile::TempDir;

use super::*;

/// A folder with a repository `r` in it, which has the folder `r/a/b`.
fn repository() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = fs::canonicalize(folder.path()).unwrap();
    fs::create_dir_all(path.join("r/a/b")).unwrap();
    fs::create_dir_all(path.join("r/.git")).unwrap();
    fs::write(path.join("r/.git/HEAD"), "ref: refs/heads/main\n").unwrap();
    (folder, path)
}

/// The root found from a folder, without an environment.
fn found(start: &Path) -> PathBuf {
    let root = Root::find_in(start, &GitEnvironment::default()).unwrap();
    root.path().to_owned()
}

/// The result of the search below some ceilings.
fn found_below(start: &Path, ceilings: &str) -> Result<PathBuf, String> {
    let environment = GitEnvironment {
        work_tree: None,
        ceilings: Some(ceilings.into()),
    };
    match Root::find_in(start, &environment) {
        Ok(root) => Ok(root.path().to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn finds_the_nearest_repository_upwards() {
    let (_folder, path) = repository();
    for start in ["r", "r/a", "r/a/b", "r/.git"] {
        assert_eq!(found(&path.join(start)), path.join("r"));
    }
    symlink(path.join("r/a"), path.join("link")).unwrap();
    assert_eq!(found(&path.join("link/b")), path.join("r"));

    // A worktree or submodule inside.
    fs::write(
        path.join("r/a/.git"),
        "gitdir: ../.git/worktrees/a, which may be on another machine\n",
    )
    .unwrap();
    assert_eq!(found(&path.join("r/a/b")), path.join("r/a"));
    assert_eq!(found(&path.join("r")), path.join("r"));
}

#[test]
fn passes_over_what_only_looks_like_a_repository() {
    let (_folder, path) = repository();
    fs::create_dir(path.join("r/a/.git")).unwrap();
    fs::write(path.join("r/a/b/.git"), "notes\n").unwrap();
    assert_eq!(found(&path.join("r/a/b")), path.join("r"));
}

#[test]
fn says_where_it_searched() {
    let (_folder, path) = repository();
    let start = path.join("r/a/b");
    let above = path.join("r/a");
    assert_eq!(
        found_below(&start, above.to_str().unwrap()).unwrap_err(),
        format!(
            "no git repository in {start:?} or above (below {above:?}, which GIT_CEILING_DIRECTORIES names)"
        )
    );
    fs::remove_dir_all(path.join("r/.git")).unwrap();
    let error = Root::find_in(&start, &GitEnvironment::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("no git repository in {start:?} or above")
    );
    assert_eq!(
        error.help(),
        "run this inside the GitOps repository, or name its folder with --repo DIR"
    );
    assert!(!error.is_io());
}

#[test]
fn stops_at_ceilings_as_git_does() {
    let (_folder, path) = repository();
    let root = path.join("r");
    let shown = root.to_str().unwrap();
    // The ceiling itself is not entered from below, but searched when it is the start.
    assert!(found_below(&root.join("a"), shown).is_err());
    assert_eq!(found_below(&root, shown).unwrap(), root);
    // A ceiling above or elsewhere is none.
    assert_eq!(
        found_below(&root.join("a"), path.to_str().unwrap()).unwrap(),
        root
    );
    assert_eq!(
        found_below(&root.join("a"), &format!("{shown}/a/b:r:")).unwrap(),
        root
    );
    // The nearest of several, in any order.
    assert!(found_below(&root.join("a/b"), &format!("{}:{shown}", path.display())).is_err());
    assert!(found_below(&root.join("a/b"), &format!("{shown}:{}", path.display())).is_err());
    // Links are resolved, unless an empty entry came before.
    symlink(&root, path.join("link")).unwrap();
    let link = path.join("link").display().to_string();
    assert!(found_below(&root.join("a"), &link).is_err());
    assert_eq!(
        found_below(&root.join("a"), &format!(":{link}")).unwrap(),
        root
    );
}

#[test]
fn takes_the_work_tree_of_the_environment() {
    let (_folder, path) = repository();
    let with = |work_tree: &str| {
        let environment = GitEnvironment {
            work_tree: Some(work_tree.into()),
            ceilings: None,
        };
        Root::find_in(&path.join("r"), &environment)
    };
    assert_eq!(with("a").unwrap().path(), path.join("r/a"));
    assert_eq!(
        with("c").unwrap_err().to_string(),
        format!(
            "the folder {:?} (GIT_WORK_TREE) does not exist",
            path.join("r/c")
        )
    );
}

#[test]
fn takes_the_folder_that_is_named() {
    let (_folder, path) = repository();
    assert_eq!(
        Root::at(&path.join("r/a/../a")).unwrap().path(),
        path.join("r/a")
    );
    let missing = path.join("x");
    let error = Root::at(&missing).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("the folder {missing:?} (--repo) does not exist")
    );
    assert_eq!(error.help(), "name the repository's folder with --repo DIR");
    let file = path.join("r/.git/HEAD");
    let error = Root::at(&file).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("{file:?} (--repo) is not a folder")
    );
    assert!(!error.is_io());
}
