//! Privileges: the hook Job has run the repository's script, and completed.
//!
//! Source: Argo CD `docs/user-guide/sync-waves.md`: hooks run at each sync but a selective one, and the Job of the last run
//! stays until the next one begins.

use super::{Link, SYNC, absent, unread};
use crate::domain::access::SCRIPT_HASH;
use crate::live::application::{Application, Hook};
use crate::live::fact::Fact;
use crate::live::job::{Job, Outcome};
use crate::report::{Check, Subject};
use crate::verify::chain::Chain;
use crate::verify::expected::ExpectedAccess;

const LINK: Subject = Subject {
    check: "privileges",
    title: "Privileges",
};
/// How many digits of a hash are shown.
const DIGITS: usize = 8;

/// Looks at the Job of the access to the app's database; says nothing of an app where none is declared.
pub(super) fn check(chain: &Chain<'_>) -> Vec<Check> {
    let Some(expected) = &chain.app.access else {
        return Vec::new();
    };
    if let Some(check) = unsound(expected) {
        return vec![check];
    }
    let check = match chain.job(&expected.object) {
        Fact::Unreadable(why) => unread(Link::Privileges, &why),
        Fact::Absent => gone(chain, expected),
        Fact::Present(job) => ran(chain, expected, job),
    };
    vec![check.of(chain.place("Job", &expected.object))]
}

/// The failure of a manifest that somebody has changed by hand, so that it is not known what its Job does.
fn unsound(expected: &ExpectedAccess) -> Option<Check> {
    let ExpectedAccess { place, access, .. } = expected;
    let check = match access {
        Err(reason) => LINK.broken(
            "unreadable",
            format!("{place}: what is declared here cannot be read: {reason}"),
        ),
        Ok(_) if expected.hash.as_ref() != Some(&expected.actual_hash) => LINK.broken(
            "changed-by-hand",
            format!(
                "{place}: the ConfigMap is not what its annotation {SCRIPT_HASH} says: somebody changed it by hand"
            ),
        ),
        Ok(_) => return None,
    };
    Some(check.remedy("take the change back, and use `kubectl pgdb grant`, `revoke` or `import`"))
}

/// What is said of a Job that is not there.
fn gone(chain: &Chain<'_>, expected: &ExpectedAccess) -> Check {
    let hook = hook(chain, &expected.object);
    match hook.map(|(application, hook)| (application, hook, hook.phase.as_str())) {
        Some((_, _, "Succeeded")) => LINK
            .unknown(
                "gone",
                "Argo CD ran it at its last sync, and it succeeded; it is gone since, and with it which script it ran",
            )
            .waiting(false)
            .remedy(again(chain))
            .remedy(with_login(chain)),
        Some((application, hook, "Failed" | "Error")) => LINK
            .broken(
                "failed",
                format!("Argo CD could not run it: {}", hook.message),
            )
            .remedy(format!("argocd app get {}", application.meta.name)),
        _ => absent(
            chain,
            Link::Privileges,
            &[Link::ArgoCd, Link::Database],
            "it has not run: there is no such Job",
        )
        .remedy(again(chain)),
    }
}

/// What is said of the Job that is there.
fn ran(chain: &Chain<'_>, expected: &ExpectedAccess, job: &Job) -> Check {
    let wanted = shortened(&expected.actual_hash);
    let found = job.meta.annotation(SCRIPT_HASH);
    if found != Some(expected.actual_hash.as_str()) {
        let found = found.map_or_else(
            || "another script".to_owned(),
            |hash| format!("the script {}", shortened(hash)),
        );
        let evidence = format!("it runs {found}, and the repository has {wanted}");
        return LINK
            .pending("other-script", evidence)
            .remedy(SYNC)
            .remedy(again(chain));
    }
    if job.meta.is_deleted {
        let evidence = "it is being deleted, as before each run";
        return LINK
            .unknown("deleting", evidence)
            .remedy(watched(chain, expected));
    }
    match &job.outcome {
        Outcome::Complete => LINK.pass(format!("completed with the script {wanted}")),
        Outcome::Failed { message, .. } => failed(chain, job, message, wanted),
        Outcome::Suspended => LINK
            .broken("suspended", "it is suspended, and does not run")
            .remedy(format!(
                "kubectl patch job {} --namespace {} --patch '{{\"spec\":{{\"suspend\":false}}}}'",
                job.meta.name, chain.app.namespace
            )),
        Outcome::Running => {
            let failures = match job.failed_pods {
                0 => String::new(),
                1 => ", after 1 pod that failed".to_owned(),
                number => format!(", after {number} pods that failed"),
            };
            LINK.unknown("running", format!("it runs the script {wanted}{failures}"))
                .remedy(watched(chain, expected))
        }
    }
}

/// The failure of a Job that was given up, with the last that it said.
fn failed(chain: &Chain<'_>, job: &Job, message: &str, script: &str) -> Check {
    let mut evidence = format!("it failed with the script {script}: {message}");
    let said = chain.facts.job_logs.get(&job.meta.uid);
    match said {
        Some(Ok(lines)) if lines.is_empty() => evidence.push_str("; it said nothing"),
        Some(Ok(lines)) => {
            evidence.push_str("; it said at last:");
            for line in lines {
                evidence.push('\n');
                evidence.push_str(line);
            }
        }
        Some(Err(why)) => {
            evidence.push_str("; what it said cannot be read: ");
            evidence.push_str(&why.evidence);
        }
        None => {}
    }
    let check = LINK.broken("failed", evidence);
    let check = match said {
        Some(Err(why)) if !why.remedy.is_empty() => check.remedy(why.remedy.as_str()),
        _ => check,
    };
    check
        .remedy(format!(
            "kubectl logs --selector batch.kubernetes.io/job-name={} --namespace {} --tail -1",
            job.meta.name, chain.app.namespace
        ))
        .remedy(again(chain))
}

/// The hook of the last sync of an Application that is this Job.
fn hook<'facts>(chain: &Chain<'facts>, job: &str) -> Option<(&'facts Application, &'facts Hook)> {
    let applications = chain.facts.applications.all();
    let hooks = applications.filter_map(|application| {
        let operation = application.operation.as_ref()?;
        let is_it = |hook: &&Hook| {
            hook.kind == "Job" && hook.namespace == chain.app.namespace && hook.name == job
        };
        Some((application, operation.hooks.iter().find(is_it)?))
    });
    // One that deploys to this cluster counts before others.
    hooks.max_by_key(|(application, _)| application.is_local)
}

/// The advice to have Argo CD run the hook.
fn again(chain: &Chain<'_>) -> String {
    let name = chain.app.database.as_ref().and_then(|database| {
        let namespace = chain.app.namespace.as_str();
        let application = chain
            .index
            .application("Database", namespace, &database.object)?;
        Some(application.meta.name.as_str())
    });
    format!(
        "sync the whole Application, since a selective sync skips hooks: argocd app sync {}",
        name.unwrap_or("NAME")
    )
}

fn with_login(chain: &Chain<'_>) -> String {
    format!(
        "ask PostgreSQL itself what holds: kubectl pgdb verify {} --login",
        chain.app.app
    )
}

fn watched(chain: &Chain<'_>, expected: &ExpectedAccess) -> String {
    format!(
        "kubectl logs job/{} --namespace {} --follow",
        expected.object, chain.app.namespace
    )
}

/// The beginning of a hash.
fn shortened(hash: &str) -> &str {
    hash.get(..DIGITS).unwrap_or(hash)
}
