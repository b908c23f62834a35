//! What a Job said: the log of its newest pod.

use futures_util::stream::{self, StreamExt};
use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use kube::api::LogParams;
use pgdb::live::fact::{Cause, Fact, Unreadable};
use pgdb::live::job::{JOB_NAME, Job, JobLogs, JobState, last_lines};
use pgdb::live::permission::Permission;
use pgdb::verify::{Expected, Facts};

use super::Session;
use super::gather::Selection;
use super::objects::PodWire;

/// How many lines of a Job that failed are told.
const LINES: usize = 6;
/// How many lines of a log are read for those: empty ones do not count.
const LINES_READ: i64 = 50;
/// The most bytes of a log that are read.
const MOST: i64 = 64 * 1024;
/// How many logs are read at the same time.
const AT_ONCE: usize = 8;

impl Session {
    /// Reads what the apps' Jobs that failed said, unless it was read before.
    pub(crate) async fn read_job_logs(&self, apps: &[Expected], facts: &mut Facts) {
        let objects = apps.iter().filter_map(|app| {
            let access = app.access.as_ref()?;
            match facts.jobs.get(&app.namespace, &access.object) {
                Fact::Present(job) => Some(job),
                Fact::Absent | Fact::Unreadable(_) => None,
            }
        });
        let is_due = |job: &&Job| {
            matches!(job.state, JobState::Failed(_)) && !facts.job_logs.contains_key(&job.meta.uid)
        };
        let due: Vec<Job> = objects.filter(is_due).cloned().collect();
        let logs = stream::iter(due).map(|job| async move {
            let said = self.job_log(&job, LINES_READ).await;
            (job.meta.uid, said.map(|log| last_lines(&log, LINES)))
        });
        let logs: JobLogs = logs.buffer_unordered(AT_ONCE).collect().await;
        facts.job_logs.extend(logs);
    }

    /// The end of what the newest pod of a Job said, so many lines of it.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub(crate) async fn job_log(&self, job: &Job, lines: i64) -> Result<String, Unreadable> {
        let namespace = job.meta.namespace.as_str();
        let selection = Selection {
            namespace: Some(namespace.to_owned()),
            labels: format!("{JOB_NAME}={}", job.meta.name),
            ..Selection::default()
        };
        let pods = match self.objects::<PodWire>(&selection).await {
            Fact::Present(pods) => pods,
            Fact::Absent => Vec::new(),
            Fact::Unreadable(why) => return Err(why),
        };
        let its = pods.into_iter().filter(|pod| {
            pod.meta
                .owners
                .iter()
                .any(|owner| owner.uid == job.meta.uid)
        });
        let newest = its.max_by_key(|pod| (pod.meta.created, pod.meta.name.clone()));
        let Some(pod) = newest else {
            return Err(Unreadable::new(
                Cause::Refused,
                "none of its pods is there any more",
                format!(
                    "kubectl describe job {} --namespace {namespace}",
                    job.meta.name
                ),
            ));
        };
        let api: Api<Pod> = Api::namespaced(self.client(), namespace);
        let params = LogParams {
            tail_lines: Some(lines),
            limit_bytes: Some(MOST),
            ..LogParams::default()
        };
        let permission = Permission::new("get", "pods/log", Some(namespace));
        let said = api.logs(&pod.meta.name, &params).await;
        said.map_err(|error| self.unreadable(&error, &permission))
    }
}
