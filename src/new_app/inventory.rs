//! What of an app is in the repository already, and what stands in its way.

use std::collections::HashSet;

use super::comparison::{Comparison, Difference};
use super::error::{Conflict, NAME, NewAppError};
use super::{AppFiles, Inputs, credential, database, role};
use crate::domain::choice::RoleStyle;
use crate::domain::wave::SYNC_WAVE;
use crate::repo::kustomization::patches;
use crate::repo::object::{Object, objects};
use crate::repo::path::RepoPath;
use crate::repo::yaml::{Node, Value, YamlError, parse};
use crate::target::CNPG;
use crate::target::neighbourhood::{Neighbourhood, has_other_clusters};

/// Whether a piece is there.
#[derive(Clone, Copy, Debug)]
pub(super) enum Found<'text> {
    /// It is not.
    Missing,
    /// It is, in this file and document.
    There(&'text RepoPath, usize),
}

impl<'text> Found<'text> {
    /// The file and document, when it is there.
    pub(super) fn object(self) -> Option<(&'text RepoPath, usize)> {
        match self {
            Self::Missing => None,
            Self::There(path, document) => Some((path, document)),
        }
    }
}

/// What of an app is there.
pub(super) struct Inventory<'text> {
    /// The SealedSecret.
    pub(super) secret: Found<'text>,
    /// The managed role, or the DatabaseRole.
    pub(super) role: Found<'text>,
    /// The Database.
    pub(super) database: Found<'text>,
    /// Whether the Cluster has a sync-wave of its own.
    pub(super) cluster_has_wave: bool,
    /// How that wave differs from the one by which the app's objects are ordered.
    pub(super) cluster_wave: Option<Difference>,
    app: String,
    findings: Findings,
    unreadable: Vec<String>,
    replacing: Vec<String>,
    namespace: Option<String>,
}

/// What stands in an app's way.
#[derive(Default)]
pub(super) struct Findings {
    /// Names that belong to something else.
    pub(super) conflicts: Vec<Conflict>,
    /// Settings that differ from what was asked for.
    pub(super) differences: Vec<Difference>,
}

/// The repository's objects that may concern an app, and the Cluster that it is put on.
pub(super) struct Surroundings<'input, 'text> {
    /// What the plan is made from.
    pub(super) inputs: &'input Inputs<'text>,
    /// The app's files.
    pub(super) files: &'input AppFiles,
    /// Objects of the target that mention one of the app's names.
    pub(super) objects: Vec<Object<'text>>,
    /// The Cluster's manifest.
    pub(super) cluster: Option<Object<'text>>,
}

impl<'text> Inventory<'text> {
    /// Looks for an app in the snapshot.
    pub(super) fn of(inputs: &Inputs<'text>) -> Result<Self, NewAppError> {
        let files = AppFiles::new(inputs.app, inputs.target)?;
        let cluster = cluster(inputs)?;
        let app = inputs.app;
        let names = [
            app.name.as_str(),
            app.secret.as_str(),
            app.role.as_str(),
            app.database.as_str(),
        ];
        let found = objects(inputs.snapshot, |header, text| {
            header.is_known_kind() && names.iter().any(|name| text.contains(name))
        });
        let neighbourhood = Neighbourhood::of(inputs.target, inputs.snapshot);
        let surroundings = Surroundings {
            inputs,
            files: &files,
            objects: found
                .objects
                .into_iter()
                .filter(|object| neighbourhood.holds(object.path))
                .collect(),
            cluster,
        };
        let mut findings = Findings::default();
        let cluster_root = surroundings.cluster.as_ref();
        Ok(Self {
            secret: credential::inspect(&surroundings, &mut findings),
            role: match app.options.roles {
                RoleStyle::Managed => role::inspect_managed(&surroundings, &mut findings),
                RoleStyle::DatabaseRole => {
                    role::inspect_database_role(&surroundings, &mut findings)
                }
            },
            database: database::inspect(&surroundings, &mut findings),
            cluster_has_wave: cluster_root
                .is_none_or(|cluster| cluster.annotation(SYNC_WAVE).is_some()),
            cluster_wave: cluster_root.and_then(|cluster| wave_difference(inputs, cluster)),
            app: app.name.to_string(),
            findings,
            unreadable: found.unreadable.iter().map(not_looked_at).collect(),
            replacing: replacing_patches(inputs),
            namespace: other_namespace(inputs),
        })
    }

    /// Refuses when something stands in the app's way.
    pub(super) fn check(&self) -> Result<(), NewAppError> {
        if !self.findings.conflicts.is_empty() {
            return Err(NewAppError::Taken(self.findings.conflicts.clone()));
        }
        if !self.findings.differences.is_empty() {
            return Err(NewAppError::Different {
                app: self.app.clone(),
                differences: self.findings.differences.clone(),
            });
        }
        Ok(())
    }

    /// What could not be looked at, and what may undo the change.
    pub(super) fn warnings(&self) -> Vec<String> {
        let namespace = self.namespace.as_slice();
        [namespace, &self.unreadable, &self.replacing].concat()
    }
}

