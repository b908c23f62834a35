//! The objects of a repository that are a target's.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::credential::{is_secret_made, secret_name, source};
use super::{Place, Unreadable};
use crate::repo::header::{Header, headers};
use crate::repo::kustomization::index::Kustomizations;
use crate::repo::kustomization::patches;
use crate::repo::object::{Object, objects_in};
use crate::repo::path::RepoPath;
use crate::repo::snapshot::Snapshot;
use crate::repo::yaml::{Node, Value};
use crate::target::neighbourhood::{Neighbourhood, shared_parts};
use crate::target::own::{is_on_cluster, managed_roles};
use crate::target::{CNPG, Target, is_complete};

/// An object, and where others of its name are.
pub(super) struct Named<'text> {
    /// The object that counts: the one nearest to the target's folder.
    pub(super) object: Object<'text>,
    /// The places of the others.
    pub(super) again: Vec<Place>,
}

/// The objects of a target, each name once, in the order of the paths.
#[derive(Default)]
pub(super) struct TargetObjects<'text> {
    /// The Cluster's manifest.
    pub(super) cluster: Option<Object<'text>>,
    /// Patches of the Cluster, which may hold roles.
    pub(super) patches: Vec<Object<'text>>,
    /// Objects of kind Database of this Cluster.
    pub(super) databases: Vec<Named<'text>>,
    /// Objects of kind DatabaseRole of this Cluster.
    pub(super) roles: Vec<Named<'text>>,
    /// What makes Secrets in the Cluster's namespace.
    pub(super) credentials: Vec<Named<'text>>,
    /// The Secrets that roles of other Clusters in this namespace name.
    pub(super) claimed: BTreeSet<String>,
    /// Files that are no YAML.
    pub(super) unreadable: Vec<Unreadable>,
}

/// What tells whether an object is the target's.
struct Bounds<'target> {
    target: &'target Target,
    neighbourhood: Neighbourhood,
    kustomizations: Kustomizations,
}

/// The objects of a target as they are found.
#[derive(Default)]
struct Found<'text> {
    clusters: Vec<Object<'text>>,
    databases: Vec<Object<'text>>,
    roles: Vec<Object<'text>>,
    credentials: Vec<Object<'text>>,
}

impl<'text> TargetObjects<'text> {
    /// Looks through the snapshot; each file that may matter is parsed once.
    pub(super) fn of(snapshot: &'text Snapshot, target: &Target) -> Self {
        let bounds = Bounds {
            target,
            neighbourhood: Neighbourhood::of(target, snapshot),
            kustomizations: Kustomizations::setting_namespaces(snapshot),
        };
        let mut all = Self::default();
        let mut found = Found::default();
        let mut folders: HashMap<RepoPath, bool> = HashMap::new();
        for (path, text) in snapshot.files() {
            let is_here = *folders
                .entry(path.parent())
                .or_insert_with(|| bounds.neighbourhood.holds(path));
            if !is_here || !headers(text).iter().any(Header::is_known_kind) {
                continue;
            }
            match objects_in(path, text) {
                Ok(objects) => {
                    let objects = objects.into_iter().flat_map(unlisted);
                    all.sort(objects, &bounds, &mut found);
                }
                Err(error) => all.unreadable.push(Unreadable {
                    place: Place {
                        path: path.clone(),
                        line: error.line,
                    },
                    problem: error.problem,
                    is_template: text.contains("{{"),
                }),
            }
        }
        all.settle(found, snapshot, target);
        all
    }

    /// Puts the target's objects of one file where they belong.
    fn sort(
        &mut self,
        objects: impl Iterator<Item = Object<'text>>,
        bounds: &Bounds<'_>,
        found: &mut Found<'text>,
    ) {
        for object in objects {
            if bounds.is_manifest(&object) {
                self.cluster = Some(object);
            } else if !bounds.hold(&object) {
                continue;
            } else if object.is(CNPG, "Cluster") {
                found.clusters.push(object);
            } else if object.is(CNPG, "Database") {
                found.databases.push(object);
            } else if object.is(CNPG, "DatabaseRole") {
                found.roles.push(object);
            } else if is_secret_made(&object) {
                found.credentials.push(object);
            }
        }
    }

