use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;

use crate::files::tree::{Tree, path};

use super::*;

/// The paths of all files in the repository that could be read.
fn paths(tree: &Tree) -> Vec<String> {
    let found = tree.root().snapshot(&[], |_, _| true).unwrap();
    assert_eq!(found.skipped.len(), 0, "{:?}", found.skipped);
    found
        .snapshot
        .files()
        .map(|(path, _)| path.to_string())
        .collect()
}

#[test]
fn reads_manifests_by_their_names() {
    let tree = Tree::new();
    tree.file("b.yaml", "\u{feff}b: 1\r\n")
        .file("a.yml", "")
        .file("deep/er/c.json", "{}")
        .file("deep/Kustomization", "resources: []\n")
        .file(".pgdb.yaml", "s: 1\n")
        .file("d.YAML", "")
        .file("e.yaml.bak", "")
        .file("yaml", "")
        .file("kustomization", "")
        .file(".deploy/.more/e.yaml", "e: 1\n")
        .file("sub/.git/x.yaml", "")
        .file("sub/.hg/x.yaml", "")
        .file(".jj/x.yaml", "")
        .file(".svn/x.yaml", "")
        .file("folder.yaml/x.txt", "");
    let found = tree.root().snapshot(&[], |_, _| true).unwrap();
    let files: Vec<(&str, &str)> = found
        .snapshot
        .files()
        .map(|(path, text)| (path.as_str(), text))
        .collect();
    assert_eq!(
        files,
        [
            (".deploy/.more/e.yaml", "e: 1\n"),
            (".pgdb.yaml", "s: 1\n"),
            ("a.yml", ""),
            ("b.yaml", "\u{feff}b: 1\r\n"),
            ("deep/Kustomization", "resources: []\n"),
            ("deep/er/c.json", "{}"),
        ]
    );
}

#[test]
fn keeps_what_is_relevant() {
    let tree = Tree::new();
    for number in 0..50 {
        tree.file(
            &format!("d{}/{number}.yaml", number % 7),
            format!("n: {number}\n"),
        );
    }
    let mut seen = 0;
    let found = tree
        .root()
        .snapshot(&[], |path, text| {
            seen += 1;
            path.parent().as_str() == "d3" || text == b"n: 49\n"
        })
        .unwrap();
    assert_eq!(seen, 50);
    let texts: Vec<&str> = found.snapshot.files().map(|(_, text)| text).collect();
    assert_eq!(
        texts,
        [
            "n: 49\n", "n: 10\n", "n: 17\n", "n: 24\n", "n: 3\n", "n: 31\n", "n: 38\n", "n: 45\n"
        ]
    );
}

#[test]
fn passes_over_what_git_ignores() {
    let tree = Tree::new();
    tree.file(".gitignore", "/build/\n*.tmp.yaml\n[\n")
        .file("infra/.gitignore", "local.yaml\n!keep.tmp.yaml\n")
        .file(".ignore", "a.yaml\n")
        .file("a.yaml", "")
        .file("a.tmp.yaml", "")
        .file("build/b.yaml", "")
        .file("infra/build/b.yaml", "")
        .file("infra/local.yaml", "")
        .file("infra/keep.tmp.yaml", "")
        .file("local.yaml", "");
    let expected = [
        "a.yaml",
        "infra/build/b.yaml",
        "infra/keep.tmp.yaml",
        "local.yaml",
    ];
    assert_eq!(paths(&tree), expected);
    // The rules of a folder above the root are not the repository's.
    fs::write(tree.repo().join("../.gitignore"), "*\n").unwrap();
    assert_eq!(paths(&tree), expected);
    tree.file(".git/HEAD", "ref: refs/heads/main\n")
        .file(".git/info/exclude", "a.yaml\n");
    assert_eq!(
        paths(&tree),
        ["infra/build/b.yaml", "infra/keep.tmp.yaml", "local.yaml"]
    );
}

#[test]
fn passes_over_what_a_worktree_excludes() {
    let tree = Tree::new();
    let git = tree.repo().join("../main.git/worktrees/w");
    fs::create_dir_all(&git).unwrap();
    fs::create_dir_all(git.join("../../info")).unwrap();
    fs::write(git.join("../../info/exclude"), "a.yaml\n").unwrap();
    fs::write(git.join("commondir"), "../..\n").unwrap();
    tree.file(".git", format!("gitdir: {}\n", git.display()))
        .file("a.yaml", "")
        .file("b.yaml", "");
    assert_eq!(paths(&tree), ["b.yaml"]);
}

