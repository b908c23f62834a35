//! What is declared, found by its names: so that no rule compares everything with everything.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

use super::Repository;
use super::cluster::Cluster;
use super::database::Database;
use super::kustomize::Kustomize;
use super::role::Role;
use super::word::known;
use crate::repo::path::RepoPath;

/// Numbers of what is declared, by names.
#[derive(Debug, Default)]
pub(super) struct Index {
    pub(super) clusters: HashMap<String, Vec<usize>>,
    /// By the Cluster's name and the role's.
    pub(super) roles: HashMap<(String, String), Vec<usize>>,
    pub(super) roles_of_cluster: HashMap<String, Vec<usize>>,
    pub(super) databases_of_owner: HashMap<(String, String), Vec<usize>>,
    pub(super) databases: HashMap<String, Vec<usize>>,
    pub(super) jobs: HashMap<String, Vec<usize>>,
    pub(super) credentials: HashMap<String, Vec<usize>>,
    /// Roles by the Secrets that they name.
    pub(super) users: HashMap<String, Vec<usize>>,
    /// Roles by the Secrets that they name and the namespaces that they look there in; an empty one where that is not known.
    pub(super) users_in: HashMap<(String, String), Vec<usize>>,
    /// Clusters by the Secrets that they name elsewhere than in their managed roles.
    pub(super) clusters_using: HashMap<String, Vec<usize>>,
    pub(super) kustomizes: HashMap<RepoPath, usize>,
    /// The Secrets that kustomize generates.
    pub(super) generated: BTreeSet<String>,
}

impl Index {
    /// The numbers of what a repository holds.
    pub(super) fn of(repository: &Repository<'_>) -> Self {
        let mut index = Self::default();
        for (number, cluster) in repository.clusters.iter().enumerate() {
            index.add_cluster(cluster, number);
        }
        for (number, role) in repository.roles.iter().enumerate() {
            index.add_role(role, number);
        }
        for (number, database) in repository.databases.iter().enumerate() {
            index.add_database(database, number);
        }
        for (number, kustomize) in repository.kustomizes.iter().enumerate() {
            index.add_kustomize(kustomize, number);
        }
        for (number, job) in repository.jobs.iter().enumerate() {
            if let Some(name) = job.object.known_name() {
                add(&mut index.jobs, name.to_owned(), number);
            }
        }
        for (number, credential) in repository.credentials.iter().enumerate() {
            if let Some(secret) = &credential.secret {
                add(&mut index.credentials, secret.clone(), number);
            }
        }
        index
    }

    fn add_cluster(&mut self, cluster: &Cluster<'_>, number: usize) {
        if let Some(name) = cluster.name() {
            add(&mut self.clusters, name.to_owned(), number);
        }
        for secret in &cluster.secrets {
            add(&mut self.clusters_using, secret.clone(), number);
        }
    }

    fn add_role(&mut self, role: &Role<'_>, number: usize) {
        if let Some(secret) = known(role.password_secret.as_ref()) {
            add(&mut self.users, secret.to_owned(), number);
            let namespaces = &role.object.namespaces;
            let unknown = namespaces.is_empty().then(String::new);
            for namespace in namespaces.iter().cloned().chain(unknown) {
                add(&mut self.users_in, (secret.to_owned(), namespace), number);
            }
        }
        let Some(cluster) = role.known_cluster() else {
            return;
        };
        add(&mut self.roles_of_cluster, cluster.to_owned(), number);
        if let Some(name) = role.known_name() {
            add(
                &mut self.roles,
                (cluster.to_owned(), name.to_owned()),
                number,
            );
        }
    }

    fn add_database(&mut self, database: &Database<'_>, number: usize) {
        if let Some(name) = database.known_name() {
            add(&mut self.databases, name.to_owned(), number);
        }
        if let (Some(cluster), Some(owner)) = (database.known_cluster(), database.known_owner()) {
            let key = (cluster.to_owned(), owner.to_owned());
            add(&mut self.databases_of_owner, key, number);
        }
    }

    fn add_kustomize(&mut self, kustomize: &Kustomize<'_>, number: usize) {
        self.kustomizes.insert(kustomize.path.clone(), number);
        let generators = kustomize.generators.iter();
        let names = generators.filter_map(|generator| known(generator.name.as_ref()));
        self.generated.extend(names.map(str::to_owned));
    }
}

fn add<Key: Eq + Hash>(numbers: &mut HashMap<Key, Vec<usize>>, key: Key, number: usize) {
    numbers.entry(key).or_default().push(number);
}
