//! Which files of a repository are a target's, where other Clusters are beside it.

use std::collections::HashSet;

use memchr::memmem;

use super::{Candidate, Target, candidates};
use crate::repo::header::{Header, headers};
use crate::repo::path::RepoPath;
use crate::repo::snapshot::Snapshot;

/// The folders of a target and those of the repository's other Clusters.
///
/// With staging and production side by side, the same names are there twice and mean two databases: a file belongs to
/// the Cluster that it is nearest to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Neighbourhood {
    own: Vec<RepoPath>,
    /// The folders of the other Clusters, and those above them.
    others: HashSet<String>,
}

impl Neighbourhood {
    /// Looks for the other Clusters of the repository.
    pub fn of(target: &Target, snapshot: &Snapshot) -> Self {
        if has_other_clusters(target, snapshot) {
            Self::among(target, &candidates(snapshot))
        } else {
            Self::among(target, &[])
        }
    }

    /// The neighbourhood of a target among these Clusters, its own or not.
    pub fn among(target: &Target, clusters: &[Candidate]) -> Self {
        let cluster_file = target.manifest.as_ref().map(|manifest| &manifest.path);
        let own = [target.directory.clone()];
        Self {
            own: own
                .into_iter()
                .chain(cluster_file.map(RepoPath::parent))
                .collect(),
            others: other_folders(target, clusters),
        }
    }

    /// Whether a file is as near to the target as to any other Cluster. It depends on the file's folder alone.
    pub fn holds(&self, file: &RepoPath) -> bool {
        let own = self.own.iter().map(|folder| shared_parts(file, folder));
        let own = own.max().unwrap_or_default();
        let folder = file.parent();
        let next = leading_parts(folder.as_str()).nth(own);
        next.is_none_or(|next| !self.others.contains(next))
    }
}

/// Whether another file than the target's own may hold a Cluster; where none does, nothing has to be parsed.
pub fn has_other_clusters(target: &Target, snapshot: &Snapshot) -> bool {
    let own = target.manifest.as_ref().map(|manifest| &manifest.path);
    snapshot.files().any(|(path, text)| {
        Some(path) != own
            && memmem::find(text.as_bytes(), b"Cluster").is_some()
            && headers(text).iter().any(Header::may_be_cluster)
    })
}

/// How many leading folders a file shares with a folder.
pub fn shared_parts(file: &RepoPath, folder: &RepoPath) -> usize {
    let parent = file.parent();
    parent
        .as_str()
        .split('/')
        .zip(folder.as_str().split('/'))
        .take_while(|(left, right)| left == right)
        .count()
}

/// A folder's path cut off behind its first part, behind its second one, and so on.
fn leading_parts(folder: &str) -> impl Iterator<Item = &str> {
    let ends = folder.match_indices('/').map(|(end, _)| end);
    let ends = ends.chain([folder.len()]);
    ends.filter_map(|end| folder.get(..end))
}

/// The folders of the repository's other Clusters, and those above them.
fn other_folders(target: &Target, clusters: &[Candidate]) -> HashSet<String> {
    let own = target.manifest.as_ref().map(|manifest| &manifest.path);
    let folders: HashSet<RepoPath> = clusters
        .iter()
        .filter(|candidate| Some(&candidate.path) != own)
        // Another Cluster in the same namespace is beside this one, and takes its names.
        .filter(|candidate| {
            candidate.cluster == target.cluster
                || candidate.namespace.as_deref() != Some(target.namespace.as_str())
        })
        .map(|candidate| candidate.path.parent())
        .collect();
    let parts = folders
        .iter()
        .flat_map(|folder| leading_parts(folder.as_str()));
    parts.map(str::to_owned).collect()
}
