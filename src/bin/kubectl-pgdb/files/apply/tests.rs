use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};

use crate::files::tree::{Tree, path};
use crate::files::{DEFAULT_WAIT, Root};

use super::*;

mod undoing;

/// A change set of lines such as `+a.yaml`, `~a.yaml` and `-a.yaml`. Created files hold `new\n`, and others go from
/// `old\n` to `new\n`.
fn changes(lines: &[&str]) -> ChangeSet {
    let mut set = ChangeSet::default();
    for line in lines {
        let (kind, name) = line.split_at(1);
        match kind {
            "+" => set.write(path(name), None, "new\n".to_owned()),
            "~" => set.write(path(name), Some("old\n"), "new\n".to_owned()),
            _ => set.delete(path(name), "old\n"),
        }
    }
    set
}

/// Applies a change set under the lock.
fn apply(root: &Root, lines: &[&str]) -> Result<Applied, ApplyError> {
    let lock = root.lock(DEFAULT_WAIT, |_| ()).unwrap();
    lock.apply(&changes(lines))
}

/// Applies a change set that must fail and leave everything as it was, and returns the message.
fn refused(tree: &Tree, lines: &[&str]) -> ApplyError {
    let before = tree.list();
    let error = apply(&tree.root(), lines).unwrap_err();
    assert_eq!(tree.list(), before, "{error}");
    error
}

/// Runs a test's body as a user who is not root, in a thread of its own: Linux keeps the user of each thread.
#[cfg(target_os = "linux")]
fn as_nobody(body: impl FnOnce() + Send) {
    use rustix::process::{Gid, Uid};
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            if rustix::process::geteuid().is_root() {
                let (user, group) = (Uid::from_raw(65534), Gid::from_raw(65534));
                rustix::thread::set_thread_res_gid(group, group, group).unwrap();
                rustix::thread::set_thread_res_uid(user, user, user).unwrap();
            }
            body();
        });
        thread.join().unwrap();
    });
}

#[test]
fn writes_all_kinds_of_changes() {
    let tree = Tree::new();
    tree.file("a.yaml", "old\n")
        .file("infra/b.yaml", "old\n")
        .file("infra/c.yaml", "old\n")
        .file("other.yaml", "mine\n");
    let lines = [
        "+new/deep/d.yaml",
        "~a.yaml",
        "-infra/b.yaml",
        "+infra/e.yaml",
        "~infra/c.yaml",
        "+new/f.yaml",
    ];
    assert_eq!(apply(&tree.root(), &lines).unwrap(), Applied::default());
    assert_eq!(
        tree.list(),
        [
            r#"a.yaml "new\n""#,
            "infra/",
            r#"infra/c.yaml "new\n""#,
            r#"infra/e.yaml "new\n""#,
            "new/",
            "new/deep/",
            r#"new/deep/d.yaml "new\n""#,
            r#"new/f.yaml "new\n""#,
            r#"other.yaml "mine\n""#,
        ]
    );
    assert_eq!(apply(&tree.root(), &[]).unwrap(), Applied::default());
}

#[test]
fn keeps_the_exact_bytes() {
    let tree = Tree::new();
    tree.file("a.yaml", "\u{feff}a: 1\r\n");
    let mut set = ChangeSet::default();
    let after = "\u{feff}a: 1\r\nb: ä".to_owned();
    set.write(path("a.yaml"), Some("\u{feff}a: 1\r\n"), after.clone());
    let root = tree.root();
    root.lock(DEFAULT_WAIT, |_| ())
        .unwrap()
        .apply(&set)
        .unwrap();
    assert_eq!(root.read(&path("a.yaml")).unwrap(), Some(after));
}

