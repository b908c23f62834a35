//! Is everything there and allowed, before anything is written: facts of the cluster become checks.
//!
//! - `platform`: the API server, CloudNativePG, Reflector, Argo CD.
//! - `sealing`: the Sealed Secrets controller, and whether the repository's certificate is one of its keys.
//! - `places`: the Cluster and the namespaces.
//! - `rights`: what `verify` and `fetch-cert` need to be allowed.

mod places;
mod platform;
mod rights;
mod sealing;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde::Serialize;

use crate::domain::choice::RoleStyle;
use crate::live::cluster::Cluster;
use crate::live::fact::{Cause, Fact, Unreadable};
use crate::live::pod::Pod;
use crate::live::secret::Secret;
use crate::report::{Check, REPORT_VERSION, Status, Subject, overall};

pub use platform::version_of_image;
pub use rights::{Asked, instead, needed};
pub use sealing::{Certificate, Controller, Known, Trial, trial};

const KUBECONFIG: Subject = Subject {
    check: "kubeconfig",
    title: "Kubeconfig",
};

/// What is expected of the cluster.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Expected {
    /// The Cluster's namespace.
    pub namespace: String,
    /// The Cluster's name; none where nothing says it.
    pub cluster: Option<String>,
    /// How roles are declared.
    pub roles: RoleStyle,
    /// The namespaces that the repository's credentials are mirrored to.
    pub app_namespaces: BTreeSet<String>,
    /// Whether the repository's apps have Services of their own.
    pub has_services: bool,
    /// Whether the repository's apps connect through Poolers.
    pub has_poolers: bool,
    /// Whether the repository declares who else may do what in a database, for which Jobs run.
    pub has_access: bool,
    /// The Secret with the connection of a server that CNPG does not run, and its key; none of a Cluster.
    pub connection: Option<(String, String)>,
}

/// What was read of a cluster that answers.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The plurals of the kinds that `postgresql.cnpg.io/v1` has.
    pub cnpg: Fact<BTreeSet<String>>,
    /// The version of CloudNativePG's operator, where it can be told.
    pub operator: Option<String>,
    /// The plurals of the kinds that `argoproj.io/v1alpha1` has.
    pub argo_cd: Fact<BTreeSet<String>>,
    /// The Clusters of the expected namespace.
    pub clusters: Fact<Vec<Cluster>>,
    /// The names of all namespaces.
    pub namespaces: Fact<BTreeSet<String>>,
    /// The Sealed Secrets controller.
    pub controller: Controller,
    /// The repository's certificate.
    pub certificate: Certificate,
    /// Reflector's pods, of all namespaces.
    pub reflector: Fact<Vec<Pod>>,
    /// The Secret with the connection of a server that CNPG does not run; absent where none is expected.
    pub connection: Fact<Secret>,
    /// The rights that were asked about.
    pub rights: Vec<Asked>,
}

/// What was reached.
#[derive(Clone, Debug)]
pub enum Reached {
    /// No cluster can be asked.
    NoKubeconfig {
        /// What is wrong.
        evidence: String,
        /// What to do.
        remedy: String,
    },
    /// The API server gave no answer.
    NoAnswer(Unreadable),
    /// It answers: its address, its version (forbidden to some), and the rest.
    Answers {
        /// The API server's address.
        server: String,
        /// Its version, such as `v1.34.1`.
        version: Fact<String>,
        /// What was read.
        facts: Box<Facts>,
    },
}

/// What `doctor` says: the structure of `-o json` and `-o yaml`.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// [`REPORT_VERSION`].
    pub api_version: &'static str,
    /// Always `Doctor`.
    pub kind: &'static str,
    /// How all checks ended together.
    pub status: Status,
    /// Every check, in a fixed order.
    pub checks: Vec<Check>,
}

/// The checks of what was read.
pub fn run(expected: &Expected, reached: &Reached) -> Report {
    let checks = match reached {
        Reached::NoKubeconfig { evidence, remedy } => {
            let check = KUBECONFIG.unknown("not-usable", evidence.as_str());
            let mut checks = vec![check.waiting(false).remedy(remedy.as_str())];
            checks.extend(unasked(&[platform::API_SERVER], "kubeconfig"));
            checks.extend(unasked(&later(expected), "kubeconfig"));
            checks
        }
        Reached::NoAnswer(why) => {
            let mut checks = vec![
                KUBECONFIG.pass("it names a cluster and a credential"),
                unread(platform::API_SERVER, why),
            ];
            checks.extend(unasked(&later(expected), "API server"));
            checks
        }
        Reached::Answers {
            server,
            version,
            facts,
        } => {
            let mut checks = vec![
                KUBECONFIG.pass("it names a cluster and a credential"),
                platform::api_server(server, version),
            ];
            checks.extend(looked_at(expected, facts));
            checks
        }
    };
    Report {
        api_version: REPORT_VERSION,
        kind: "Doctor",
        status: overall(&checks),
        checks,
    }
}

/// What is looked at once the API server answers.
const LATER: [Subject; 9] = [
    platform::CLOUDNATIVE_PG,
    platform::DATABASE_ROLE,
    places::CLUSTER,
    sealing::SEALED_SECRETS,
    sealing::CERTIFICATE,
    platform::REFLECTOR,
    platform::ARGO_CD,
    places::NAMESPACE,
    rights::RIGHTS,
];

/// What is looked at of this very cluster.
fn later(expected: &Expected) -> Vec<Subject> {
    let of_cnpg = [
        platform::CLOUDNATIVE_PG,
        platform::DATABASE_ROLE,
        places::CLUSTER,
    ];
    match expected.connection {
        None => LATER.to_vec(),
        Some(_) => {
            let rest = LATER
                .into_iter()
                .filter(|subject| !of_cnpg.contains(subject));
            std::iter::once(places::CONNECTION).chain(rest).collect()
        }
    }
}

fn looked_at(expected: &Expected, facts: &Facts) -> Vec<Check> {
    let mut checks = match &expected.connection {
        Some(connection) => vec![places::connection(expected, connection, &facts.connection)],
        None => vec![
            platform::cloudnative_pg(&facts.cnpg, facts.operator.as_deref()),
            platform::database_role(&facts.cnpg, expected.roles),
            places::cluster(expected, &facts.clusters),
        ],
    };
    checks.extend([
        sealing::sealed_secrets(&facts.controller),
        sealing::certificate(&facts.certificate),
        platform::reflector(&facts.reflector),
        platform::argo_cd(&facts.argo_cd),
    ]);
    checks.extend(places::namespaces(expected, &facts.namespaces));
    checks.extend(rights::rights(&facts.rights));
    checks
}

/// The checks that wait for one that is broken.
fn unasked(subjects: &[Subject], broken: &str) -> Vec<Check> {
    let waits = |subject: &Subject| subject.skipped("waits", format!("waits for the {broken}"));
    subjects.iter().map(waits).collect()
}

/// The check of what could not be read.
fn unread(subject: Subject, why: &Unreadable) -> Check {
    // Rights do not come by waiting.
    let may_pass = !matches!(why.cause, Cause::Forbidden | Cause::NotServed);
    subject
        .unknown(why.cause.reason(), why.evidence.as_str())
        .waiting(may_pass)
        .remedy(why.remedy.as_str())
}
