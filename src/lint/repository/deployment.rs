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

impl Repository<'_> {
    /// The places that an object is deployed to, as [`Repository::are_together`] has it, each with a namespace; none where its
    /// folder evidently keeps what is not deployed.
    pub fn deployments(&self, object: &Object<'_>) -> Vec<Deployment> {
        let building = self.building(object.path);
        let mut by: Vec<RepoPath> = building.iter().map(|found| found.path.clone()).collect();
        if by.is_empty() {
            if is_set_aside(object.path) {
                return Vec::new();
            }
            by.push(object.path.parent());
        }
        let unknown = object.namespaces.is_empty().then_some(None);
        let namespaces = object.namespaces.iter().cloned().map(Some);
        let namespaces: Vec<Option<String>> = namespaces.chain(unknown).collect();
        by.iter()
            .flat_map(|by| {
                namespaces.iter().map(|namespace| Deployment {
                    by: by.clone(),
                    namespace: namespace.clone(),
                })
            })
            .collect()
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
