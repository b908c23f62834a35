//! What runs the SQL of a target, how its last runs ended, and what of the declared is not so.

mod difference;
mod report;
#[cfg(test)]
mod tests;

use crate::declared::Declared;
use crate::domain::access::SCRIPT_HASH;
use crate::domain::time::UnixTime;
use crate::live::fact::{Fact, Unreadable};
use crate::live::job::{CronJob, Job};
use crate::live::login::LoginProblem;
use crate::live::server::Server;
use crate::target::Target;

pub use difference::{Difference, differences};
pub use report::{Report, Run, Schedule};

/// What was seen of a target.
#[derive(Clone, Debug)]
pub struct Facts {
    /// When it was looked at.
    pub now: UnixTime,
    /// The CronJob of a server that CNPG does not run.
    pub cron_job: Fact<CronJob>,
    /// The Jobs of the product in the target's namespace.
    pub jobs: Fact<Vec<Job>>,
    /// What PostgreSQL said; none where it is not asked.
    pub server: Option<Result<Server, LoginProblem>>,
}

/// Puts together what is to be known of the runs.
///
/// # Errors
/// Why the Jobs cannot be read.
pub fn run(declared: &Declared, target: &Target, facts: &Facts) -> Result<Report, Unreadable> {
    let jobs = match &facts.jobs {
        Fact::Present(jobs) => jobs.as_slice(),
        Fact::Absent => &[],
        Fact::Unreadable(why) => return Err(why.clone()),
    };
    let runs = match &target.server {
        Some(_) => of_server(declared, target, jobs, facts.now),
        None => of_apps(declared, jobs, facts.now),
    };
    let schedule = match (&target.server, &facts.cron_job) {
        (None, _) => None,
        (Some(_), Fact::Unreadable(why)) => return Err(why.clone()),
        (Some(_), Fact::Absent) => Some(Schedule::absent()),
        (Some(_), Fact::Present(cron_job)) => {
            Some(Schedule::of(cron_job, declared.script.as_deref()))
        }
    };
    let found = match &facts.server {
        Some(Ok(server)) => Ok(Some(differences(declared, server))),
        Some(Err(problem)) => Err(problem.evidence()),
        None => Ok(None),
    };
    Ok(Report::of(target, schedule, runs, found))
}

/// The runs of a server's scripts, the newest first.
fn of_server(declared: &Declared, target: &Target, jobs: &[Job], now: UnixTime) -> Vec<Run> {
    let name = target.sync_name();
    let its = jobs.iter().filter(|job| job.is_of(&name));
    let mut its: Vec<&Job> = its.collect();
    its.sort_by(|one, other| other.age_key().cmp(&one.age_key()));
    let script = declared.script.as_deref();
    its.into_iter()
        .map(|job| Run::of(job, None, script, now))
        .collect()
}

/// The Job of each app that declares access, in the order of the apps.
fn of_apps(declared: &Declared, jobs: &[Job], now: UnixTime) -> Vec<Run> {
    let apps = declared.apps.iter();
    let with_access = apps.filter_map(|app| Some((app, app.access.as_ref()?)));
    with_access
        .map(|(app, access)| {
            let mut found = jobs.iter();
            match found.find(|job| job.meta.name == access.object) {
                Some(job) => Run::of(job, Some(&app.name), Some(&access.actual_hash), now),
                None => Run::absent(&access.object, &app.name),
            }
        })
        .collect()
}

/// Whether a Job runs these scripts; none where the repository has none to compare.
fn is_current(job: &Job, script: Option<&str>) -> Option<bool> {
    script.map(|script| job.meta.annotation(SCRIPT_HASH) == Some(script))
}
