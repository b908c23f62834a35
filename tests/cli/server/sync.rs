//! `sync`: a Job at once, the last runs, their logs, and what differs.

use std::process::Stdio;

use serde_json::{Value, json};

use super::Server;
use crate::apiserver::{Reach, Requests};
use crate::controllers::jobs;
use crate::support::Outcome;

/// A server with two apps, synced once.
fn two_apps() -> Server {
    let server = Server::start();
    for (app, namespace) in [("my-shop", "shop"), ("wiki", "shop")] {
        server.run_ok(&format!(
            "new-app {app} --app-namespace {namespace} --yes --quiet"
        ));
    }
    server.cluster.sync();
    // Long before what follows, which may come within the same second.
    server
        .cluster
        .server
        .edit("jobs", "postgres", "legacy-sync-now", |job| {
            job["status"]["startTime"] = json!("2026-01-31T10:00:00Z");
            job["status"]["completionTime"] = json!("2026-01-31T10:00:03Z");
        });
    server
}

/// Runs `sync` in a program of its own, and each Job that it makes, as the Job controller would.
fn sync_with_a_job(server: &Server, words: &str) -> Outcome {
    let created = Requests::of("POST", "/jobs");
    let before = server.cluster.server.count(&created);
    let mut command = server.repository.command(words.split_whitespace());
    command.env("KUBECONFIG", server.cluster.server.kubeconfig());
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    server
        .cluster
        .server
        .wait_for(&Requests::watches("jobs"), 1);
    assert_eq!(server.cluster.server.count(&created), before + 1);
    for job in server.cluster.server.all("jobs") {
        if job["status"].is_null() {
            jobs::run(&server.cluster, &job);
        }
    }
    let output = child.wait_with_output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    Outcome {
        code: output.status.code().unwrap(),
        stdout: text(&output.stdout),
        stderr: text(&output.stderr),
    }
}

/// The Job that a person made.
fn manual(server: &Server) -> Value {
    let jobs = server.cluster.server.all("jobs");
    let mut jobs = jobs.into_iter();
    let is_manual = |job: &Value| {
        job["metadata"]["annotations"]["cronjob.kubernetes.io/instantiate"] == "manual"
    };
    jobs.find(is_manual).unwrap()
}

/// A text without what differs from run to run: the random end of the Job's name, times, durations.
fn steady(text: &str, server: &Server) -> String {
    let mut text = text.to_owned();
    let jobs = server.cluster.server.all("jobs");
    for job in jobs {
        let name = job["metadata"]["name"].as_str().unwrap();
        if !name.ends_with("-now") {
            text = text.replace(name, "legacy-sync-RANDOM00");
        }
        for time in ["startTime", "completionTime"] {
            if let Some(time) = job["status"][time].as_str() {
                let shown = time.replace('T', " ").replace('Z', " UTC");
                text = text.replace(&shown, "2026-01-31 10:00:00 UTC");
            }
        }
    }
    let digits = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit()) && !word.is_empty();
    let words: Vec<&str> = text.split(' ').collect();
    let mut steady = Vec::new();
    for (number, word) in words.iter().enumerate() {
        let next = words.get(number + 1).copied().unwrap_or_default();
        let is_seconds =
            digits(word) && (next == "s" || next.starts_with("s.") || next.starts_with("s:"));
        steady.push(if is_seconds { "N" } else { word });
    }
    steady.join(" ")
}

#[test]
fn a_job_is_made_and_waited_for() {
    if !crate::postgres::is_usable() {
        return;
    }
    let server = two_apps();
    server
        .cluster
        .postgres
        .sql("postgres", "ALTER ROLE wiki NOLOGIN");
    let outcome = sync_with_a_job(&server, "sync");
    assert_eq!(outcome.code, 0, "{}{}", outcome.stdout, outcome.stderr);
    insta::assert_snapshot!(steady(
        &format!("{}{}", outcome.stdout, outcome.stderr),
        &server
    ));
    assert_eq!(
        server.cluster.postgres.sql(
            "postgres",
            "SELECT rolcanlogin FROM pg_roles WHERE rolname = 'wiki'"
        ),
        "t"
    );
    let job = manual(&server);
    let cron_job = server
        .cluster
        .get("cronjobs", "postgres", "legacy-sync")
        .unwrap();
    assert_eq!(
        job["metadata"]["ownerReferences"],
        json!([{
            "apiVersion": "batch/v1",
            "kind": "CronJob",
            "name": "legacy-sync",
            "uid": cron_job["metadata"]["uid"],
        }])
    );
    assert_eq!(
        job["spec"]["template"],
        cron_job["spec"]["jobTemplate"]["spec"]["template"]
    );
    assert_eq!(
        job["metadata"]["labels"],
        cron_job["spec"]["jobTemplate"]["metadata"]["labels"]
    );
}

