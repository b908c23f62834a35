//! The one PostgreSQL that an app is put on: where its Cluster stands in the repository, and what follows from that.

mod error;
mod job_options;
pub mod neighbourhood;
pub mod own;
mod request;
pub mod server;
#[cfg(test)]
mod tests;

use crate::domain::choice::RoleStyle;
use crate::domain::kubernetes_name::{ClusterName, Namespace};
use crate::domain::wave::{SYNC_WAVE, Waves, WavesError};
use crate::repo::kustomization::{Kustomization, namespaces_set, patches};
use crate::repo::object::{Object, objects, objects_in};
use crate::repo::path::RepoPath;
use crate::repo::snapshot::Snapshot;
use crate::repo::yaml::{Node, Value, YamlError};
use crate::settings::WaveSettings;

pub use error::TargetError;
pub use job_options::JobOptions;
pub use request::TargetRequest;
pub use server::Server;

/// The API group of CloudNativePG.
pub const CNPG: &str = "postgresql.cnpg.io";
/// The namespace of the guide, for a Cluster that names none.
pub const GUIDE_NAMESPACE: &str = "postgres";
/// The folder of the guide's database manifests.
pub const GUIDE_DIRECTORY: &str = "infra/databases/postgres";
/// The sealing certificate's path in the guide.
pub const GUIDE_CERTIFICATE: &str = "infra/sealed-secrets/pub-cert.pem";

/// One PostgreSQL that apps are put on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Target {
    /// The Cluster's name.
    pub cluster: ClusterName,
    /// The namespace of the Cluster, the credentials and the Databases.
    pub namespace: Namespace,
    /// Where the Cluster's manifest is; none where it is not in the repository as plain YAML, which DatabaseRole
    /// objects do not need.
    pub manifest: Option<ClusterManifest>,
    /// The namespaces that the repository gives the Cluster, where another one was asked for.
    pub other_namespaces: Vec<String>,
    /// The folder for new manifests.
    pub directory: RepoPath,
    /// The sync-waves.
    pub waves: Waves,
    /// The server, where CNPG does not run it.
    pub server: Option<Server>,
    /// How Jobs run SQL.
    pub jobs: JobOptions,
}

/// Where a Cluster's manifest is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ClusterManifest {
    /// The file.
    pub path: RepoPath,
    /// The number of its document in the file, from 0.
    pub document: usize,
}

/// A Cluster manifest among which the user may choose.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Candidate {
    /// The Cluster's name.
    pub cluster: ClusterName,
    /// Its namespace, where it says one.
    pub namespace: Option<String>,
    /// Its file.
    pub path: RepoPath,
    /// The number of its document in the file, from 0.
    pub document: usize,
    /// The line where it begins, from 1.
    pub line: usize,
    wave: Option<i32>,
}

impl Candidate {
    /// The Cluster's own sync-wave, where it has one.
    pub fn wave(&self) -> Option<i32> {
        self.wave
    }
}

impl Target {
    /// Finds the target in the repository.
    ///
    /// # Errors
    /// When there is no Cluster, or several and no choice; when the file that was named cannot serve; when the waves
    /// do not ascend.
    pub fn resolve(request: &TargetRequest, snapshot: &Snapshot) -> Result<Self, TargetError> {
        if let Some(settings) = &request.server {
            return Self::of_server(request, settings);
        }
        let candidates = match &request.cluster_file {
            Some(path) => in_file(path, request.cluster.as_ref(), snapshot),
            None => in_repo(request.cluster.as_ref(), snapshot),
        };
        let candidates = match (candidates, &request.cluster) {
            (Err(error), Some(cluster))
                if request.roles == RoleStyle::DatabaseRole && error.is_absence() =>
            {
                return Self::without_manifest(request, cluster.clone());
            }
            (candidates, _) => candidates?,
        };
        let candidates = in_namespace(request.namespace.as_ref(), candidates);
        match <[Candidate; 1]>::try_from(candidates) {
            Ok([candidate]) => Self::of(request, candidate, snapshot),
            Err(candidates) => Err(TargetError::Several { candidates }),
        }
    }

