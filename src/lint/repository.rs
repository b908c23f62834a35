//! The repository as rules see it: what its manifests declare, each word with its place.
//!
//! A manifest is parsed once, what rules ask for is taken from it, and the tree is dropped: a repository may hold thousands.

pub mod access;
pub mod blank;
pub mod clear;
pub mod cluster;
pub mod cnpg_fields;
pub mod confidential;
pub mod credential;
pub mod database;
pub mod deployment;
mod index;
pub mod kustomize;
pub mod neighbourhood;
pub mod object;
pub mod password;
mod reading;
pub mod reflected;
pub mod role;
pub mod sealing;
pub mod values;
pub mod waves;
pub mod word;

use std::collections::BTreeSet;

use memchr::memmem;

use crate::domain::time::UnixTime;
use crate::repo::header::KUSTOMIZATION_NAMES;
use crate::repo::kustomization::Kustomization;
use crate::repo::kustomization::index::Kustomizations;
use crate::repo::path::RepoPath;
use crate::repo::snapshot::Snapshot;
use crate::repo::yaml::YamlError;
use crate::settings::TargetSettings;
use crate::target::neighbourhood::shared_parts;

use access::{Access, Job};
use cluster::Cluster;
use credential::Credential;
use database::Database;
use index::Index;
use kustomize::Kustomize;
use object::Object;
use role::Role;
use waves::Order;
use word::Span;

/// The repository as rules see it.
#[derive(Debug)]
pub struct Repository<'text> {
    /// All that was read.
    pub snapshot: &'text Snapshot,
    /// What `.pgdb.yaml` says of each target; of none where it is not there.
    pub targets: &'text [TargetSettings],
    /// The sealing certificates of the targets that are in the repository.
    pub certificates: &'text [Certificate],
    /// The time of the run.
    pub now: UnixTime,
    /// The files and folders that kustomizations refer to and that are not there.
    pub missing: &'text BTreeSet<RepoPath>,
    /// Clusters, and parts of Clusters.
    pub clusters: Vec<Cluster<'text>>,
    /// Roles of all Clusters.
    pub roles: Vec<Role<'text>>,
    /// Objects of kind Database.
    pub databases: Vec<Database<'text>>,
    /// Who may do what in databases.
    pub accesses: Vec<Access<'text>>,
    /// Jobs of the product.
    pub jobs: Vec<Job<'text>>,
    /// What makes Secrets.
    pub credentials: Vec<Credential<'text>>,
    /// Kustomizations.
    pub kustomizes: Vec<Kustomize<'text>>,
    /// Files that are no YAML, and no templates.
    pub invalid: Vec<(&'text RepoPath, YamlError)>,
    /// Templates, which are still to be filled in.
    pub templates: Vec<&'text RepoPath>,
    /// How many files were read as manifests.
    pub manifests: usize,
    /// The order in which Argo CD syncs what belongs to the Clusters.
    pub order: Order<'text>,
    kustomizations: Kustomizations,
    index: Index,
}

/// A sealing certificate in the repository.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Certificate {
    /// Its file.
    pub path: RepoPath,
    /// The text of the file: PEM.
    pub pem: String,
}

impl Certificate {
    /// Where a finding about it is shown: the line at which the PEM begins, else the first that holds anything.
    pub fn head(&self) -> Span {
        let mut start = 0;
        let mut first = None;
        for line in self.pem.split_inclusive('\n') {
            let span = Span::new(start, start + line.trim_end().len());
            start += line.len();
            if line.starts_with("-----BEGIN") {
                return span;
            }
            if first.is_none() && !line.trim().is_empty() {
                first = Some(span);
            }
        }
        first.unwrap_or_default()
    }
}

/// What a run looks at.
#[derive(Clone, Copy, Debug)]
pub struct Input<'text> {
    /// All that was read of the repository.
    pub snapshot: &'text Snapshot,
    /// What `.pgdb.yaml` says of each target.
    pub targets: &'text [TargetSettings],
    /// The sealing certificates of the targets that are in the repository.
    pub certificates: &'text [Certificate],
    /// The time.
    pub now: UnixTime,
    /// The files and folders that kustomizations refer to, [`kustomize::references`], and that are not there.
    pub missing: &'text BTreeSet<RepoPath>,
    /// Files that are to be read as manifests whatever they hold, since the user named them.
    pub named: &'text BTreeSet<RepoPath>,
}

