//! The last lines that a Job's container wrote.

use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use kube::api::LogParams;
use pgdb::live::fact::{Cause, Fact, Unreadable};
use pgdb::live::job::{Job, last_lines};
use pgdb::live::meta::Owner;
use pgdb::live::permission::Permission;

use super::Session;
use super::gather::Selection;
use super::objects::PodWire;

/// The label by which a Job's Pods are found; Kubernetes sets it since 1.27.
const JOB_NAME: &str = "batch.kubernetes.io/job-name";
/// How many more lines are read than are given: empty ones do not count.
const MORE: usize = 50;
/// How many bytes of a log are read at most.
const LONGEST: i64 = 256 * 1024;

impl Session {
    /// The last lines that a Job's newest Pod wrote, at most so many, without empty ones.
    ///
    /// # Errors
    /// Why they could not be read.
    pub(crate) async fn job_log(&self, job: &Job, lines: usize) -> Result<Vec<String>, Unreadable> {
        let (namespace, name) = (job.meta.namespace.as_str(), job.meta.name.as_str());
        let selection = Selection {
            namespace: Some(namespace.to_owned()),
            labels: format!("{JOB_NAME}={name}"),
            ..Selection::default()
        };
        let pods = match self.objects::<PodWire>(&selection).await {
            Fact::Present(pods) => pods,
            Fact::Absent => Vec::new(),
            Fact::Unreadable(why) => return Err(why),
        };
        let is_its = |owner: &Owner| owner.uid == job.meta.uid;
        // Those of an older Job of the name are none of its.
        let its = pods
            .into_iter()
            .filter(|pod| pod.meta.owners.iter().any(is_its));
        let newest = its.max_by_key(|pod| (pod.meta.created, pod.meta.name.clone()));
        let Some(pod) = newest else {
            return Err(Unreadable::new(
                Cause::Refused,
                "none of its Pods is there any more",
                format!("kubectl describe job {name} --namespace {namespace}"),
            ));
        };
        let params = LogParams {
            tail_lines: i64::try_from(lines + MORE).ok(),
            limit_bytes: Some(LONGEST),
            ..LogParams::default()
        };
        let api: Api<Pod> = Api::namespaced(self.client(), namespace);
        let log = api.logs(&pod.meta.name, &params).await;
        let log = log.map_err(|error| {
            let permission = Permission::new("get", "pods/log", Some(namespace));
            self.unreadable(&error, &permission)
        })?;
        Ok(last_lines(&log, lines))
    }
}
