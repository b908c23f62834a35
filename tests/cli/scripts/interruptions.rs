//! Runs that meet each other, and servers that stop while one goes on.

use super::server::{Server, without_places};
use crate::postgres::{Postgres, Tls, is_usable};
use crate::support::Outcome;

/// Some roles and databases with schemas, on a server of their own: the lock is the whole server's.
fn server() -> Server {
    let postgres: &'static Postgres = Box::leak(Box::new(Postgres::start(Tls::Off)));
    let mut server = Server::on(postgres, "admin", "SUPERUSER");
    for name in ["one", "two", "three"] {
        server.role(name, Some(name));
        server.password(name, name);
        server.database(name, name).schemas = vec!["audit".to_owned()];
    }
    server.mount();
    server
}

/// What a whole run does: a role, a password, a database and a schema each.
const ALL: &str = "12 statements run";

#[test]
fn two_at_once_wait_for_each_other_and_do_all_once() {
    if !is_usable() {
        return;
    }
    let server = server();
    let maintenance = server.inside("postgres");
    let held = maintenance.hold();
    let running = [(); 2].map(|()| server.job.start());
    maintenance.until_waiting(2);
    drop(held);
    let outcomes = running.map(|child| without_places(server.job.finish(child)));
    let said = |outcome: &Outcome, start: &str| -> Vec<String> {
        let lines = outcome
            .stderr
            .lines()
            .filter(|line| line.starts_with(start));
        lines.map(str::to_owned).collect()
    };
    let of_both = |start: &str| {
        let mut lines = outcomes
            .each_ref()
            .map(|outcome| said(outcome, start))
            .concat();
        lines.sort();
        lines
    };
    assert_eq!(
        outcomes.each_ref().map(|outcome| outcome.code),
        [0, 0],
        "{outcomes:?}"
    );
    assert_eq!(of_both("NOTICE:").len(), 12, "{outcomes:?}");
    assert_eq!(
        of_both("NOTICE:  CREATE"),
        [
            "NOTICE:  CREATE DATABASE one OWNER one",
            "NOTICE:  CREATE DATABASE three OWNER three",
            "NOTICE:  CREATE DATABASE two OWNER two",
            "NOTICE:  CREATE ROLE one LOGIN",
            "NOTICE:  CREATE ROLE three LOGIN",
            "NOTICE:  CREATE ROLE two LOGIN",
            "NOTICE:  CREATE SCHEMA audit AUTHORIZATION one",
            "NOTICE:  CREATE SCHEMA audit AUTHORIZATION three",
            "NOTICE:  CREATE SCHEMA audit AUTHORIZATION two",
        ]
    );
    server.is_settled();
}

#[test]
fn a_run_that_the_servers_stop_ended_is_finished_by_the_next() {
    if !is_usable() {
        return;
    }
    let server = server();
    // The databases are there when the run is ended in the second one.
    server.job.write("pgdb/30-contents.sql", "");
    server
        .job
        .write("pgdb/40-dropped-roles.sql", "\\ir end.sql\n");
    assert_eq!(server.job.run().stdout, "9 statements run\n");
    server.mount();
    let second = server.inside("two");
    let held = second.hold();
    let running = server.job.start();
    second.until_waiting(1);
    second.end_waiting();
    let outcome = without_places(server.job.finish(running));
    drop(held);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    assert!(
        outcome
            .stderr
            .ends_with("error: not all was done; the next run goes on\n"),
        "{outcome:?}"
    );
    let schemas = |name: &str| {
        server
            .inside(name)
            .inside("SELECT count(*) FROM pg_namespace WHERE nspname = 'audit'")
    };
    assert_eq!(["one", "two", "three"].map(schemas), ["1", "0", "0"]);
    let said = server.sync();
    assert_eq!(said.last().map(String::as_str), Some("2 statements run"));
    server.is_settled();
}

#[test]
fn a_server_that_is_not_there_yet_is_waited_for() {
    if !is_usable() {
        return;
    }
    let mut server = server();
    let dsn = server.job.read("connection/uri");
    server.job.write(
        "connection/uri",
        "postgres://admin:secret@127.0.0.1:1/postgres",
    );
    let outcome = server.job.run();
    assert_eq!(outcome.code, 1);
    let refused = outcome
        .stderr
        .lines()
        .filter(|line| line.contains("Connection refused"));
    assert_eq!(refused.count(), 3, "{outcome:?}");
    assert!(
        outcome.stderr.ends_with(
            "error: no connection to the server, after 3 of 3 attempts; nothing was changed\n"
        ),
        "{outcome:?}"
    );
    server.job.write("connection/uri", &dsn);
    server.job.replace_psql(
        "echo x >>FOLDER/calls
[ $(wc -l <FOLDER/calls) -gt 2 ] || PGPORT=1
exec PSQL \"$@\"",
    );
    let outcome = server.run();
    assert_eq!(
        (outcome.code, outcome.stdout.lines().last()),
        (0, Some(ALL)),
        "{outcome:?}"
    );
}
