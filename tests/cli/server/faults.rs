//! What `verify` and `doctor` say of a server on which something is broken.

use serde_json::json;

use super::super::controllers::jobs;
use super::{FOLDER, Server};

/// A server with an app that works.
fn working() -> Server {
    let server = Server::start();
    server.run_ok("new-app my-shop --app-namespace shop --yes --quiet");
    server.cluster.sync();
    server
}

/// The link Sync of `verify`: its status, reason and evidence.
fn sync_link(server: &Server) -> (String, String, String) {
    let outcome = server.run("verify my-shop -o json");
    let report: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    let checks = report["apps"][0]["checks"].as_array().unwrap();
    let check = checks
        .iter()
        .find(|check| check["check"] == "sync")
        .unwrap();
    let text = |key: &str| check[key].as_str().unwrap().to_owned();
    (
        text("status"),
        text("reason"),
        server.told(&text("evidence")),
    )
}

fn link(status: &str, reason: &str, evidence: &str) -> (String, String, String) {
    (status.to_owned(), reason.to_owned(), evidence.to_owned())
}

#[test]
fn what_is_not_synced_yet_is_told() {
    let server = working();
    server.run_ok("new-app wiki --app-namespace shop --yes --quiet");
    assert_eq!(
        sync_link(&server),
        link(
            "fail",
            "outdated",
            "it has other scripts than the repository: what is declared there is not synced yet"
        )
    );
    server.cluster.sync();
    assert_eq!(sync_link(&server).0, "pass");
    server
        .cluster
        .server
        .delete("cronjobs", "postgres", "legacy-sync");
    assert_eq!(
        sync_link(&server),
        link("fail", "missing", "it is not there")
    );
}

#[test]
fn a_job_that_failed_is_told_with_the_end_of_its_log() {
    let server = working();
    // Somebody's session keeps the database from being dropped.
    let session = server.cluster.postgres.session("my_shop");
    server.run_ok("remove my-shop --drop-database --confirm my_shop --yes --no-input --quiet");
    assert!(server.cluster.try_sync().is_err());
    let (status, reason, evidence) = sync_link(&server);
    assert_eq!((status.as_str(), reason.as_str()), ("fail", "failed"));
    assert!(
        evidence.starts_with("the Job legacy-sync-now failed"),
        "{evidence}"
    );
    assert!(
        evidence.contains("being accessed by other users"),
        "{evidence}"
    );
    assert!(
        evidence.ends_with("error: not all was done; the next run goes on"),
        "{evidence}"
    );
    let remove = server.run("remove my-shop --drop-database --confirm my_shop --yes --no-input");
    assert_eq!(remove.code, 1);
    assert!(
        remove
            .stderr
            .contains("error: the Job legacy-sync-now failed"),
        "{}",
        remove.stderr
    );
    drop(session);
    let run = jobs::run_cron_job(&server.cluster, "postgres", "legacy-sync", "legacy-sync-2");
    assert!(run.succeeded, "{}", run.log);
    assert_eq!(sync_link(&server).0, "pass");
}

#[test]
fn what_was_never_run_and_what_is_suspended_is_told() {
    let server = working();
    server
        .cluster
        .server
        .delete("jobs", "postgres", "legacy-sync-now");
    assert_eq!(
        sync_link(&server),
        link("fail", "not-run", "no Job has run its scripts yet")
    );
    jobs::run_cron_job(&server.cluster, "postgres", "legacy-sync", "legacy-sync-1");
    let mut cron_job = server
        .cluster
        .get("cronjobs", "postgres", "legacy-sync")
        .unwrap();
    cron_job["spec"]["suspend"] = json!(true);
    server.cluster.server.put(cron_job);
    let said = server.run_ok("verify my-shop");
    assert!(
        said.contains("the CronJob is suspended: nothing keeps the server as it is declared"),
        "{said}"
    );
}

#[test]
fn a_wrong_connection_is_told_and_nothing_of_it_is_shown() {
    let server = working();
    server
        .cluster
        .server
        .delete("secrets", "postgres", "legacy-connection");
    assert!(server.cluster.try_sync().is_err());
    let doctor = server.run("doctor");
    assert_eq!(doctor.code, 1, "{}", doctor.stdout);
    assert!(
        doctor
            .stdout
            .contains("it is not there: the Jobs of the server cannot connect"),
        "{}",
        doctor.stdout
    );
    server.put_connection("postgresql://admin:a-wrong-secret@127.0.0.1:PORT/postgres");
    assert!(server.cluster.try_sync().is_err());
    let said = server.run("verify my-shop --login");
    let said = format!("{}{}", said.stdout, said.stderr);
    assert!(said.contains("no connection to the server"), "{said}");
    assert!(!said.contains("a-wrong-secret"), "{said}");
}

#[test]
fn doctor_needs_no_cloudnative_pg() {
    let server = working();
    let said = server.run_ok("doctor");
    assert!(said.contains("Connection"), "{said}");
    assert!(
        said.contains("Secret postgres/legacy-connection: it has the key uri"),
        "{said}"
    );
    assert!(
        !said.contains("CloudNativePG") && !said.contains("DatabaseRole"),
        "{said}"
    );
}

#[test]
fn a_file_with_a_merge_in_it_is_refused() {
    let server = working();
    let path = format!("{FOLDER}/legacy-sync.yaml");
    server
        .repository
        .replace(&path, "\"access\":[]}", "<<<<<<< HEAD\n    \"access\":[]}");
    let outcome = server.run("new-app wiki --app-namespace shop --yes --no-input");
    assert_eq!(outcome.code, 2);
    assert!(
        outcome.stderr.starts_with(
            "error: infra/databases/postgres/legacy-sync.yaml:"
        ) && outcome.stderr.contains("what is declared of the server cannot be read: declared.json is not what the product writes"),
        "{}",
        outcome.stderr
    );
}
