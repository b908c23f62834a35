use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::files::tree::{Tree, path};

use super::*;

/// The message about a path that cannot be read.
fn error(tree: &Tree, text: &str) -> String {
    tree.root().read(&path(text)).unwrap_err().to_string()
}

#[test]
fn gives_the_exact_text() {
    let tree = Tree::new();
    let text = "\u{feff}a: 1\r\n\n# ä";
    tree.file("infra/a.yaml", text).file("empty.yaml", "");
    let root = tree.root();
    assert_eq!(
        root.read(&path("infra/a.yaml")).unwrap().as_deref(),
        Some(text)
    );
    assert_eq!(root.read(&path("empty.yaml")).unwrap().as_deref(), Some(""));
    assert_eq!(root.read(&path("infra/b.yaml")).unwrap(), None);
    assert_eq!(root.read(&path("no/such/folder/b.yaml")).unwrap(), None);
}

#[test]
fn refuses_what_is_no_text_file() {
    let tree = Tree::new();
    tree.file("infra/a.yaml", b"a: 1\nb: \xff\n").pipe("p.yaml");
    let _socket = UnixListener::bind(tree.repo().join("s.yaml")).unwrap();
    for (text, message) in [
        (
            "infra/a.yaml",
            "infra/a.yaml: line 2: not UTF-8 (byte 8 of the file)",
        ),
        ("infra", "infra: this is a folder, not a file"),
        ("", ".: this is a folder, not a file"),
        ("p.yaml", "p.yaml: this is a named pipe, not a file"),
        ("s.yaml", "s.yaml: this is a socket or a device, not a file"),
        (
            "infra/a.yaml/b.yaml",
            "infra/a.yaml/b.yaml: infra/a.yaml is not a folder",
        ),
    ] {
        assert_eq!(error(&tree, text), message);
    }
}

#[test]
fn refuses_a_file_that_is_too_big() {
    let tree = Tree::new();
    tree.file("big.yaml", "");
    let file = File::options()
        .write(true)
        .open(tree.repo().join("big.yaml"));
    file.unwrap().set_len(LIMIT + 1).unwrap();
    let error = tree.root().read(&path("big.yaml")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "big.yaml: this file has 67108865 bytes, and at most 67108864 are read"
    );
    assert_eq!(
        error.help(),
        "a manifest is far smaller: check that the path is right"
    );
    assert!(!error.is_io());
}

#[test]
#[cfg(target_os = "linux")]
fn says_what_the_system_said() {
    let tree = Tree::new();
    let error = tree.root().read(&path(&"x".repeat(300))).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("{}: File name too long (os error 36)", "x".repeat(300))
    );
    assert!(error.is_io());
}

#[test]
fn follows_links_inside() {
    let tree = Tree::new();
    tree.file("a/b/real.yaml", "text\n")
        .link("a/one.yaml", "b/real.yaml")
        .link("two.yaml", "./a//one.yaml")
        .link("folder", "a/b/")
        .link("a/b/up.yaml", "../../two.yaml");
    for text in [
        "a/one.yaml",
        "two.yaml",
        "folder/real.yaml",
        "folder/up.yaml",
    ] {
        assert_eq!(
            tree.root().read(&path(text)).unwrap().as_deref(),
            Some("text\n"),
            "{text}"
        );
    }
    // What is not there behind a linked folder is absent like anything else.
    assert_eq!(tree.root().read(&path("folder/x/y.yaml")).unwrap(), None);
    tree.link("to-folder", "a/b/..");
    assert_eq!(
        error(&tree, "to-folder"),
        "to-folder: this is a folder, not a file"
    );
}

#[test]
fn refuses_links_that_leave() {
    let tree = Tree::new();
    let absolute = tree.repo().join("a/real.yaml");
    let absolute = absolute.to_str().unwrap();
    tree.file("a/real.yaml", "text\n")
        .link("out.yaml", "../outside.yaml")
        .link("a/out", "../..")
        .link("absolute.yaml", absolute)
        .link("chain.yaml", "a/out/outside.yaml")
        .link("back.yaml", "../repo/a/real.yaml")
        .link("dangling.yaml", "a/none.yaml")
        .link("a/dangling", "none/../x")
        .link("loop.yaml", "loop.yaml")
        .link("a/around", "../a/around/x");
    for (text, message) in [
        (
            "out.yaml",
            "out.yaml: the symbolic link out.yaml -> ../outside.yaml leaves the repository",
        ),
        (
            "a/out/outside.yaml",
            "a/out/outside.yaml: the symbolic link a/out -> ../.. leaves the repository",
        ),
        (
            "absolute.yaml",
            &format!(
                "absolute.yaml: the symbolic link absolute.yaml -> {absolute} leaves the repository"
            ),
        ),
        (
            "chain.yaml",
            "chain.yaml: the symbolic link a/out -> ../.. leaves the repository",
        ),
        (
            "back.yaml",
            "back.yaml: the symbolic link back.yaml -> ../repo/a/real.yaml leaves the repository",
        ),
        (
            "dangling.yaml",
            "dangling.yaml: the symbolic link dangling.yaml -> a/none.yaml leads to nothing",
        ),
        (
            "a/dangling/y.yaml",
            "a/dangling/y.yaml: the symbolic link a/dangling -> none/../x leads to nothing",
        ),
        (
            "loop.yaml",
            "loop.yaml: more than 40 symbolic links on the way",
        ),
        (
            "a/around/y.yaml",
            "a/around/y.yaml: more than 40 symbolic links on the way",
        ),
    ] {
        assert_eq!(error(&tree, text), message);
    }
}

#[test]
fn never_reads_outside_while_links_are_swapped() {
    let tree = Tree::new();
    tree.file("a/outside.yaml", "inside\n");
    let root = tree.root();
    let [folder, away] = ["a", "b"].map(|name| tree.repo().join(name));
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..2000 {
                fs::rename(&folder, &away).unwrap();
                symlink("..", &folder).unwrap();
                // So that the reader meets the link on one processor too.
                thread::yield_now();
                fs::remove_file(&folder).unwrap();
                fs::rename(&away, &folder).unwrap();
                thread::yield_now();
            }
            done.store(true, Ordering::Relaxed);
        });
        while !done.load(Ordering::Relaxed) {
            if let Ok(Some(text)) = root.read(&path("a/outside.yaml")) {
                assert_eq!(text, "inside\n");
            }
        }
    });
}
