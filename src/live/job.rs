//! Jobs, and the CronJobs that make them.

use std::collections::BTreeMap;

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
    /// How many of its Pods have failed.
    pub failed_pods: i64,
}

/// How a Job ended.
///
/// Source: Kubernetes `batch/v1`, the conditions `Complete` and `Failed` of a Job.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Outcome {
    /// It has not.
    #[default]
    Running,
    /// It has not, and is not to run for now: `spec.suspend`.
    Suspended,
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

/// The last lines that the newest Pod of a Job wrote, by the Job's uid; why they cannot be read, where they cannot.
pub type JobLogs = BTreeMap<String, Result<Vec<String>, Unreadable>>;

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

impl Job {
    /// Whether it runs the scripts of a CronJob of this name, which made it or might have.
    pub fn is_of(&self, cron_job: &str) -> bool {
        self.meta.label(NAME) == Some(cron_job)
    }

    /// By what Jobs are ordered from the oldest to the newest: those that were made in the same second by which was written
    /// last, as far as their versions are numbers, then by their names.
    pub fn age_key(&self) -> (Option<UnixTime>, u64, &str) {
        let version = self.meta.resource_version.parse().unwrap_or_default();
        let time = self.started.or(self.meta.created);
        (time, version, &self.meta.name)
    }
}

/// The newest Job of a CronJob of this name that ran scripts with this hash.
pub fn newest<'jobs>(
    jobs: impl Iterator<Item = &'jobs Job>,
    cron_job: &str,
    hash: Option<&str>,
) -> Option<&'jobs Job> {
    let ours = jobs.filter(|job| job.is_of(cron_job) && job.meta.annotation(SCRIPT_HASH) == hash);
    ours.max_by(|one, other| one.age_key().cmp(&other.age_key()))
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

/// The longest line of a log that is kept, in characters.
const LONGEST_LINE: usize = 160;

/// The last lines of a log, without those that are empty: nobody reads long ones, and a terminal is not to obey what is
/// written in them.
pub fn last_lines(log: &str, number: usize) -> Vec<String> {
    let lines = log.lines().map(str::trim_end);
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    let last = lines.iter().skip(lines.len().saturating_sub(number));
    last.map(|line| shown(line)).collect()
}

/// A line, cut where it is too long, with control characters escaped.
fn shown(line: &str) -> String {
    let mut shown = String::new();
    for (number, character) in line.chars().enumerate() {
        if number == LONGEST_LINE {
            shown.push_str("...");
            break;
        }
        if character == '\t' {
            shown.push_str("  ");
        } else if character.is_control() {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_short_and_obeyed_by_no_terminal() {
        let long = "x".repeat(200);
        let log = format!("one\r\n\ntwo\u{1b}[31m\n{long}\n");
        assert_eq!(
            last_lines(&log, 2),
            [
                "two\\u{1b}[31m".to_owned(),
                format!("{}...", "x".repeat(160)),
            ]
        );
        assert_eq!(last_lines(&log, 9).len(), 3);
        assert_eq!(last_lines("", 3), Vec::<String>::new());
    }
}