/// Of so many objects that make Secrets of one name each is compared with a role that uses it; a repository with more has
/// the same Secret for each of its apps.
const MOST_MAKERS: usize = 20;

impl<'text> Repository<'text> {
    /// Reads the repository's manifests.
    pub fn read(input: Input<'text>) -> Self {
        let kustomizations = Kustomizations::of(input.snapshot);
        let found = reading::read(&input, &kustomizations);
        let mut repository = Self {
            snapshot: input.snapshot,
            targets: input.targets,
            certificates: input.certificates,
            now: input.now,
            missing: input.missing,
            clusters: found.clusters,
            roles: found.roles,
            databases: found.databases,
            accesses: found.accesses,
            jobs: found.jobs,
            credentials: found.credentials,
            kustomizes: found.kustomizes,
            invalid: found.invalid,
            templates: found.templates,
            manifests: found.manifests,
            kustomizations,
            index: Index::default(),
            order: Order::default(),
        };
        repository.index = Index::of(&repository);
        repository.order = Order::of(&repository);
        repository
    }

    /// The Clusters of this name, their patches included, that may be in a namespace of the object.
    pub fn clusters_named<'a>(
        &'a self,
        name: &str,
        beside: &'a Object<'text>,
    ) -> impl Iterator<Item = &'a Cluster<'text>> {
        let numbers = self.index.clusters.get(name).into_iter().flatten();
        numbers
            .filter_map(|number| self.clusters.get(*number))
            .filter(|cluster| cluster.object.may_be_beside(beside))
    }

    /// The Clusters of this name, wherever they are, their patches included.
    pub fn all_clusters_named(&self, name: &str) -> impl Iterator<Item = &Cluster<'text>> {
        let numbers = self.index.clusters.get(name).into_iter().flatten();
        numbers.filter_map(|number| self.clusters.get(*number))
    }

    /// The roles of this name on the Clusters of this name, wherever they are.
    pub fn roles_named(&self, cluster: &str, role: &str) -> impl Iterator<Item = &Role<'text>> {
        let key = (cluster.to_owned(), role.to_owned());
        let numbers = self.index.roles.get(&key).into_iter().flatten();
        numbers.filter_map(|number| self.roles.get(*number))
    }

    /// The roles of the Clusters of this name.
    pub fn roles_of(&self, cluster: &str) -> impl Iterator<Item = &Role<'text>> {
        let numbers = self
            .index
            .roles_of_cluster
            .get(cluster)
            .into_iter()
            .flatten();
        numbers.filter_map(|number| self.roles.get(*number))
    }

    /// The Databases that belong to a role of the Clusters of this name.
    pub fn databases_of(
        &self,
        cluster: &str,
        owner: &str,
    ) -> impl Iterator<Item = &Database<'text>> {
        let key = (cluster.to_owned(), owner.to_owned());
        let numbers = self
            .index
            .databases_of_owner
            .get(&key)
            .into_iter()
            .flatten();
        numbers.filter_map(|number| self.databases.get(*number))
    }

    /// The Databases of this name in PostgreSQL, wherever they are.
    pub fn databases_named(&self, name: &str) -> impl Iterator<Item = &Database<'text>> {
        let numbers = self.index.databases.get(name).into_iter().flatten();
        numbers.filter_map(|number| self.databases.get(*number))
    }

    /// The Database that an access is to: one of its name that may be beside it.
    pub fn database_of(&self, access: &Access<'text>) -> Option<&Database<'text>> {
        let declared = access.access.as_ref().ok()?;
        let mut databases = self.databases_named(declared.database.as_str());
        databases.find(|database| database.object.may_be_beside(&access.object))
    }

    /// The Jobs of the product that have this name.
    pub fn jobs_named(&self, name: &str) -> impl Iterator<Item = &Job<'text>> {
        let numbers = self.index.jobs.get(name).into_iter().flatten();
        numbers.filter_map(|number| self.jobs.get(*number))
    }

    /// What makes a Secret of this name, in whatever namespace.
    pub fn makers_of(&self, secret: &str) -> impl Iterator<Item = &Credential<'text>> {
        let numbers = self.index.credentials.get(secret).into_iter().flatten();
        numbers.filter_map(|number| self.credentials.get(*number))
    }

    /// The roles whose password is in a Secret of this name.
    pub fn users_of(&self, secret: &str) -> impl Iterator<Item = &Role<'text>> {
        let numbers = self.index.users.get(secret).into_iter().flatten();
        numbers.filter_map(|number| self.roles.get(*number))
    }

    /// The roles whose password may be in the Secret that an object makes: they name it, and may be in a namespace of it.
    pub fn roles_using<'a>(
        &'a self,
        credential: &Credential<'text>,
    ) -> impl Iterator<Item = &'a Role<'text>> {
        let name = credential.secret.as_deref().unwrap_or_default();
        let namespaces = &credential.object.namespaces;
        let anywhere = self.index.users.get(name);
        let anywhere = anywhere.filter(|_| namespaces.is_empty());
        let unknown = [String::new()];
        let known = namespaces.iter().chain(&unknown);
        let known = known.filter(|_| !namespaces.is_empty());
        let known: Vec<&Vec<usize>> = known
            .filter_map(|namespace| {
                let key = (name.to_owned(), namespace.clone());
                self.index.users_in.get(&key)
            })
            .chain(anywhere)
            .collect();
        let numbers = known.into_iter().flatten();
        let roles = numbers.filter_map(|number| self.roles.get(*number));
        roles.filter(move |role| self.is_meant(credential, role))
    }

    /// Whether a role that names a Secret means the one that this object makes, and not another of that name that is surely
    /// in its namespace, or stands nearer to it.
    fn is_meant(&self, credential: &Credential<'text>, role: &Role<'text>) -> bool {
        let role = &*role.object;
        let is_sure = |object: &Object<'_>| {
            !role.namespaces.is_empty()
                && !object.namespaces.is_empty()
                && object.may_be_beside(role)
        };
        let folder = role.path.parent();
        let nearness = |object: &Object<'_>| shared_parts(object.path, &folder);
        let name = credential.secret.as_deref().unwrap_or_default();
        let makers = self.index.credentials.get(name).into_iter().flatten();
        is_sure(&credential.object)
            || !makers
                .take(MOST_MAKERS)
                .filter_map(|number| self.credentials.get(*number))
                .filter(|other| other.object.may_be_beside(role))
                .any(|other| {
                    is_sure(&other.object) || nearness(&other.object) > nearness(&credential.object)
                })
    }

    /// The Clusters that name a Secret elsewhere than in their managed roles, such as in their bootstrap.
    pub fn clusters_using(&self, secret: &str) -> impl Iterator<Item = &Cluster<'text>> {
        let numbers = self.index.clusters_using.get(secret).into_iter().flatten();
        numbers.filter_map(|number| self.clusters.get(*number))
    }

    /// What says that a Secret is the credential of a database: a role whose password is in it, or a Cluster that names it.
    pub fn user_of(&self, credential: &Credential<'text>) -> Option<&Object<'text>> {
        let secret = credential.secret.as_deref()?;
        let roles = self.users_of(secret).map(|role| &*role.object);
        let clusters = self.clusters_using(secret).map(|cluster| &*cluster.object);
        let mut users = roles.chain(clusters);
        users.find(|user| user.may_be_beside(&credential.object))
    }

    /// Whether a Secret is the credential of a database: something uses it as one, or it is evidently made for that.
    pub fn is_of_database(&self, credential: &Credential<'text>) -> bool {
        credential.is_evident() || self.user_of(credential).is_some()
    }

    /// The text of a file that was read, or of a certificate.
    pub fn text(&self, path: &RepoPath) -> &'text str {
        let certificate = || {
            let mut certificates = self.certificates.iter();
            certificates.find(|certificate| certificate.path == *path)
        };
        let text = self.snapshot.text(path);
        let pem = || certificate().map(|certificate| certificate.pem.as_str());
        text.or_else(pem).unwrap_or_default()
    }

    /// The names of all Secrets that something makes.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        self.index.credentials.keys().map(String::as_str)
    }

    /// Whether a kustomization generates a Secret of this name.
    pub fn generates(&self, secret: &str) -> bool {
        self.index.generated.contains(secret)
    }

    /// Whether a file that could not be read, a template or what is no YAML, speaks of `needle`: then it may declare what
    /// seems to be missing.
    pub fn is_in_unread(&self, needle: &str) -> bool {
        let invalid = self.invalid.iter().map(|(path, _)| *path);
        let mut unread = self.templates.iter().copied().chain(invalid);
        unread.any(|path| {
            let text = self.snapshot.text(path).unwrap_or_default();
            memmem::find(text.as_bytes(), needle.as_bytes()).is_some()
        })
    }

    /// Whether a kustomization through which an object is built puts a prefix or suffix on its name.
    pub fn is_renamed(&self, object: &Object<'text>) -> bool {
        self.building(object.path).iter().any(|found| found.renames)
    }

    /// What `.pgdb.yaml` says of the Cluster of this name: the first target that may mean it.
    pub fn target_of(&self, cluster: &str) -> Option<&'text TargetSettings> {
        let named = |target: &TargetSettings| target.cluster.as_ref().map(|name| name.to_string());
        let mut targets = self.targets.iter();
        let exact = targets.find(|target| named(target).as_deref() == Some(cluster));
        exact.or_else(|| self.targets.iter().find(|target| target.cluster.is_none()))
    }

    /// The names of all whole Clusters.
    pub fn cluster_names(&self) -> BTreeSet<&str> {
        let whole = self.clusters.iter().filter(|cluster| cluster.is_whole);
        whole.filter_map(Cluster::name).collect()
    }

    /// Every kustomization through which a file is built.
    pub fn building(&self, file: &RepoPath) -> Vec<&Kustomization> {
        self.kustomizations.reaching(file)
    }

    /// The kustomization in this very folder: of several the one that kustomize looks for first.
    pub fn kustomize_in(&self, folder: &RepoPath) -> Option<&Kustomize<'text>> {
        let mut paths = KUSTOMIZATION_NAMES
            .iter()
            .filter_map(|name| folder.join(name).ok());
        let number = paths.find_map(|path| self.index.kustomizes.get(&path))?;
        self.kustomizes.get(*number)
    }

    /// Whether a kustomization through which an object is built, or one of its patches, speaks of `needle`: then it may
    /// add what the manifest has not.
    pub fn kustomize_mentions(&self, object: &Object<'text>, needle: &str) -> bool {
        let building = self.building(object.path);
        let numbers = building
            .iter()
            .filter_map(|found| self.index.kustomizes.get(&found.path));
        numbers
            .filter_map(|number| self.kustomizes.get(*number))
            .any(|known| known.mentions(needle, self.snapshot))
    }

    /// Whether all roles of the Cluster that an object names are known: a whole Cluster of that name may be beside it, and
    /// nothing that kustomize does, no alias and no merge key may bring in more.
    pub fn knows_roles_of(&self, cluster: &str, beside: &Object<'text>) -> bool {
        let mut clusters = self.clusters_named(cluster, beside).peekable();
        clusters.peek().is_some()
            && self
                .clusters_named(cluster, beside)
                .any(|cluster| cluster.is_whole)
            && clusters.all(|cluster| {
                !cluster.hides_roles && !self.kustomize_mentions(&cluster.object, "managed")
            })
    }

    /// Whether two objects are evidently deployed together, so that they may clash: they stand in one folder, or one
    /// kustomization builds both, or no kustomization builds either of them.
    pub fn are_together(&self, one: &Object<'text>, other: &Object<'text>) -> bool {
        if one.path == other.path {
            return true;
        }
        let (first, second) = (self.building(one.path), self.building(other.path));
        if first.is_empty() && second.is_empty() {
            return one.path.parent() == other.path.parent();
        }
        let paths: BTreeSet<&RepoPath> = first.iter().map(|found| &found.path).collect();
        second.iter().any(|found| paths.contains(&found.path))
    }
}
