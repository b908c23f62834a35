//! Files of apps against repositories: what is planned, what is refused, and that all of it comes to rest.

mod adding;
mod opening;
mod passwords;
mod refusing;
mod round_trip;
mod styles;
mod updating;

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::*;
use crate::apps_file::read;
use crate::declared::{Declared, apps};
use crate::domain::time::UnixTime;
use crate::lint::repository::Input;
use crate::lint::repository::kustomize::references;
use crate::lint::rules::RULES;
use crate::lint::{self, Wanted};
use crate::render::Templates;
use crate::repo::path::RepoPath;
use crate::repo::yaml::{Node, parse};
use crate::sealing::{SealingKey, UnsealingKey};
use crate::settings::TargetSettings;
use crate::target::{Target, TargetRequest};

const CLUSTER: &str = "# The shared cluster of all applications.
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata:
  name: postgres-shared
  namespace: postgres
  annotations:
    argocd.argoproj.io/sync-wave: \"1\"
spec:
  instances: 3
  storage:
    size: 20Gi
  managed:
    roles: [] # of applications
  monitoring:
    enablePodMonitor: true
";
const KUSTOMIZATION: &str =
    include_str!("../../tests/fixtures/guide/infra/databases/postgres/kustomization.yaml");
const VECTORS: &str = include_str!("../../tests/vectors/vectors.json");
/// 2027-01-15 08:00:00 UTC, when the vectors' certificates are valid.
const NOW: UnixTime = UnixTime::new(1_800_000_000);

/// A repository, and the key that its credentials are sealed with.
struct World {
    snapshot: Snapshot,
    templates: Templates,
    key: Option<SealingKey>,
    unsealing: UnsealingKey,
    defaults: Defaults,
    replaces_passwords: bool,
}

fn path(name: &str) -> RepoPath {
    format!("infra/databases/postgres/{name}").parse().unwrap()
}

impl World {
    /// The guide's repository, in which nothing is but the Cluster.
    fn guide() -> Self {
        let vectors: serde_json::Value = serde_json::from_str(VECTORS).unwrap();
        let field = |name: &str| vectors["keys"][0][name].as_str().unwrap().to_owned();
        let der = STANDARD.decode(field("private_key_pkcs8_der_b64")).unwrap();
        let key = SealingKey::from_pem(&field("certificate_pem"), NOW).unwrap();
        Self {
            snapshot: Snapshot::new([
                (path("postgres-cluster.yaml"), CLUSTER.to_owned()),
                (path("kustomization.yaml"), KUSTOMIZATION.to_owned()),
            ]),
            templates: Templates::default(),
            key: Some(key),
            unsealing: UnsealingKey::from_der(&der).unwrap(),
            defaults: Defaults {
                options: AppOptions {
                    connection_keys: true,
                    ..AppOptions::default()
                },
                ..Defaults::default()
            },
            replaces_passwords: false,
        }
    }

    /// The same with these apps in it.
    fn with(text: &str) -> Self {
        let mut world = Self::guide();
        world.import(text);
        world
    }

    fn target(&self) -> Target {
        Target::resolve(&TargetRequest::default(), &self.snapshot).unwrap()
    }

    fn declared(&self) -> Declared {
        apps(&self.snapshot, &self.target())
    }

    fn plan(&self, text: &str) -> Result<Plan, ImportError> {
        let entries = read(text).unwrap_or_else(|problems| panic!("{problems:#?}"));
        let target = self.target();
        let inputs = Inputs {
            ground: Ground {
                target: &target,
                templates: &self.templates,
                key: self.key.as_ref(),
            },
            snapshot: &self.snapshot,
            declared: &self.declared(),
            defaults: &self.defaults,
            replaces_passwords: self.replaces_passwords,
            now: NOW,
        };
        plan(&inputs, entries, &mut StdRng::seed_from_u64(7), &|| ())
    }

    /// Imports a text, which must be possible; gives what became of the apps.
    fn import(&mut self, text: &str) -> Plan {
        let plan = self.planned(text);
        self.snapshot = plan.changes.applied_to(&self.snapshot);
        plan
    }