#[test]
fn does_not_follow_links() {
    let tree = Tree::new();
    tree.file("a/real.yaml", "")
        .link("link.yaml", "a/real.yaml")
        .link("folder", "a")
        .link("out", "..")
        .link("out.yaml", "../outside.yaml")
        .link("dangling.yaml", "none")
        .pipe("pipe.yaml");
    assert_eq!(paths(&tree), ["a/real.yaml"]);
}

#[test]
#[cfg(target_os = "linux")]
fn lists_what_it_cannot_read() {
    let tree = Tree::new();
    tree.file("a.yaml", "a: 1\n")
        .file("z/latin.yaml", b"# \xe4\n")
        .file("b.yaml", b"\xff\xfea\0")
        .file("back\\slash.yaml", "");
    let odd = tree.repo().join(OsStr::from_bytes(b"odd\xff.yaml"));
    fs::write(odd, "").unwrap();
    tree.file("big.yaml", "");
    let big = fs::File::options()
        .write(true)
        .open(tree.repo().join("big.yaml"));
    big.unwrap().set_len(100 * 1024 * 1024).unwrap();
    let found = tree.root().snapshot(&[], |_, _| false).unwrap();
    assert_eq!(found.snapshot, Snapshot::default());
    let skipped: Vec<String> = found.skipped.iter().map(ToString::to_string).collect();
    let name = "the file's name is not UTF-8, or holds a backslash or a control character";
    assert_eq!(
        skipped,
        [
            "b.yaml: line 1: not UTF-8 (byte 0 of the file)".to_owned(),
            format!("back\\slash.yaml: {name}"),
            "big.yaml: this file has 104857600 bytes, and at most 67108864 are read".to_owned(),
            format!("odd\u{fffd}.yaml: {name}"),
            "z/latin.yaml: line 1: not UTF-8 (byte 2 of the file)".to_owned(),
        ]
    );
}

#[test]
fn passes_over_what_is_encrypted_and_texts_in_other_encodings() {
    let tree = Tree::new();
    tree.file("secret.yaml", b"\0GITCRYPT\0\x9c\xff")
        .file("secret.env", b"\0GITCRYPT\0\x9c\xff")
        .file("messages.properties", b"greeting=Gr\xfc\xdfe\n")
        .file("app.properties", "name=x\n");
    let found = tree.root().snapshot(&["env", "properties"], |_, _| true);
    let found = found.unwrap();
    let files = found.snapshot.files();
    let files: Vec<String> = files.map(|(path, _)| path.to_string()).collect();
    assert_eq!(files, ["app.properties"]);
    assert_eq!(found.skipped.len(), 0, "{:?}", found.skipped);
}

#[test]
fn fails_when_the_root_is_gone() {
    let tree = Tree::new();
    let root = tree.root();
    fs::remove_dir(tree.repo()).unwrap();
    let error = root.snapshot(&[], |_, _| true).unwrap_err();
    assert!(error.is_io());
    assert_eq!(error.path, ".");
    fs::create_dir(tree.repo()).unwrap();
}

#[test]
fn finds_what_a_killed_process_left() {
    let tree = Tree::new();
    tree.file("a/.x.yaml.pgdb-0123456789abcdef", "old\n")
        .file("b/.y.yaml.pgdb-0123456789abcdef", "new\n")
        .file("b/.y.yaml.pgdb-notes", "mine\n")
        .file("b/y.yaml.pgdb-0123456789abcdef", "mine\n");
    let root = tree.root();
    let found = root.snapshot(&[], |_, _| true).unwrap();
    assert_eq!(
        found.staged,
        [
            path("a/.x.yaml.pgdb-0123456789abcdef"),
            path("b/.y.yaml.pgdb-0123456789abcdef")
        ]
    );
    let lock = root.lock(crate::files::DEFAULT_WAIT, |_| ()).unwrap();
    lock.remove_staged(&found.staged).unwrap();
    lock.remove_staged(&found.staged).unwrap();
    lock.remove_staged(&[path("b/.y.yaml.pgdb-notes")]).unwrap();
    assert_eq!(
        tree.list(),
        [
            "a/",
            "b/",
            "b/.y.yaml.pgdb-notes \"mine\\n\"",
            "b/y.yaml.pgdb-* \"mine\\n\"",
        ]
    );
}
