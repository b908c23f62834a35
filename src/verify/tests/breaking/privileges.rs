//! The Job that makes the privileges in the database what is declared.

use super::*;
use crate::live::application::Hook;

pub(super) const ROWS: &[Row] = &[
    (
        "the Job is not there",
        |facts| facts.jobs = Shelf::default(),
        &[("privileges", Fail, "missing"), NOT_ASKED],
        true,
    ),
    (
        "neither the Database nor the Job is there",
        |facts| {
            facts.jobs = Shelf::default();
            facts.databases = Shelf::default();
        },
        &[
            ("database", Fail, "missing"),
            ("privileges", Skipped, "waits"),
            NOT_ASKED,
        ],
        true,
    ),
    (
        "the Job is gone after it succeeded",
        |facts| {
            facts.jobs = Shelf::default();
            edit_application(facts, |application| hook(application, "Succeeded"));
        },
        &[("privileges", Unknown, "gone"), NOT_ASKED],
        false,
    ),
    (
        "the Job is gone after it failed",
        |facts| {
            facts.jobs = Shelf::default();
            edit_application(facts, |application| hook(application, "Failed"));
        },
        &[("privileges", Fail, "failed"), NOT_ASKED],
        false,
    ),
    (
        "the Job ran an older script",
        |facts| {
            edit_job(facts, |job| {
                let older = "0ld0ld0ld".to_owned();
                job.meta
                    .annotations
                    .insert("kubectl-pgdb/script-sha256".to_owned(), older);
            });
        },
        &[("privileges", Fail, "other-script"), NOT_ASKED],
        true,
    ),
    (
        "somebody else's Job has the name",
        |facts| edit_job(facts, |job| job.meta.annotations.clear()),
        &[("privileges", Fail, "other-script"), NOT_ASKED],
        true,
    ),
    (
        "the Job failed",
        |facts| edit_job(facts, |job| job.outcome = failure("BackoffLimitExceeded")),
        &[("privileges", Fail, "failed"), NOT_ASKED],
        false,
    ),
    (
        "the Job runs",
        |facts| edit_job(facts, |job| job.outcome = Outcome::Running),
        &[("privileges", Unknown, "running"), NOT_ASKED],
        true,
    ),
    (
        "the Job is being deleted",
        |facts| edit_job(facts, |job| job.meta.is_deleted = true),
        &[("privileges", Unknown, "deleting"), NOT_ASKED],
        true,
    ),
    (
        "the Job is suspended",
        |facts| edit_job(facts, |job| job.outcome = Outcome::Suspended),
        &[("privileges", Fail, "suspended"), NOT_ASKED],
        false,
    ),
    (
        "Jobs may not be read",
        |facts| facts.jobs = unread(Cause::Forbidden),
        &[("privileges", Unknown, "forbidden"), NOT_ASKED],
        false,
    ),
];

fn edit_job(facts: &mut Facts, change: impl FnOnce(&mut Job)) {
    edit(&mut facts.jobs, "postgres", "my-shop-access", change);
}

fn failure(message: &str) -> Outcome {
    Outcome::Failed {
        reason: "BackoffLimitExceeded".to_owned(),
        message: message.to_owned(),
    }
}

fn hook(application: &mut Application, phase: &str) {
    let hook = Hook {
        kind: "Job".to_owned(),
        namespace: "postgres".to_owned(),
        name: "my-shop-access".to_owned(),
        phase: phase.to_owned(),
        message: "Job has reached the specified backoff limit".to_owned(),
    };
    application.operation.as_mut().unwrap().hooks.push(hook);
}

/// The check of an app whose declaration was changed so.
fn declared(change: impl FnOnce(&mut ExpectedAccess)) -> Check {
    let mut expected = my_shop();
    change(expected.access.as_mut().unwrap());
    let report = run(&[expected], &working(), &[]);
    let mut checks = report.apps[0].checks.iter();
    checks
        .find(|check| check.check == "privileges")
        .unwrap()
        .clone()
}

#[test]
fn what_was_changed_by_hand_is_not_trusted() {
    let check = declared(|access| access.hash = Some("0ld".to_owned()));
    assert_eq!((check.status, check.reason), (Fail, "changed-by-hand"));
    assert_eq!(
        check.evidence,
        "infra/databases/postgres/my-shop-access.yaml:3: the ConfigMap is not what its annotation \
         kubectl-pgdb/script-sha256 says: somebody changed it by hand"
    );
    let check = declared(|access| access.hash = None);
    assert_eq!((check.status, check.reason), (Fail, "changed-by-hand"));
    let check = declared(|access| access.access = Err("expected value at line 1".to_owned()));
    assert_eq!((check.status, check.reason), (Fail, "unreadable"));
}

#[test]
fn the_last_words_of_a_job_that_failed_are_told() {
    let mut facts = working();
    edit_job(&mut facts, |job| {
        job.outcome = failure("Job has reached the specified backoff limit");
    });
    let evidence = |facts: &Facts| {
        let mut checks = checks(facts).into_iter();
        checks
            .find(|check| check.check == "privileges")
            .unwrap()
            .evidence
    };
    let begin = "it failed with the script 5eed5eed: Job has reached the specified backoff limit";
    assert_eq!(evidence(&facts), begin);
    let said = [
        "ERROR:  a role is not there yet: etl",
        "error: the privileges are as they were",
    ];
    let log = said.map(str::to_owned).to_vec();
    facts
        .job_logs
        .insert("uid-of-my-shop-access".to_owned(), Ok(log));
    assert_eq!(
        evidence(&facts),
        format!("{begin}; it said at last:\n{}\n{}", said[0], said[1])
    );
    let why = Unreadable::new(Cause::Forbidden, "no", "kubectl auth can-i");
    facts
        .job_logs
        .insert("uid-of-my-shop-access".to_owned(), Err(why));
    assert_eq!(
        evidence(&facts),
        format!("{begin}; what it said cannot be read: no")
    );
}
