//! Several at once on one repository: nothing is lost, and nobody waits for the dead.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use pgdb::repo::yaml::{Node, Value, parse};

use crate::support::{
    CLUSTER, DATABASE, KUSTOMIZATION, Outcome, Repository, SEALED, comparable, outcome,
};

/// How many run at once.
const PROCESSES: usize = 16;

fn start(mut command: Command) -> Child {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn start_new_app(repository: &Repository, name: &str) -> Child {
    start(repository.command(["new-app", name, "--app-namespace", "shop"]))
}

fn end(child: Child) -> Outcome {
    outcome(child.wait_with_output().unwrap())
}

/// Holds the repository's lock, as a process that writes does.
fn lock(repository: &Repository) -> File {
    let folder = File::open(repository.path()).unwrap();
    folder.lock().unwrap();
    folder
}

/// The strings at `path` of the items of a list, or the items themselves.
fn strings(text: &str, list: &[&str], path: &[&str]) -> Vec<String> {
    let stream = parse(text).unwrap();
    let list = stream.documents[0].root.at(list).unwrap();
    let Value::Sequence { items, .. } = &list.value else {
        panic!("no list in {text}");
    };
    let string = |item: &Node| item.at(path).and_then(Node::as_str).unwrap().to_owned();
    items.iter().map(string).collect()
}

#[test]
fn sixteen_apps_at_once_are_all_there() {
    let repository = Repository::guide();
    let before = repository.tree();
    let names: Vec<String> = (1..=PROCESSES)
        .map(|number| format!("app-{number:02}"))
        .collect();
    // All of them are running before the first can write.
    let lock = lock(&repository);
    let running: Vec<Child> = names
        .iter()
        .map(|name| start_new_app(&repository, name))
        .collect();
    drop(lock);
    for child in running {
        let outcome = end(child);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    }

    let roles = strings(
        &repository.read(CLUSTER),
        &["spec", "managed", "roles"],
        &["name"],
    );
    let expected: BTreeSet<String> = names.iter().map(|name| name.replace('-', "_")).collect();
    assert_eq!(roles[0], "blog");
    assert_eq!(roles.len(), PROCESSES + 1);
    assert_eq!(
        roles[1..].iter().cloned().collect::<BTreeSet<_>>(),
        expected
    );

    let resources = strings(&repository.read(KUSTOMIZATION), &["resources"], &[]);
    assert_eq!(resources.len(), 1 + 2 * PROCESSES);
    let mut expected = BTreeSet::from(["postgres-cluster.yaml".to_owned()]);
    let mut files: BTreeSet<String> = before.keys().cloned().collect();
    for name in &names {
        for file in [
            format!("{name}-secrets-sealed.yaml"),
            format!("{name}-db.yaml"),
        ] {
            files.insert(format!("infra/databases/postgres/{file}"));
            expected.insert(file);
        }
        let sealed = repository.unsealed(&format!(
            "infra/databases/postgres/{name}-secrets-sealed.yaml"
        ));
        assert_eq!(sealed["username"], name.replace('-', "_"));
    }
    assert_eq!(resources.into_iter().collect::<BTreeSet<_>>(), expected);
    assert_eq!(
        repository.tree().into_keys().collect::<BTreeSet<_>>(),
        files
    );

    let complete = repository.tree();
    for name in &names {
        let again = repository.run(&format!("new-app {name} --app-namespace shop"));
        assert_eq!(again.code, 0);
        assert!(
            again.stderr.ends_with("nothing to write.\n"),
            "{}",
            again.stderr
        );
    }
    assert_eq!(repository.tree(), complete);
}

#[test]
fn one_app_sixteen_times_at_once_is_there_once() {
    let alone = Repository::guide();
    alone.run_ok("new-app my-shop --app-namespace shop");
    let repository = Repository::guide();
    let lock = lock(&repository);
    let running: Vec<Child> = (0..PROCESSES)
        .map(|_| start_new_app(&repository, "my-shop"))
        .collect();
    drop(lock);
    let mut wrote = 0;
    for child in running {
        let outcome = end(child);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        wrote += usize::from(outcome.stderr.contains("Wrote my-shop"));
        assert_ne!(
            outcome.stderr.contains("Wrote my-shop"),
            outcome.stderr.ends_with("nothing to write.\n"),
            "{}",
            outcome.stderr
        );
    }
    assert_eq!(wrote, 1);
    assert_eq!(comparable(repository.tree()), comparable(alone.tree()));
    assert_eq!(repository.unsealed(SEALED)["username"], "my_shop");
}

#[test]
fn waits_for_who_holds_the_lock_and_says_so() {
    let repository = Repository::guide();
    let before = repository.tree();
    let lock = lock(&repository);
    let mut child = start_new_app(&repository, "my-shop");
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    assert!(line.starts_with("waiting for "), "{line}");
    assert!(
        line.ends_with(", which is writing to the repository\n"),
        "{line}"
    );
    let me = std::process::id();
    assert!(
        line.contains(&format!("(process {me})")) || line.contains("another process"),
        "{line}"
    );
    assert_eq!(child.try_wait().unwrap(), None);
    assert_eq!(repository.tree(), before);
    drop(lock);
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    assert_eq!(end(child).code, 0, "{rest}");
    assert!(
        rest.starts_with("Wrote my-shop on the Cluster postgres-shared in postgres:\n"),
        "{rest}"
    );
}

#[test]
fn a_killed_holder_leaves_no_stale_lock() {
    let repository = Repository::guide();
    let elsewhere = tempfile::TempDir::new().unwrap();
    let pipe = elsewhere.path().join("certificate");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let mut command = repository.command(["new-app", "other", "--app-namespace", "shop", "--cert"]);
    command.arg(&pipe);
    // It waits for a certificate that never comes, with the lock in its hands.
    let mut holder = start(command);
    let folder = File::open(repository.path()).unwrap();
    while folder.try_lock().is_ok() {
        folder.unlock().unwrap();
        assert_eq!(holder.try_wait().unwrap(), None);
        std::thread::yield_now();
    }
    let mut waiting = start_new_app(&repository, "my-shop");
    let mut stderr = BufReader::new(waiting.stderr.take().unwrap());
    let mut said = String::new();
    stderr.read_line(&mut said).unwrap();
    let who = format!("kubectl-pgdb (process {})", holder.id());
    assert!(
        said.contains(&who) || said.contains("another process"),
        "{said}"
    );
    holder.kill().unwrap();
    holder.wait().unwrap();
    stderr.read_to_string(&mut said).unwrap();
    assert_eq!(end(waiting).code, 0, "{said}");
}

#[test]
fn a_dry_run_waits_for_nobody() {
    let repository = Repository::guide();
    let _lock = lock(&repository);
    let outcome = repository.run("new-app my-shop --app-namespace shop --dry-run=client");
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(
        outcome.stderr.starts_with("Would write my-shop"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn fixes_at_once_take_turns_and_none_is_in_vain() {
    let repository = Repository::guide();
    assert_eq!(repository.new_app("--quiet").code, 0);
    repository.replace(DATABASE, "sync-wave: \"2\"", "sync-wave: 2");
    // All of them are running before the first can read.
    let lock = lock(&repository);
    let running: Vec<Child> = (0..4)
        .map(|_| start(repository.command(["lint", "--fix"])))
        .collect();
    drop(lock);
    let outcomes = running.into_iter().map(end);
    let outcomes: Vec<Outcome> = outcomes.collect();
    let mended = outcomes
        .iter()
        .filter(|outcome| outcome.stderr.contains("Mended 1 finding in 1 file.\n"));
    assert_eq!(mended.count(), 1, "{outcomes:#?}");
    assert!(
        outcomes.iter().all(|outcome| outcome.code == 0),
        "{outcomes:#?}"
    );
    assert!(repository.read(DATABASE).contains("sync-wave: \"2\""));
}

#[test]
fn removals_at_once_take_turns_and_one_of_them_writes() {
    for (call, wrote_how_often, others) in [
        ("remove my-shop --offline", 1, (0, "is removed already")),
        // Whoever comes second finds the next stage, which has to be seen first.
        (
            "remove my-shop --offline --drop-database --confirm my_shop",
            1,
            (
                3,
                "it cannot be seen that the database of my-shop-db is dropped",
            ),
        ),
    ] {
        let repository = Repository::guide();
        assert_eq!(repository.new_app("--quiet").code, 0);
        let alone = Repository::guide();
        assert_eq!(alone.new_app("--quiet").code, 0);
        alone.run_ok(call);
        let lock = lock(&repository);
        let running: Vec<Child> = (0..4)
            .map(|_| start(repository.command(call.split_whitespace())))
            .collect();
        drop(lock);
        let outcomes: Vec<Outcome> = running.into_iter().map(end).collect();
        let (wrote, not): (Vec<_>, Vec<_>) = outcomes
            .iter()
            .partition(|outcome| outcome.stderr.contains("Wrote stage 1 of "));
        assert_eq!(wrote.len(), wrote_how_often, "{outcomes:#?}");
        let (code, words) = others;
        assert!(
            not.iter()
                .all(|outcome| outcome.code == code && outcome.stderr.contains(words)),
            "{outcomes:#?}"
        );
        assert_eq!(comparable(repository.tree()), comparable(alone.tree()));
    }
}
