//! kustomize's lists of resources.

pub mod index;

use std::collections::{BTreeSet, HashSet};

use super::header::KUSTOMIZATION_NAMES;
use super::path::RepoPath;
use super::snapshot::Snapshot;
use super::yaml::{Node, YamlError, parse};

/// The API group of kustomize's own files.
const KUSTOMIZE: &str = "kustomize.config.k8s.io/";

/// A kustomization that lists, or should list, the files of a folder.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Kustomization {
    /// The file.
    pub path: RepoPath,
    /// The `resources` it has, as written.
    pub resources: Vec<String>,
    /// The namespace that it sets on all of them.
    pub namespace: Option<String>,
    /// Whether it puts a prefix or suffix on the names of all of them.
    pub renames: bool,
}

impl Kustomization {
    /// The kustomization that a new file in `folder` has to be entered in.
    ///
    /// That is the folder's own; else the nearest one above it that lists a file of the folder by its path (one that
    /// lists the folder itself would need a kustomization in there).
    ///
    /// # Errors
    /// When the file that would be it is no YAML: the file and what the parser said.
    pub fn of_folder(
        snapshot: &Snapshot,
        folder: &RepoPath,
    ) -> Result<Option<Self>, (RepoPath, YamlError)> {
        let mut current = folder.clone();
        loop {
            if let Some(found) = Self::in_folder(snapshot, &current)? {
                let lists_a_sibling = found.resources.iter().any(|resource| {
                    current
                        .resolve(resource)
                        .is_some_and(|path| path.parent() == *folder && path != *folder)
                });
                return Ok((current == *folder || lists_a_sibling).then_some(found));
            }
            if current.is_root() {
                return Ok(None);
            }
            current = current.parent();
        }
    }

    /// The kustomization in this very folder.
    ///
    /// # Errors
    /// When it is no YAML: the file and what the parser said.
    pub fn in_folder(
        snapshot: &Snapshot,
        folder: &RepoPath,
    ) -> Result<Option<Self>, (RepoPath, YamlError)> {
        for name in KUSTOMIZATION_NAMES {
            let Ok(path) = folder.join(name) else {
                continue;
            };
            let Some(text) = snapshot.text(&path) else {
                continue;
            };
            if let Some(found) = Self::read(&path, text).map_err(|error| (path.clone(), error))? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// What a file says; none where it is something else of that name, such as Flux's object of kind Kustomization.
    fn read(path: &RepoPath, text: &str) -> Result<Option<Self>, YamlError> {
        let stream = parse(text)?;
        let root = stream.documents.first().map(|document| &document.root);
        let get = |key: &str| root.and_then(|root| root.get(key));
        let version = get("apiVersion").and_then(Node::as_str);
        if version.is_some_and(|version| !version.starts_with(KUSTOMIZE)) {
            return Ok(None);
        }
        let namespace = get("namespace").and_then(Node::as_str);
        let is_set = |key: &str| {
            get(key)
                .and_then(Node::as_str)
                .is_some_and(|text| !text.is_empty())
        };
        Ok(Some(Self {
            path: path.clone(),
            resources: strings(get("resources")),
            namespace: namespace.map(str::to_owned),
            renames: is_set("namePrefix") || is_set("nameSuffix"),
        }))
    }

    /// Every kustomization through which a file is built: those that list it, or list the folder of one of these.
    ///
    /// One that is no YAML is passed over.
    pub fn reaching(snapshot: &Snapshot, file: &RepoPath) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        let mut goals = vec![file.clone()];
        while let Some(goal) = goals.pop() {
            for (path, text) in snapshot.files() {
                let concerned = KUSTOMIZATION_NAMES.contains(&path.file_name())
                    && text.contains(goal.file_name())
                    && found.iter().all(|known| known.path != *path);
                let Some(kustomization) = concerned
                    .then(|| Self::read(path, text).ok().flatten())
                    .flatten()
                else {
                    continue;
                };
                if kustomization.lists(&goal) {
                    goals.push(path.parent());
                    found.push(kustomization);
                }
            }
        }
        found
    }

    /// Whether the file is listed.
    pub fn lists(&self, file: &RepoPath) -> bool {
        let folder = self.path.parent();
        self.resources
            .iter()
            .any(|resource| folder.resolve(resource).as_ref() == Some(file))
    }

    /// The files and folders of the repository that it lists.
    pub fn listed(&self) -> HashSet<RepoPath> {
        let folder = self.path.parent();
        let resources = self.resources.iter();
        resources
            .filter_map(|resource| folder.resolve(resource))
            .collect()
    }
}

/// A kustomization that lists a file or folder, and where in its `resources` it does.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Listing {
    /// The kustomization's file.
    pub path: RepoPath,
    /// The numbers of the entries, from 0.
    pub entries: Vec<usize>,
    /// Whether it is empty without these: it lists nothing else, and says nothing but what it is.
    pub is_empty_without: bool,
}

