//! What `sync --status` says: the structure of `-o json` and `-o yaml`.

use serde::Serialize;

use super::difference::Difference;
use super::is_current;
use crate::domain::access::SCRIPT_HASH;
use crate::domain::time::UnixTime;
use crate::live::job::{CronJob, Job, Outcome};
use crate::report::{REPORT_VERSION, Status};
use crate::target::Target;

/// The runs of a target's SQL, and what differs.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// [`REPORT_VERSION`].
    pub api_version: &'static str,
    /// Always `SyncStatus`.
    pub kind: &'static str,
    /// The name of the Cluster or server.
    pub cluster: String,
    /// Its namespace.
    pub namespace: String,
    /// `fail` where a run that counts failed or has not been, or something differs; `unknown` where that cannot be told.
    pub status: Status,
    /// When the scripts run by themselves; only of a server that CNPG does not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
    /// The runs: of a server the newest first, of a Cluster the Job of each app.
    pub runs: Vec<Run>,
    /// What differs between the declared and the real state; none where PostgreSQL was not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub differences: Option<Vec<Difference>>,
    /// Why PostgreSQL could not be asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unread: Option<String>,
}

/// When the scripts run by themselves.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Schedule {
    /// Whether the CronJob is there.
    pub exists: bool,
    /// As cron writes it; empty where it is not there.
    pub schedule: String,
    /// Whether it makes no Jobs for now.
    pub suspended: bool,
    /// When it last made a Job.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_scheduled: Option<String>,
    /// Whether its scripts are the repository's; none where the repository has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_current: Option<bool>,
}

/// One run.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    /// The Job's name.
    pub job: String,
    /// The app whose access it makes; none of a server's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// `complete`, `failed`, `running`, `suspended`, or `not-run` where there is no such Job.
    pub outcome: &'static str,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// When it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started: Option<String>,
    /// How many seconds it took, or takes by now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u64>,
    /// Whether it runs the repository's scripts; none where that cannot be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_current: Option<bool>,
}

impl Schedule {
    /// That of a CronJob that is not there.
    pub(super) fn absent() -> Self {
        Self {
            exists: false,
            schedule: String::new(),
            suspended: false,
            last_scheduled: None,
            is_current: None,
        }
    }

    /// That of a CronJob; `script` is the hash of the repository's scripts.
    pub(super) fn of(cron_job: &CronJob, script: Option<&str>) -> Self {
        let found = cron_job.meta.annotation(SCRIPT_HASH);
        Self {
            exists: true,
            schedule: cron_job.schedule.clone(),
            suspended: cron_job.is_suspended,
            last_scheduled: cron_job.last_scheduled.map(|time| time.to_string()),
            is_current: script.map(|script| found == Some(script)),
        }
    }
}

impl Run {
    /// That of a Job; `script` is the hash of the repository's scripts.
    pub(super) fn of(job: &Job, app: Option<&str>, script: Option<&str>, now: UnixTime) -> Self {
        let (outcome, message) = match &job.outcome {
            Outcome::Complete => ("complete", None),
            Outcome::Running => ("running", None),
            Outcome::Suspended => ("suspended", None),
            Outcome::Failed { reason, message } => {
                let why = if message.is_empty() { reason } else { message };
                ("failed", Some(why.clone()).filter(|why| !why.is_empty()))
            }
        };
        let began = job.started.or(job.meta.created);
        let end = job.ended.unwrap_or(now);
        Self {
            job: job.meta.name.clone(),
            app: app.map(str::to_owned),
            outcome,
            message,
            started: began.map(|time| time.to_string()),
            seconds: began.map(|time| end.since(time).as_secs()),
            is_current: is_current(job, script),
        }
    }

    /// That of a Job that is not there.
    pub(super) fn absent(job: &str, app: &str) -> Self {
        Self {
            job: job.to_owned(),
            app: Some(app.to_owned()),
            outcome: "not-run",
            message: None,
            started: None,
            seconds: None,
            is_current: None,
        }
    }

    /// Whether the repository's scripts are done by it.
    fn is_done(&self) -> bool {
        self.outcome == "complete" && self.is_current != Some(false)
    }
}

impl Report {
    /// The report; the differences, or why there are none.
    pub(super) fn of(
        target: &Target,
        schedule: Option<Schedule>,
        runs: Vec<Run>,
        found: Result<Option<Vec<Difference>>, String>,
    ) -> Self {
        let (differences, unread) = match found {
            Ok(found) => (found, None),
            Err(why) => (None, Some(why)),
        };
        let differs = differences.as_ref().is_some_and(|found| !found.is_empty());
        // Of a server the newest run counts, of a Cluster every app's.
        let is_undone = match &schedule {
            Some(schedule) => !schedule.exists || runs.first().is_none_or(|run| !run.is_done()),
            None => runs.iter().any(|run| !run.is_done()),
        };
        let status = if differs || is_undone {
            Status::Fail
        } else if unread.is_some() {
            Status::Unknown
        } else {
            Status::Pass
        };
        Self {
            api_version: REPORT_VERSION,
            kind: "SyncStatus",
            cluster: target.cluster.to_string(),
            namespace: target.namespace.to_string(),
            status,
            schedule,
            runs,
            differences,
            unread,
        }
    }
}
