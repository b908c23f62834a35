//! The repository around apps, read once however many are planned in it.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::comparison::{Comparison, Difference};
use super::error::NewAppError;
use crate::declared::{self, DeclaredRole};
use crate::domain::app::App;
use crate::domain::wave::SYNC_WAVE;
use crate::repo::kustomization::patches;
use crate::repo::object::{Object, objects};
use crate::repo::path::RepoPath;
use crate::repo::snapshot::Snapshot;
use crate::repo::yaml::{Node, Value, parse};
use crate::target::neighbourhood::{Neighbourhood, has_other_clusters};
use crate::target::own::{is_on_cluster, managed_roles};
use crate::target::{CNPG, Target};

/// What of a repository may concern the apps of one target.
pub(super) struct Site<'text> {
    target: &'text Target,
    snapshot: &'text Snapshot,
    /// The objects that may be, or make, or stand in the way of, a piece of an app.
    objects: Vec<Object<'text>>,
    /// The numbers of the objects that have a name in one of the places where an app's names are looked for.
    named: HashMap<String, Vec<usize>>,
    /// The Cluster's manifest.
    pub(super) cluster: Option<Object<'text>>,
    /// The numbers of the managed roles with a name, and of those with a Secret.
    roles: HashMap<String, Vec<usize>>,
    /// The roles that keep databases of removed apps under names that do not say so.
    keepers: Vec<DeclaredRole>,
    /// Files that may concern an app and are no YAML: path, line and text.
    unreadable: Vec<(&'text RepoPath, usize, &'text str)>,
}

impl<'text> Site<'text> {
    /// Reads what may concern these apps. Of a single one only the files that mention a name of it are parsed.
    ///
    /// # Errors
    /// When the Cluster's manifest is not there, no YAML, or has a key twice.
    pub(super) fn of(
        target: &'text Target,
        snapshot: &'text Snapshot,
        apps: &[&App],
    ) -> Result<Self, NewAppError> {
        let cluster = cluster(target, snapshot)?;
        let only = match apps {
            [app] => Some(names(app)),
            _ => None,
        };
        let found = objects(snapshot, |header, text| {
            let mentions = |names: &[&str; 4]| names.iter().any(|name| text.contains(name));
            header.is_known_kind() && only.as_ref().is_none_or(mentions)
        });
        let neighbourhood = Neighbourhood::of(target, snapshot);
        let near = found.objects.into_iter();
        let objects: Vec<Object<'text>> = near
            .filter(|object| neighbourhood.holds(object.path))
            .collect();
        let unreadable = found.unreadable.into_iter().filter_map(|(path, error)| {
            let text = snapshot.text(path)?;
            Some((path, error.line, text))
        });
        Ok(Self {
            target,
            snapshot,
            keepers: keepers(target, snapshot, cluster.as_ref(), &objects),
            named: index(objects.iter().map(names_in)),
            roles: index(cluster.iter().flat_map(managed_roles).map(names_of_role)),
            objects,
            cluster,
            unreadable: unreadable.collect(),
        })
    }

