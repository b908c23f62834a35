//! What makes no sense on such a server, and what must not get into the repository.

use super::super::support::Repository;
use super::Server;

/// A repository that names such a server, and a certificate.
fn repository() -> Repository {
    let repository = Repository::guide();
    repository.write(
        ".pgdb.yaml",
        "engine: postgres\ncluster: legacy\nhost: db.example.org\n",
    );
    repository
}

fn refusal(repository: &Repository, words: &str) -> String {
    let outcome = repository.run(words);
    assert_eq!(outcome.code, 2, "{words}: {}", outcome.stderr);
    outcome.stderr
}

#[test]
fn what_only_cloudnative_pg_has_is_refused() {
    let repository = repository();
    for (flags, what) in [
        ("--roles managed", "roles: managed"),
        ("--reclaim delete", "reclaim: delete"),
        ("--pooler pooler-rw", "a Pooler"),
    ] {
        let words = format!("new-app my-shop --app-namespace shop {flags} --no-input");
        assert_eq!(
            refusal(&repository, &words),
            format!(
                "error: {what} cannot be asked for on legacy, a server that CloudNativePG does not run\n\
                 help: leave it out: roles and databases are declared in one file there, and nothing is dropped because a \
                 declaration goes; `remove --drop-database` drops\n"
            )
        );
    }
    assert_eq!(
        refusal(
            &repository,
            "migrate-roles --all --to databaserole --no-input"
        ),
        "error: on a server that CloudNativePG does not run there is but one way to declare roles\n\
         help: choose another target with --target\n"
    );
}

#[test]
fn settings_have_to_name_the_server_and_its_host() {
    let repository = repository();
    for (text, problem) in [
        (
            "engine: postgres\nhost: db.example.org\n",
            "error: with `engine: postgres`, .pgdb.yaml has to name the server as `cluster`\n",
        ),
        (
            "engine: postgres\ncluster: legacy\n",
            "error: with `engine: postgres`, .pgdb.yaml has to say the server's `host`\n",
        ),
        (
            "engine: postgres\ncluster: legacy\nhost: /var/run\n",
            "error: .pgdb.yaml:3:7: host: the host \"/var/run\" holds the character '/'\n",
        ),
        (
            "engine: postgres\ncluster: legacy\nhost: db\nschedule: hourly\n",
            "error: .pgdb.yaml:4:11: schedule: the schedule \"hourly\" has 1 fields instead of five\n",
        ),
    ] {
        repository.write(".pgdb.yaml", text);
        let said = refusal(
            &repository,
            "new-app my-shop --app-namespace shop --no-input",
        );
        assert!(said.starts_with(problem), "{said}");
    }
}

#[test]
fn a_dsn_that_is_refused_is_not_shown() {
    let repository = Repository::guide();
    for (dsn, problem) in [
        ("postgresql://admin:s3cr3t@/x", "the DSN has no host"),
        (
            "postgresql://admin:s3cr3t@db.example.org/x?sslmode=disable",
            "the DSN says an sslmode that does without TLS: passwords may go over the network in clear",
        ),
        (
            "postgresql://admin:s3cr3t@x@db.example.org",
            "the DSN's user, password or host has a character that a URI escapes",
        ),
        (
            "mysql://admin:s3cr3t@db.example.org",
            "the DSN's scheme is not postgresql",
        ),
    ] {
        let outcome = repository.run_with(
            "init --engine postgres --dsn-stdin --no-input",
            dsn.as_bytes(),
        );
        assert_eq!(outcome.code, 2, "{dsn}");
        let begin = format!("error: --dsn-stdin: {problem}\n");
        assert!(outcome.stderr.starts_with(&begin), "{}", outcome.stderr);
        assert!(!format!("{}{}", outcome.stdout, outcome.stderr).contains("s3cr3t"));
    }
}

#[test]
fn a_dsn_in_clear_is_found() {
    let server = Server::start();
    server.run_ok("new-app my-shop --app-namespace shop --yes --quiet");
    let uri = "postgresql://admin:w7Kq9ZtP2mXv4BnR@db.example.org:5432/postgres";
    server.repository.write(
        "infra/databases/postgres/connection.yaml",
        &format!(
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: legacy-connection\n  namespace: postgres\nstringData:\n  uri: {uri}\n"
        ),
    );
    server.repository.write(
        "infra/databases/postgres/settings.yaml",
        &format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n  namespace: postgres\ndata:\n  DSN: {uri}\n"),
    );
    let outcome = server.repository.run("lint");
    assert_eq!(outcome.code, 1);
    for code in ["PGDB401", "PGDB403"] {
        assert!(outcome.stdout.contains(code), "{code}: {}", outcome.stdout);
    }
    assert!(!outcome.stdout.contains("w7Kq9"), "{}", outcome.stdout);
}
