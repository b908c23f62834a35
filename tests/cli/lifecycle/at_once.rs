//! Two people at once: in one work tree, and in a clone each.

use std::fs::File;
use std::process::{Child, Stdio};

use super::{Life, commit};
use crate::support::{Repository, SEALED, outcome};

/// Starts the binary in a repository.
fn start(repository: &Repository, words: &str) -> Child {
    let mut command = repository.command(words.split_whitespace());
    command.stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

#[test]
fn in_one_work_tree_they_take_turns() {
    let Some(life) = Life::begin() else {
        return;
    };
    life.live("new-app my-shop --app-namespace shop --yes");
    let before = life.repository.read(SEALED);
    // All of them are running before the first can read.
    let folder = File::open(life.repository.path()).unwrap();
    folder.lock().unwrap();
    let running = [
        "rotate my-shop",
        "new-app my-blog --app-namespace shop",
        "rotate my-shop",
    ]
    .map(|words| start(&life.repository, words));
    drop(folder);
    for child in running {
        let outcome = outcome(child.wait_with_output().unwrap());
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    }
    assert_ne!(life.repository.read(SEALED), before);
    life.commit("three-at-once");
    life.cluster.sync();
    life.assert_works("my-shop");
    life.assert_works("my-blog");
}

#[test]
fn in_a_clone_each_git_merges_what_they_did() {
    let Some(life) = Life::begin() else {
        return;
    };
    life.live("new-app my-shop --app-namespace shop --yes");
    let other = Repository::empty();
    let path = life.repository.path().display().to_string();
    other.git(&format!("pull --quiet {path} HEAD"), "");
    other.run_ok("new-app my-blog --app-namespace shop --roles databaserole");
    commit(&other, "by-somebody-else");

    life.change("rotate my-shop");
    let pull = "-c user.name=Ada -c user.email=ada@example.com pull --quiet --no-rebase --no-edit";
    let path = other.path().display();
    life.repository.git(&format!("{pull} {path} HEAD"), "");
    life.cluster.sync();
    life.assert_works("my-shop");
    life.assert_works("my-blog");
    let mine = life.repository.unsealed(SEALED)["password"].clone();
    assert_eq!(life.value("shop", "my-shop", "password"), mine);
}