/// Every kustomization, components included, that lists this file or folder itself. One that is no YAML is passed over.
pub fn listings(snapshot: &Snapshot, file: &RepoPath) -> Vec<Listing> {
    let files = snapshot.files();
    let files = files.filter(|(path, text)| {
        KUSTOMIZATION_NAMES.contains(&path.file_name()) && text.contains(file.file_name())
    });
    files
        .filter_map(|(path, text)| listing(path, text, file))
        .collect()
}

fn listing(path: &RepoPath, text: &str, file: &RepoPath) -> Option<Listing> {
    let stream = parse(text).ok()?;
    let root = &stream.documents.first()?.root;
    let version = root.get("apiVersion").and_then(Node::as_str);
    if version.is_some_and(|version| !version.starts_with(KUSTOMIZE)) {
        return None;
    }
    let folder = path.parent();
    let items = root.get("resources").map_or(&[][..], Node::items);
    let is_file = |item: &Node<'_>| {
        let resolved = item.as_str().and_then(|entry| folder.resolve(entry));
        resolved.as_ref() == Some(file)
    };
    let entries: Vec<usize> = items
        .iter()
        .enumerate()
        .filter_map(|(number, item)| is_file(item).then_some(number))
        .collect();
    let says_nothing = root.entries().iter().all(|(key, _)| {
        matches!(
            key.as_str(),
            Some("apiVersion" | "kind" | "metadata" | "resources")
        )
    });
    (!entries.is_empty()).then(|| Listing {
        path: path.clone(),
        is_empty_without: says_nothing && entries.len() == items.len(),
        entries,
    })
}

/// The namespaces that kustomizations set on the objects of a file which is built through all of them: those of overlays,
/// else that of its own folder, because kustomize works from the inside out.
pub fn namespaces_set(reaching: &[&Kustomization], file: &RepoPath) -> Vec<String> {
    let folder = file.parent();
    let (own, outer): (Vec<_>, Vec<_>) = reaching
        .iter()
        .partition(|found| found.path.parent() == folder);
    let set = |found: Vec<&&Kustomization>| -> Vec<String> {
        let names = found
            .into_iter()
            .filter_map(|found| found.namespace.clone());
        names.collect::<BTreeSet<_>>().into_iter().collect()
    };
    let outer = set(outer);
    if outer.is_empty() { set(own) } else { outer }
}

/// Which of these files some kustomization of the snapshot uses as a patch.
pub fn patches<'path>(snapshot: &Snapshot, files: &[&'path RepoPath]) -> BTreeSet<&'path RepoPath> {
    let mut found = BTreeSet::new();
    for (path, text) in snapshot.files() {
        let concerned = KUSTOMIZATION_NAMES.contains(&path.file_name())
            && text.contains("patches")
            && files.iter().any(|file| text.contains(file.file_name()));
        if !concerned {
            continue;
        }
        let Ok(stream) = parse(text) else { continue };
        for root in stream.documents.iter().map(|document| &document.root) {
            let patched = patch_paths(root, &path.parent());
            found.extend(files.iter().filter(|file| patched.contains(file)));
        }
    }
    found
}

fn patch_paths(root: &Node<'_>, folder: &RepoPath) -> BTreeSet<RepoPath> {
    let inline = root.get("patches").map_or(&[][..], Node::items);
    let by_path = inline
        .iter()
        .filter_map(|patch| patch.get("path")?.as_str());
    let merged = root
        .get("patchesStrategicMerge")
        .map_or(&[][..], Node::items);
    by_path
        .chain(merged.iter().filter_map(Node::as_str))
        .filter_map(|reference| folder.resolve(reference))
        .collect()
}

