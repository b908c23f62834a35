//! Jobs that are made from a CronJob, and how they end.

use std::collections::BTreeMap;
use std::pin::pin;

use futures_util::StreamExt;
use k8s_openapi::api::batch::v1::{CronJob, Job as NewJob};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};
use kube::Api;
use kube::api::PostParams;
use kube::runtime::WatchStreamExt;
use kube::runtime::watcher::watch_object;
use pgdb::live::fact::{Cause, Fact, Unreadable};
use pgdb::live::job::{CronJob as LiveCronJob, Job, Outcome};
use pgdb::live::permission::Permission;
use rand::RngExt;

use super::gather::Selection;
use super::objects::{CronJobWire, JobWire, Served};
use super::{Session, Timer, watching};
use crate::failure::Failure;
use crate::randomness;

/// The annotation of a Job that a person has made from a CronJob, as `kubectl create job --from` sets it.
///
/// Source: kubectl `pkg/cmd/create/create_job.go`.
const INSTANTIATE: &str = "cronjob.kubernetes.io/instantiate";
/// The longest beginning of a Job's name: with the rest it has to be a label's value, of 63 characters at most.
const LONGEST_NAME: usize = 54;

impl Session {
    /// A CronJob.
    pub(crate) async fn cron_job(&self, namespace: &str, name: &str) -> Fact<LiveCronJob> {
        let api: Api<Served<CronJobWire>> = Api::namespaced_with(self.client(), namespace, &());
        match self.get(&api, name).await {
            Fact::Present(found) => Fact::Present(found.live()),
            Fact::Absent => Fact::Absent,
            Fact::Unreadable(why) => Fact::Unreadable(why),
        }
    }

    /// A Job.
    pub(crate) async fn job(&self, namespace: &str, name: &str) -> Fact<Job> {
        let api: Api<Served<JobWire>> = Api::namespaced_with(self.client(), namespace, &());
        match self.get(&api, name).await {
            Fact::Present(found) => Fact::Present(found.live()),
            Fact::Absent => Fact::Absent,
            Fact::Unreadable(why) => Fact::Unreadable(why),
        }
    }

    /// Makes a Job from a CronJob, as its schedule would.
    ///
    /// # Errors
    /// When there is no such CronJob, or a right is missing.
    pub(crate) async fn start_job(&self, namespace: &str, name: &str) -> Result<Job, Failure> {
        let cron_jobs: Api<CronJob> = Api::namespaced(self.client(), namespace);
        let cron_job = match self.get(&cron_jobs, name).await {
            Fact::Present(cron_job) => cron_job,
            Fact::Absent => {
                return Err(Failure::unknown(
                    format!("there is no CronJob {name} in the namespace {namespace}"),
                    "see that the change is merged and pushed, and that Argo CD has synced it",
                ));
            }
            Fact::Unreadable(why) => return Err(why.into()),
        };
        let job = manifest(&cron_job, namespace, name)?;
        let jobs: Api<NewJob> = Api::namespaced(self.client(), namespace);
        let permission = Permission::new("create", "jobs.batch", Some(namespace));
        let made = jobs.create(&PostParams::default(), &job).await;
        let made = made.map_err(|error| Failure::from(self.unreadable(&error, &permission)))?;
        let name = made.metadata.name.unwrap_or_default();
        match self.job(namespace, &name).await {
            Fact::Present(job) => Ok(job),
            Fact::Absent => Err(gone(namespace, &name).into()),
            Fact::Unreadable(why) => Err(why.into()),
        }
    }

    /// Waits until a Job has ended; none where the time is over before.
    ///
    /// # Errors
    /// When it is deleted meanwhile, or cannot be followed.
    pub(crate) async fn follow_job(
        &self,
        job: &Job,
        timer: &Timer,
    ) -> Result<Option<Job>, Unreadable> {
        let (namespace, name) = (job.meta.namespace.as_str(), job.meta.name.as_str());
        let selection = Selection {
            namespace: Some(namespace.to_owned()),
            ..Selection::default()
        };
        let changes = watch_object(selection.api::<JobWire>(self), name).default_backoff();
        let mut changes = pin!(changes);
        while let Some(change) = timer.within(changes.next()).await {
            match change {
                Some(Ok(Some(found))) => {
                    let found = found.live();
                    if !matches!(found.outcome, Outcome::Running | Outcome::Suspended) {
                        return Ok(Some(found));
                    }
                }
                Some(Ok(None)) => return Err(gone(namespace, name)),
                Some(Err(error)) => {
                    if let Some(why) = watching::unreadable::<JobWire>(&error, &selection, self) {
                        return Err(why);
                    }
                }
                None => break,
            }
        }
        Ok(None)
    }
}

/// The Job of a CronJob's template.
///
/// # Errors
/// When the system has no randomness.
fn manifest(cron_job: &CronJob, namespace: &str, name: &str) -> Result<NewJob, Failure> {
    let template = &cron_job.spec.job_template;
    let metadata = template.metadata.clone().unwrap_or_default();
    let mut annotations: BTreeMap<String, String> = metadata.annotations.unwrap_or_default();
    annotations.insert(INSTANTIATE.to_owned(), "manual".to_owned());
    let beginning: String = name.chars().take(LONGEST_NAME).collect();
    let random: u32 = randomness::system()?.random();
    Ok(NewJob {
        metadata: ObjectMeta {
            name: Some(format!("{beginning}-{random:08x}")),
            namespace: Some(namespace.to_owned()),
            labels: metadata.labels,
            annotations: Some(annotations),
            owner_references: Some(vec![OwnerReference {
                api_version: "batch/v1".to_owned(),
                kind: "CronJob".to_owned(),
                name: name.to_owned(),
                uid: cron_job.metadata.uid.clone().unwrap_or_default(),
                ..OwnerReference::default()
            }]),
            ..ObjectMeta::default()
        },
        spec: template.spec.clone(),
        status: None,
    })
}

fn gone(namespace: &str, name: &str) -> Unreadable {
    Unreadable::new(
        Cause::Refused,
        format!("the Job {name} in {namespace} is gone: somebody has deleted it"),
        "run the same command again",
    )
}
