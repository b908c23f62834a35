//! Where the databases' objects are.

use std::collections::BTreeSet;

use super::Repository;
use super::object::Object;
use crate::repo::path::RepoPath;
use crate::sync::is_sync_file;

/// The folders and namespaces of Clusters, Databases and roles.
#[derive(Debug)]
pub struct Neighbourhood<'run> {
    folders: BTreeSet<RepoPath>,
    namespaces: BTreeSet<&'run str>,
}

impl<'run> Neighbourhood<'run> {
    /// Those of a repository.
    pub fn of(repository: &'run Repository<'_>) -> Self {
        let clusters = repository.clusters.iter().map(|cluster| &cluster.object);
        let databases = repository.databases.iter().map(|database| &database.object);
        let roles = repository.roles.iter().map(|role| &role.object);
        let mut files: BTreeSet<&RepoPath> = BTreeSet::new();
        let mut namespaces = BTreeSet::new();
        for object in clusters.chain(databases).chain(roles) {
            files.insert(object.path);
            namespaces.extend(object.namespaces.iter().map(String::as_str));
        }
        // A server that CNPG does not run is declared in a file of its own form.
        let servers = repository.snapshot.files();
        let servers = servers.filter(|(path, text)| is_sync_file(path, text));
        files.extend(servers.map(|(path, _)| path));
        Self {
            folders: files.into_iter().map(RepoPath::parent).collect(),
            namespaces,
        }
    }

    /// Whether a folder is one of them.
    pub fn is_folder(&self, folder: &RepoPath) -> bool {
        self.folders.contains(folder)
    }

    /// Whether a file stands in one of the folders, or below it.
    pub fn reaches(&self, file: &RepoPath) -> bool {
        let mut folder = file.parent();
        while !self.folders.contains(&folder) {
            if folder.is_root() {
                return false;
            }
            folder = folder.parent();
        }
        true
    }

    /// Whether an object stands in one of the folders, or ends up in one of the namespaces.
    pub fn holds(&self, object: &Object<'_>) -> bool {
        let mut namespaces = object.namespaces.iter();
        self.is_folder(&object.path.parent())
            || namespaces.any(|namespace| self.namespaces.contains(namespace.as_str()))
    }
}

/// Whether a path says that what is there is an example, which nobody deploys: `db.example.yaml`, `examples/db.yaml`.
pub fn is_sample(path: &RepoPath) -> bool {
    let is_word = |word: &str| matches!(word, "example" | "examples" | "sample" | "samples");
    let mut name = path.file_name().split(['.', '-', '_']);
    path.as_str().split('/').any(is_word) || name.any(is_word)
}