fn strings(list: Option<&Node<'_>>) -> Vec<String> {
    let items = list.map_or(&[][..], Node::items);
    items
        .iter()
        .filter_map(Node::as_str)
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> RepoPath {
        text.parse().unwrap()
    }

    fn snapshot(files: &[(&str, &str)]) -> Snapshot {
        Snapshot::new(
            files
                .iter()
                .map(|(name, text)| (path(name), (*text).to_owned())),
        )
    }

    #[test]
    fn is_found_in_the_folder_or_above() {
        let files = snapshot(&[
            (
                "a/kustomization.yaml",
                "namespace: pg\nresources:\n- x.yaml\n- ./y.yaml\n",
            ),
            ("b/kustomization.yml", "resources:\n- pg/cluster.yaml\n"),
            ("c/Kustomization", "resources:\n- pg\n"),
        ]);
        let found = Kustomization::of_folder(&files, &path("a"))
            .unwrap()
            .unwrap();
        assert_eq!(
            found,
            Kustomization {
                path: path("a/kustomization.yaml"),
                resources: vec!["x.yaml".to_owned(), "./y.yaml".to_owned()],
                namespace: Some("pg".to_owned()),
                renames: false,
            }
        );
        assert!(found.lists(&path("a/y.yaml")) && !found.lists(&path("y.yaml")));
        let above = Kustomization::of_folder(&files, &path("b/pg"))
            .unwrap()
            .unwrap();
        assert_eq!(above.path, path("b/kustomization.yml"));
        assert_eq!(Kustomization::of_folder(&files, &path("c/pg")), Ok(None));
        assert_eq!(Kustomization::of_folder(&files, &path("d")), Ok(None));
    }

    #[test]
    fn are_followed_from_overlays() {
        let files = snapshot(&[
            ("base/kustomization.yaml", "resources:\n- cluster.yaml\n"),
            (
                "prod/kustomization.yaml",
                "namespace: data\nnamePrefix: prod-\nresources:\n- ../base\n",
            ),
            ("other/kustomization.yaml", "resources:\n- ../based\n"),
            (
                "flux/kustomization.yaml",
                "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nresources:\n- ../base\n",
            ),
        ]);
        let found = Kustomization::reaching(&files, &path("base/cluster.yaml"));
        let shown: Vec<_> = found
            .iter()
            .map(|found| {
                (
                    found.path.as_str(),
                    found.namespace.as_deref(),
                    found.renames,
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                ("base/kustomization.yaml", None, false),
                ("prod/kustomization.yaml", Some("data"), true)
            ]
        );
        assert_eq!(Kustomization::in_folder(&files, &path("flux")), Ok(None));
    }

    #[test]
    fn listings_are_found_wherever_they_are() {
        let files = snapshot(&[
            (
                "db/kustomization.yaml",
                "resources:\n- cluster.yaml\n- ./shop.yaml\n- shop.yaml\n",
            ),
            (
                "parts/kustomization.yaml",
                "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [../db/shop.yaml]\n",
            ),
            (
                "named/kustomization.yaml",
                "namePrefix: a-\nresources: [../db/shop.yaml]\n",
            ),
            (
                "flux/kustomization.yaml",
                "apiVersion: kustomize.toolkit.fluxcd.io/v1\nresources: [../db/shop.yaml]\n",
            ),
            ("other/kustomization.yaml", "resources: [shop.yaml]\n"),
        ]);
        let found = |path: &str, entries: &[usize], is_empty_without| Listing {
            path: self::path(path),
            entries: entries.to_vec(),
            is_empty_without,
        };
        assert_eq!(
            listings(&files, &path("db/shop.yaml")),
            [
                found("db/kustomization.yaml", &[1, 2], false),
                found("named/kustomization.yaml", &[0], false),
                found("parts/kustomization.yaml", &[0], true),
            ]
        );
    }

    #[test]
    fn knows_the_patches() {
        let files = snapshot(&[(
            "prod/kustomization.yaml",
            "patches:\n- path: cluster.yaml\npatchesStrategicMerge:\n- ../base/more.yaml\n",
        )]);
        let (patch, more, base) = (
            path("prod/cluster.yaml"),
            path("base/more.yaml"),
            path("base/cluster.yaml"),
        );
        assert_eq!(
            patches(&files, &[&patch, &more, &base]),
            BTreeSet::from([&patch, &more])
        );
    }
}
