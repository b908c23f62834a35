//! A repository as the guide has it, with one app, to be changed by a test and linted.

use std::collections::BTreeSet;

use crate::domain::time::UnixTime;
use crate::lint::finding::Finding;
use crate::lint::fix::Plan;
use crate::lint::repository::kustomize::references;
use crate::lint::repository::{Certificate, Input};
use crate::lint::rule::Rule;
use crate::lint::rules::RULES;
use crate::lint::{Report, Wanted, run};
use crate::repo::path::RepoPath;
use crate::repo::snapshot::Snapshot;
use crate::settings::{FILE, Ignore, Settings, TargetSettings};

/// The folder of the manifests.
pub(in crate::lint) const FOLDER: &str = "infra/databases/postgres";
/// The Cluster's file.
pub(in crate::lint) const CLUSTER: &str = "infra/databases/postgres/postgres-cluster.yaml";
/// The kustomization's file.
pub(in crate::lint) const KUSTOMIZATION: &str = "infra/databases/postgres/kustomization.yaml";
/// The SealedSecret's file.
pub(in crate::lint) const SEALED: &str = "infra/databases/postgres/my-shop-secrets-sealed.yaml";
/// The Database's file.
pub(in crate::lint) const DATABASE: &str = "infra/databases/postgres/my-shop-db.yaml";

/// A repository of one app, and what is known beside its files.
pub(in crate::lint) struct Guide {
    snapshot: Snapshot,
    targets: Vec<TargetSettings>,
    certificates: Vec<Certificate>,
    there: BTreeSet<RepoPath>,
    ignores: Vec<Ignore>,
    now: UnixTime,
}

impl Guide {
    /// The guide's repository, in which nothing is to be found.
    pub(in crate::lint) fn new() -> Self {
        let guide = Self {
            snapshot: Snapshot::default(),
            targets: vec![TargetSettings::default()],
            certificates: Vec::new(),
            there: BTreeSet::new(),
            ignores: Vec::new(),
            now: UnixTime::new(1_800_000_000),
        };
        guide
            .write(CLUSTER, include_str!("guide/postgres-cluster.yaml"))
            .write(KUSTOMIZATION, include_str!("guide/kustomization.yaml"))
            .write(SEALED, include_str!("guide/my-shop-secrets-sealed.yaml"))
            .write(DATABASE, include_str!("guide/my-shop-db.yaml"))
    }

    /// A repository that holds nothing.
    pub(in crate::lint) fn empty() -> Self {
        let mut guide = Self::new();
        guide.snapshot = Snapshot::default();
        guide
    }

    /// The guide's repository with the bad example of a rule.
    pub(in crate::lint) fn bad(rule: &Rule) -> Self {
        Self::example(rule, rule.example.bad)
    }

    /// The guide's repository with the good example of a rule.
    pub(in crate::lint) fn good(rule: &Rule) -> Self {
        Self::example(rule, rule.example.good)
    }

    fn example(rule: &Rule, text: &str) -> Self {
        let beside = rule.example.beside.iter().copied();
        let files = beside.chain([(rule.example.path, text)]);
        files.fold(Self::new(), |guide, (path, text)| guide.write(path, text))
    }

    /// Writes a file; one that ends with `.pem` is the sealing certificate, and `.pgdb.yaml` says what it says.
    pub(in crate::lint) fn write(mut self, path: &str, text: &str) -> Self {
        if path.ends_with(".pem") {
            self.certificates.push(Certificate {
                path: path.parse().unwrap(),
                pem: text.to_owned(),
            });
            return self;
        }
        if path == FILE {
            self.targets = Settings::parse(text).unwrap().of_every_target();
            return self;
        }
        self.snapshot.insert(path.parse().unwrap(), text.to_owned());
        self
    }

    /// Removes a file.
    pub(in crate::lint) fn remove(mut self, path: &str) -> Self {
        self.snapshot.remove(&path.parse().unwrap());
        self
    }

    /// Replaces a text in a file, which must be there once.
    pub(in crate::lint) fn replace(mut self, path: &str, from: &str, to: &str) -> Self {
        let path: RepoPath = path.parse().unwrap();
        let text = self.snapshot.text(&path).unwrap().to_owned();
        assert_eq!(text.matches(from).count(), 1, "{from:?} in {path}");
        self.snapshot.insert(path, text.replace(from, to));
        self
    }

    /// Says that a file or folder is there, though it is not read.
    pub(in crate::lint) fn there(mut self, path: &str) -> Self {
        self.there.insert(path.parse().unwrap());
        self
    }

    /// Says what `.pgdb.yaml` says.
    pub(in crate::lint) fn settings(mut self, targets: Vec<TargetSettings>) -> Self {
        self.targets = targets;
        self
    }

    /// Leaves out a finding.
    pub(in crate::lint) fn ignore(mut self, ignore: Ignore) -> Self {
        self.ignores.push(ignore);
        self
    }

    /// Says what time it is.
    pub(in crate::lint) fn at(mut self, now: UnixTime) -> Self {
        self.now = now;
        self
    }

    /// The files.
    pub(in crate::lint) fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// What all rules find.
    pub(in crate::lint) fn lint(&self) -> Report {
        self.lint_of(&self.snapshot)
    }

    /// What all rules find once the fixes are made.
    pub(in crate::lint) fn mended(&self, plan: &Plan) -> Report {
        self.lint_of(&plan.changes.applied_to(&self.snapshot))
    }

    fn lint_of(&self, snapshot: &Snapshot) -> Report {
        let named = BTreeSet::new();
        let mut missing = references(snapshot);
        missing.retain(|path| !self.is_there(path));
        let input = Input {
            snapshot,
            targets: &self.targets,
            certificates: &self.certificates,
            now: self.now,
            missing: &missing,
            named: &named,
        };
        let wanted = Wanted {
            rules: RULES.iter().collect(),
            paths: BTreeSet::new(),
            ignores: &self.ignores,
        };
        run(input, &wanted)
    }

    fn is_there(&self, path: &RepoPath) -> bool {
        let mut files = self.snapshot.files();
        self.there.contains(path) || files.any(|(file, _)| file.relative_to(path).is_some())
    }

    /// What all rules find, each as `CODE severity file:line:column message (help)`; the folder of the guide is left out.
    pub(in crate::lint) fn findings(&self) -> Vec<String> {
        self.lint().findings.iter().map(shown).collect()
    }
}

/// A finding on one line.
fn shown(finding: &Finding) -> String {
    let place = &finding.place;
    let path = place.path.relative_to(&FOLDER.parse().unwrap());
    let path = path.unwrap_or(place.path.as_str());
    let help = finding.help.iter().map(|help| format!(" ({help})"));
    format!(
        "{} {} {path}:{}:{} {}{}",
        finding.code,
        finding.severity.as_str(),
        place.start.line,
        place.start.column,
        finding.message,
        help.collect::<String>()
    )
}
