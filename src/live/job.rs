//! A Job as the cluster has it, and what its container said.
//!
//! Source: Kubernetes `staging/src/k8s.io/api/batch/v1/types.go`.

use std::collections::BTreeMap;

use super::Live;
use super::fact::Unreadable;
use super::meta::Meta;
use crate::domain::time::UnixTime;

/// The label of a Job's pods that holds the Job's name; Kubernetes sets it since 1.27.
pub const JOB_NAME: &str = "batch.kubernetes.io/job-name";

/// A Job.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Job {
    /// Its metadata.
    pub meta: Meta,
    /// How far it is.
    pub state: JobState,
    /// How many of its pods have failed.
    pub failed: i64,
    /// When it began.
    pub started: Option<UnixTime>,
    /// When it ended: `completionTime`, or when it was given up.
    pub ended: Option<UnixTime>,
}

/// How far a Job is.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum JobState {
    /// It has a pod, or is to have one.
    #[default]
    Running,
    /// It is not to run for now: `spec.suspend`.
    Suspended,
    /// Its condition `Complete` is true.
    Complete,
    /// Its condition `Failed` is true, with the condition's message.
    Failed(String),
}

/// The last lines that the newest pod of a Job said, by the Job's uid; why they cannot be read, where they cannot.
pub type JobLogs = BTreeMap<String, Result<Vec<String>, Unreadable>>;

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
        if character.is_control() {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

impl Live for Job {
    const KIND: &'static str = "Job";

    fn meta(&self) -> &Meta {
        &self.meta
    }
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
