//! `--wait`: the chain becomes whole while it is looked at, or waiting ends.

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStderr, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::{assert_tells_no_secret, secrets, verify};
use crate::apiserver::{ApiServer, Fault, Reach, Requests};
use crate::postgres::{self, Postgres, Tls};
use crate::support::{Outcome, Repository, outcome};
use crate::terminal::Terminal;
use crate::world::World;

/// A run that waits, with what it tells line by line.
struct Run {
    child: Child,
    lines: Lines<BufReader<ChildStderr>>,
    told: String,
}

impl Run {
    /// `verify my-shop --wait` with more words.
    fn start(repository: &Repository, server: &ApiServer, more: &str) -> Self {
        let mut command = repository.command(words(server, more).split_whitespace());
        command.stdin(Stdio::null());
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        Self {
            child,
            lines,
            told: String::new(),
        }
    }

    /// Reads on until a line has this text.
    fn until(&mut self, text: &str) -> &mut Self {
        loop {
            let Some(line) = self.lines.next() else {
                panic!("{text:?} is not told:\n{}", self.told);
            };
            let line = line.unwrap();
            self.told.push_str(&format!("{line}\n"));
            if line.contains(text) {
                return self;
            }
        }
    }

    fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.child.id()).unwrap();
        kill_process(Pid::from_raw(id).unwrap(), signal).unwrap();
    }

    /// Waits for its end.
    fn end(mut self) -> Outcome {
        for line in self.lines {
            self.told.push_str(&format!("{}\n", line.unwrap()));
        }
        let ended = outcome(self.child.wait_with_output().unwrap());
        Outcome {
            stderr: self.told,
            ..ended
        }
    }
}

fn words(server: &ApiServer, more: &str) -> String {
    let kubeconfig = server.kubeconfig();
    format!(
        "verify my-shop --wait {more} --kubeconfig {}",
        kubeconfig.display()
    )
}

/// CNPG has not come to the Database yet.
fn late_database(server: &ApiServer) {
    database(
        server,
        json!({
            "applied": false,
            "message": "while creating database \"my_shop\": ERROR: role \"my_shop\" does not exist (SQLSTATE 42704)",
        }),
    );
}

fn applied(server: &ApiServer) {
    database(server, json!({"applied": true, "observedGeneration": 1}));
}

fn database(server: &ApiServer, status: Value) {
    server.edit("databases", "postgres", "my-shop-db", |database| {
        database["status"] = status;
    });
}

fn sealed_condition(server: &ApiServer, condition: Value) {
    server.edit("sealedsecrets", "postgres", "my-shop-db-creds", |sealed| {
        sealed["status"] = json!({"observedGeneration": 1, "conditions": [condition]});
    });
}

fn cannot_unseal(server: &ApiServer) {
    let message = "no key could decrypt secret (password, username)";
    sealed_condition(
        server,
        json!({"type": "Synced", "status": "False", "message": message}),
    );
}

const IN_VAIN: &str =
    "warning: stopped waiting: this does not mend itself; --keep-waiting waits all the same\n";

#[test]
fn what_holds_is_not_waited_for() {
    let (repository, server, _world) = World::guide();
    let outcome = Run::start(&repository, &server, "--quiet").end();
    assert_eq!(
        outcome,
        Outcome {
            code: 0,
            stdout: String::new(),
            stderr: String::new()
        }
    );
    assert!(!server.requests().iter().any(|request| request.is_watch()));
}

#[test]
fn each_change_is_a_line_until_every_link_holds() {
    let (repository, server, world) = World::guide();
    let mirror = server.delete("secrets", "shop", "my-shop-db-creds");
    late_database(&server);
    sealed_condition(&server, json!({"type": "Other", "status": "True"}));
    let mut run = Run::start(&repository, &server, "");
    run.until("Database waiting");
    sealed_condition(&server, json!({"type": "Synced", "status": "True"}));
    run.until("SealedSecret pass");
    server.put(mirror);
    run.until("Mirror pass");
    applied(&server);
    let outcome = run.end();
    assert_eq!(outcome.code, 0);
    assert!(
        outcome
            .stdout
            .ends_with("Every link holds: 8 looked at, 1 skipped.\n"),
        "{}",
        outcome.stdout
    );
    assert_tells_no_secret(&outcome, &secrets(&world, &server.kubeconfig()), "--wait");
    insta::assert_snapshot!(outcome.stderr);
}

