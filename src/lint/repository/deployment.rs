//! Where objects are deployed, so that those that clash are found without comparing each with each.

use super::Repository;
use super::object::Object;
use crate::repo::path::RepoPath;

/// One place that an object is deployed to. Objects that share one are there together.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Deployment {
    /// The kustomization that builds the object; the object's folder where none does.
    pub by: RepoPath,
    /// The namespace; none where nobody says.
    pub namespace: Option<String>,
}

/// Of more namespaces than this that one object goes to, by overlays of overlays, the first are looked at.
const MOST_NAMESPACES: usize = 100;

impl Repository<'_> {
    /// The places that an object is deployed to, as [`Repository::are_together`] has it, each with a namespace; none where its
    /// folder evidently keeps what is not deployed.
    pub fn deployments(&self, object: &Object<'_>) -> Vec<Deployment> {
        let unknown = object.namespaces.is_empty().then_some(None);
        let namespaces = object.namespaces.iter().cloned().map(Some);
        let namespaces: Vec<Option<String>> = namespaces.chain(unknown).collect();
        let in_all = |by: &RepoPath| -> Vec<Deployment> {
            let namespaces = namespaces.iter().take(MOST_NAMESPACES);
            let deployment = |namespace: &Option<String>| Deployment {
                by: by.clone(),
                namespace: namespace.clone(),
            };
            namespaces.map(deployment).collect()
        };
        let building = self.building(object.path);
        if building.is_empty() {
            return match is_set_aside(object.path) {
                true => Vec::new(),
                false => in_all(&object.path.parent()),
            };
        }
        let deployments = building.iter().flat_map(|found| match &found.namespace {
            // What a kustomization builds is in the namespace that it sets.
            Some(own) if object.namespaces.contains(own) => vec![Deployment {
                by: found.path.clone(),
                namespace: Some(own.clone()),
            }],
            _ => in_all(&found.path),
        });
        deployments.collect()
    }
}

/// The names of folders that keep copies and examples.
const SET_ASIDE: [&str; 12] = [
    "archive",
    "archived",
    "archives",
    "attic",
    "backup",
    "backups",
    "deprecated",
    "docs",
    "example",
    "examples",
    "old",
    "samples",
];

/// Whether a file is below a folder whose name says that it keeps what is not deployed.
fn is_set_aside(path: &RepoPath) -> bool {
    let folders = path.parent();
    let mut folders = folders.as_str().split('/');
    folders.any(|folder| {
        let name = folder.trim_start_matches(['.', '_']);
        SET_ASIDE
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known))
    })
}
