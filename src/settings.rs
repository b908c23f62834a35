//! The settings that a repository keeps in `.pgdb.yaml` at its root.
//!
//! The keys are listed in [`KEYS`]. What holds for every target stands at the top level; what differs stands in a
//! target and wins. The file only says what somebody wrote: what it leaves open is discovered, or has a default.

mod error;
mod ignored;
mod keys;
mod parse;
mod reader;
#[cfg(test)]
mod tests;

pub use error::{Problem, Refusal, SettingsError, SettingsErrors, TargetChoiceError};
pub use ignored::Ignore;
pub use keys::{KEYS, Key, Place};

use crate::domain::choice::{ReclaimPolicy, RoleStyle};
use crate::domain::container_image::ContainerImage;
use crate::domain::endpoint::{Host, Port, SecretKey};
use crate::domain::engine::Engine;
use crate::domain::kubernetes_name::{ClusterName, Namespace, ObjectName};
use crate::domain::password::PasswordLength;
use crate::domain::schedule::{Schedule, TimeZone};
use crate::domain::scope::Scope;
use crate::domain::target_name::TargetName;
use crate::domain::wave::{Waves, WavesError};
use crate::repo::path::RepoPath;

/// The path of the file, relative to the repository's root.
pub const FILE: &str = ".pgdb.yaml";

/// What a `.pgdb.yaml` says; the default is a repository without that file.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Settings {
    is_there: bool,
    default_target: Option<TargetName>,
    everywhere: TargetSettings,
    /// In the order of the file.
    targets: Vec<(TargetName, TargetSettings)>,
    ignores: Vec<Ignore>,
}

/// What `.pgdb.yaml` says of one target; `None` is what it leaves open.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct TargetSettings {
    /// The name of the CNPG Cluster.
    pub cluster: Option<ClusterName>,
    /// The Cluster's namespace.
    pub namespace: Option<Namespace>,
    /// Who runs PostgreSQL.
    pub engine: Option<Engine>,
    /// The host of a server that CNPG does not run.
    pub host: Option<Host>,
    /// Its port.
    pub port: Option<Port>,
    /// The Secret with the connection by which roles and databases are made on it.
    pub connection_secret: Option<ObjectName>,
    /// The key of that Secret.
    pub connection_key: Option<SecretKey>,
    /// When its CronJob runs.
    pub schedule: Option<Schedule>,
    /// The time zone of that schedule.
    pub time_zone: Option<TimeZone>,
    /// Whether its connection may be one without TLS.
    pub allow_plaintext: Option<bool>,
    /// The Cluster's manifest.
    pub cluster_file: Option<RepoPath>,
    /// The folder that new manifests go to.
    pub directory: Option<RepoPath>,
    /// The sealing certificate.
    pub certificate: Option<RepoPath>,
    /// The name of the Sealed Secrets controller's Service.
    pub controller_name: Option<ObjectName>,
    /// The namespace of that Service.
    pub controller_namespace: Option<Namespace>,
    /// The sync-waves.
    pub waves: WaveSettings,
    /// How roles are declared.
    pub roles: Option<RoleStyle>,
    /// Where sealed values can be opened.
    pub scope: Option<Scope>,
    /// What becomes of a database whose Database object is deleted.
    pub reclaim: Option<ReclaimPolicy>,
    /// Whether the Secret also holds host, port, dbname, uri and the like.
    pub connection_keys: Option<bool>,
    /// How many characters a generated password has.
    pub password_length: Option<PasswordLength>,
    /// The folder with templates that stand in for the built-in ones.
    pub templates: Option<RepoPath>,
    /// Whether nobody but a new app's own roles may connect to its database.
    pub isolate: Option<bool>,
    /// The image in which Jobs run SQL.
    pub job_image: Option<ContainerImage>,
    /// Whether a NetworkPolicy lets such a Job reach PostgreSQL and DNS alone.
    pub network_policy: Option<bool>,
}

/// The sync-waves that `.pgdb.yaml` gives: all, some or none.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct WaveSettings {
    /// The wave of the SealedSecret.
    pub secret: Option<i32>,
    /// The wave of the Cluster, and of a DatabaseRole.
    pub cluster: Option<i32>,
    /// The wave of the Database.
    pub database: Option<i32>,
}

/// The target that a command works on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Chosen {
    /// Its name; none where `.pgdb.yaml` has no `targets`.
    pub name: Option<TargetName>,
    /// What `.pgdb.yaml` says of it, the top level included.
    pub settings: TargetSettings,
}

impl Settings {
    /// Reads the text of a `.pgdb.yaml`; one that is empty or holds comments alone says nothing.
    ///
    /// # Errors
    /// Everything that is wrong in it.
    pub fn parse(text: &str) -> Result<Self, SettingsErrors> {
        parse::parse(text)
    }

    /// The names of the targets, in the order of the file; none where everything stands at the top level.
    pub fn targets(&self) -> impl Iterator<Item = &TargetName> {
        self.targets.iter().map(|(name, _)| name)
    }

    /// The target that is meant where none is named; none where the file does not say.
    pub fn default_target(&self) -> Option<&TargetName> {
        self.default_target.as_ref()
    }

    /// The Clusters' files that it names.
    pub fn cluster_files(&self) -> Vec<RepoPath> {
        let targets = self.of_every_target().into_iter();
        targets.filter_map(|target| target.cluster_file).collect()
    }