#[test]
fn refuses_what_has_changed() {
    let tree = Tree::new();
    tree.file("same.yaml", "old\n")
        .file("other.yaml", "old\r\n")
        .file("latin.yaml", b"old\xff")
        .file("folder/x.yaml", "")
        .link("dangling.yaml", "none.yaml")
        .link("link.yaml", "same.yaml")
        .pipe("pipe.yaml");
    let text = "this file has changed since it was read";
    let gone = "this file is gone since it was read";
    let there = "this file is to be created, but something is there already";
    for (line, message) in [
        ("~other.yaml", format!("other.yaml: {text}")),
        ("-other.yaml", format!("other.yaml: {text}")),
        ("~latin.yaml", format!("latin.yaml: {text}")),
        ("~none.yaml", format!("none.yaml: {gone}")),
        ("-no/ne.yaml", format!("no/ne.yaml: {gone}")),
        ("+same.yaml", format!("same.yaml: {there}")),
        ("+link.yaml", format!("link.yaml: {there}")),
        ("+folder", format!("folder: {there}")),
        ("+pipe.yaml", format!("pipe.yaml: {there}")),
        (
            "~pipe.yaml",
            "pipe.yaml: this is a named pipe, not a file".to_owned(),
        ),
        ("~folder", "folder: this is a folder, not a file".to_owned()),
        (
            "+dangling.yaml",
            "dangling.yaml: the symbolic link dangling.yaml -> none.yaml leads to nothing"
                .to_owned(),
        ),
        (
            "+same.yaml/x.yaml",
            "same.yaml/x.yaml: same.yaml is not a folder".to_owned(),
        ),
        (
            "-link.yaml",
            "link.yaml: this is a symbolic link, and only files are deleted".to_owned(),
        ),
    ] {
        // The change that does not fit is the last: those before must not be seen either.
        let error = refused(&tree, &["+new/a.yaml", "~same.yaml", line]);
        assert!(!error.is_io(), "{error}");
        assert_eq!(error.to_string(), message);
    }
    assert_eq!(
        refused(&tree, &["~none.yaml"]).help(),
        "nothing was changed; run the command again, so that it works with what is there now"
    );
}

#[test]
fn refuses_two_changes_of_one_file() {
    let tree = Tree::new();
    tree.file("a/x.yaml", "old\n").link("b", "a");
    for lines in [
        ["~a/x.yaml", "~a/x.yaml"],
        ["~b/x.yaml", "-a/x.yaml"],
        ["~a/x.yaml", "~b/x.yaml"],
    ] {
        assert_eq!(
            refused(&tree, &lines).to_string(),
            "a/x.yaml: two changes are meant for this file"
        );
    }
    assert_eq!(
        refused(&tree, &["+b/new.yaml", "+a/new.yaml"]).to_string(),
        "a/new.yaml: two changes are meant for this file"
    );
}

#[test]
fn refuses_links_that_leave() {
    let tree = Tree::new();
    let absolute = tree.repo();
    tree.file("a/real.yaml", "old\n")
        .link("out.yaml", "../outside.yaml")
        .link("out", "..")
        .link("absolute", absolute.to_str().unwrap())
        .link("a/up", "../../repo");
    for (line, link) in [
        ("~out.yaml", "out.yaml -> ../outside.yaml".to_owned()),
        ("+out/new.yaml", "out -> ..".to_owned()),
        ("+out/new/deep.yaml", "out -> ..".to_owned()),
        (
            "~absolute/a/real.yaml",
            format!("absolute -> {}", absolute.display()),
        ),
        ("+a/up/new.yaml", "a/up -> ../../repo".to_owned()),
    ] {
        let error = refused(&tree, &["+new/a.yaml", line]);
        let path = line.split_at(1).1;
        assert_eq!(
            error.to_string(),
            format!("{path}: the symbolic link {link} leaves the repository")
        );
        assert_eq!(
            error.help(),
            "nothing was changed; only files inside the repository are read and written: make the link relative and \
             let it stay inside, or put the file itself there"
        );
    }
}

#[test]
fn writes_through_links_inside() {
    let tree = Tree::new();
    tree.file("a/real.yaml", "old\n")
        .file("a/gone.yaml", "old\n")
        .link("link.yaml", "folder/real.yaml")
        .link("folder", "./a");
    apply(
        &tree.root(),
        &["~link.yaml", "+folder/new/x.yaml", "-folder/gone.yaml"],
    )
    .unwrap();
    assert_eq!(
        tree.list(),
        [
            "a/",
            "a/new/",
            r#"a/new/x.yaml "new\n""#,
            r#"a/real.yaml "new\n""#,
            "folder -> ./a",
            "link.yaml -> folder/real.yaml",
        ]
    );
}

