//! All kustomizations of a repository, by what they list.

use std::collections::{HashMap, HashSet};

use super::{Kustomization, namespaces_set};
use crate::repo::header::KUSTOMIZATION_NAMES;
use crate::repo::path::RepoPath;
use crate::repo::snapshot::Snapshot;

/// The kustomizations of a repository, to be asked of many files; those that are no YAML are passed over.
#[derive(Debug, Default)]
pub struct Kustomizations {
    all: Vec<Kustomization>,
    /// The file or folder that is listed, and who lists it.
    listing: HashMap<RepoPath, Vec<usize>>,
    /// The folder, and the kustomization in it.
    in_folder: HashMap<RepoPath, usize>,
}

impl Kustomizations {
    /// Those of a repository where one of them sets a namespace; else none, and nothing is parsed.
    pub fn setting_namespaces(snapshot: &Snapshot) -> Self {
        let files = || {
            let files = snapshot.files();
            files.filter(|(path, _)| KUSTOMIZATION_NAMES.contains(&path.file_name()))
        };
        if !files().any(|(_, text)| text.contains("namespace")) {
            return Self::default();
        }
        Self::of(snapshot)
    }

    /// All of a repository.
    pub fn of(snapshot: &Snapshot) -> Self {
        let files = snapshot.files();
        let files = files.filter(|(path, _)| KUSTOMIZATION_NAMES.contains(&path.file_name()));
        let mut found = Self::default();
        for (path, text) in files {
            if let Ok(Some(kustomization)) = Kustomization::read(path, text) {
                found.add(kustomization);
            }
        }
        found
    }

    /// Whether there is none, or none was parsed.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    fn add(&mut self, kustomization: Kustomization) {
        let number = self.all.len();
        let folder = kustomization.path.parent();
        for resource in &kustomization.resources {
            if let Some(listed) = folder.resolve(resource) {
                self.listing.entry(listed).or_default().push(number);
            }
        }
        // Files come in the order of their names, which is not kustomize's own order.
        let position = |found: &Kustomization| {
            let name = found.path.file_name();
            KUSTOMIZATION_NAMES.iter().position(|known| *known == name)
        };
        let known = self.in_folder.get(&folder);
        let known = known.and_then(|known| self.all.get(*known));
        if known.is_none_or(|known| position(&kustomization) < position(known)) {
            self.in_folder.insert(folder, number);
        }
        self.all.push(kustomization);
    }

    /// The namespaces that an object of a file is put into, which names this namespace itself: those of the kustomizations
    /// that list the file; none where the object keeps its own. Where it has none, and the file is listed nowhere, the
    /// folder's own kustomization counts, which is to list it.
    pub fn namespaces(&self, file: &RepoPath, named: Option<&str>) -> Vec<String> {
        if self.is_empty() {
            return Vec::new();
        }
        let set = namespaces_set(&self.reaching(file), file);
        if !set.is_empty() || named.is_some() {
            return set;
        }
        let own = self.in_folder.get(&file.parent());
        let own = own.and_then(|number| self.all.get(*number));
        own.and_then(|own| own.namespace.clone())
            .into_iter()
            .collect()
    }

    /// Every kustomization through which a file is built.
    pub fn reaching(&self, file: &RepoPath) -> Vec<&Kustomization> {
        let mut found: Vec<&Kustomization> = Vec::new();
        let mut known = HashSet::new();
        let mut goals = vec![file.clone()];
        while let Some(goal) = goals.pop() {
            let listing = self.listing.get(&goal).into_iter().flatten();
            let new = listing.filter(|number| known.insert(**number));
            for kustomization in new.filter_map(|number| self.all.get(*number)) {
                goals.push(kustomization.path.parent());
                found.push(kustomization);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn namespaces(files: &[(&str, &str)], file: &str) -> Vec<String> {
        namespaces_of(files, file, None)
    }

    fn namespaces_of(files: &[(&str, &str)], file: &str, named: Option<&str>) -> Vec<String> {
        let files = files
            .iter()
            .map(|(path, text)| (path.parse().unwrap(), (*text).to_owned()));
        let found = Kustomizations::setting_namespaces(&Snapshot::new(files));
        found.namespaces(&file.parse().unwrap(), named)
    }

    #[test]
    fn overlays_come_before_the_folders_own() {
        let files = [
            (
                "base/kustomization.yaml",
                "namespace: own\nresources: [db.yaml]\n",
            ),
            (
                "prod/kustomization.yaml",
                "namespace: prod\nresources: [../base]\n",
            ),
            (
                "staging/kustomization.yml",
                "namespace: staging\nresources: [../base/]\n",
            ),
        ];
        assert_eq!(namespaces(&files, "base/db.yaml"), ["prod", "staging"]);
        assert_eq!(namespaces(&files[..1], "base/db.yaml"), ["own"]);
        assert_eq!(namespaces(&files, "base/unlisted.yaml"), ["own"]);
        // What is listed nowhere is moved nowhere.
        let named = |file| namespaces_of(&files[..1], file, Some("other"));
        assert_eq!(named("base/db.yaml"), ["own"]);
        assert_eq!(named("base/unlisted.yaml"), [] as [&str; 0]);
        assert_eq!(namespaces(&files, "elsewhere/db.yaml"), [] as [&str; 0]);
    }

    #[test]
    fn the_name_that_kustomize_looks_for_first_counts() {
        let files = [
            ("a/Kustomization", "namespace: last\n"),
            ("a/kustomization.yaml", "namespace: first\n"),
            ("a/kustomization.yml", "namespace: second\n"),
        ];
        assert_eq!(namespaces(&files, "a/x.yaml"), ["first"]);
    }

    #[test]
    fn rings_end() {
        let files = [
            ("a/kustomization.yaml", "resources: [x.yaml, ../b]\n"),
            (
                "b/kustomization.yaml",
                "namespace: ring\nresources: [../a]\n",
            ),
        ];
        assert_eq!(namespaces(&files, "a/x.yaml"), ["ring"]);
    }
}
