//! What the manifests of a repository declare, for whatever target.

use std::collections::{BTreeSet, HashSet};

use super::assembly::assemble;
use super::objects::{Bounds, TargetObjects};
use super::service::Alias;
use super::{
    Declared, DeclaredAccess, DeclaredCredential, DeclaredDatabase, DeclaredRole, Place,
    Unreadable, access, credential, database, role, service,
};
use crate::repo::header::{Header, headers, holds_own_service};
use crate::repo::kustomization::index::Kustomizations;
use crate::repo::kustomization::{Kustomization, patches};
use crate::repo::object::{Object, objects_in};
use crate::repo::path::RepoPath;
use crate::repo::snapshot::Snapshot;
use crate::repo::yaml::{Node, Value};
use crate::target::neighbourhood::Neighbourhood;
use crate::target::{CNPG, Target};

/// What the manifests of a repository declare: each file is parsed once, for as many targets as there are.
#[derive(Debug)]
pub struct Manifests<'text> {
    snapshot: &'text Snapshot,
    kustomizations: Kustomizations,
    /// Every Cluster, patches and copies included.
    pub(super) clusters: Vec<Object<'text>>,
    /// The files of those that a kustomization uses as patches.
    pub(super) patching: BTreeSet<&'text RepoPath>,
    /// Objects of kind Database.
    pub(super) databases: Vec<Written<DeclaredDatabase>>,
    /// Objects of kind DatabaseRole.
    pub(super) roles: Vec<Written<DeclaredRole>>,
    /// What makes Secrets.
    pub(super) credentials: Vec<Written<DeclaredCredential>>,
    /// ConfigMaps with the access to a database.
    pub(super) accesses: Vec<Written<DeclaredAccess>>,
    /// Services that the product made.
    pub(super) services: Vec<Alias>,
    /// Files that are no YAML.
    pub(super) unreadable: Vec<Unreadable>,
}

/// What an object declares, and what it says of where that is.
#[derive(Debug)]
pub(super) struct Written<T> {
    /// The Cluster that it names.
    pub(super) cluster: Option<String>,
    /// The namespace that it names.
    pub(super) namespace: Option<String>,
    /// What it declares.
    pub(super) declared: T,
}

/// A Cluster that an object of kind Database or DatabaseRole names.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ClusterReference<'manifests> {
    /// The Cluster's name, as written.
    pub cluster: &'manifests str,
    /// The namespace that the object names, as written.
    pub namespace: Option<&'manifests str>,
    /// Where the object is.
    pub place: &'manifests Place,
}

impl<'text> Manifests<'text> {
    /// Those of all files.
    pub fn of(snapshot: &'text Snapshot) -> Self {
        Self::read(snapshot, |_| true)
    }

    /// Those of the files that belong to a neighbourhood; no other is parsed.
    pub(super) fn near(snapshot: &'text Snapshot, neighbourhood: &Neighbourhood) -> Self {
        let mut folder = None;
        Self::read(snapshot, |path| {
            // Files come in the order of their paths, so that those of one folder follow each other.
            let parent = path.parent();
            match &folder {
                Some((known, is_here)) if *known == parent => *is_here,
                _ => folder.insert((parent, neighbourhood.holds(path))).1,
            }
        })
    }

