//! Sync: the CronJob of a server that CNPG does not run has made it what the repository declares, with these very scripts
//! and the Secret as it is now.

use super::{Link, SYNC, unread, waits};
use crate::domain::access::SCRIPT_HASH;
use crate::domain::time::UnixTime;
use crate::live::fact::Fact;
use crate::live::job::{CronJob, Job, Outcome, failure, newest};
use crate::report::{Check, Subject};
use crate::verify::chain::Chain;
use crate::verify::expected::ExpectedServer;

const LINK: Subject = Subject {
    check: "sync",
    title: "Sync",
};

/// Looks at the CronJob, and at the newest Job with its scripts.
pub(super) fn check(chain: &Chain<'_>) -> Vec<Check> {
    let Some(server) = &chain.app.server else {
        return Vec::new();
    };
    let namespace = &chain.app.namespace;
    let place = chain.place("CronJob", &server.sync);
    let check = match chain.facts.cron_jobs.get(namespace, &server.sync) {
        Fact::Unreadable(why) => unread(Link::Sync, &why),
        Fact::Absent => match chain.broken_before(&[Link::ArgoCd]) {
            Some(broken) => waits(Link::Sync, broken),
            None => LINK.pending("missing", "it is not there").remedy(SYNC),
        },
        Fact::Present(cron_job) => look(chain, server, cron_job),
    };
    vec![check.of(place)]
}

fn look(chain: &Chain<'_>, server: &ExpectedServer, cron_job: &CronJob) -> Check {
    let hash = cron_job.meta.annotation(SCRIPT_HASH);
    if let Some(script) = &server.script
        && hash != Some(script)
    {
        return match chain.broken_before(&[Link::ArgoCd]) {
            Some(broken) => waits(Link::Sync, broken),
            None => LINK
                .pending(
                    "outdated",
                    "it has other scripts than the repository: what is declared there is not synced yet",
                )
                .remedy(SYNC),
        };
    }
    if let Some(why) = chain.facts.jobs.unread_of(&chain.app.namespace) {
        return unread(Link::Sync, why);
    }
    let jobs = chain.facts.jobs.in_namespace(&chain.app.namespace);
    let check = match newest(jobs, &server.sync, hash) {
        None => LINK.pending("not-run", "no Job has run its scripts yet"),
        Some(job) => return ended(chain, server, cron_job, job),
    };
    asked_for(suspended(check, cron_job), chain, server)
}

fn ended(chain: &Chain<'_>, server: &ExpectedServer, cron_job: &CronJob, job: &Job) -> Check {
    let name = &job.meta.name;
    match &job.outcome {
        Outcome::Running => LINK
            .pending("running", format!("the Job {name} is running"))
            .remedy(format!(
                "kubectl logs job/{name} --namespace {}",
                chain.app.namespace
            )),
        Outcome::Suspended => LINK
            .broken("job-suspended", format!("the Job {name} is suspended"))
            .remedy(format!(
                "kubectl patch job {name} --namespace {} --patch '{{\"spec\":{{\"suspend\":false}}}}'",
                chain.app.namespace
            )),
        Outcome::Failed { .. } => {
            let log = chain.facts.job_logs.get(&job.meta.uid);
            let evidence = failure(job, log).unwrap_or_default();
            asked_for(LINK.pending("failed", evidence), chain, server)
        }
        Outcome::Complete => match older_than_secret(chain, job) {
            Some(secret) => {
                let evidence = format!(
                    "the Secret {secret} has changed since the Job {name} began: its password is not in PostgreSQL yet"
                );
                let check = suspended(LINK.pending("older-than-secret", evidence), cron_job);
                asked_for(check, chain, server)
            }
            None => {
                let when = job
                    .ended
                    .map_or(String::new(), |ended| format!(" at {ended}"));
                let check = LINK.pass(format!(
                    "the Job {name} has made the server what is declared{when}"
                ));
                suspended(check, cron_job)
            }
        },
    }
}

/// The Secret, where it has changed since a Job began: the Job's Pod had the older one.
fn older_than_secret<'facts>(chain: &Chain<'facts>, job: &Job) -> Option<&'facts str> {
    let Fact::Present(secret) = chain.secret() else {
        return None;
    };
    let began: UnixTime = job.started.or(job.meta.created)?;
    (secret.meta.changed? > began).then_some(&secret.meta.name)
}

/// The same check, which says that the CronJob does nothing for now where that is so.
fn suspended(check: Check, cron_job: &CronJob) -> Check {
    if !cron_job.is_suspended {
        return check;
    }
    let place = &cron_job.meta;
    check.warning(
        "suspended",
        "the CronJob is suspended: nothing keeps the server as it is declared",
        vec![format!(
            "kubectl patch cronjob {} --namespace {} --patch '{{\"spec\":{{\"suspend\":false}}}}'",
            place.name, place.namespace
        )],
    )
}

/// The same check with the command that runs the scripts at once.
fn asked_for(check: Check, chain: &Chain<'_>, server: &ExpectedServer) -> Check {
    check.remedy(format!(
        "kubectl create job --from=cronjob/{0} {0}-again --namespace {1}",
        server.sync, chain.app.namespace
    ))
}
