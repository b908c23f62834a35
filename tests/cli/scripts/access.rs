//! The shell script that waits, logs in and runs the SQL.

use super::database::{Database, PASSWORD};
use super::job::Job;
use crate::postgres::{Postgres, Tls, is_usable};
use crate::support::Outcome;

const ROW: [&str; 5] = ["later", "database", "", "", "CONNECT"];

#[test]
fn waits_for_a_role_that_is_not_there_yet() {
    if !is_usable() {
        return;
    }
    let database = Database::new("access_waits", &[]);
    let mut job = database.job(&database.wanted(&["later"], &[ROW]));
    let error = "ERROR:  a role is not there yet: access_waits_later\n";
    assert_eq!(
        job.run(),
        Outcome {
            code: 1,
            stdout: String::new(),
            stderr: format!(
                "waiting: {error}{error}error: the privileges of the database access_waits are as they were, after 3 of 3 attempts\n"
            ),
        }
    );
    // The third attempt finds it.
    job.replace_psql(
        "echo x >>FOLDER/calls
[ $(wc -l <FOLDER/calls) -lt 3 ] || PGHOST=$SUPERUSER PGUSER=postgres PSQL -X -q -c 'CREATE ROLE access_waits_later' </dev/null
exec PSQL \"$@\"",
    );
    job.set("SUPERUSER", database.server.folder().to_str().unwrap());
    assert_eq!(
        job.run(),
        Outcome {
            code: 0,
            stdout: "NOTICE:  GRANT CONNECT ON DATABASE access_waits TO access_waits_later\n1 statement run\n".to_owned(),
            stderr: format!("waiting: {error}"),
        }
    );
}

#[test]
fn tells_what_keeps_it_from_the_database() {
    if !is_usable() {
        return;
    }
    let database = Database::new("access_told", &[]);
    let job = database.job(&database.wanted(&[], &[]));
    let told = |job: &Job| {
        let outcome = job.run();
        assert_eq!((outcome.code, outcome.stdout.as_str()), (1, ""));
        let address = database.server.address().to_string();
        outcome.stderr.replace(&address, "ADDRESS")
    };
    let connection = format!(
        "connection to server at \"127.0.0.1\", port {} failed",
        database.server.address().port()
    );
    for (name, value, attempts, error) in [
        (
            "PGDATABASE",
            "not_there",
            3,
            "FATAL:  database \"not_there\" does not exist",
        ),
        (
            "PGSSLMODE",
            "require",
            1,
            "server does not support SSL, but SSL was required",
        ),
    ] {
        let before = job.run();
        assert_eq!(
            (before.code, before.stdout.as_str()),
            (0, "nothing to change\n")
        );
        let mut job = database.job(&database.wanted(&[], &[]));
        job.set(name, value);
        let error = format!("psql: error: {connection}: {error}\n");
        let database = if name == "PGDATABASE" {
            value
        } else {
            "access_told"
        };
        let waiting = if attempts == 3 {
            format!("waiting: {error}")
        } else {
            String::new()
        };
        assert_eq!(
            told(&job),
            format!(
                "{waiting}{error}error: the privileges of the database {database} are as they were, after {attempts} of 3 attempts\n"
            )
        );
    }
    job.write("credentials/password", "wrong");
    let said = told(&job);
    assert!(
        said.contains("FATAL:  password authentication failed for user \"access_told\""),
        "{said}"
    );
    assert!(!said.contains("wrong"), "{said}");
    job.write("credentials/password", " \n");
    assert_eq!(
        told(&job),
        "error: the key password of the Secret with the credential is empty\n"
    );
    let mut empty = Job::new();
    empty.write("pgdb/run.sh", super::job::ACCESS);
    empty.set("PGDATABASE", "access_told");
    assert_eq!(
        told(&empty),
        "error: the Secret with the credential has no key username\n"
    );
}

