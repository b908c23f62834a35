use std::sync::mpsc;

use pgdb::repo::change_set::ChangeSet;

use crate::files::tree::{Tree, path};

use super::*;

#[test]
fn leaves_nothing_behind_and_comes_again() {
    let tree = Tree::new();
    let root = tree.root();
    for _ in 0..3 {
        let _lock = root.lock(Duration::ZERO, |_| panic!("it is free")).unwrap();
        assert_eq!(tree.list(), Vec::<String>::new());
    }
}

#[test]
fn gives_up_when_the_time_is_over() {
    let tree = Tree::new();
    let (root, other) = (tree.root(), tree.root());
    let lock = root.lock(Duration::ZERO, |_| ()).unwrap();
    let mut waited_for = None;
    let error = other
        .lock(Duration::from_millis(10), |holder| {
            waited_for = Some(holder.to_owned());
        })
        .unwrap_err();
    let waited_for = waited_for.unwrap();
    if cfg!(target_os = "linux") {
        let me = format!("(process {})", std::process::id());
        assert!(waited_for.ends_with(&me), "{waited_for}");
    }
    assert_eq!(
        error.to_string(),
        format!(
            "waited 0.01 s for the repository {:?}, which {waited_for} has locked",
            tree.repo()
        )
    );
    assert_eq!(
        error.help(),
        "let it finish, or end it, and run the command again"
    );
    // The waiter that gave up does not keep the lock when it comes.
    drop(lock);
    other.lock(Duration::from_secs(60), |_| ()).unwrap();
}

#[test]
fn wakes_who_waits() {
    let tree = Tree::new();
    let (root, other) = (tree.root(), tree.root());
    let lock = root.lock(Duration::ZERO, |_| ()).unwrap();
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(move || {
            let waiting = |_: &str| sender.send(()).unwrap();
            other.lock(Duration::from_secs(60), waiting).unwrap();
        });
        receiver.recv().unwrap();
        drop(lock);
    });
}

#[test]
fn sixteen_writers_lose_nothing() {
    let tree = Tree::new();
    let file = path("list.yaml");
    thread::scope(|scope| {
        for writer in 0..16 {
            let (tree, file) = (&tree, &file);
            scope.spawn(move || {
                let root = tree.root();
                for number in 0..5 {
                    let lock = root.lock(Duration::from_secs(60), |_| ()).unwrap();
                    let before = root.read(file).unwrap();
                    let mut changes = ChangeSet::default();
                    let after = format!(
                        "{}- {writer}.{number}\n",
                        before.as_deref().unwrap_or_default()
                    );
                    changes.write(file.clone(), before.as_deref(), after);
                    lock.apply(&changes).unwrap();
                }
            });
        }
    });
    let text = tree.root().read(&file).unwrap().unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    let mut expected: Vec<String> = (0..16)
        .flat_map(|writer| (0..5).map(move |number| format!("- {writer}.{number}")))
        .collect();
    expected.sort_unstable();
    assert_eq!(lines, expected);
    assert_eq!(tree.list().len(), 1);
}

#[test]
fn reads_who_holds_it() {
    let locks = "1: POSIX  ADVISORY  WRITE 9 08:01:100 0 EOF\n\
                 2: FLOCK  ADVISORY  WRITE 708 08:01:1000 0 EOF\n\
                 3: FLOCK  ADVISORY  WRITE 709 08:01:100 0 EOF\n\
                 3: -> FLOCK  ADVISORY  WRITE 710 08:01:100 0 EOF\n\
                 4: FLOCK  ADVISORY  WRITE 0 08:01:200 0 EOF\n\
                 5: OFDLCK ADVISORY  READ -1 08:01:100 0 EOF\n\
                 garbage\n";
    assert_eq!(holder_in(locks, "08:01:100"), Some(709));
    assert_eq!(holder_in(locks, "08:01:200"), None);
    assert_eq!(holder_in(locks, "08:01:300"), None);
    assert_eq!(holder_in("", "08:01:100"), None);
}
