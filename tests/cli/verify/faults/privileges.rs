//! The Job that makes the privileges in the database what is declared.

use serde_json::{Value, json};

use super::{Fault, all_of, broken, unknown};
use crate::apiserver::{ApiServer, Reach};
use crate::support::Repository;
use crate::world::jobs;

/// The Job, and its ConfigMap.
const ACCESS: &str = "my-shop-access";
/// The annotation with the hash of the scripts.
const HASH: &str = "kubectl-pgdb/script-sha256";

const FAULTS: [Fault; 12] = [
    broken(
        "the Job is not there",
        |server| drop(server.delete("jobs", "postgres", ACCESS)),
        "privileges",
        "missing",
    ),
    unknown(
        "the Job is gone after it succeeded",
        |server| gone(server, "Succeeded"),
        "privileges",
        "gone",
    ),
    broken(
        "the Job is gone after it failed",
        |server| gone(server, "Failed"),
        "privileges",
        "failed",
    ),
    broken(
        "the Job ran an older script",
        |server| {
            job(server, |job| {
                job["metadata"]["annotations"][HASH] = json!("0123456789abcdef")
            })
        },
        "privileges",
        "other-script",
    ),
    unknown(
        "the Job runs, after a pod that failed",
        |server| {
            job(server, |job| {
                job["status"] = json!({"active": 1, "failed": 1})
            })
        },
        "privileges",
        "running",
    ),
    unknown(
        "the Job is being deleted",
        |server| {
            job(server, |job| {
                job["metadata"]["deletionTimestamp"] = json!(super::gitops::LONG_AGO)
            })
        },
        "privileges",
        "deleting",
    ),
    broken(
        "the Job is suspended",
        |server| {
            job(server, |job| {
                job["spec"]["suspend"] = json!(true);
                job["status"] = json!({});
            });
        },
        "privileges",
        "suspended",
    ),
    broken(
        "the Job failed",
        |server| failed(server, LOG),
        "privileges",
        "failed",
    ),
    broken(
        "the Job failed without a word",
        |server| failed(server, ""),
        "privileges",
        "failed",
    ),
    broken(
        "the Job failed, and its pods are gone",
        |server| {
            failed(server, LOG);
            for suffix in ["x7k2p", "zz9ab"] {
                server.delete("pods", "postgres", &format!("{ACCESS}-{suffix}"));
            }
        },
        "privileges",
        "failed",
    ),
    broken(
        "the Job failed, and logs may not be read",
        |server| {
            failed(server, LOG);
            server.forbid("get", "", "pods/log", Reach::Everywhere);
        },
        "privileges",
        "failed",
    ),
    unknown(
        "Jobs may not be listed",
        |server| server.forbid("list", "batch", "jobs", Reach::Everywhere),
        "privileges",
        "forbidden",
    ),
];

/// What a pod said: more lines than are told, one that a terminal would obey, and one without an end.
const LOG: &str = "waiting: psql: error: connection refused
NOTICE:  GRANT CONNECT ON DATABASE my_shop TO my_shop_reader
NOTICE:  GRANT USAGE ON SCHEMA public TO my_shop_reader
NOTICE:  GRANT SELECT ON TABLE public.orders TO my_shop_reader

psql:<stdin>:190: ERROR:  a role is not there yet: \"\u{1b}[31metl\"
psql:<stdin>:191: ERROR:  a line that nobody reads to its end, since it goes on and on and on and on and on and on and on and on and on and on and on and on and on and on and on
error: the privileges of the database my_shop are as they were, after 60 of 60 attempts";

fn job(server: &ApiServer, how: impl FnOnce(&mut Value)) {
    server.edit("jobs", "postgres", ACCESS, how);
}

/// Its newest pod said this; the older one something else.
fn failed(server: &ApiServer, log: &str) {
    job(server, |job| {
        job["status"] = json!({
            "failed": 2,
            "conditions": [{
                "type": "Failed",
                "status": "True",
                "reason": "BackoffLimitExceeded",
                "message": "Job has reached the specified backoff limit",
            }],
        });
    });
    let job = server.get("jobs", "postgres", ACCESS).unwrap();
    for (suffix, created, log) in [
        ("x7k2p", "2026-01-31T10:00:05Z", log),
        ("zz9ab", "2026-01-31T10:00:00Z", "an older pod\n"),
    ] {
        let mut pod = jobs::pod(&job, suffix, "Failed");
        pod["metadata"]["creationTimestamp"] = json!(created);
        server.put(pod);
        server.set_log("postgres", &format!("{ACCESS}-{suffix}"), log);
    }
}

/// Argo CD ran the Job, and it is not there any more.
fn gone(server: &ApiServer, phase: &str) {
    server.delete("jobs", "postgres", ACCESS);
    server.edit("applications", "argocd", "databases", |application| {
        let results = &mut application["status"]["operationState"]["syncResult"]["resources"];
        for result in results.as_array_mut().unwrap() {
            if result["name"] == ACCESS && result["kind"] == "Job" {
                result["hookType"] = json!("Sync");
                result["hookPhase"] = json!(phase);
                result["message"] = json!("Job has reached the specified backoff limit");
            }
        }
    });
}

/// An app whose database is isolated.
fn repository() -> Repository {
    let repository = Repository::guide();
    repository.run_ok("new-app my-shop --app-namespace shop --isolate --yes --quiet");
    repository
}

#[test]
fn the_job_of_privileges_is_told_apart() {
    insta::assert_snapshot!(all_of(&FAULTS, &repository(), "my-shop"));
}

#[test]
fn a_manifest_that_was_changed_by_hand_is_told() {
    let repository = repository();
    let path = "infra/databases/postgres/my-shop-access.yaml";
    let text = repository.read(path);
    repository.write(
        path,
        &text.replace("\"isolate\": true", "\"isolate\": false"),
    );
    let by_hand = [broken(
        "the declaration was changed by hand",
        |_| {},
        "privileges",
        "changed-by-hand",
    )];
    insta::assert_snapshot!(all_of(&by_hand, &repository, "my-shop"));
    repository.write(
        path,
        &text.replace("\"isolate\": true", "\"isolate\": perhaps"),
    );
    let unreadable = [broken(
        "the declaration cannot be read",
        |_| {},
        "privileges",
        "unreadable",
    )];
    insta::assert_snapshot!(all_of(&unreadable, &repository, "my-shop"));
}