#[test]
fn the_credential_is_taken_as_cloudnativepg_takes_it_and_shown_to_nobody() {
    if !is_usable() {
        return;
    }
    let database = Database::new("access_secret", &[]);
    let password = "it's $x `id` \"%s\\ ü";
    database.superuser(
        "postgres",
        &format!(
            "ALTER ROLE access_secret PASSWORD {}",
            pgdb::sql::literal(password)
        ),
    );
    let mut job = database.job(&database.wanted(&[], &[]));
    job.write("credentials/username", "\n access_secret\t\n");
    job.write("credentials/password", &format!("  {password}\r\n\n"));
    job.replace_psql("printf '%s\\n' \"$@\" >>FOLDER/arguments\nexec PSQL \"$@\"");
    assert_eq!(
        job.run(),
        Outcome {
            code: 0,
            stdout: "nothing to change\n".to_owned(),
            stderr: String::new(),
        }
    );
    assert_eq!(
        job.read("arguments"),
        "-X\n-q\n-v\nON_ERROR_STOP=1\n--no-password\n"
    );
}

#[test]
fn logs_in_over_tls_alone_where_the_server_wants_that() {
    if !is_usable() {
        return;
    }
    let postgres = Postgres::shared(Tls::Required);
    postgres.create_app("access_tls", "access_tls", PASSWORD);
    let wanted = pgdb::sql::wanted::Wanted {
        database: "access_tls".to_owned(),
        owner: "access_tls".to_owned(),
        ..pgdb::sql::wanted::Wanted::default()
    };
    let mut job = Job::access(postgres.address(), "access_tls", "access_tls", PASSWORD);
    job.write(
        "pgdb/privileges.sql",
        &pgdb::sql::privileges::script(&wanted),
    );
    for (mode, code) in [("require", 0), ("prefer", 0), ("disable", 1)] {
        job.set("PGSSLMODE", mode);
        let outcome = job.run();
        assert_eq!(outcome.code, code, "{mode}: {}", outcome.stderr);
    }
    let said = job.run().stderr;
    assert!(said.ends_with("after 1 of 3 attempts\n"), "{said}");
}

#[test]
fn two_at_once_wait_for_each_other() {
    if !is_usable() {
        return;
    }
    let database = Database::new("access_two", &["later"]);
    let jobs = [(); 2].map(|()| database.job(&database.wanted(&["later"], &[ROW])));
    let held = database.hold();
    let running = jobs.each_ref().map(Job::start);
    database.until_waiting(2);
    drop(held);
    let mut said: Vec<Outcome> = Vec::new();
    for (job, child) in jobs.iter().zip(running) {
        said.push(job.finish(child));
    }
    said.sort_by(|one, other| one.stdout.cmp(&other.stdout));
    let done = |stdout: &str| Outcome {
        code: 0,
        stdout: stdout.to_owned(),
        stderr: String::new(),
    };
    assert_eq!(
        said,
        [
            done(
                "NOTICE:  GRANT CONNECT ON DATABASE access_two TO access_two_later\n1 statement run\n"
            ),
            done("nothing to change\n"),
        ]
    );
}

#[test]
fn a_server_that_stops_meanwhile_is_waited_for() {
    if !is_usable() {
        return;
    }
    let database = Database::new("access_stopped", &["later"]);
    let job = database.job(&database.wanted(&["later"], &[ROW]));
    let held = database.hold();
    let running = job.start();
    database.until_waiting(1);
    database.end_waiting();
    database.until_waiting(0);
    drop(held);
    let outcome = job.finish(running);
    assert_eq!(
        (outcome.code, outcome.stdout.as_str()),
        (
            0,
            "NOTICE:  GRANT CONNECT ON DATABASE access_stopped TO access_stopped_later\n1 statement run\n"
        )
    );
    assert!(
        outcome
            .stderr
            .starts_with("waiting: FATAL:  terminating connection due to administrator command\n"),
        "{}",
        outcome.stderr
    );
}
