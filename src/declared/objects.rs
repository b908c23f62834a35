//! The objects of a repository that are a target's.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use super::{
    CredentialSource, DeclaredCredential, DeclaredDatabase, DeclaredRole, Place, RoleSource,
    Unreadable, credential, database, role,
};
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
pub(super) struct TargetObjects<'text> {
    /// The Cluster's manifest.
    pub(super) cluster: Option<Object<'text>>,
    /// Patches of the Cluster, which may hold roles.
    pub(super) patches: Vec<Object<'text>>,
    /// Objects of kind Database of this Cluster.
    pub(super) databases: Vec<DeclaredDatabase>,
    /// Objects of kind DatabaseRole of this Cluster.
    pub(super) roles: Vec<DeclaredRole>,
    /// What makes Secrets in the Cluster's namespace.
    pub(super) credentials: Vec<DeclaredCredential>,
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

impl<'text> TargetObjects<'text> {
    /// Looks through the snapshot; each file that may matter is parsed once.
    pub(super) fn of(snapshot: &'text Snapshot, target: &Target) -> Self {
        let bounds = Bounds {
            target,
            neighbourhood: Neighbourhood::of(target, snapshot),
            kustomizations: Kustomizations::setting_namespaces(snapshot),
        };
        let mut all = Self::default();
        let mut clusters = Vec::new();
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
                    for object in objects.into_iter().flat_map(unlisted) {
                        if bounds.is_manifest(&object) {
                            all.cluster = Some(object);
                        } else if !bounds.hold(&object) {
                            continue;
                        } else if object.is(CNPG, "Cluster") {
                            clusters.push(object);
                        } else {
                            all.read(&object, target);
                        }
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
        all.take_clusters(clusters, snapshot, target);
        all.databases = each_once(all.databases, target);
        all.roles = each_once(all.roles, target);
        all.credentials = each_once(all.credentials, target);
        all
    }

    /// Takes from an object in the target's namespace what it declares. The tree is not kept: there may be thousands.
    fn read(&mut self, object: &Object<'_>, target: &Target) {
        let is_here = || is_on_cluster(object, target.cluster.as_str());
        if object.is(CNPG, "Database") {
            let database = is_here().then(|| database::read(object));
            self.databases.extend(database.flatten());
        } else if object.is(CNPG, "DatabaseRole") && is_here() {
            self.roles.extend(role::read_object(object));
        } else if object.is(CNPG, "DatabaseRole") {
            self.claimed
                .extend(object.root.get("spec").and_then(secret_of));
        } else {
            self.credentials.extend(credential::read(object));
        }
    }

    /// Tells patches of this Cluster from copies of it, and from others beside it.
    fn take_clusters(
        &mut self,
        clusters: Vec<Object<'text>>,
        snapshot: &Snapshot,
        target: &Target,
    ) {
        let (own, others): (Vec<_>, Vec<_>) = clusters
            .into_iter()
            .partition(|object| object.name() == Some(target.cluster.as_str()));
        let files: Vec<&RepoPath> = own.iter().map(|object| object.path).collect();
        let patching = patches(snapshot, &files);
        self.patches = own
            .into_iter()
            .filter(|object| !is_complete(object) || patching.contains(object.path))
            .collect();
        let entries = others.iter().flat_map(managed_roles);
        self.claimed.extend(entries.filter_map(secret_of));
    }
}

/// The Secret of a role's password.
fn secret_of(role: &Node<'_>) -> Option<String> {
    let name = role.at(&["passwordSecret", "name"])?.as_str()?;
    Some(name.to_owned())
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

/// A line of an object's file.
pub(super) fn place(object: &Object<'_>, line: usize) -> Place {
    Place {
        path: object.path.clone(),
        line,
    }
}
