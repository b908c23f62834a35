//! The objects of a repository that are a target's.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use super::manifests::{Manifests, Written};
use super::service::services;
use super::{
    ClusterReference, CredentialSource, DeclaredAccess, DeclaredCredential, DeclaredDatabase,
    DeclaredRole, DeclaredService, Place, RoleSource, Unreadable,
};
use crate::repo::object::Object;
use crate::repo::path::RepoPath;
use crate::repo::snapshot::Snapshot;
use crate::repo::yaml::Node;
use crate::target::neighbourhood::{Neighbourhood, shared_parts};
use crate::target::own::managed_roles;
use crate::target::{Target, is_complete};

/// What is declared by an object of its own, of whose name there may be several in the repository.
trait Declaration {
    /// The name of what it makes in the cluster.
    fn object(&self) -> &str;
    /// What it is preferred by where several make the same.
    fn source(&self) -> Option<CredentialSource>;
    fn place(&self) -> &Place;
    fn again(&mut self) -> &mut Vec<Place>;
}

/// The objects of a target, each name once, in the order of the paths.
#[derive(Default)]
pub(super) struct TargetObjects<'manifests, 'text> {
    /// The Cluster's manifest.
    pub(super) cluster: Option<&'manifests Object<'text>>,
    /// Patches of the Cluster, which may hold roles.
    pub(super) patches: Vec<&'manifests Object<'text>>,
    /// Objects of kind Database of this Cluster.
    pub(super) databases: Vec<DeclaredDatabase>,
    /// Objects of kind DatabaseRole of this Cluster.
    pub(super) roles: Vec<DeclaredRole>,
    /// What makes Secrets in the Cluster's namespace.
    pub(super) credentials: Vec<DeclaredCredential>,
    /// What is declared of the access to databases, of whichever Cluster in the namespace.
    pub(super) accesses: Vec<DeclaredAccess>,
    /// The Secrets that roles of other Clusters in this namespace name.
    pub(super) claimed: BTreeSet<String>,
    /// The Services in the apps' namespaces, each with the app of the product's label.
    pub(super) services: Vec<(String, DeclaredService)>,
    /// Files that are no YAML.
    pub(super) unreadable: Vec<Unreadable>,
    /// The texts of all files.
    texts: Option<&'manifests Snapshot>,
}

impl<'manifests, 'text> TargetObjects<'manifests, 'text> {
    /// Looks through the manifests.
    pub(super) fn of(
        manifests: &'manifests Manifests<'text>,
        target: &Target,
        neighbourhood: &Neighbourhood,
    ) -> Self {
        let mut bounds = Bounds::new(manifests, target, neighbourhood);
        let mut all = Self {
            texts: Some(manifests.snapshot()),
            ..Self::default()
        };
        all.take_clusters(&mut bounds);
        for found in &manifests.roles {
            if !bounds.hold(found) {
                continue;
            }
            if bounds.mean(found.cluster.as_deref()) {
                all.roles.push(found.declared.clone());
            } else {
                all.claimed.extend(found.declared.password_secret.clone());
            }
        }
        for found in &manifests.credentials {
            if bounds.hold(found) {
                all.credentials.push(found.declared.clone());
            }
        }
        for found in &manifests.accesses {
            if bounds.hold(found) {
                all.accesses.push(found.declared.clone());
            }
        }
        all.services = services(manifests, &mut bounds);
        let unreadable = manifests.unreadable.iter();
        let unreadable = unreadable.filter(|file| bounds.hold_file(&file.place.path));
        all.unreadable = unreadable.cloned().collect();
        all.take_databases(manifests, neighbourhood, target, |_| true);
        all.roles = each_once(all.roles, target);
        all.credentials = each_once(all.credentials, target);
        all.accesses = each_once(all.accesses, target);
        all
    }

    /// The text of a file.
    pub(super) fn text(&self, path: &RepoPath) -> Option<&'manifests str> {
        self.texts?.text(path)
    }

    /// Takes the target's Databases at the places that are wanted, instead of those that were taken before.
    pub(super) fn take_databases(
        &mut self,
        manifests: &Manifests<'text>,
        neighbourhood: &Neighbourhood,
        target: &Target,
        is_wanted: impl Fn(&Place) -> bool,
    ) {
        let mut bounds = Bounds::new(manifests, target, neighbourhood);
        let own = manifests.databases.iter().filter(|found| {
            bounds.mean(found.cluster.as_deref())
                && is_wanted(&found.declared.place)
                && bounds.hold(found)
        });
        let own = own.map(|found| found.declared.clone()).collect();
        self.databases = each_once(own, target);
    }

    /// Takes the Cluster's manifest, and tells patches of this Cluster from copies of it, and from others beside it.
    fn take_clusters(&mut self, bounds: &mut Bounds<'_, 'manifests, 'text>) {
        let manifests = bounds.manifests;
        for object in &manifests.clusters {
            if !bounds.hold_file(object.path) {
                continue;
            }
            if is_manifest(object, bounds.target) {
                self.cluster = Some(object);
            } else if !bounds.hold_namespace(object.path, object.namespace()) {
                continue;
            } else if !bounds.mean(object.name()) {
                let entries = managed_roles(object).iter();
                self.claimed.extend(entries.filter_map(secret_of));
            } else if !is_complete(object) || manifests.patching.contains(object.path) {
                self.patches.push(object);
            }
        }
    }
}

/// Whether an object is the manifest of the target's Cluster, whatever it is called there.
fn is_manifest(object: &Object<'_>, target: &Target) -> bool {
    target.manifest.as_ref().is_some_and(|manifest| {
        manifest.path == *object.path && manifest.document == object.document
    })
}

