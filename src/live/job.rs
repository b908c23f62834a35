//! Jobs, and the CronJobs that make them.

use super::Live;
use super::fact::Unreadable;
use super::meta::Meta;
use crate::domain::access::SCRIPT_HASH;
use crate::domain::time::UnixTime;
use crate::domain::visible::visible;

/// A Job.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Job {
    /// Its metadata.
    pub meta: Meta,
    /// When its first Pod was asked for.
    pub started: Option<UnixTime>,
    /// When it ended.
    pub ended: Option<UnixTime>,
    /// How it ended, or that it has not.
    pub outcome: Outcome,
}

/// How a Job ended.
///
/// Source: Kubernetes `batch/v1`, the conditions `Complete` and `Failed` of a Job.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Outcome {
    /// It has not.
    #[default]
    Running,
    /// It did what it had to.
    Complete,
    /// It failed, for this reason, such as `BackoffLimitExceeded`, with this message.
    Failed {
        /// The reason.
        reason: String,
        /// The message.
        message: String,
    },
}

/// A CronJob.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct CronJob {
    /// Its metadata.
    pub meta: Meta,
    /// When it runs, as cron writes it.
    pub schedule: String,
    /// Whether it makes no Jobs for now.
    pub is_suspended: bool,
    /// When it last made a Job.
    pub last_scheduled: Option<UnixTime>,
}

impl Live for Job {
    const KIND: &'static str = "Job";

    fn meta(&self) -> &Meta {
        &self.meta
    }
}

impl Live for CronJob {
    const KIND: &'static str = "CronJob";

    fn meta(&self) -> &Meta {
        &self.meta
    }
}

/// The label by which the Jobs of a CronJob are known.
pub const NAME: &str = "app.kubernetes.io/name";

/// The newest Job of a CronJob of this name that ran scripts with this hash.
pub fn newest<'jobs>(
    jobs: impl Iterator<Item = &'jobs Job>,
    cron_job: &str,
    hash: Option<&str>,
) -> Option<&'jobs Job> {
    let ours = jobs.filter(|job| {
        job.meta.label(NAME) == Some(cron_job) && job.meta.annotation(SCRIPT_HASH) == hash
    });
    // Those that were made in the same second are told apart by their names, of which the later one is the greater.
    ours.max_by_key(|job| (job.started.or(job.meta.created), &job.meta.name))
}

/// What is said of a Job that failed, with the last lines of its log where they are known.
pub fn failure(job: &Job, log: Option<&Result<Vec<String>, Unreadable>>) -> Option<String> {
    let Outcome::Failed { reason, message } = &job.outcome else {
        return None;
    };
    let why = match (reason.as_str(), message.as_str()) {
        ("", "") => String::new(),
        (reason, "") => format!(": {reason}"),
        (_, message) => format!(": {message}"),
    };
    let log = match log {
        Some(Ok(lines)) if !lines.is_empty() => {
            // A terminal is not to obey what somebody wrote.
            format!("; its log ends with: {}", visible(&lines.join(" | ")))
        }
        Some(Err(unread)) => format!("; its log could not be read: {}", unread.evidence),
        Some(Ok(_)) | None => String::new(),
    };
    Some(format!("the Job {} failed{why}{log}", job.meta.name))
}