    fn planned(&self, text: &str) -> Plan {
        self.plan(text)
            .unwrap_or_else(|error| panic!("{error:#?}\n{text}"))
    }

    /// What is wrong with a text: the places with the messages, and what to do.
    fn problems(&self, text: &str) -> Vec<(String, String)> {
        let Err(ImportError::Problems(problems)) = self.plan(text) else {
            panic!("this was planned:\n{text}");
        };
        let problems = problems.into_iter();
        problems
            .map(|problem| (problem.to_string(), problem.help.unwrap_or_default()))
            .collect()
    }

    fn write(&mut self, name: &str, text: &str) {
        self.snapshot.insert(path(name), text.to_owned());
    }

    fn text(&self, name: &str) -> &str {
        self.snapshot.text(&path(name)).unwrap()
    }

    /// Puts another text in the place of one that is there once.
    fn replace(&mut self, name: &str, from: &str, to: &str) {
        let text = self.text(name).to_owned();
        assert_eq!(text.matches(from).count(), 1, "{from:?} in\n{text}");
        self.write(name, &text.replace(from, to));
    }

    /// Opens a value of the SealedSecret in a file.
    fn opened(&self, name: &str, label: &str, key: &str) -> String {
        let stream = parse(self.text(name)).unwrap();
        let sealed = stream.documents[0].root.at(&["spec", "encryptedData", key]);
        let sealed = sealed.and_then(Node::as_str).unwrap();
        let opened = self.unsealing.unseal(sealed, label).unwrap();
        String::from_utf8(opened.to_vec()).unwrap()
    }

    /// What lint finds, with all rules.
    fn findings(&self) -> Vec<String> {
        let mut missing = references(&self.snapshot);
        missing.retain(|path| {
            let mut files = self.snapshot.files();
            !files.any(|(file, _)| file.relative_to(path).is_some())
        });
        let input = Input {
            snapshot: &self.snapshot,
            targets: &[TargetSettings::default()],
            certificates: &[],
            now: NOW,
            missing: &missing,
            named: &BTreeSet::new(),
        };
        let wanted = Wanted {
            rules: RULES.iter().collect(),
            ..Wanted::default()
        };
        let findings = lint::run(input, &wanted).findings.into_iter();
        findings
            .map(|finding| format!("{} {:?}: {}", finding.code, finding.place, finding.message))
            .collect()
    }
}

/// What became of the apps, a line each.
fn outcomes(plan: &Plan) -> Vec<String> {
    let apps = plan.apps.iter();
    apps.map(|app| match &app.action {
        Action::Updated(settings) => format!("updated {}: {}", app.name, settings.join(", ")),
        action => format!("{} {}", action.as_str(), app.name),
    })
    .collect()
}

/// The files that a plan changes.
fn files(plan: &Plan) -> Vec<&str> {
    let changes = plan.changes.changes().iter();
    let paths = changes.map(|change| change.path().as_str());
    paths
        .map(|path| {
            path.strip_prefix("infra/databases/postgres/")
                .unwrap_or(path)
        })
        .collect()
}

/// The lines that a plan takes out and puts in, sealed values left out.
fn changed_lines(plan: &Plan) -> String {
    let mut shown = String::new();
    for change in plan.changes.changes() {
        let (before, after) = (
            change.before().unwrap_or_default(),
            change.after().unwrap_or_default(),
        );
        let diff = similar::TextDiff::from_lines(before, after);
        for line in diff.iter_all_changes() {
            let sign = match line.tag() {
                similar::ChangeTag::Equal => continue,
                similar::ChangeTag::Delete => '-',
                similar::ChangeTag::Insert => '+',
            };
            let text = line.value();
            let sealed = text.split_once(": Ag").or(text.split_once(": AQ"));
            let text = sealed.map_or(text.to_owned(), |(key, _)| format!("{key}: <sealed>\n"));
            shown.push_str(&format!("{sign}{text}"));
        }
    }
    shown
}