/// The Secret of a role's password.
fn secret_of(role: &Node<'_>) -> Option<String> {
    let name = role.at(&["passwordSecret", "name"])?.as_str()?;
    Some(name.to_owned())
}

/// What tells whether an object is the target's.
pub(super) struct Bounds<'target, 'manifests, 'text> {
    target: &'target Target,
    neighbourhood: &'target Neighbourhood,
    manifests: &'manifests Manifests<'text>,
    /// What the Cluster is called in its manifest: a placeholder, where its name is filled in later.
    written_name: Option<&'manifests str>,
    /// The folders that were asked for, and whether they are the target's.
    folders: HashMap<RepoPath, bool>,
}

impl<'target, 'manifests, 'text> Bounds<'target, 'manifests, 'text> {
    /// Those of a target with this neighbourhood.
    pub(super) fn new(
        manifests: &'manifests Manifests<'text>,
        target: &'target Target,
        neighbourhood: &'target Neighbourhood,
    ) -> Self {
        let mut clusters = manifests.clusters.iter();
        let manifest = clusters.find(|object| is_manifest(object, target));
        Self {
            target,
            neighbourhood,
            manifests,
            written_name: manifest.and_then(Object::name),
            folders: HashMap::new(),
        }
    }

    /// Whether an object that names a Cluster is the target's.
    pub(super) fn hold_reference(&mut self, object: &ClusterReference<'_>) -> bool {
        let path = &object.place.path;
        self.mean(Some(object.cluster))
            && self.hold_namespace(path, object.namespace)
            && self.hold_file(path)
    }

    /// Whether this is a name of the target's Cluster.
    fn mean(&self, cluster: Option<&str>) -> bool {
        cluster.is_some_and(|name| {
            name == self.target.cluster.as_str() || Some(name) == self.written_name
        })
    }

    /// Whether what an object declares is in the target's files and namespace.
    fn hold<T: Declaration>(&mut self, found: &Written<T>) -> bool {
        let path = &found.declared.place().path;
        self.hold_namespace(path, found.namespace.as_deref()) && self.hold_file(path)
    }

    /// Whether a file is as near to the target as to any other Cluster.
    pub(super) fn hold_file(&mut self, path: &RepoPath) -> bool {
        let neighbourhood = self.neighbourhood;
        *self
            .folders
            .entry(path.parent())
            .or_insert_with(|| neighbourhood.holds(path))
    }

    /// Whether an object is in the target's namespace: kustomize puts it there, or it says so, or says nothing. What is a
    /// placeholder counts as not said.
    fn hold_namespace(&self, path: &RepoPath, named: Option<&str>) -> bool {
        let is_own = |text: &str| text == self.target.namespace.as_str() || text.contains('$');
        let set = self.manifests.namespaces_set(path, named);
        if set.is_empty() {
            return named.is_none_or(is_own);
        }
        set.iter().any(|text| is_own(text))
    }
}

/// The declarations by their names. Of several with one name the preferred kind counts, then the one nearest to the
/// target's folder, then the first.
fn each_once<T: Declaration>(found: Vec<T>, target: &Target) -> Vec<T> {
    let rank = |declaration: &T| {
        let nearness = shared_parts(&declaration.place().path, &target.directory);
        (declaration.source(), Reverse(nearness))
    };
    let mut kept: Vec<T> = Vec::with_capacity(found.len());
    let mut numbers: HashMap<String, usize> = HashMap::new();
    for mut declaration in found {
        let number = *numbers
            .entry(declaration.object().to_owned())
            .or_insert(kept.len());
        let Some(known) = kept.get_mut(number) else {
            kept.push(declaration);
            continue;
        };
        if rank(&declaration) < rank(known) {
            std::mem::swap(&mut declaration, known);
        }
        let again = known.again();
        again.append(declaration.again());
        again.push(declaration.place().clone());
        again.sort();
    }
    kept
}

impl Declaration for DeclaredDatabase {
    fn object(&self) -> &str {
        &self.object
    }

    fn source(&self) -> Option<CredentialSource> {
        None
    }

    fn place(&self) -> &Place {
        &self.place
    }

    fn again(&mut self) -> &mut Vec<Place> {
        &mut self.again
    }
}

impl Declaration for DeclaredRole {
    fn object(&self) -> &str {
        match &self.source {
            RoleSource::DatabaseRole(object) => object,
            RoleSource::Managed | RoleSource::Cluster => &self.name,
        }
    }

    fn source(&self) -> Option<CredentialSource> {
        None
    }

    fn place(&self) -> &Place {
        &self.place
    }

    fn again(&mut self) -> &mut Vec<Place> {
        &mut self.again
    }
}

impl Declaration for DeclaredCredential {
    fn object(&self) -> &str {
        &self.name
    }

    fn source(&self) -> Option<CredentialSource> {
        Some(self.source)
    }

    fn place(&self) -> &Place {
        &self.place
    }

    fn again(&mut self) -> &mut Vec<Place> {
        &mut self.again
    }
}

impl Declaration for DeclaredAccess {
    #[expect(
        clippy::misnamed_getters,
        reason = "two of one database clash, whatever their ConfigMaps are called"
    )]
    fn object(&self) -> &str {
        &self.database
    }

    fn source(&self) -> Option<CredentialSource> {
        None
    }

    fn place(&self) -> &Place {
        &self.place
    }

    fn again(&mut self) -> &mut Vec<Place> {
        &mut self.again
    }
}

/// A line of an object's file.
pub(super) fn place(object: &Object<'_>, line: usize) -> Place {
    Place {
        path: object.path.clone(),
        line,
    }
}