    /// The objects that have one of these names where an app's names are looked for, in the order of their files.
    pub(super) fn objects_named<'site>(
        &'site self,
        names: impl IntoIterator<Item = &'site str>,
    ) -> Vec<&'site Object<'text>> {
        let numbers: BTreeSet<usize> = names
            .into_iter()
            .filter_map(|name| self.named.get(name))
            .flatten()
            .copied()
            .collect();
        let object = |number| self.objects.get(number);
        numbers.into_iter().filter_map(object).collect()
    }

    /// The managed roles with this name or this Secret, in their order.
    pub(super) fn roles_named(&self, name: &str, secret: &str) -> Vec<&Node<'text>> {
        let entries = self.cluster.as_ref().map_or(&[][..], managed_roles);
        let numbers: BTreeSet<usize> = [name, secret]
            .into_iter()
            .filter_map(|name| self.roles.get(name))
            .flatten()
            .copied()
            .collect();
        let entry = |number| entries.get(number);
        numbers.into_iter().filter_map(entry).collect()
    }

    /// Why an app cannot be made that is not there yet: a role keeps the database of the app of this name, or has the
    /// role's name and keeps another database.
    pub(super) fn kept_otherwise(&self, app: &App) -> Option<NewAppError> {
        let (role, database) = (app.role.as_str(), app.database.as_str());
        self.keepers.iter().find_map(|keeper| {
            let kept = keeper.kept.clone()?;
            let concerns = kept.app == app.name.as_str() || keeper.name == role;
            let is_asked_for =
                keeper.name == role && (kept.database == database || kept.database.is_empty());
            (concerns && !is_asked_for).then(|| NewAppError::Kept {
                place: keeper.place.to_string(),
                role: keeper.name.clone(),
                kept,
            })
        })
    }

    /// The warnings of files that mention an app and could not be looked at.
    pub(super) fn not_looked_at(&self, app: &App) -> Vec<String> {
        let names = names(app);
        let files = self.unreadable.iter();
        files
            .filter(|(_, _, text)| names.iter().any(|name| text.contains(name)))
            .map(|(path, line, _)| {
                format!("{path}:{line}: could not be read as YAML and was not looked at")
            })
            .collect()
    }

    /// Whether the Cluster has a sync-wave of its own, or there is no manifest of it.
    pub(super) fn cluster_has_wave(&self) -> bool {
        let cluster = self.cluster.as_ref();
        cluster.is_none_or(|cluster| cluster.annotation(SYNC_WAVE).is_some())
    }

    /// How the Cluster's own sync-wave, where it has one, differs from the one that the apps' objects are ordered by.
    pub(super) fn cluster_wave(&self) -> Option<Difference> {
        let cluster = self.cluster.as_ref()?;
        let found = cluster.annotation(SYNC_WAVE)?;
        let asked = self.target.waves.cluster().to_string();
        let mut comparison = Comparison::new(cluster.path, cluster.root.line);
        comparison.scalar(SYNC_WAVE, Some(found), Some(&asked));
        comparison.into_differences().pop()
    }

    /// The warning of a namespace that was asked for and is not the one that the repository gives the Cluster.
    pub(super) fn other_namespace(&self) -> Option<String> {
        let target = self.target;
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

    /// Warnings of patches that replace the list of managed roles as a whole, as kustomize does with lists of objects
    /// that it has no schema of.
    pub(super) fn replacing_patches(&self) -> Vec<String> {
        let Some(manifest) = &self.target.manifest else {
            return Vec::new();
        };
        if !has_other_clusters(self.target, self.snapshot) {
            return Vec::new();
        }
        let found = objects(self.snapshot, |header, _| header.may_be_cluster());
        let files: Vec<&RepoPath> = found.objects.iter().map(|object| object.path).collect();
        let patches = patches(self.snapshot, &files);
        let replacing = found.objects.iter().filter(|object| {
            patches.contains(object.path)
                && object.path != &manifest.path
                && object.is(CNPG, "Cluster")
                && object.name() == Some(self.target.cluster.as_str())
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
}

/// The roles beside which a comment says what they keep.
fn keepers(
    target: &Target,
    snapshot: &Snapshot,
    cluster: Option<&Object<'_>>,
    objects: &[Object<'_>],
) -> Vec<DeclaredRole> {
    let entries = cluster.into_iter().flat_map(|cluster| {
        let entries = managed_roles(cluster).iter();
        entries.filter_map(|entry| declared::role_of_entry(cluster, entry, snapshot))
    });
    let roles = objects.iter().filter(|object| {
        object.is(CNPG, "DatabaseRole") && is_on_cluster(object, target.cluster.as_str())
    });
    let roles = roles.filter_map(|object| declared::role_of_object(object, snapshot));
    let is_keeper = |role: &DeclaredRole| role.is_kept() && role.kept.is_some();
    entries.chain(roles).filter(is_keeper).collect()
}

/// The names by which an app is mentioned.
fn names(app: &App) -> [&str; 4] {
    [
        app.name.as_str(),
        app.secret.as_str(),
        app.role.as_str(),
        app.database.as_str(),
    ]
}

/// The names of an object in the places where an app's names are looked for, its file among them.
fn names_in(object: &Object<'_>) -> Vec<String> {
    let text = |path: &[&str]| object.root.at(path).and_then(Node::as_str);
    let names = [
        object.name(),
        object.app(),
        text(&["spec", "name"]),
        text(&["spec", "target", "name"]),
        Some(object.path.as_str()),
    ];
    names.into_iter().flatten().map(str::to_owned).collect()
}

fn names_of_role(entry: &Node<'_>) -> Vec<String> {
    let names = [entry.get("name"), entry.at(&["passwordSecret", "name"])];
    let names = names.into_iter().flatten().filter_map(Node::as_str);
    names.map(str::to_owned).collect()
}

/// The numbers of the things that have each name.
fn index(things: impl Iterator<Item = Vec<String>>) -> HashMap<String, Vec<usize>> {
    let mut index: HashMap<String, Vec<usize>> = HashMap::new();
    for (number, names) in things.enumerate() {
        for name in names {
            index.entry(name).or_default().push(number);
        }
    }
    index
}

/// The Cluster's manifest, checked for keys that are there twice.
fn cluster<'text>(
    target: &'text Target,
    snapshot: &'text Snapshot,
) -> Result<Option<Object<'text>>, NewAppError> {
    let Some(manifest) = &target.manifest else {
        return Ok(None);
    };
    let text = snapshot
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
