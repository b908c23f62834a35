//! What `rotate` tells a program: `-o json`.

use serde::Serialize;

use super::age::Age;
use super::selection::Selection;
use super::{Plan, Rotation};
use crate::domain::time::UnixTime;
use crate::report::REPORT_VERSION;
use crate::target::Target;

/// The structure of `-o json`. It holds no secret and no sealed value.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// [`REPORT_VERSION`].
    pub api_version: &'static str,
    /// Always `Rotation`.
    pub kind: &'static str,
    /// The CNPG Cluster's name.
    pub cluster: String,
    /// The namespace of the Cluster and the credentials.
    pub namespace: String,
    /// Whether the passwords stay and are only sealed again.
    pub reseal: bool,
    /// Whether nothing was written because that was asked for.
    pub dry_run: bool,
    /// Whether there is anything to write.
    pub changed: bool,
    /// The apps whose credentials change.
    pub apps: Vec<AppReport>,
    /// The apps whose credentials stay.
    pub left: Vec<LeftReport>,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// An app whose credential changes.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AppReport {
    /// The app's name.
    pub name: String,
    /// Its credential's Secret.
    pub secret: String,
    /// The SealedSecret's file, from the repository's root.
    pub path: String,
    /// The keys of the sealed values that are replaced.
    pub keys: Vec<String>,
    /// How old the password was, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age: Option<AgeReport>,
}

/// An app whose credential stays.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LeftReport {
    /// The app's name.
    pub name: String,
    /// Why: `not-older`, or `elsewhere` where the password is not this repository's to change.
    pub reason: &'static str,
    /// What speaks against it, where that is the reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// How old its password is, where that is the reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age: Option<AgeReport>,
}

/// How old a password is.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AgeReport {
    /// The day since when it is the same, in UTC.
    pub since: String,
    /// Whole days since then.
    pub days: u64,
    /// `annotation`, `git`, `oldest-commit` or `uncommitted`.
    pub source: &'static str,
}

impl AgeReport {
    fn of(age: Age, now: UnixTime) -> Self {
        Self {
            since: age.since.date(),
            days: age.days(now),
            source: age.source.as_str(),
        }
    }
}

/// What the structure says of the call.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// Whether the passwords stay and are only sealed again.
    pub reseal: bool,
    /// Whether nothing is written because that was asked for.
    pub dry_run: bool,
    /// The time from which ages are counted.
    pub now: UnixTime,
}

impl Plan {
    /// The structure of `-o json`.
    pub fn report(&self, target: &Target, selection: &Selection, call: Call) -> Report {
        let younger = selection.younger.iter().flat_map(|credential| {
            let age = credential.age.map(|age| AgeReport::of(age, call.now));
            let apps = credential.asked.iter();
            apps.map(move |app| LeftReport {
                name: app.clone(),
                reason: "not-older",
                problem: None,
                age: age.clone(),
            })
        });
        let elsewhere = selection.elsewhere.iter().map(|refusal| LeftReport {
            name: refusal.app.clone(),
            reason: "elsewhere",
            problem: Some(refusal.reason.to_string()),
            age: None,
        });
        let rotations = self.rotations.iter();
        Report {
            api_version: REPORT_VERSION,
            kind: "Rotation",
            cluster: target.cluster.to_string(),
            namespace: target.namespace.to_string(),
            reseal: call.reseal,
            dry_run: call.dry_run,
            changed: !self.changes.is_empty(),
            apps: rotations
                .flat_map(|rotation| apps(rotation, call.now))
                .collect(),
            left: younger.chain(elsewhere).collect(),
            warnings: self.warnings.clone(),
        }
    }
}

fn apps(rotation: &Rotation, now: UnixTime) -> impl Iterator<Item = AppReport> {
    rotation.apps.iter().map(move |app| AppReport {
        name: app.clone(),
        secret: rotation.secret.clone(),
        path: rotation.path.to_string(),
        keys: rotation.keys.clone(),
        age: rotation.age.map(|age| AgeReport::of(age, now)),
    })
}
