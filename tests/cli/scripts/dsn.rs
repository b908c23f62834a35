//! The DSN of the connection Secret.

use super::job::Job;
use crate::support::Outcome;

const SCRIPT: &str = include_str!("../../../templates/job/sync.sh");

/// A Job whose `psql` writes down the variables that it got.
fn job(dsn: &str) -> Job {
    let mut job = Job::new();
    job.entry = "sync.sh";
    job.write("pgdb/sync.sh", SCRIPT);
    job.write("connection/uri", dsn);
    job.replace_psql("env | grep '^PG[A-Z]*=' | grep -v '^PG\\(APPNAME\\|PASSFILE\\|CONNECT_TIMEOUT\\)=' | sort >FOLDER/variables");
    job
}

/// What psql was given, one variable a line, without `PG`.
fn variables(dsn: &str) -> Vec<String> {
    let job = job(dsn);
    let outcome = job.run();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{dsn}");
    let text = job.read("variables");
    text.lines()
        .map(|line| line.trim_start_matches("PG").to_owned())
        .collect()
}

#[test]
fn both_forms_are_read_as_libpq_reads_them() {
    for (dsn, expected) in [
        (
            "postgres://admin:secret@db.example.com:5433/main?sslmode=verify-full&sslrootcert=/ca/ca.crt\n",
            "DATABASE=main HOST=db.example.com PASSWORD=secret PORT=5433 SSLMODE=verify-full SSLROOTCERT=/ca/ca.crt USER=admin",
        ),
        (
            "postgresql://a%40b:p%40ss%2F%3A%25%27%22%24x%20%C3%A9@localhost",
            "DATABASE=postgres HOST=localhost PASSWORD=p@ss/:%'\"$x é USER=a@b",
        ),
        (
            "postgres://u@[::1]:5432/?connect_timeout=3",
            "DATABASE=postgres HOST=::1 PORT=5432 USER=u",
        ),
        (
            "postgres://u:p@one:1,two:2/d?target_session_attrs=read-write&ssl=true",
            "DATABASE=d HOST=one,two PASSWORD=p PORT=1,2 SSLMODE=require TARGETSESSIONATTRS=read-write USER=u",
        ),
        (
            "postgres:///d?host=/var/run/postgresql&user=u",
            "DATABASE=d HOST=/var/run/postgresql USER=u",
        ),
        (
            "postgres://u@127.0.0.1/d?sslmode=disable",
            "DATABASE=d HOST=127.0.0.1 SSLMODE=disable USER=u",
        ),
        (
            "postgres://u@db/d",
            "DATABASE=d HOST=db SSLMODE=require USER=u",
        ),
        (
            "host=db user = u password='it\\'s \\\\ a' dbname=d\\ e\nport=1 sslmode=verify-full",
            "DATABASE=d e HOST=db PASSWORD=it's \\ a PORT=1 SSLMODE=verify-full USER=u",
        ),
        (
            "user=u host=localhost password=''",
            "DATABASE=postgres HOST=localhost USER=u",
        ),
        (
            "hostaddr=10.0.0.1 user=u",
            "DATABASE=postgres HOSTADDR=10.0.0.1 SSLMODE=require USER=u",
        ),
    ] {
        let mut found = variables(dsn);
        found.retain(|line| !line.is_empty());
        assert_eq!(found.join(" "), expected, "{dsn}");
    }
}

#[test]
fn what_is_wrong_is_told_without_any_part_of_it() {
    let escaped = "write @ / : ? of user, password and database as %40 %2F %3A %3F";
    for (dsn, refusal) in [
        ("", "is empty"),
        (" \n", "is empty"),
        ("postgres://u:hunter2@/d", "has no host"),
        ("user=u password=hunter2", "has no host"),
        ("postgres://:hunter2@db/d", "names no user"),
        (
            "jdbc:postgresql://db/d?password=hunter2",
            "is neither postgres:// nor postgresql:// nor key=value pairs",
        ),
        (
            "mysql://u:hunter2@db/d",
            "is neither postgres:// nor postgresql:// nor key=value pairs",
        ),
        ("hunter2", "is neither a URI nor key=value pairs"),
        (
            "host=db user=u password='hunter2",
            "has a quote that does not end",
        ),
        (
            "postgres://u:hunter2%zz@db/d",
            "has a % without two digits behind it: write a % as %25",
        ),
        (
            "postgres://u:hunter2%00@db/d",
            "has a % without two digits behind it: write a % as %25",
        ),
        (
            "postgres://u:hun@ter2@db/d",
            "has more than one @: write those of the password as %40",
        ),
        (
            "postgres://u:hun/ter2@db/d",
            &format!("is no URI: {escaped}"),
        ),
        (
            "postgres://u:hunter2/@db:5432/d",
            &format!("is no URI: {escaped}"),
        ),
        (
            "postgres://u:hunter2?@db/d",
            "has a port that is no number: write : @ / of the password as %3A %40 %2F",
        ),
        (
            "postgres://u:p@db:hunter2/d",
            "has a port that is no number: write : @ / of the password as %3A %40 %2F",
        ),
        (
            "postgres://u:p@db hunter2/d",
            "has a host with a character that no host has: write @ / : ? of the password as %40 %2F %3A %3F",
        ),
        ("postgres://u:p@[::1/d", "has a [ without a ]"),
        (
            "postgres://u:p@db/d?hunter2=x",
            "has a parameter that PostgreSQL does not know: if that is a part of the password, write @ / ? & as %40 %2F %3F %26",
        ),
        (
            "postgres://u:hunter2@db/d?keepalives=1",
            "has the parameter keepalives, which cannot be given here",
        ),
        (
            "postgres://u:hunter2@db/d?sslmode=off",
            "has an sslmode that PostgreSQL does not know",
        ),
        (
            "postgres://u:hunter2@db/d?connect_timeout=1s",
            "has a connect_timeout that is no number",
        ),
        (
            "postgres://u:hunter2@db/d?sslmode=disable",
            "says sslmode=disable: passwords may go over the network in clear; allow it with PGDB_ALLOW_PLAINTEXT=true",
        ),
        (
            "postgres://u:hunter2@localhost,db/d?sslmode=disable",
            "says sslmode=disable: passwords may go over the network in clear; allow it with PGDB_ALLOW_PLAINTEXT=true",
        ),
    ] {
        let outcome = job(dsn).run();
        let expected = Outcome {
            code: 1,
            stdout: String::new(),
            stderr: format!("error: the DSN of the connection Secret {refusal}\n"),
        };
        assert_eq!(outcome, expected, "{dsn}");
    }
    let mut allowed = job("postgres://u:p@db/d?sslmode=disable");
    allowed.set("PGDB_ALLOW_PLAINTEXT", "true");
    assert_eq!(allowed.run().code, 0);
    let mut missing = Job::new();
    missing.entry = "sync.sh";
    missing.write("pgdb/sync.sh", SCRIPT);
    assert_eq!(
        missing.run().stderr,
        "error: the connection Secret is not there, or has nothing under its key\n"
    );
}
