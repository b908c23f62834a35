//! What `verify` says: the structure of `-o json` and `-o yaml`.

use serde::Serialize;

use super::expected::Expected;
use crate::report::{Check, REPORT_VERSION, Status, overall};

/// The links that bring the repository's objects to the cluster.
const DELIVERY: [&str; 2] = ["argo-cd", "sealed-secret"];

/// All that was found. It holds no value of a Secret.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// [`REPORT_VERSION`].
    pub api_version: &'static str,
    /// Always `Verify`.
    pub kind: &'static str,
    /// How all apps ended together.
    pub status: Status,
    /// How many apps ended how.
    pub summary: Summary,
    /// The apps, in the order in which they were asked for.
    pub apps: Vec<AppReport>,
}

/// How many apps ended how.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// All apps.
    pub apps: usize,
    /// Those whose every link passes or is skipped.
    pub pass: usize,
    /// Those with a broken link.
    pub fail: usize,
    /// Those with a link of which nothing is known, and none that is broken.
    pub unknown: usize,
}

/// What was found of one app.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AppReport {
    /// The app's name.
    pub app: String,
    /// The CNPG Cluster's name.
    pub cluster: String,
    /// The Cluster's namespace.
    pub namespace: String,
    /// Whether it is no Cluster, but a server that CNPG does not run.
    #[serde(skip)]
    pub is_server: bool,
    /// How its links ended together.
    pub status: Status,
    /// The first link that does not hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken: Option<Broken>,
    /// Every link, in the order of the chain.
    pub checks: Vec<Check>,
}

/// The first link that does not hold.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Broken {
    /// The link.
    pub check: &'static str,
    /// Why.
    pub reason: &'static str,
}

impl Report {
    /// The report on some apps.
    pub(super) fn of(apps: Vec<AppReport>) -> Self {
        let count = |status| apps.iter().filter(|app| app.status == status).count();
        let summary = Summary {
            apps: apps.len(),
            pass: count(Status::Pass),
            fail: count(Status::Fail),
            unknown: count(Status::Unknown),
        };
        Self {
            api_version: REPORT_VERSION,
            kind: "Verify",
            status: overall(apps.iter().flat_map(|app| &app.checks)),
            summary,
            apps,
        }
    }

    /// Whether some app has a link that waiting cannot mend.
    pub fn is_in_vain(&self) -> bool {
        self.apps.iter().any(AppReport::is_in_vain)
    }
}

impl AppReport {
    /// The report on one app.
    pub(super) fn of(app: &Expected, checks: Vec<Check>) -> Self {
        let status = overall(&checks);
        let first = checks.iter().find(|check| check.status == status);
        let broken = first.filter(|_| status != Status::Pass);
        Self {
            app: app.app.clone(),
            cluster: app.cluster.clone(),
            namespace: app.namespace.clone(),
            is_server: app.server.is_some(),
            status,
            broken: broken.map(|check| Broken {
                check: check.check,
                reason: check.reason,
            }),
            checks,
        }
    }

    /// Whether it has a link that waiting cannot mend; while what is to be delivered is on its way, that may yet replace
    /// what is broken.
    fn is_in_vain(&self) -> bool {
        let may_come = |check: &Check| {
            DELIVERY.contains(&check.check)
                && check.status == Status::Fail
                && check.waiting_helps == Some(true)
        };
        let is_final = |check: &Check| check.waiting_helps == Some(false);
        self.checks.iter().any(is_final) && !self.checks.iter().any(may_come)
    }

    /// The first link that does not hold.
    pub fn first_broken(&self) -> Option<&Check> {
        let mut checks = self.checks.iter();
        checks.find(|check| self.broken.is_some() && check.status == self.status)
    }
}