impl<'text> Surroundings<'_, 'text> {
    /// The objects of a kind in the target's namespace; one that names no namespace counts as being there.
    pub(super) fn of_kind(&self, group: &str, kind: &str) -> impl Iterator<Item = &Object<'text>> {
        let namespace = self.inputs.target.namespace.as_str();
        self.objects.iter().filter(move |object| {
            object.is(group, kind) && object.namespace().is_none_or(|found| found == namespace)
        })
    }

    /// Whether an object is the app's own, whatever it is called: made for it, or by hand in one of its files.
    pub(super) fn is_own(&self, object: &Object<'_>) -> bool {
        match object.app() {
            Some(owner) => owner == self.inputs.app.name.as_str(),
            None => self.files.all().contains(&object.path),
        }
    }

    /// The conflict of a new file with one that is there.
    pub(super) fn file_conflict(&self, path: &RepoPath) -> Option<Conflict> {
        self.inputs.snapshot.text(path).map(|_| Conflict {
            place: path.to_string(),
            problem: "the file is there and holds something else".to_owned(),
            flag: NAME,
        })
    }

    /// The conflict with an object that is marked as another app's.
    pub(super) fn owner_conflict(
        &self,
        object: &Object<'_>,
        flag: &'static str,
    ) -> Option<Conflict> {
        let owner = object.app()?;
        (owner != self.inputs.app.name.as_str()).then(|| Conflict {
            place: object.place(),
            problem: format!(
                "{} {} belongs to the app {owner:?}",
                object.kind().unwrap_or_default(),
                object.name().unwrap_or_default()
            ),
            flag,
        })
    }
}

/// The Cluster's manifest, checked for keys that are there twice.
fn cluster<'text>(inputs: &Inputs<'text>) -> Result<Option<Object<'text>>, NewAppError> {
    let Some(manifest) = &inputs.target.manifest else {
        return Ok(None);
    };
    let text = inputs
        .snapshot
        .text(&manifest.path)
        .ok_or(NewAppError::NoManifest)?;
    let stream = parse(text).map_err(|source| NewAppError::NotYaml {
        path: manifest.path.clone(),
        source,
    })?;
    let document = stream.documents.into_iter().nth(manifest.document);
    let root = document.ok_or(NewAppError::NoManifest)?.root;
    if let Some((line, key)) = duplicate_key(&root) {
        return Err(NewAppError::DuplicateKey {
            path: manifest.path.clone(),
            line,
            key,
        });
    }
    Ok(Some(Object {
        path: &manifest.path,
        document: manifest.document,
        root,
    }))
}

/// How the Cluster's own sync-wave, where it has one, differs from the one that the app's objects are ordered by.
fn wave_difference(inputs: &Inputs<'_>, cluster: &Object<'_>) -> Option<Difference> {
    let found = cluster.annotation(SYNC_WAVE)?;
    let asked = inputs.target.waves.cluster().to_string();
    let mut comparison = Comparison::new(cluster.path, cluster.root.line);
    comparison.scalar(SYNC_WAVE, Some(found), Some(&asked));
    comparison.into_differences().pop()
}

/// The first key that a mapping below this node has twice: its line and text.
fn duplicate_key(node: &Node<'_>) -> Option<(usize, String)> {
    match &node.value {
        Value::Mapping { entries, .. } => {
            let mut seen = HashSet::new();
            entries.iter().find_map(|(key, value)| {
                let twice = key
                    .as_str()
                    .is_some_and(|text| text != "<<" && !seen.insert(text));
                let here = twice.then(|| (key.line, key.as_str().unwrap_or_default().to_owned()));
                here.or_else(|| duplicate_key(value))
            })
        }
        Value::Sequence { items, .. } => items.iter().find_map(duplicate_key),
        Value::Scalar(..) | Value::Alias(_) => None,
    }
}

/// The warning of a namespace that was asked for and is not the one that the repository gives the Cluster.
fn other_namespace(inputs: &Inputs<'_>) -> Option<String> {
    let target = inputs.target;
    let manifest = target.manifest.as_ref()?;
    let known = target.other_namespaces.join(" or ");
    (!known.is_empty()).then(|| {
        format!(
            "{}: the Cluster is in the namespace {known}; {} is used, as asked for, and what is sealed for it opens \
             nowhere else",
            manifest.path, target.namespace
        )
    })
}

/// Warnings of patches that replace the list of managed roles as a whole, as kustomize does with lists of objects that
/// it has no schema of.
fn replacing_patches(inputs: &Inputs<'_>) -> Vec<String> {
    let manifest = inputs.target.manifest.as_ref();
    let Some(manifest) = manifest.filter(|_| inputs.app.options.roles == RoleStyle::Managed) else {
        return Vec::new();
    };
    if !has_other_clusters(inputs.target, inputs.snapshot) {
        return Vec::new();
    }
    let found = objects(inputs.snapshot, |header, _| header.may_be_cluster());
    let files: Vec<&RepoPath> = found.objects.iter().map(|object| object.path).collect();
    let patches = patches(inputs.snapshot, &files);
    let replacing = found.objects.iter().filter(|object| {
        patches.contains(object.path)
            && object.path != &manifest.path
            && object.is(CNPG, "Cluster")
            && object.name() == Some(inputs.target.cluster.as_str())
    });
    replacing
        .filter_map(|object| {
            let line = object.root.at(&["spec", "managed", "roles"])?.line;
            Some(format!(
                "{}:{line}: this patch replaces the Cluster's managed roles as a whole, the new one included; enter \
                 it there too, or use --roles databaserole",
                object.path
            ))
        })
        .collect()
}

/// What is said of a file that may concern the app and is no YAML.
fn not_looked_at((path, error): &(&RepoPath, YamlError)) -> String {
    let line = error.line;
    format!("{path}:{line}: could not be read as YAML and was not looked at")
}
