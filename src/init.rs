//! Writes the `.pgdb.yaml` of a repository from what was found in it.

mod discovery;
pub mod server;

use std::collections::BTreeSet;

use crate::domain::kubernetes_name::{ClusterName, Namespace};
use crate::domain::target_name::TargetName;
use crate::domain::wave::Waves;
use crate::repo::path::RepoPath;
use crate::repo::scalar::quote;
use crate::settings::{KEYS, Key, Place};

const HEADER: &str = "\
# The settings of kubectl-pgdb for this repository.
#
# Flags and PGDB_* variables win over this file. What it leaves open is looked for in the repository or has a
# default. A key that is commented out shows its default, or an example where the default is no fixed value.
";

/// What was found in a repository.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Found {
    /// The targets, in the order in which they are to be written.
    pub targets: Vec<FoundTarget>,
}

/// One PostgreSQL that apps can be put on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FoundTarget {
    /// The name by which it is to be chosen. Without one, or when another target has it, it is called after its
    /// Cluster. A target that is alone needs none, and a name that it has is not written.
    pub name: Option<TargetName>,
    /// The name of the CNPG Cluster.
    pub cluster: ClusterName,
    /// The Cluster's namespace.
    pub namespace: Namespace,
    /// The Cluster's manifest; never the repository's root.
    pub cluster_file: RepoPath,
    /// The folder that new manifests go to.
    pub directory: RepoPath,
    /// The sealing certificate, where there is one; never the repository's root.
    pub certificate: Option<RepoPath>,
    /// The sync-waves.
    pub waves: Waves,
}

/// The text of a `.pgdb.yaml` that sets all that was found, and shows every other key in a comment.
///
/// [`Settings::parse`](crate::settings::Settings::parse) reads exactly the same values from it.
pub fn render(found: &Found) -> String {
    let mut text = HEADER.to_owned();
    match found.targets.as_slice() {
        [] => top_level(&mut text, |_| None),
        [target] => top_level(&mut text, |key| target.value(key)),
        targets => with_targets(&mut text, targets),
    }
    text
}

/// The form for a repository with one target: all keys at the top level.
fn top_level(text: &mut String, value: impl Fn(&Key) -> Option<String>) {
    for key in Place::File.keys() {
        match value(key).or_else(|| version(key)) {
            Some(value) => described_line(text, key, &value),
            None => commented_line(text, key, key.example),
        }
    }
}

/// The form for several targets: what was found below their names, the rest at the top level.
fn with_targets(text: &mut String, targets: &[FoundTarget]) {
    let names = names(targets);
    for key in Place::File.keys().filter(|key| !is_found(key)) {
        match (key.name, version(key)) {
            ("targets", _) => described_line(text, key, ""),
            ("defaultTarget", _) => {
                let first = names.first().map_or(key.example, String::as_str);
                commented_line(text, key, &quote(first));
            }
            (_, Some(value)) => described_line(text, key, &value),
            _ => commented_line(text, key, key.example),
        }
    }
    for (index, (name, target)) in names.iter().zip(targets).enumerate() {
        text.push_str(&format!("  {}:\n", quote(name)));
        for key in KEYS.iter().filter(|key| is_found(key)) {
            if index == 0 {
                text.push_str(&format!("    # {}\n", key.about));
            }
            let line = match target.value(key) {
                Some(value) => format!("    {}: {value}\n", key.name),
                None => format!("    # {}: {}\n", key.name, key.example),
            };
            text.push_str(&line);
        }
    }
}

/// The names that the targets are written under: each one's own, or its Cluster's with a number where that is taken.
fn names(targets: &[FoundTarget]) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let given: Vec<Option<String>> = targets
        .iter()
        .map(|target| {
            let name = target.name.as_ref()?.to_string();
            taken.insert(name.clone()).then_some(name)
        })
        .collect();
    let named = targets.iter().zip(given);
    named
        .map(|(target, given)| {
            given.unwrap_or_else(|| {
                let name = free_name(&target.cluster, &taken);
                taken.insert(name.clone());
                name
            })
        })
        .collect()
}

/// The Cluster's name as a label, with the first number that makes it one of its own.
///
/// It stays a label: a Cluster's name has at most 50 characters, and a label at most 63.
fn free_name(cluster: &ClusterName, taken: &BTreeSet<String>) -> String {
    let base = cluster.as_str().replace('.', "-");
    let mut name = base.clone();
    let mut number = 2;
    while taken.contains(&name) {
        name = format!("{base}-{number}");
        number += 1;
    }
    name
}

impl FoundTarget {
    /// The value of a key as YAML, where it was found.
    fn value(&self, key: &Key) -> Option<String> {
        match key.name {
            "cluster" => Some(quote(self.cluster.as_str()).into_owned()),
            "namespace" => Some(quote(self.namespace.as_str()).into_owned()),
            "clusterFile" => Some(path(&self.cluster_file)),
            "directory" => Some(path(&self.directory)),
            "certificate" => self.certificate.as_ref().map(path),
            "waves" => Some(format!(
                "{{ secret: {}, cluster: {}, database: {} }}",
                self.waves.secret(),
                self.waves.cluster(),
                self.waves.database()
            )),
            _ => None,
        }
    }
}

/// Whether a key says what is found in a repository, other than what somebody decides.
fn is_found(key: &Key) -> bool {
    let names = [
        "cluster",
        "namespace",
        "clusterFile",
        "directory",
        "certificate",
        "waves",
    ];
    key.place == Place::Target && names.contains(&key.name)
}

/// The value of the key `version`, which is always written.
fn version(key: &Key) -> Option<String> {
    (key.name == "version").then(|| key.default.to_owned())
}

fn path(path: &RepoPath) -> String {
    quote(&path.to_string()).into_owned()
}

fn described_line(text: &mut String, key: &Key, value: &str) {
    let line = format!("{}: {value}", key.name);
    text.push_str(&format!("\n# {}\n{}\n", key.about, line.trim_end()));
}

fn commented_line(text: &mut String, key: &Key, value: &str) {
    text.push_str(&format!(
        "\n# {} Default: {}.\n# {}: {value}\n",
        key.about, key.default, key.name
    ));
}

#[cfg(test)]
mod tests;
