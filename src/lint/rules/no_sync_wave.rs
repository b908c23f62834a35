//! An object without a sync-wave beside others that have one.

use crate::domain::wave::SYNC_WAVE;
use crate::lint::finding::{Finding, Fix, Operation, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::waves::Member;
use crate::lint::rule::{Example, Findings, Rule};
use crate::repo::edit::Addition;

pub(super) const RULE: Rule = Rule {
    code: "PGDB301",
    name: "no-sync-wave",
    severity: Severity::Warning,
    is_fixable: true,
    summary: "A SealedSecret, Cluster, DatabaseRole or Database has no sync-wave, while others of its Cluster have one.",
    why: "Argo CD takes the wave 0 for it, so that it is synced before, or together with, what has to be there first: CNPG then fails \
          until a later attempt. Where 0 happens to be its place in the order, this is for your information.",
    mend: "Add the annotation `argocd.argoproj.io/sync-wave` with an integer in quotes: the credential's lowest, then the Cluster's or \
           the DatabaseRole's, then the Database's. `.pgdb.yaml` may say which under `waves`; else it is 0, 1 and 2.",
    example: Example {
        path: "infra/databases/postgres/my-shop-db.yaml",
        bad: include_str!("no_sync_wave/bad.yaml"),
        good: include_str!("no_sync_wave/good.yaml"),
        beside: &[],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    let order = &repository.order;
    let neighbours = order.neighbours();
    for (number, member) in order.members.iter().enumerate() {
        if !member.uses_waves || !lacks_wave(repository, member) {
            continue;
        }
        let near = order.near(&neighbours, number);
        let is_in_place = member.fits(0, &near, repository);
        if is_in_place && member.is_cluster() {
            // With DatabaseRoles, nothing needs the Cluster to come behind a credential.
            continue;
        }
        let wanted = member.wanted(repository);
        let message = format!(
            "{} has no sync-wave, while objects that are deployed with it have one",
            member.object.title()
        );
        let mut finding = Finding::of(&member.object, member.object.head, message);
        if member.fits(wanted, &near, repository) {
            let operation =
                Operation::Insert(SYNC_WAVE.to_owned(), Addition::Text(wanted.to_string()));
            let title = format!("add the sync-wave {:?}", wanted.to_string());
            let annotations = &["metadata", "annotations"];
            finding = finding.fix(Fix::of(title, &member.object, annotations, operation));
        }
        if is_in_place {
            found.push_as(Severity::Info, finding);
        } else {
            found.push(finding);
        }
    }
}

/// Whether nothing gives it a wave. One that is in a SealedSecret's template alone is another rule's.
fn lacks_wave(repository: &Repository<'_>, member: &Member<'_>) -> bool {
    let made = member
        .credential(repository)
        .and_then(|found| found.made.as_ref());
    member.needs_wave(repository)
        && member.object.wave.is_none()
        && !member.object.hides_annotations
        && made.is_none_or(|made| made.wave.is_none())
}