    /// What `.pgdb.yaml` says of each of its targets, in the order of the file; of the only one where it has no `targets`.
    pub fn of_every_target(&self) -> Vec<TargetSettings> {
        if self.targets.is_empty() {
            return vec![self.everywhere.clone()];
        }
        let targets = self.targets.iter();
        targets
            .map(|(_, own)| own.clone().or(&self.everywhere))
            .collect()
    }

    /// The findings of `lint` that are left out, each with the reason.
    pub fn ignores(&self) -> &[Ignore] {
        &self.ignores
    }

    /// The target of the name that is `wanted`, or the one that is meant where none is.
    ///
    /// That is the `defaultTarget`, or the only target, or, without any `targets`, the top level.
    ///
    /// # Errors
    /// When there is no target of that name, or none is wanted where one of several must be.
    pub fn target(&self, wanted: Option<&str>) -> Result<Chosen, TargetChoiceError> {
        let named = wanted.or(self.default_target.as_ref().map(TargetName::as_str));
        let Some(wanted) = named else {
            return self.only_target();
        };
        match self
            .targets
            .iter()
            .find(|(name, _)| name.as_str() == wanted)
        {
            Some((name, own)) => Ok(self.chosen(name, own)),
            None => Err(self.unknown(wanted.to_owned())),
        }
    }

    fn only_target(&self) -> Result<Chosen, TargetChoiceError> {
        match self.targets.as_slice() {
            [] => Ok(Chosen {
                name: None,
                settings: self.everywhere.clone(),
            }),
            [(name, own)] => Ok(self.chosen(name, own)),
            _ => Err(TargetChoiceError::Several {
                targets: self.targets().cloned().collect(),
            }),
        }
    }

    fn chosen(&self, name: &TargetName, own: &TargetSettings) -> Chosen {
        Chosen {
            name: Some(name.clone()),
            settings: own.clone().or(&self.everywhere),
        }
    }

    fn unknown(&self, wanted: String) -> TargetChoiceError {
        if !self.is_there {
            return TargetChoiceError::NoFile { wanted };
        }
        if self.targets.is_empty() {
            return TargetChoiceError::NoTargets { wanted };
        }
        TargetChoiceError::Unknown {
            wanted,
            targets: self.targets().cloned().collect(),
        }
    }
}

impl TargetSettings {
    /// How roles are declared where nothing else is asked for; on a server that CNPG does not run there is but one way.
    pub fn role_style(&self) -> RoleStyle {
        match self.engine {
            Some(Engine::Postgres) => RoleStyle::DatabaseRole,
            Some(Engine::Cnpg) | None => self.roles.unwrap_or_default(),
        }
    }

    /// These settings, and those of `other` where these leave something open.
    fn or(self, other: &Self) -> Self {
        Self {
            cluster: self.cluster.or_else(|| other.cluster.clone()),
            namespace: self.namespace.or_else(|| other.namespace.clone()),
            engine: self.engine.or(other.engine),
            host: self.host.or_else(|| other.host.clone()),
            port: self.port.or(other.port),
            connection_secret: self
                .connection_secret
                .or_else(|| other.connection_secret.clone()),
            connection_key: self.connection_key.or_else(|| other.connection_key.clone()),
            schedule: self.schedule.or_else(|| other.schedule.clone()),
            time_zone: self.time_zone.or_else(|| other.time_zone.clone()),
            allow_plaintext: self.allow_plaintext.or(other.allow_plaintext),
            cluster_file: self.cluster_file.or_else(|| other.cluster_file.clone()),
            directory: self.directory.or_else(|| other.directory.clone()),
            certificate: self.certificate.or_else(|| other.certificate.clone()),
            controller_name: self
                .controller_name
                .or_else(|| other.controller_name.clone()),
            controller_namespace: self
                .controller_namespace
                .or_else(|| other.controller_namespace.clone()),
            waves: self.waves.or(other.waves),
            roles: self.roles.or(other.roles),
            scope: self.scope.or(other.scope),
            reclaim: self.reclaim.or(other.reclaim),
            connection_keys: self.connection_keys.or(other.connection_keys),
            password_length: self.password_length.or(other.password_length),
            templates: self.templates.or_else(|| other.templates.clone()),
            isolate: self.isolate.or(other.isolate),
            job_image: self.job_image.or_else(|| other.job_image.clone()),
            network_policy: self.network_policy.or(other.network_policy),
        }
    }
}

impl WaveSettings {
    /// These waves, and those of `other` where these leave one open.
    fn or(self, other: Self) -> Self {
        Self {
            secret: self.secret.or(other.secret),
            cluster: self.cluster.or(other.cluster),
            database: self.database.or(other.database),
        }
    }

    /// The waves, when all three are given.
    ///
    /// # Errors
    /// When they do not ascend.
    fn all(self) -> Option<Result<Waves, WavesError>> {
        Some(Waves::new(self.secret?, self.cluster?, self.database?))
    }

    /// These waves, and those of `other` where these leave one open.
    ///
    /// # Errors
    /// When they do not ascend together.
    pub fn completed(self, other: Waves) -> Result<Waves, WavesError> {
        Waves::new(
            self.secret.unwrap_or(other.secret()),
            self.cluster.unwrap_or(other.cluster()),
            self.database.unwrap_or(other.database()),
        )
    }
}