    fn read(snapshot: &'text Snapshot, mut is_wanted: impl FnMut(&RepoPath) -> bool) -> Self {
        let mut all = Self {
            snapshot,
            kustomizations: Kustomizations::setting_namespaces(snapshot),
            clusters: Vec::new(),
            patching: BTreeSet::new(),
            databases: Vec::new(),
            roles: Vec::new(),
            credentials: Vec::new(),
            accesses: Vec::new(),
            services: Vec::new(),
            unreadable: Vec::new(),
        };
        for (path, text) in snapshot.files() {
            let is_known =
                || headers(text).iter().any(Header::is_known_kind) || holds_own_service(text);
            if !is_wanted(path) || !is_known() {
                continue;
            }
            match objects_in(path, text) {
                Ok(objects) => {
                    for object in objects.into_iter().flat_map(unlisted) {
                        all.take(object);
                    }
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
        let files: Vec<&RepoPath> = all.clusters.iter().map(|object| object.path).collect();
        all.patching = patches(snapshot, &files);
        all
    }

    /// Takes from an object what it declares. The tree is not kept but of a Cluster: there may be thousands.
    fn take(&mut self, object: Object<'text>) {
        if object.is(CNPG, "Cluster") {
            self.clusters.push(object);
        } else if object.is(CNPG, "Database") {
            let declared = database::read(&object);
            self.databases.extend(written(&object, declared));
        } else if object.is(CNPG, "DatabaseRole") {
            let text = self.snapshot.text(object.path);
            let declared = role::read_object(&object, text);
            self.roles.extend(written(&object, declared));
        } else if object.is("", "ConfigMap") {
            let declared = access::read(&object);
            self.accesses.extend(written(&object, declared));
        } else if object.is("", "Service") {
            self.services.extend(service::read(&object));
        } else {
            let declared = credential::read(&object);
            self.credentials.extend(written(&object, declared));
        }
    }

    /// The apps of one target, whose neighbourhood is this.
    ///
    /// Without the Cluster's manifest in the repository, only DatabaseRole objects are known of its roles.
    pub fn apps(&self, target: &Target, neighbourhood: &Neighbourhood) -> Declared {
        self.apps_of(target, TargetObjects::of(self, target, neighbourhood))
    }

    /// The same of these Databases alone, wherever they are; roles and credentials are looked for everywhere.
    pub fn apps_of_databases(
        &self,
        target: &Target,
        databases: &[ClusterReference<'_>],
    ) -> Declared {
        let everywhere = Neighbourhood::among(target, &[]);
        let places: HashSet<&Place> = databases.iter().map(|object| object.place).collect();
        let mut found = TargetObjects::of(self, target, &everywhere);
        found.take_databases(self, &everywhere, target, |place| places.contains(place));
        self.apps_of(target, found)
    }

    fn apps_of(&self, target: &Target, found: TargetObjects<'_, '_>) -> Declared {
        let manifest = target.manifest.as_ref();
        let (apps, roles) = assemble(&found, target);
        Declared {
            apps,
            roles,
            unreadable: found.unreadable,
            script: None,
            renamed_by: manifest.and_then(|manifest| self.renaming(&manifest.path)),
        }
    }

    /// The kustomization that puts a prefix or suffix on the names of a file's objects.
    fn renaming(&self, file: &RepoPath) -> Option<RepoPath> {
        let path = |found: &Kustomization| found.renames.then(|| found.path.clone());
        if self.kustomizations.is_empty() {
            let reaching = Kustomization::reaching(self.snapshot, file);
            return reaching.iter().find_map(path);
        }
        let reaching = self.kustomizations.reaching(file);
        reaching.into_iter().find_map(path)
    }

    /// The objects of kind Database and DatabaseRole that are none of these targets', each with its neighbourhood.
    pub fn unclaimed(&self, targets: &[(&Target, &Neighbourhood)]) -> Vec<ClusterReference<'_>> {
        let databases = self.databases.iter();
        let databases = databases.filter_map(|found| reference(found, &found.declared.place));
        let roles = self.roles.iter();
        let roles = roles.filter_map(|found| reference(found, &found.declared.place));
        let mut unclaimed = databases.chain(roles).collect();
        for (target, neighbourhood) in targets {
            self.claim(&mut unclaimed, target, neighbourhood);
        }
        unclaimed
    }

    /// Removes the objects that are this target's.
    pub fn claim(
        &self,
        objects: &mut Vec<ClusterReference<'_>>,
        target: &Target,
        neighbourhood: &Neighbourhood,
    ) {
        let mut bounds = Bounds::new(self, target, neighbourhood);
        objects.retain(|object| !bounds.hold_reference(object));
    }

    /// What was read of the repository.
    pub(super) fn snapshot(&self) -> &'text Snapshot {
        self.snapshot
    }

    /// Files that are no YAML.
    pub fn unreadable(&self) -> &[Unreadable] {
        &self.unreadable
    }

    /// The namespaces that kustomizations set on an object of a file, which names this one itself.
    pub(super) fn namespaces_set(&self, file: &RepoPath, named: Option<&str>) -> Vec<String> {
        self.kustomizations.namespaces(file, named)
    }

    /// The namespaces that the objects of a file are put into: those that kustomizations set, else the one that the object
    /// names.
    pub fn namespaces(&self, file: &RepoPath, named: Option<&str>) -> Vec<String> {
        let set = self.namespaces_set(file, named);
        if set.is_empty() {
            return named.into_iter().map(str::to_owned).collect();
        }
        set
    }
}

/// What an object declares, with what it says of where that is.
fn written<T>(object: &Object<'_>, declared: Option<T>) -> Option<Written<T>> {
    let cluster = object.root.at(&["spec", "cluster", "name"]);
    Some(Written {
        cluster: cluster.and_then(Node::as_str).map(str::to_owned),
        namespace: object.namespace().map(str::to_owned),
        declared: declared?,
    })
}

fn reference<'manifests, T>(
    found: &'manifests Written<T>,
    place: &'manifests Place,
) -> Option<ClusterReference<'manifests>> {
    Some(ClusterReference {
        cluster: found.cluster.as_deref()?,
        namespace: found.namespace.as_deref(),
        place,
    })
}

/// The objects in a List, or the object itself.
pub(crate) fn unlisted<'text>(object: Object<'text>) -> Vec<Object<'text>> {
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