    /// The target that a candidate makes.
    ///
    /// # Errors
    /// When the waves do not ascend, or the namespace that the manifests give is no namespace.
    pub fn of(
        request: &TargetRequest,
        candidate: Candidate,
        snapshot: &Snapshot,
    ) -> Result<Self, TargetError> {
        let known = known_namespaces(&candidate, snapshot);
        Self::in_namespaces(request, candidate, known)
    }

    /// The same of a candidate that ends up in these namespaces: those that kustomizations set, else its own.
    ///
    /// # Errors
    /// As [`Target::of`].
    pub fn in_namespaces(
        request: &TargetRequest,
        candidate: Candidate,
        known: Vec<String>,
    ) -> Result<Self, TargetError> {
        let folder = candidate.path.parent();
        let namespace = namespace(request, &candidate, &known)?;
        let is_other = |text: &&String| !text.contains('$') && *text != namespace.as_str();
        let contradicted = known.iter().all(|text| is_other(&text));
        Ok(Self {
            other_namespaces: if contradicted { known } else { Vec::new() },
            namespace,
            cluster: candidate.cluster,
            directory: request.directory.clone().unwrap_or(folder),
            waves: waves(request, candidate.wave)?,
            server: None,
            jobs: request.jobs.clone(),
            manifest: Some(ClusterManifest {
                path: candidate.path,
                document: candidate.document,
            }),
        })
    }

    /// The target of a Cluster whose manifest is not in the repository as plain YAML.
    fn without_manifest(
        request: &TargetRequest,
        cluster: ClusterName,
    ) -> Result<Self, TargetError> {
        let directory = request
            .directory
            .clone()
            .unwrap_or_else(|| guide_path(GUIDE_DIRECTORY));
        let namespace = match &request.namespace {
            Some(namespace) => namespace.clone(),
            None => GUIDE_NAMESPACE
                .parse()
                .map_err(|source| TargetError::Namespace {
                    path: directory.clone(),
                    source,
                })?,
        };
        Ok(Self {
            cluster,
            namespace,
            other_namespaces: Vec::new(),
            manifest: None,
            directory,
            waves: waves(request, None)?,
            server: None,
            jobs: request.jobs.clone(),
        })
    }

    /// The certificate's path when no setting names one.
    pub fn guide_certificate() -> RepoPath {
        guide_path(GUIDE_CERTIFICATE)
    }
}

/// The waves: asked for, found on the Cluster, or the guide's.
fn waves(request: &TargetRequest, found: Option<i32>) -> Result<Waves, WavesError> {
    let cluster = request.waves.cluster.or(found);
    WaveSettings {
        cluster,
        ..request.waves
    }
    .completed(Waves::default())
}

/// A path of the guide.
fn guide_path(text: &str) -> RepoPath {
    RepoPath::root()
        .resolve(text)
        .unwrap_or_else(RepoPath::root)
}

/// The namespace: asked for, or what the repository gives the Cluster, or the guide's.
fn namespace(
    request: &TargetRequest,
    candidate: &Candidate,
    known: &[String],
) -> Result<Namespace, TargetError> {
    if let Some(asked) = &request.namespace {
        return Ok(asked.clone());
    }
    let path = || candidate.path.clone();
    let text = match known {
        [] => GUIDE_NAMESPACE,
        [text] if text.contains('$') => {
            return Err(TargetError::Placeholder {
                path: path(),
                text: text.clone(),
            });
        }
        [text] => text,
        several => {
            return Err(TargetError::SeveralNamespaces {
                path: path(),
                known: several.to_vec(),
            });
        }
    };
    text.parse().map_err(|source| TargetError::Namespace {
        path: path(),
        source,
    })
}