#[test]
fn what_waiting_cannot_mend_ends_it() {
    let (repository, server, _world) = World::guide();
    cannot_unseal(&server);
    let outcome = Run::start(&repository, &server, "--quiet").end();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, IN_VAIN));
    assert!(
        outcome
            .stdout
            .starts_with("my-shop: the link SealedSecret is broken\n")
    );

    // It also ends when it comes while waiting.
    sealed_condition(&server, json!({"type": "Synced", "status": "True"}));
    late_database(&server);
    let mut run = Run::start(&repository, &server, "");
    run.until("Database waiting");
    cannot_unseal(&server);
    let outcome = run.end();
    assert_eq!(outcome.code, 1);
    assert!(outcome.stderr.ends_with(IN_VAIN), "{}", outcome.stderr);
}

#[test]
fn keep_waiting_waits_for_that_too() {
    let (repository, server, _world) = World::guide();
    cannot_unseal(&server);
    let mut run = Run::start(&repository, &server, "--keep-waiting");
    run.until("SealedSecret waiting");
    sealed_condition(&server, json!({"type": "Synced", "status": "True"}));
    assert_eq!(run.end().code, 0);
}

#[test]
fn the_time_is_over_at_some_point() {
    let (repository, server, _world) = World::guide();
    late_database(&server);
    let outcome = Run::start(&repository, &server, "--quiet --timeout 300ms").end();
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (1, "warning: waited 300ms, and not every link holds\n")
    );
    assert!(
        outcome
            .stdout
            .starts_with("my-shop: the link Database is broken\n")
    );
}

#[test]
fn watches_begin_again_however_they_end() {
    let (repository, server, _world) = World::guide();
    late_database(&server);
    let watches = Requests::watches("databases");
    let mut run = Run::start(&repository, &server, "");
    run.until("Database waiting");
    server.wait_for(&watches, 1);
    server.send_bookmarks();
    server.close_watches();
    server.wait_for(&watches, 2);
    // What the watches were at is forgotten: all is listed again.
    let lists = server.count(&Requests::lists("databases"));
    server.edit("namespaces", "", "shop", |namespace| {
        namespace["metadata"]["labels"]["touched"] = json!("true");
    });
    server.compact();
    server.close_watches();
    server.wait_for(&Requests::lists("databases"), lists + 1);
    applied(&server);
    let outcome = run.end();
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(!outcome.stderr.contains("unknown"), "{}", outcome.stderr);
}

#[test]
fn a_right_that_is_lost_meanwhile_is_unknown_and_ends_it() {
    let (repository, server, _world) = World::guide();
    late_database(&server);
    let mut run = Run::start(&repository, &server, "--output json");
    run.until("Database waiting");
    server.wait_for(&Requests::watches("databases"), 1);
    server.forbid("*", "postgresql.cnpg.io", "databases", Reach::Everywhere);
    server.close_watches();
    let outcome = run.end();
    let report = super::json_of(&outcome);
    assert_eq!(
        (outcome.code, &report["apps"][0]["broken"]),
        (3, &json!({"check": "database", "reason": "forbidden"})),
        "{}",
        outcome.stderr
    );
}

#[test]
fn ctrl_c_ends_it_cleanly() {
    let (repository, server, _world) = World::guide();
    late_database(&server);
    for signal in [Signal::INT, Signal::TERM] {
        let mut run = Run::start(&repository, &server, "");
        run.until("Database waiting");
        server.wait_for(&Requests::watches("databases"), 1);
        run.signal(signal);
        let outcome = run.end();
        assert_eq!((outcome.code, outcome.stdout.as_str()), (130, ""));
        assert!(
            outcome.stderr.ends_with("\nerror: interrupted\n"),
            "{}",
            outcome.stderr
        );
        server.forget_requests();
    }
}

