//! Jobs and CronJobs.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, Time};
use pgdb::live::job::{CronJob, Job, Outcome};
use serde::Deserialize;

use super::{Condition, Wire, meta, time};

/// A Job.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct JobWire {
    metadata: ObjectMeta,
    #[serde(default)]
    spec: JobSpec,
    status: Option<JobStatus>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct JobSpec {
    suspend: Option<bool>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct JobStatus {
    start_time: Option<Time>,
    completion_time: Option<Time>,
    conditions: Option<Vec<Condition>>,
    failed: i64,
}

/// A CronJob.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct CronJobWire {
    metadata: ObjectMeta,
    #[serde(default)]
    spec: CronJobSpec,
    status: Option<CronJobStatus>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct CronJobSpec {
    schedule: String,
    suspend: Option<bool>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct CronJobStatus {
    last_schedule_time: Option<Time>,
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
        let holding = |kind: &str| {
            let condition = Condition::find(status.conditions.as_ref(), kind);
            condition.filter(|condition| condition.holds() == Some(true))
        };
        let (complete, failed) = (holding("Complete"), holding("Failed"));
        let outcome = match (complete, failed) {
            (Some(_), _) => Outcome::Complete,
            (None, Some(failed)) => Outcome::Failed {
                reason: failed.reason.clone().unwrap_or_default(),
                message: failed.message.clone().unwrap_or_default(),
            },
            (None, None) if self.spec.suspend == Some(true) => Outcome::Suspended,
            (None, None) => Outcome::Running,
        };
        let changed = failed.and_then(|failed| failed.last_transition_time.as_ref());
        Job {
            meta: meta(self.metadata),
            started: status.start_time.as_ref().map(time),
            ended: status.completion_time.as_ref().or(changed).map(time),
            outcome,
            failed_pods: status.failed,
        }
    }
}

impl Wire for CronJobWire {
    type Object = CronJob;
    const GROUP: &'static str = "batch";
    const VERSION: &'static str = "v1";
    const PLURAL: &'static str = "cronjobs";

    fn metadata(&self) -> &ObjectMeta {
        &self.metadata
    }

    fn metadata_mut(&mut self) -> &mut ObjectMeta {
        &mut self.metadata
    }

    fn live(self) -> CronJob {
        let status = self.status.unwrap_or_default();
        CronJob {
            meta: meta(self.metadata),
            schedule: self.spec.schedule,
            is_suspended: self.spec.suspend == Some(true),
            last_scheduled: status.last_schedule_time.as_ref().map(time),
        }
    }
}