#[test]
fn keeps_permissions_and_owner() {
    let tree = Tree::new();
    for (name, mode) in [("x.yaml", 0o755), ("p.yaml", 0o600), ("r.yaml", 0o444)] {
        tree.file(name, "old\n").mode(name, mode);
    }
    let owned = rustix::process::geteuid().is_root();
    if owned {
        std::os::unix::fs::chown(tree.repo().join("x.yaml"), Some(1234), Some(5678)).unwrap();
    }
    apply(
        &tree.root(),
        &["~x.yaml", "~p.yaml", "~r.yaml", "+new/n.yaml"],
    )
    .unwrap();
    let modes = ["x.yaml", "p.yaml", "r.yaml"].map(|name| tree.mode_of(name));
    assert_eq!(modes, [0o755, 0o600, 0o444]);
    if owned {
        let metadata = fs::metadata(tree.repo().join("x.yaml")).unwrap();
        assert_eq!((metadata.uid(), metadata.gid()), (1234, 5678));
    }
    // New ones are like any other new file and folder, whatever the umask.
    tree.file("like/this", "");
    assert_eq!(tree.mode_of("new/n.yaml"), tree.mode_of("like/this"));
    assert_eq!(tree.mode_of("new"), tree.mode_of("like"));
}

#[test]
fn removes_what_a_killed_process_left() {
    let tree = Tree::new();
    tree.file("a/x.yaml", "old\n")
        .file("a/.x.yaml.pgdb-0123456789abcdef", "half")
        .file("a/.y.yaml.pgdb-0123456789abcdef", "other\n")
        .file("a/.x.yaml.pgdb-0123456789ABCDEF", "mine\n")
        .file("a/.x.yaml.pgdb-0123", "mine\n")
        .file("b/.x.yaml.pgdb-0123456789abcdef", "elsewhere\n")
        .link("a/.l.yaml.pgdb-0123456789abcdef", "x.yaml");
    apply(&tree.root(), &["~a/x.yaml"]).unwrap();
    assert_eq!(
        tree.list(),
        [
            "a/",
            "a/.l.yaml.pgdb-* -> x.yaml",
            "a/.x.yaml.pgdb-* \"mine\\n\"",
            "a/.x.yaml.pgdb-0123 \"mine\\n\"",
            r#"a/x.yaml "new\n""#,
            "b/",
            "b/.x.yaml.pgdb-* \"elsewhere\\n\"",
        ]
    );
}

#[test]
fn takes_long_names() {
    let tree = Tree::new();
    let name = format!("{}.yaml", "x".repeat(250));
    tree.file(&name, "old\n");
    apply(&tree.root(), &[&format!("~{name}")]).unwrap();
    assert_eq!(tree.list(), [format!("{name} \"new\\n\"")]);
}

#[test]
fn needs_few_descriptors() {
    let tree = Tree::new();
    let names: Vec<String> = (0..50).map(|number| format!("+a/{number}.yaml")).collect();
    let lines: Vec<&str> = names.iter().map(String::as_str).collect();
    let root = tree.root();
    let changes = changes(&lines);
    let mut work = Work::new(root.folder());
    let interrupts = Interrupts::hold().unwrap();
    work.run(&changes, &interrupts).unwrap();
    assert_eq!(work.folders.len(), 2);
    assert_eq!(tree.list().len(), 51);
}

#[test]
#[cfg(target_os = "linux")]
fn says_that_a_folder_is_read_only() {
    let tree = Tree::new();
    tree.file("a.yaml", "old\n")
        .file("locked/b.yaml", "old\n")
        .mode("", 0o777)
        .mode("locked", 0o555);
    let root = tree.root();
    as_nobody(|| {
        for line in ["~locked/b.yaml", "+locked/c.yaml", "-locked/b.yaml"] {
            let error = apply(&root, &["+new/a.yaml", "~a.yaml", line]).unwrap_err();
            let (action, path) = match line {
                "-locked/b.yaml" => ("delete", "locked/b.yaml"),
                line => ("write", line.split_at(1).1),
            };
            assert_eq!(
                error.to_string(),
                format!("cannot {action} {path}: Permission denied (os error 13)")
            );
            assert!(error.is_io());
            assert_eq!(
                error.help(),
                "nothing was changed; check who owns the file and its folder, and their permissions"
            );
        }
        let error = apply(&root, &["+locked/new/c.yaml"]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "cannot make the folder locked/new: Permission denied (os error 13)"
        );
    });
    assert_eq!(
        tree.list(),
        [r#"a.yaml "old\n""#, "locked/", r#"locked/b.yaml "old\n""#,]
    );
}

/// What one test of a change between staging and renaming does to the files.
type Meddle = fn(&Tree);
