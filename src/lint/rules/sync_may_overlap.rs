//! A CronJob of a server whose Jobs may run beside each other.

use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::word::Span;
use crate::lint::rule::{Example, Findings, Rule};
use crate::repo::object::objects_in;
use crate::repo::yaml::Node;
use crate::sync::is_sync_file;

pub(super) const RULE: Rule = Rule {
    code: "PGDB718",
    name: "sync-may-overlap",
    severity: Severity::Warning,
    is_fixable: false,
    summary: "The CronJob of a server that CloudNativePG does not run starts a Job while another one is running.",
    why: "The second one waits for the first one's lock in PostgreSQL, and with a slow server more and more of them wait.",
    mend: "Set `concurrencyPolicy: Forbid`, in the repository's own template of sync.yaml.hbs where it has one.",
    example: Example {
        path: "infra/databases/postgres/legacy-sync.yaml",
        bad: include_str!("sync_may_overlap/bad.yaml"),
        good: include_str!("sync_may_overlap/good.yaml"),
        beside: &[],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    for (path, text) in repository.snapshot.files() {
        if !is_sync_file(path, text) {
            continue;
        }
        let objects = objects_in(path, text).unwrap_or_default();
        for object in objects
            .iter()
            .filter(|object| object.is("batch", "CronJob"))
        {
            let policy = object.root.at(&["spec", "concurrencyPolicy"]);
            if policy.and_then(Node::as_str) == Some("Forbid") {
                continue;
            }
            let node = policy.or_else(|| object.root.get("kind"));
            let span = Span::of(node.unwrap_or(&object.root));
            let message = "the CronJob has no `concurrencyPolicy: Forbid`";
            found.push(Finding::at(path, span, message));
        }
    }
}
