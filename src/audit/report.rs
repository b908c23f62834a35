//! What `audit` says: the structure of `-o json` and `-o yaml`.

use serde::Serialize;

use super::connect::Connect;
use crate::report::{REPORT_VERSION, Status};
use crate::target::Target;

/// All that was found. It holds no value of a Secret.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// [`REPORT_VERSION`].
    pub api_version: &'static str,
    /// Always `Audit`.
    pub kind: &'static str,
    /// The Cluster's name.
    pub cluster: String,
    /// Its namespace.
    pub namespace: String,
    /// `fail` where somebody has more rights than declared, `unknown` where a database could not be looked at.
    pub status: Status,
    /// How much was found.
    pub summary: Summary,
    /// The databases, in the order of their names.
    pub databases: Vec<DatabaseReport>,
    /// What concerns no single database.
    pub server: ServerReport,
}

/// How much was found.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// The databases that are listed.
    pub databases: usize,
    /// Those of them to which everybody may connect.
    pub not_isolated: usize,
    /// Those that could not be looked at.
    pub unread: usize,
    /// The rights that are more than declared.
    pub findings: usize,
    /// What is less than declared.
    pub missing: usize,
}

/// One database.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DatabaseReport {
    /// Its name.
    pub name: String,
    /// The app that it belongs to; none of a database that is not declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// The role that owns it; none where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Whether PUBLIC may not connect; none where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub isolated: Option<bool>,
    /// What is declared of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declared_isolated: Option<bool>,
    /// Who may connect.
    pub connect: Vec<Connect>,
    /// Why it could not be looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unread: Option<String>,
    /// What to do about that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// Rights that are more than declared.
    pub findings: Vec<Finding>,
    /// What is less than declared.
    pub missing: Vec<Finding>,
}

/// What concerns no single database.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerReport {
    /// Attributes and memberships that are more than declared.
    pub findings: Vec<Finding>,
    /// Roles and memberships that are declared and not there.
    pub missing: Vec<Finding>,
    /// Roles that nothing declares.
    pub undeclared: Vec<String>,
    /// Roles of CNPG's and PostgreSQL's own, which are not looked at.
    pub reserved: Vec<String>,
}

/// One right that somebody has and should not, or should and has not.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// What kind it is, as a word for programs.
    pub reason: &'static str,
    /// The role, or `PUBLIC`.
    pub role: String,
    /// What it is about, such as `the table public.orders`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// The privileges or attributes, in PostgreSQL's words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub privileges: Vec<String>,
    /// The same in one sentence.
    pub evidence: String,
    /// What to do, one step each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remedies: Vec<String>,
}

impl DatabaseReport {
    /// One of which nothing is known yet.
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }
}

impl Report {
    /// The report on these databases.
    pub(super) fn of(
        target: &Target,
        databases: Vec<DatabaseReport>,
        server: ServerReport,
    ) -> Self {
        let count = |of: fn(&DatabaseReport) -> usize| -> usize { databases.iter().map(of).sum() };
        let summary = Summary {
            databases: databases.len(),
            not_isolated: count(|database| usize::from(database.isolated == Some(false))),
            unread: count(|database| usize::from(database.unread.is_some())),
            findings: count(|database| database.findings.len()) + server.findings.len(),
            missing: count(|database| database.missing.len()) + server.missing.len(),
        };
        let status = match summary {
            Summary { findings: 1.., .. } => Status::Fail,
            Summary { unread: 1.., .. } => Status::Unknown,
            Summary { .. } => Status::Pass,
        };
        Self {
            api_version: REPORT_VERSION,
            kind: "Audit",
            cluster: target.cluster.to_string(),
            namespace: target.namespace.to_string(),
            status,
            summary,
            databases,
            server,
        }
    }
}