#[test]
fn a_run_that_fails_is_told() {
    if !crate::postgres::is_usable() {
        return;
    }
    let server = two_apps();
    server
        .cluster
        .server
        .edit("secrets", "postgres", "legacy-connection", |secret| {
            secret["data"]["uri"] = json!("cG9zdGdyZXNxbDovL25vYm9keTp4QDEyNy4wLjAuMTox");
        });
    let outcome = sync_with_a_job(&server, "sync --now");
    assert_eq!(outcome.code, 1, "{}{}", outcome.stdout, outcome.stderr);
    assert!(
        outcome.stderr.contains(" failed after "),
        "{}",
        outcome.stderr
    );
    let log = server.run("sync --logs");
    assert_eq!((log.code, &log.stdout), (0, &outcome.stdout));
    assert!(log.stdout.contains("error"), "{}", log.stdout);
    let status = server.run("sync --status -o json");
    let report: Value = serde_json::from_str(&status.stdout).unwrap();
    assert_eq!((status.code, &report["status"]), (1, &json!("fail")));
    let outcomes: Vec<&Value> = report["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| &run["outcome"])
        .collect();
    assert_eq!(outcomes, ["failed", "complete"]);
}

#[test]
fn the_status_shows_runs_and_what_differs() {
    if !crate::postgres::is_usable() {
        return;
    }
    let server = two_apps();
    let outcome = server.run("sync --status");
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (0, ""),
        "{}",
        outcome.stdout
    );
    insta::assert_snapshot!(steady(&outcome.stdout, &server));

    server.cluster.postgres.sql(
        "postgres",
        "ALTER DATABASE wiki OWNER TO postgres; GRANT my_shop TO wiki; DROP ROLE IF EXISTS nobody",
    );
    server.run_ok("new-app blog --app-namespace shop --yes --quiet");
    let outcome = server.run("sync --status");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""));
    insta::assert_snapshot!(steady(&outcome.stdout, &server));
    let yaml: Value = serde_yaml::from_str(&server.run("sync --status -o yaml").stdout).unwrap();
    assert_eq!(yaml["schedule"]["isCurrent"], json!(false));

    server
        .cluster
        .server
        .forbid("get", "", "secrets", Reach::Everywhere);
    let outcome = server.run("sync --status --quiet");
    assert!(
        outcome
            .stderr
            .contains("PostgreSQL could not be asked: the API server forbids"),
        "{}",
        outcome.stderr
    );
    server
        .cluster
        .server
        .forbid("list", "batch", "jobs", Reach::Everywhere);
    let outcome = server.run("sync --status");
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (
            3,
            "error: the API server forbids \"tester\" to list jobs.batch in the namespace postgres\n\
             help: ask for that right; this says whether you have it: kubectl auth can-i list jobs.batch --namespace postgres\n"
        )
    );
}

#[test]
fn what_is_not_there_or_forbidden_is_said() {
    if !crate::postgres::is_usable() {
        return;
    }
    let server = two_apps();
    let outcome = server.run("sync --logs --job nothing");
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (
            2,
            "error: there is no Job \"nothing\" in the namespace postgres\nhelp: kubectl pgdb sync --status lists them\n"
        )
    );
    server
        .cluster
        .server
        .forbid("create", "batch", "jobs", Reach::Everywhere);
    let outcome = server.run("sync");
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (
            3,
            "error: the API server forbids \"tester\" to create jobs.batch in the namespace postgres\n\
             help: ask for that right; this says whether you have it: kubectl auth can-i create jobs.batch --namespace postgres\n"
        )
    );
    server.cluster.server.allow_all();
    server
        .cluster
        .server
        .delete("cronjobs", "postgres", "legacy-sync");
    let outcome = server.run("sync");
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (
            3,
            "error: there is no CronJob legacy-sync in the namespace postgres\n\
             help: see that the change is merged and pushed, and that Argo CD has synced it\n"
        )
    );
}

#[test]
fn a_run_that_does_not_end_is_not_waited_for_without_end() {
    if !crate::postgres::is_usable() {
        return;
    }
    let server = two_apps();
    let outcome = server.run("sync --timeout 1s");
    assert_eq!(outcome.code, 3);
    assert!(
        outcome
            .stderr
            .contains("error: waited 1s, and the Job legacy-sync-"),
        "{}",
        outcome.stderr
    );
}
