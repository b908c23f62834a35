//! Sync-waves in which something comes before what it needs.

use std::collections::BTreeMap;

use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::waves::Member;
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB303",
    name: "sync-waves-not-ascending",
    severity: Severity::Warning,
    is_fixable: false,
    summary: "The sync-waves of a credential, its Cluster or DatabaseRole and its Database do not ascend.",
    why: "Argo CD syncs lower waves first and waits for them. A role whose Secret comes later gets no password, and a Database whose \
          role comes later fails, until CNPG tries again.",
    mend: "Give the credential the lowest wave, the Cluster or DatabaseRole a higher one, and the Database the highest: 0, 1 and 2, \
           or what `.pgdb.yaml` says under `waves`.",
    example: Example {
        path: "infra/databases/postgres/my-shop-db.yaml",
        bad: include_str!("sync_waves_not_ascending/bad.yaml"),
        good: include_str!("sync_waves_not_ascending/good.yaml"),
        beside: &[],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    let order = &repository.order;
    // One finding for each object that is out of order, however many others it should be before or behind.
    let mut wrong: BTreeMap<usize, (&Member<'_>, &Member<'_>)> = BTreeMap::new();
    for (first, second) in &order.pairs {
        let (Some(earlier), Some(later)) = (order.members.get(*first), order.members.get(*second))
        else {
            continue;
        };
        let (Some(before), Some(behind)) = (earlier.written(), later.written()) else {
            continue;
        };
        if before < behind {
            continue;
        }
        if before == earlier.wanted(repository) {
            wrong.entry(*second).or_insert((later, earlier));
        } else {
            wrong.entry(*first).or_insert((earlier, later));
        }
    }
    for (member, other) in wrong.into_values() {
        push(member, other, found);
    }
}

fn push(member: &Member<'_>, other: &Member<'_>, found: &mut Findings) {
    let (Some(wave), Some(its)) = (&member.object.wave, &other.object.wave) else {
        return;
    };
    let (relation, reason) = if member.step > other.step {
        ("above", "which it needs")
    } else {
        ("below", "which needs it")
    };
    let message = format!(
        "the sync-wave {} of {} is not {relation} {}, that of {}, {reason}",
        wave.text,
        member.object.title(),
        its.text,
        other.object.title(),
    );
    let finding = Finding::of(&member.object, wave.span, message);
    found.push(finding.related(&other.object, its.span, "the other sync-wave"));
}
