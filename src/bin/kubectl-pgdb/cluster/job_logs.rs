//! The last lines that a Job's container wrote.

use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use kube::api::LogParams;
use pgdb::live::fact::{Fact, Unreadable};
use pgdb::live::permission::Permission;

use super::Session;
use super::gather::Selection;
use super::objects::PodWire;

/// The label by which a Job's Pods are found.
const JOB_NAME: &str = "batch.kubernetes.io/job-name";
/// How many bytes of a log are read at most.
const LONGEST: i64 = 64 * 1024;

impl Session {
    /// The last lines of a Job's newest Pod, at most so many; none of a Job that has no Pod any more.
    ///
    /// # Errors
    /// Why they could not be read.
    pub(crate) async fn job_log(
        &self,
        namespace: &str,
        job: &str,
        lines: u16,
    ) -> Result<Vec<String>, Unreadable> {
        let selection = Selection {
            namespace: Some(namespace.to_owned()),
            labels: format!("{JOB_NAME}={job}"),
            ..Selection::default()
        };
        let pods = match self.objects::<PodWire>(&selection).await {
            Fact::Present(pods) => pods,
            Fact::Absent => Vec::new(),
            Fact::Unreadable(why) => return Err(why),
        };
        let Some(pod) = pods.into_iter().max_by_key(|pod| pod.meta.created) else {
            return Ok(Vec::new());
        };
        let params = LogParams {
            tail_lines: Some(i64::from(lines)),
            limit_bytes: Some(LONGEST),
            ..LogParams::default()
        };
        let api: Api<Pod> = Api::namespaced(self.client(), namespace);
        let log = api.logs(&pod.meta.name, &params).await;
        let log = log.map_err(|error| {
            let permission = Permission::new("get", "pods/log", Some(namespace));
            self.unreadable(&error, &permission)
        })?;
        Ok(log.lines().map(str::to_owned).collect())
    }
}