#[test]
fn the_login_comes_once_all_before_it_holds() {
    if !postgres::is_usable() {
        return;
    }
    let repository = Repository::guide();
    repository.run_ok("new-app wait-login --app-namespace shop --yes --quiet");
    let server = ApiServer::start();
    let world = World::of(&server, repository.path());
    world.log_in_to(&server, Postgres::shared(Tls::Off));
    let status = server
        .get("databases", "postgres", "wait-login-db")
        .unwrap()["status"]
        .clone();
    let late = |status: Value| {
        server.edit("databases", "postgres", "wait-login-db", |database| {
            database["status"] = status;
        });
    };
    late(json!({}));
    let more = "--login wait-login";
    let mut command = words(&server, more).replace("my-shop ", "");
    command.push_str(" --output json");
    let mut child = repository.command(command.split_whitespace());
    let mut child = child
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut run = Run {
        child,
        lines,
        told: String::new(),
    };
    run.until("Database waiting");
    assert_eq!(server.count(&Requests::of("GET", "/portforward")), 0);
    late(status);
    let outcome = run.end();
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let login = &super::json_of(&outcome)["apps"][0]["checks"][8];
    assert_eq!(
        (&login["check"], &login["status"]),
        (&json!("login"), &json!("pass"))
    );
    assert_eq!(server.count(&Requests::of("GET", "/portforward")), 1);
}

#[test]
fn a_login_that_takes_longer_than_the_time_is_no_pass() {
    let (repository, server, _world) = World::guide();
    server.fault(Requests::of("GET", "/portforward"), Fault::Hang);
    let outcome = repository.run(&words(&server, "--login --timeout 1s --output json"));
    let report = super::json_of(&outcome);
    let broken = &report["apps"][0]["broken"];
    assert_eq!(
        (outcome.code, outcome.stderr.as_str(), broken),
        (
            3,
            "my-shop: Login unknown: Cluster postgres/postgres-shared: could not be tried: the links before it did not hold, \
             or the time was over\nwarning: waited 1s, and not every link holds\n",
            &json!({"check": "login", "reason": "not-tried"})
        )
    );
}

#[test]
fn a_terminal_shows_spinners_that_leave_nothing_behind() {
    let (repository, server, _world) = World::guide();
    late_database(&server);
    let command = repository.command(words(&server, "").split_whitespace());
    let mut terminal = Terminal::of_size(command, 40, 200);
    terminal.see("Database      Database postgres/my-shop-db: the role came late");
    terminal.see("· Mirror        Secret shop/my-shop-db-creds: mirrors version");
    applied(&server);
    let ended = terminal.end();
    let wanted = verify(&repository, &server.kubeconfig(), "my-shop").stdout;
    assert_eq!(
        (ended.code, ended.screen.as_str()),
        (Some(0), wanted.trim_end())
    );
}

#[test]
fn an_interruption_leaves_nothing_of_the_spinners() {
    let (repository, server, _world) = World::guide();
    late_database(&server);
    let command = repository.command(words(&server, "").split_whitespace());
    let mut terminal = Terminal::of_size(command, 40, 200);
    terminal.see("Database postgres/my-shop-db");
    terminal.keys("\u{3}");
    let ended = terminal.end();
    assert_eq!(
        (ended.code, ended.screen.as_str()),
        (Some(130), "error: interrupted")
    );
}

#[test]
fn the_job_of_privileges_is_followed_and_its_log_read_once() {
    let repository = Repository::guide();
    repository.run_ok("new-app my-shop --app-namespace shop --isolate --yes --quiet");
    let server = ApiServer::start();
    World::of(&server, repository.path());
    let job = |status: Value| {
        server.edit("jobs", "postgres", "my-shop-access", |job| {
            job["status"] = status;
        });
    };
    let failed = json!({"failed": 4, "conditions": [{
        "type": "Failed", "status": "True", "message": "Job has reached the specified backoff limit",
    }]});
    server.set_log("postgres", "my-shop-access-x7k2p", "ERROR:  no\n");
    job(json!({"active": 1}));
    let mut run = Run::start(&repository, &server, "--keep-waiting");
    run.until("Privileges unknown");
    job(failed);
    run.until("Privileges waiting");
    let logs = Requests::of("GET", "/log?");
    assert_eq!(server.count(&logs), 1);
    job(json!({"succeeded": 1, "conditions": [{"type": "Complete", "status": "True"}]}));
    let outcome = run.end();
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert_eq!(server.count(&logs), 1);
    assert!(outcome.stderr.contains("ERROR:  no"), "{}", outcome.stderr);
}
