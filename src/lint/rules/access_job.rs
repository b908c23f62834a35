//! A Job that does not run the scripts of an access when it should.

use crate::domain::access::SCRIPT_HASH;
use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::access::Access;
use crate::lint::repository::object::Object;
use crate::lint::repository::word::Word;
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB754",
    name: "access-job",
    severity: Severity::Error,
    is_fixable: false,
    summary: "The Job that runs the scripts of an access is no hook, comes too early, or was made for other scripts.",
    why: "What is a Job and no hook of Argo CD runs once and never again, and its template cannot be changed. One in the sync-wave of the Database or before it \
          waits for what is not made yet. One for other scripts tells `verify` that those ran which are not there.",
    mend: "Undo what was changed by hand: the annotations `argocd.argoproj.io/hook: Sync`, a sync-wave above that of the Database, and the same \
           `kubectl-pgdb/script-sha256` as the ConfigMap has.",
    example: Example {
        path: "infra/databases/postgres/my-shop-access.yaml",
        bad: include_str!("access_job/bad.yaml"),
        good: include_str!("access_job/good.yaml"),
        beside: &[(
            "infra/databases/postgres/kustomization.yaml",
            include_str!("unreadable_access/kustomization.yaml"),
        )],
    },
    check,
};

/// What makes an object a hook of Argo CD.
const HOOK: &str = "argocd.argoproj.io/hook";

fn check(repository: &Repository<'_>, found: &mut Findings) {
    for access in &repository.accesses {
        let Some(name) = access.object.known_name() else {
            continue;
        };
        let jobs = repository.jobs_named(name);
        let jobs = jobs.map(|job| &*job.object);
        for job in jobs.filter(|job| job.may_be_beside(&access.object) && !job.is_patch) {
            check_job(repository, access, job, found);
        }
    }
}

fn check_job(
    repository: &Repository<'_>,
    access: &Access<'_>,
    job: &Object<'_>,
    found: &mut Findings,
) {
    if job.hides_annotations || repository.kustomize_mentions(job, "argocd.argoproj.io") {
        return;
    }
    let title = job.title();
    let is_sync = |hook: &Word<'_>| {
        hook.text
            .split(',')
            .any(|phase| ["Sync", "PostSync"].contains(&phase.trim()))
    };
    match job.annotation(HOOK) {
        Some(hook) if is_sync(hook) => {}
        Some(hook) => {
            let message = format!("{title} is a hook of another phase than Sync");
            found.push(Finding::of(job, hook.span, message));
        }
        None => {
            let message =
                format!("{title} has no annotation {HOOK}, so that it runs once and never again");
            found.push(Finding::of(job, job.head, message));
        }
    }
    let (its, own) = (
        access.object.annotation(SCRIPT_HASH),
        job.annotation(SCRIPT_HASH),
    );
    if let Some(its) = its
        && own.map(|own| &own.text) != Some(&its.text)
    {
        let message = format!(
            "{title} was made for other scripts than those in {}",
            access.object.title()
        );
        let span = own.map_or(job.head, |own| own.span);
        let finding = Finding::of(job, span, message);
        found.push(finding.related(&access.object, its.span, "the hash of those scripts"));
    }
    let database = repository
        .database_of(access)
        .map(|database| &database.object);
    let wave = |object: &Object<'_>| object.wave.as_ref()?.text.parse::<i64>().ok();
    if let Some(database) = database
        && let Some(before) = wave(database)
        && wave(job).unwrap_or(0) <= before
    {
        let message = format!(
            "{title} is not in a sync-wave after {before}, that of {}",
            database.title()
        );
        let span = job.wave.as_ref().map_or(job.head, |word| word.span);
        found.push(Finding::of(job, span, message).related(
            database,
            database.head,
            "the Database",
        ));
    }
}