/// The namespaces that the repository gives a Cluster: those of overlays before that of its own kustomization, and that
/// before the manifest's, because kustomize works from the inside out.
fn known_namespaces(candidate: &Candidate, snapshot: &Snapshot) -> Vec<String> {
    let reaching = Kustomization::reaching(snapshot, &candidate.path);
    let set = namespaces_set(&reaching.iter().collect::<Vec<_>>(), &candidate.path);
    if !set.is_empty() {
        return set;
    }
    let own = folder_namespace(candidate, snapshot);
    if !own.is_empty() {
        return own;
    }
    candidate.namespace.clone().into_iter().collect()
}

/// What the folder's kustomization sets, though it does not list the Cluster yet.
fn folder_namespace(candidate: &Candidate, snapshot: &Snapshot) -> Vec<String> {
    let found = Kustomization::in_folder(snapshot, &candidate.path.parent());
    let namespace = found.ok().flatten().and_then(|found| found.namespace);
    namespace.into_iter().collect()
}

/// Every Cluster of the repository that apps could be put on.
///
/// Left out are partial ones (a patch says neither how many instances nor which storage), those that a kustomization
/// uses as a patch, and those whose name a template has yet to fill in.
pub fn candidates(snapshot: &Snapshot) -> Vec<Candidate> {
    let found = objects(snapshot, |header, _| header.may_be_cluster());
    let clusters: Vec<_> = found
        .objects
        .iter()
        .filter(|object| object.is(CNPG, "Cluster"))
        .collect();
    let files: Vec<&RepoPath> = clusters.iter().map(|object| object.path).collect();
    let patches = patches(snapshot, &files);
    clusters
        .into_iter()
        .filter(|object| is_complete(object) && !patches.contains(object.path))
        .filter(|object| template_in(&object.root).is_none())
        .filter_map(candidate)
        .collect()
}

fn in_repo(name: Option<&ClusterName>, snapshot: &Snapshot) -> Result<Vec<Candidate>, TargetError> {
    let all = candidates(snapshot);
    let names: Vec<String> = all
        .iter()
        .map(|candidate| candidate.cluster.to_string())
        .collect();
    let chosen: Vec<Candidate> = all
        .into_iter()
        .filter(|candidate| name.is_none_or(|name| candidate.cluster == *name))
        .collect();
    match (chosen.is_empty(), name) {
        (false, _) => Ok(chosen),
        (true, Some(name)) if !names.is_empty() => Err(TargetError::NoSuchCluster {
            name: name.clone(),
            names,
        }),
        (true, _) => Err(TargetError::NoCluster {
            unfit: unfit(snapshot),
        }),
    }
}

/// Those in the namespace that was asked for, where some are: of several Clusters, it may be what tells them apart.
fn in_namespace(namespace: Option<&Namespace>, candidates: Vec<Candidate>) -> Vec<Candidate> {
    let is_there =
        |candidate: &Candidate| namespace.map(Namespace::as_str) == candidate.namespace.as_deref();
    if namespace.is_none() || !candidates.iter().any(is_there) {
        return candidates;
    }
    candidates.into_iter().filter(is_there).collect()
}

/// The Clusters of the repository that apps cannot be put on, and files that speak of one but are no YAML, each with
/// the reason.
fn unfit(snapshot: &Snapshot) -> Vec<String> {
    let found = objects(snapshot, |header, _| header.may_be_cluster());
    let broken = found.unreadable.iter();
    let broken = broken.map(|(path, error)| format!("{path}:{}: {}", error.line, error.problem));
    let clusters = found.objects.iter();
    let clusters = clusters.filter(|object| object.is(CNPG, "Cluster"));
    broken.chain(clusters.map(why_unfit)).collect()
}

/// Why a Cluster is none that apps could be put on, with its place.
fn why_unfit(object: &Object<'_>) -> String {
    if let Some(error) = template_in(&object.root) {
        return format!(
            "{}:{}: a template: {}",
            object.path, error.line, error.problem
        );
    }
    let reason = match object.name().map(str::parse::<ClusterName>) {
        None => "it has no name".to_owned(),
        Some(Err(error)) => error.to_string(),
        Some(Ok(_)) if !is_complete(object) => {
            "it has neither `instances` nor `storage`, like a patch of another".to_owned()
        }
        Some(Ok(_)) if object.namespace().is_some_and(|text| text.contains("{{")) => {
            "a template: its namespace holds `{{`".to_owned()
        }
        Some(Ok(_)) => "a kustomization uses it as a patch".to_owned(),
    };
    format!("{}: {reason}", object.place())
}

