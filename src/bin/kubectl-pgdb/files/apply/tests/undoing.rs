//! What happens when writing fails half way.

use super::*;

#[test]
fn undoes_everything_when_a_file_changes_meanwhile() {
    let cases: [(Meddle, &str); 4] = [
        (
            |tree| {
                tree.file("new/n.yaml", "mine\n");
            },
            "new/n.yaml: this file is to be created, but something is there already",
        ),
        (
            |tree| {
                tree.file("b.yaml", "mine\n");
            },
            "b.yaml: this file has changed since it was read",
        ),
        (
            |tree| fs::remove_file(tree.repo().join("c.yaml")).unwrap(),
            "c.yaml: this file is gone since it was read",
        ),
        (
            |tree| {
                fs::remove_file(tree.repo().join("b.yaml")).unwrap();
                symlink("../outside.yaml", tree.repo().join("b.yaml")).unwrap();
            },
            "b.yaml: this is a symbolic link, not a file",
        ),
    ];
    let changes = changes(&["+a.yaml", "~b.yaml", "-c.yaml", "+new/n.yaml"]);
    for (meddle, message) in cases {
        let tree = Tree::new();
        tree.file("b.yaml", "old\n").file("c.yaml", "old\n");
        let root = tree.root();
        let interrupts = Interrupts::hold().unwrap();
        let mut work = Work::new(root.folder());
        work.stage(&changes, &interrupts).unwrap();
        let staged = [
            r#".a.yaml.pgdb-* "new\n""#,
            r#".b.yaml.pgdb-* "new\n""#,
            r#".b.yaml.pgdb-* "old\n""#,
            r#"b.yaml "old\n""#,
            r#"c.yaml "old\n""#,
            "new/",
            r#"new/.n.yaml.pgdb-* "new\n""#,
        ];
        assert_eq!(tree.list(), staged);
        meddle(&tree);
        let mut expected: Vec<String> = tree.list();
        expected.retain(|line| !line.contains(".pgdb-"));
        let made_by_us = !tree.repo().join("new/n.yaml").exists();
        expected.retain(|line| !(made_by_us && line == "new/"));
        assert_eq!(work.commit(&interrupts).unwrap_err().to_string(), message);
        let left = work.undo();
        assert_eq!(left.len(), 0, "{left:?}");
        assert_eq!(tree.list(), expected, "{message}");
    }
}

#[test]
fn puts_back_what_was_renamed() {
    let tree = Tree::new();
    tree.file("b.yaml", "old\n")
        .mode("b.yaml", 0o640)
        .file("c.yaml", "old\n");
    let before = tree.list();
    let inode = |name: &str| fs::metadata(tree.repo().join(name)).unwrap().ino();
    let inodes = [inode("b.yaml"), inode("c.yaml")];
    let root = tree.root();
    let changes = changes(&["+a.yaml", "~b.yaml", "-c.yaml", "+new/deep/n.yaml"]);
    let interrupts = Interrupts::hold().unwrap();
    let mut work = Work::new(root.folder());
    work.run(&changes, &interrupts).unwrap();
    assert_eq!(
        tree.list(),
        [
            r#".b.yaml.pgdb-* "old\n""#,
            r#".c.yaml.pgdb-* "old\n""#,
            r#"a.yaml "new\n""#,
            r#"b.yaml "new\n""#,
            "new/",
            "new/deep/",
            r#"new/deep/n.yaml "new\n""#,
        ]
    );
    assert_eq!(work.undo().len(), 0);
    assert_eq!(tree.list(), before);
    // The very same files, with all that belongs to them.
    assert_eq!([inode("b.yaml"), inode("c.yaml")], inodes);
    assert_eq!(tree.mode_of("b.yaml"), 0o640);
}

#[test]
fn does_not_replace_what_appears_at_the_last_moment() {
    let tree = Tree::new();
    tree.file("b.yaml", "old\n");
    let root = tree.root();
    let changes = changes(&["~b.yaml", "+a.yaml"]);
    let interrupts = Interrupts::hold().unwrap();
    let mut work = Work::new(root.folder());
    work.stage(&changes, &interrupts).unwrap();
    // After the last comparison: only the rename itself can notice.
    tree.file("a.yaml", "mine\n");
    work.targets[0].commit().unwrap();
    assert_eq!(
        work.targets[1].commit().unwrap_err().to_string(),
        "a.yaml: this file is to be created, but something is there already"
    );
    assert_eq!(work.undo().len(), 0);
    assert_eq!(tree.list(), [r#"a.yaml "mine\n""#, r#"b.yaml "old\n""#]);
}

#[test]
#[cfg(target_os = "linux")]
fn says_what_could_not_be_undone() {
    let tree = Tree::new();
    tree.file("b.yaml", "old\n").file("c.yaml", "old\n");
    let root = tree.root();
    let changes = changes(&["~b.yaml", "-c.yaml", "+a.yaml"]);
    let interrupts = Interrupts::hold().unwrap();
    let mut work = Work::new(root.folder());
    work.run(&changes, &interrupts).unwrap();
    // Folders where files were: neither renames nor removals work on them.
    for name in ["b.yaml", "a.yaml"] {
        fs::remove_file(tree.repo().join(name)).unwrap();
        fs::create_dir(tree.repo().join(name)).unwrap();
    }
    tree.file("c.yaml", "mine\n");
    let error = ApplyError::NotUndone {
        cause: Box::new(ApplyError::Interrupted),
        left: work.undo(),
    };
    let mut message = error.to_string();
    for entry in fs::read_dir(tree.repo()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if let Some((start, _)) = name.split_once(".pgdb-") {
            message = message.replace(&name, &format!("{start}.pgdb-*"));
        }
    }
    assert_eq!(
        message,
        "interrupted; undoing what was done failed too:\
         \n  a.yaml: this file was created and is still there: Is a directory (os error 21)\
         \n  c.yaml: this file is deleted, and .c.yaml.pgdb-* has its text: File exists (os error 17)\
         \n  b.yaml: this file has its new text, and .b.yaml.pgdb-* has the old one: Is a directory (os error 21)"
    );
    assert!(error.is_io());
    // What was told to be there is.
    assert_eq!(
        tree.list(),
        [
            r#".b.yaml.pgdb-* "old\n""#,
            r#".c.yaml.pgdb-* "old\n""#,
            "a.yaml/",
            "b.yaml/",
            r#"c.yaml "mine\n""#,
        ]
    );
}
