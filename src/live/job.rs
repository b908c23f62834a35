//! Jobs, and the CronJobs that make them.

use super::Live;
use super::meta::Meta;
use crate::domain::time::UnixTime;

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
