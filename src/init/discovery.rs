//! What of a repository belongs into its settings.

use crate::domain::target_name::TargetName;
use crate::domain::wave::Waves;
use crate::repo::path::RepoPath;
use crate::repo::snapshot::Snapshot;
use crate::settings::WaveSettings;
use crate::target::{Candidate, Target, TargetRequest};

use super::{Found, FoundTarget};

impl Found {
    /// Every Cluster of the snapshot as a target; `certificate` is the sealing certificate's path, where there is one.
    ///
    /// Targets are named after what sets their folders apart, such as `staging` and `prod`.
    pub fn in_repo(
        candidates: Vec<Candidate>,
        snapshot: &Snapshot,
        certificate: Option<&RepoPath>,
    ) -> Self {
        let folders: Vec<RepoPath> = candidates
            .iter()
            .map(|candidate| candidate.path.parent())
            .collect();
        let targets = candidates
            .into_iter()
            .enumerate()
            .filter_map(|(position, candidate)| {
                let path = candidate.path.clone();
                let waves = waves_around(candidate.wave());
                let request = TargetRequest {
                    waves: WaveSettings {
                        secret: Some(waves.secret()),
                        cluster: Some(waves.cluster()),
                        database: Some(waves.database()),
                    },
                    ..TargetRequest::default()
                };
                let target = Target::of(&request, candidate, snapshot).ok()?;
                Some(FoundTarget {
                    name: telling_part(position, &folders),
                    cluster: target.cluster,
                    namespace: target.namespace,
                    cluster_file: path,
                    directory: target.directory,
                    certificate: certificate.cloned(),
                    waves: target.waves,
                })
            });
        Self {
            targets: targets.collect(),
        }
    }
}

/// The guide's waves, moved apart where the Cluster has a wave that they do not go with.
fn waves_around(cluster: Option<i32>) -> Waves {
    let guide = Waves::default();
    let Some(cluster) = cluster else { return guide };
    let secret = guide.secret().min(cluster.saturating_sub(1));
    let database = guide.database().max(cluster.saturating_add(1));
    Waves::new(secret, cluster, database).unwrap_or(guide)
}

/// The first part of a folder's path that no other folder has at that place, where it can be a target's name.
fn telling_part(position: usize, folders: &[RepoPath]) -> Option<TargetName> {
    let own = folders.get(position)?;
    let others: Vec<Vec<&str>> = folders
        .iter()
        .enumerate()
        .filter(|(other, _)| *other != position)
        .map(|(_, folder)| folder.as_str().split('/').collect())
        .collect();
    let is_telling =
        |place: usize, part: &str| others.iter().all(|other| other.get(place) != Some(&part));
    own.as_str()
        .split('/')
        .enumerate()
        .filter(|(place, part)| is_telling(*place, part))
        .find_map(|(_, part)| part.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;
    use crate::target::candidates;

    fn cluster(wave: &str) -> String {
        format!(
            "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata:\n  name: pg\n  annotations:\n    argocd.argoproj.io/sync-wave: \"{wave}\"\nspec:\n  instances: 1\n"
        )
    }

    #[test]
    fn targets_are_named_after_their_folders() {
        let snapshot = Snapshot::new([
            ("env/prod/pg/cluster.yaml".parse().unwrap(), cluster("1")),
            (
                "env/staging/pg/cluster.yaml".parse().unwrap(),
                cluster("-3"),
            ),
        ]);
        let certificate = "pub-cert.pem".parse().unwrap();
        let found = Found::in_repo(candidates(&snapshot), &snapshot, Some(&certificate));
        let names: Vec<_> = found
            .targets
            .iter()
            .map(|target| target.name.clone().unwrap().to_string())
            .collect();
        assert_eq!(names, ["prod", "staging"]);
        assert_eq!(found.targets[1].waves, Waves::new(-4, -3, 2).unwrap());
        let settings = Settings::parse(&super::super::render(&found)).unwrap();
        let prod = settings.target(Some("prod")).unwrap().settings;
        assert_eq!(
            prod.cluster_file,
            Some("env/prod/pg/cluster.yaml".parse().unwrap())
        );
        assert_eq!(prod.certificate, Some(certificate));
    }
}
