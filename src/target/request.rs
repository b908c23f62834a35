//! What is known of the target before the repository is looked at.

use super::JobOptions;
use crate::domain::choice::RoleStyle;
use crate::domain::engine::Engine;
use crate::domain::kubernetes_name::{ClusterName, Namespace};
use crate::repo::path::RepoPath;
use crate::settings::{TargetSettings, WaveSettings};

/// What is known of the target before the repository is looked at: flags, environment and settings, in that order.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct TargetRequest {
    /// The Cluster's name.
    pub cluster: Option<ClusterName>,
    /// The Cluster's file; its text must be in the snapshot when it exists.
    pub cluster_file: Option<RepoPath>,
    /// The Cluster's namespace.
    pub namespace: Option<Namespace>,
    /// The folder for new manifests.
    pub directory: Option<RepoPath>,
    /// Whether the role is to be an object of its own, so that the Cluster's manifest need not be there.
    pub roles: RoleStyle,
    /// The sync-waves.
    pub waves: WaveSettings,
    /// What the settings say of a server that CNPG does not run; none of a Cluster.
    pub server: Option<Box<TargetSettings>>,
    /// How Jobs run SQL.
    pub jobs: JobOptions,
}

impl TargetRequest {
    /// The same request, with what the settings say where it leaves something open. Of another Cluster than the one
    /// that is asked for they say nothing.
    #[must_use]
    pub fn or_settings(mut self, settings: &TargetSettings) -> Self {
        let names_another = differs(self.cluster.as_ref(), settings.cluster.as_ref())
            || differs(self.cluster_file.as_ref(), settings.cluster_file.as_ref());
        if names_another {
            return self;
        }
        let inherited = settings.clone();
        self.cluster = self.cluster.or(inherited.cluster);
        self.cluster_file = self.cluster_file.or(inherited.cluster_file);
        self.namespace = self.namespace.or(inherited.namespace);
        self.directory = inherited.directory;
        self.waves = inherited.waves;
        self.server =
            (settings.engine == Some(Engine::Postgres)).then(|| Box::new(settings.clone()));
        self.jobs = JobOptions {
            image: inherited.job_image,
            network_policy: inherited.network_policy.unwrap_or_default(),
        };
        self
    }
}

/// Whether both are given and not the same.
fn differs<T: PartialEq>(asked: Option<&T>, setting: Option<&T>) -> bool {
    matches!((asked, setting), (Some(asked), Some(setting)) if asked != setting)
}