    /// Tells this Cluster's objects from those of others beside it, and takes each name once.
    fn settle(&mut self, found: Found<'text>, snapshot: &Snapshot, target: &Target) {
        let cluster = target.cluster.as_str();
        let (own, others): (Vec<_>, Vec<_>) = found
            .clusters
            .into_iter()
            .partition(|object| object.name() == Some(cluster));
        let files: Vec<&RepoPath> = own.iter().map(|object| object.path).collect();
        let patching = patches(snapshot, &files);
        self.patches = own
            .into_iter()
            .filter(|object| !is_complete(object) || patching.contains(object.path))
            .collect();
        let (roles, other_roles): (Vec<_>, Vec<_>) = found
            .roles
            .into_iter()
            .partition(|object| is_on_cluster(object, cluster));
        let entries = others.iter().flat_map(managed_roles);
        let specs = other_roles.iter().filter_map(|role| role.root.get("spec"));
        self.claimed = entries
            .chain(specs)
            .filter_map(|role| role.at(&["passwordSecret", "name"])?.as_str())
            .map(str::to_owned)
            .collect();
        let databases = found.databases.into_iter();
        let databases = databases.filter(|object| is_on_cluster(object, cluster));
        self.databases = each_once(databases.collect(), target, Object::name);
        self.roles = each_once(roles, target, Object::name);
        self.credentials = each_once(found.credentials, target, secret_name);
    }
}

impl Bounds<'_> {
    /// Whether an object is the manifest of the target's Cluster, whatever it is called there.
    fn is_manifest(&self, object: &Object<'_>) -> bool {
        object.is(CNPG, "Cluster")
            && self.target.manifest.as_ref().is_some_and(|manifest| {
                manifest.path == *object.path && manifest.document == object.document
            })
    }

    /// Whether an object is in the target's namespace: kustomize puts it there, or it says so, or says nothing. What is a
    /// placeholder counts as not said.
    fn hold(&self, object: &Object<'_>) -> bool {
        let is_own = |text: &str| text == self.target.namespace.as_str() || text.contains('$');
        let set = self.kustomizations.namespaces(object.path);
        if set.is_empty() {
            return object.namespace().is_none_or(is_own);
        }
        set.iter().any(|text| is_own(text))
    }
}

/// The objects in a List, or the object itself.
fn unlisted<'text>(object: Object<'text>) -> Vec<Object<'text>> {
    if !object.is("", "List") {
        return vec![object];
    }
    let (path, document) = (object.path, object.document);
    let Value::Mapping { entries, .. } = object.root.value else {
        return Vec::new();
    };
    let items = entries
        .into_iter()
        .find(|(key, _)| key.as_str() == Some("items"));
    let Some((_, list)) = items else {
        return Vec::new();
    };
    let Value::Sequence { items, .. } = list.value else {
        return Vec::new();
    };
    let object = |root: Node<'text>| Object {
        path,
        document,
        root,
    };
    items.into_iter().map(object).collect()
}

/// The objects by their names, those without one left out. Of several with one name the preferred kind counts, then the
/// one nearest to the target's folder, then the first.
fn each_once<'text>(
    objects: Vec<Object<'text>>,
    target: &Target,
    name: for<'object> fn(&'object Object<'text>) -> Option<&'object str>,
) -> Vec<Named<'text>> {
    let mut by_name: BTreeMap<String, Vec<Object<'text>>> = BTreeMap::new();
    for object in objects {
        if let Some(name) = name(&object).map(str::to_owned) {
            by_name.entry(name).or_default().push(object);
        }
    }
    let rank = |object: &Object<'_>| {
        let nearness = shared_parts(object.path, &target.directory);
        (source(object), Reverse(nearness))
    };
    let mut found: Vec<Named<'text>> = by_name
        .into_values()
        .filter_map(|mut namesakes| {
            namesakes.sort_by_key(rank);
            let mut namesakes = namesakes.into_iter();
            let object = namesakes.next()?;
            let again = namesakes.map(|other| place(&other, other.root.line));
            Some(Named {
                object,
                again: again.collect(),
            })
        })
        .collect();
    found.sort_by(|left, right| {
        let order = |named: &Named<'_>| (named.object.document, named.object.root.span.start);
        left.object
            .path
            .cmp(right.object.path)
            .then_with(|| order(left).cmp(&order(right)))
    });
    found
}

/// A line of an object's file.
pub(super) fn place(object: &Object<'_>, line: usize) -> Place {
    Place {
        path: object.path.clone(),
        line,
    }
}