/// What of a document is a template's `{{ ... }}` without quotes, which YAML reads as a mapping that is a key.
pub fn template_in(node: &Node<'_>) -> Option<YamlError> {
    match &node.value {
        Value::Mapping { entries, .. } => entries.iter().find_map(|(key, value)| {
            if matches!(key.value, Value::Mapping { .. }) {
                return Some(YamlError {
                    line: key.line,
                    column: key.column + 1,
                    problem: "without quotes, `{{ }}` is a mapping as a key".to_owned(),
                });
            }
            template_in(value)
        }),
        Value::Sequence { items, .. } => items.iter().find_map(template_in),
        Value::Scalar(..) | Value::Alias(_) => None,
    }
}

fn in_file(
    path: &RepoPath,
    name: Option<&ClusterName>,
    snapshot: &Snapshot,
) -> Result<Vec<Candidate>, TargetError> {
    let text = snapshot
        .text(path)
        .ok_or_else(|| TargetError::NoFile { path: path.clone() })?;
    let objects = objects_in(path, text).map_err(|source| TargetError::NotYaml {
        path: path.clone(),
        template: text.contains("{{"),
        source,
    })?;
    let clusters: Vec<&Object<'_>> = objects
        .iter()
        .filter(|object| object.is(CNPG, "Cluster"))
        .collect();
    if let Some(source) = clusters.iter().find_map(|object| template_in(&object.root)) {
        return Err(TargetError::NotYaml {
            path: path.clone(),
            template: true,
            source,
        });
    }
    let texts = |texts: &mut dyn Iterator<Item = &str>| texts.map(str::to_owned).collect();
    if clusters.is_empty() {
        return Err(TargetError::WrongKind {
            path: path.clone(),
            kinds: texts(&mut objects.iter().filter_map(Object::kind)),
        });
    }
    let found: Vec<_> = clusters
        .iter()
        .filter_map(|object| named(object, name))
        .collect();
    if found.is_empty() {
        return Err(TargetError::NotInFile {
            path: path.clone(),
            name: name.map(ClusterName::to_string),
            names: texts(&mut clusters.iter().filter_map(|object| object.name())),
        });
    }
    Ok(found)
}

/// The candidate of a Cluster in a file that was named: of this name, or under this name where its own is a placeholder.
fn named(object: &Object<'_>, name: Option<&ClusterName>) -> Option<Candidate> {
    match (candidate(object), name) {
        (Some(found), Some(name)) => (found.cluster == *name).then_some(found),
        (Some(found), None) => Some(found),
        (None, Some(name)) => Some(Candidate {
            cluster: name.clone(),
            namespace: object.namespace().map(str::to_owned),
            path: object.path.clone(),
            document: object.document,
            line: object.root.line,
            wave: wave(object),
        }),
        (None, None) => None,
    }
}

fn candidate(object: &Object<'_>) -> Option<Candidate> {
    if object.namespace().is_some_and(|text| text.contains("{{")) {
        return None;
    }
    Some(Candidate {
        cluster: object.name()?.parse().ok()?,
        namespace: object.namespace().map(str::to_owned),
        path: object.path.clone(),
        document: object.document,
        line: object.root.line,
        wave: wave(object),
    })
}

fn wave(object: &Object<'_>) -> Option<i32> {
    object.annotation(SYNC_WAVE)?.as_str()?.parse().ok()
}

/// Whether a manifest says what a Cluster must say, so that it is no patch of another one.
pub fn is_complete(object: &Object<'_>) -> bool {
    let spec = object.root.get("spec");
    let says = |key| spec.and_then(|spec: &Node<'_>| spec.get(key)).is_some();
    says("instances") || says("storage")
}
