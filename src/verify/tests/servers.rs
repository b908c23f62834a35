//! Servers that CNPG does not run: what their Jobs show.

use super::*;
use crate::domain::access::SCRIPT_HASH;
use crate::domain::endpoint::Endpoint;
use crate::live::job::{CronJob, Job, NAME, Outcome};
use crate::verify::ExpectedServer;

const HASH: &str = "0123";

fn app() -> Expected {
    Expected {
        role_source: None,
        server: Some(ExpectedServer {
            sync: "legacy-sync".to_owned(),
            script: Some(HASH.to_owned()),
            endpoint: Endpoint {
                host: "db.example.org".parse().unwrap(),
                port: "5432".parse().unwrap(),
            },
        }),
        ..my_shop()
    }
}

fn marked(name: &str) -> Meta {
    let mut meta = meta("postgres", name, "1");
    meta.labels
        .insert(NAME.to_owned(), "legacy-sync".to_owned());
    meta.annotations
        .insert(SCRIPT_HASH.to_owned(), HASH.to_owned());
    meta
}

fn job(name: &str, started: i64, outcome: Outcome) -> Job {
    let time = |seconds: i64| Some(UnixTime::new(1_800_000_000 + seconds));
    Job {
        meta: marked(name),
        started: time(started),
        ended: time(started + 1),
        failed_pods: 0,
        outcome,
    }
}

fn facts(jobs: Vec<Job>) -> Facts {
    let mut facts = working();
    facts.cron_jobs.put(CronJob {
        meta: marked("legacy-sync"),
        ..CronJob::default()
    });
    for job in jobs {
        facts.jobs.put(job);
    }
    facts
}

/// The status and the reason of the link Sync.
fn judged(facts: &Facts) -> (Status, &'static str, String) {
    let report = run(&[app()], facts, &[]);
    let checks = &report.apps[0].checks;
    let check = checks.iter().find(|check| check.check == "sync").unwrap();
    (check.status, check.reason, check.evidence.clone())
}

#[test]
fn the_newest_job_with_these_scripts_counts() {
    let failed = || Outcome::Failed {
        reason: "BackoffLimitExceeded".to_owned(),
        message: String::new(),
    };
    let mut other = job("legacy-sync-9", 90, failed());
    other
        .meta
        .annotations
        .insert(SCRIPT_HASH.to_owned(), "other".to_owned());
    let jobs = vec![
        job("legacy-sync-1", 10, failed()),
        job("legacy-sync-2", 20, Outcome::Complete),
        other,
    ];
    let (status, reason, _) = judged(&facts(jobs.clone()));
    assert_eq!((status, reason), (Status::Pass, "ok"));
    let mut later = jobs;
    later.push(job("legacy-sync-3", 30, failed()));
    let (status, reason, evidence) = judged(&facts(later));
    assert_eq!((status, reason), (Status::Fail, "failed"));
    assert_eq!(
        evidence,
        "the Job legacy-sync-3 failed: BackoffLimitExceeded"
    );
}

#[test]
fn a_secret_that_changed_since_is_not_applied_yet() {
    let mut facts = facts(vec![job("legacy-sync-1", 10, Outcome::Complete)]);
    let mut secret = secret();
    secret.meta.changed = Some(UnixTime::new(1_800_000_000 + 11));
    facts.secrets.put(secret);
    let (status, reason, evidence) = judged(&facts);
    assert_eq!((status, reason), (Status::Fail, "older-than-secret"));
    assert_eq!(
        evidence,
        "the Secret my-shop-db-creds has changed since the Job legacy-sync-1 began: its password is not in PostgreSQL yet"
    );
}

#[test]
fn the_links_of_cnpg_are_none_of_a_servers() {
    let report = run(&[app()], &facts(Vec::new()), &[]);
    let checks: Vec<&str> = report.apps[0]
        .checks
        .iter()
        .map(|check| check.check)
        .collect();
    for link in ["role", "password", "database", "cluster"] {
        assert!(!checks.contains(&link), "{checks:?}");
    }
    let report = run(&[my_shop()], &working(), &[]);
    let checks: Vec<&str> = report.apps[0]
        .checks
        .iter()
        .map(|check| check.check)
        .collect();
    assert!(!checks.contains(&"sync"), "{checks:?}");
}
