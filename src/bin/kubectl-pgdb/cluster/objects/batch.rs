//! `batch/v1` Jobs.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, Time};
use pgdb::live::job::{Job, JobState};
use serde::Deserialize;

use super::{Wire, meta, time};

/// A Job.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct JobWire {
    metadata: ObjectMeta,
    #[serde(default)]
    spec: Spec,
    status: Option<Status>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Spec {
    suspend: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Status {
    conditions: Option<Vec<JobCondition>>,
    start_time: Option<Time>,
    completion_time: Option<Time>,
    failed: i64,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct JobCondition {
    r#type: String,
    status: String,
    message: Option<String>,
    last_transition_time: Option<Time>,
}

impl Status {
    /// The condition of this type, where it holds.
    fn holds(&self, kind: &str) -> Option<&JobCondition> {
        let mut conditions = self.conditions.iter().flatten();
        conditions.find(|condition| condition.r#type == kind && condition.status == "True")
    }
}

impl Wire for JobWire {
    type Object = Job;
    const GROUP: &'static str = "batch";
    const VERSION: &'static str = "v1";
    const PLURAL: &'static str = "jobs";

    fn metadata(&self) -> &ObjectMeta {
        &self.metadata
    }

    fn metadata_mut(&mut self) -> &mut ObjectMeta {
        &mut self.metadata
    }

    fn live(self) -> Job {
        let status = self.status.unwrap_or_default();
        let given_up = status.holds("Failed");
        let state = match (status.holds("Complete"), given_up) {
            (Some(_), _) => JobState::Complete,
            (None, Some(condition)) => {
                JobState::Failed(condition.message.clone().unwrap_or_default())
            }
            (None, None) if self.spec.suspend => JobState::Suspended,
            (None, None) => JobState::Running,
        };
        let given_up = given_up.and_then(|condition| condition.last_transition_time.as_ref());
        Job {
            state,
            failed: status.failed,
            started: status.start_time.as_ref().map(time),
            ended: status.completion_time.as_ref().or(given_up).map(time),
            meta: meta(self.metadata),
        }
    }
}
