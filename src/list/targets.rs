//! The targets whose apps are listed: those of the settings, every other Cluster, and Clusters that are only named.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{ListError, Request};
use crate::declared::{ClusterReference, Manifests};
use crate::domain::choice::RoleStyle;
use crate::domain::kubernetes_name::{ClusterName, Namespace};
use crate::domain::wave::Waves;
use crate::repo::header::{Header, KUSTOMIZATION_NAMES, headers};
use crate::repo::path::RepoPath;
use crate::repo::snapshot::Snapshot;
use crate::settings::{Settings, TargetSettings, WaveSettings};
use crate::target::{
    Candidate, GUIDE_NAMESPACE, JobOptions, Target, TargetError, TargetRequest, candidates,
};

/// A target, and what it is called.
pub(super) struct ListedTarget {
    /// Its name in `.pgdb.yaml`.
    pub(super) name: Option<String>,
    /// The target.
    pub(super) target: Target,
    /// Its namespace as it is shown: as the repository writes it, where that is a placeholder.
    pub(super) namespace: String,
}

/// The targets that are looked at.
pub(super) struct Sight {
    /// In the order of the settings, then of the paths.
    pub(super) targets: Vec<ListedTarget>,
    /// Every Cluster of the repository.
    pub(super) candidates: Vec<Candidate>,
    /// Whether one target is asked for alone.
    pub(super) is_narrowed: bool,
    /// Targets of the settings that are not looked at, each with the reason.
    pub(super) warnings: Vec<String>,
}

impl Sight {
    /// The targets that are asked for.
    ///
    /// # Errors
    /// When there is no target of the name that is asked for, or it has no Cluster.
    pub(super) fn of(
        request: &Request,
        settings: &Settings,
        snapshot: &Snapshot,
        manifests: &Manifests<'_>,
    ) -> Result<Self, ListError> {
        let files = cluster_files(request, settings, snapshot);
        let mut sight = Self {
            targets: Vec::new(),
            candidates: candidates(&files),
            is_narrowed: false,
            warnings: Vec::new(),
        };
        let default = settings.default_target().map(|name| name.as_str());
        match request.target.as_deref().or(default) {
            Some(wanted) if !request.all => {
                sight.take_only(wanted, request, settings, &files, manifests)?
            }
            _ => sight.take_all(request, settings, &files, manifests)?,
        }
        Ok(sight)
    }

    /// Takes the target that is asked for, as the other commands do.
    fn take_only(
        &mut self,
        wanted: &str,
        request: &Request,
        settings: &Settings,
        files: &Snapshot,
        manifests: &Manifests<'_>,
    ) -> Result<(), ListError> {
        let chosen = settings.target(Some(wanted))?;
        let asked = TargetRequest {
            cluster: request.cluster.clone(),
            cluster_file: request.cluster_file.clone(),
            namespace: request.namespace.clone(),
            ..TargetRequest::default()
        };
        let asked = looking(asked.or_settings(&chosen.settings));
        self.is_narrowed = true;
        self.targets = match Target::resolve(&asked, files) {
            Err(TargetError::Several { candidates }) => {
                let mut found = Vec::new();
                for candidate in &candidates {
                    found.extend(of_candidate(&asked, candidate, manifests)?);
                }
                found
            }
            _ => resolved(&asked, |request| Target::resolve(request, files))?,
        };
        let name = chosen.name.map(|name| name.to_string());
        for listed in &mut self.targets {
            listed.name.clone_from(&name);
        }
        Ok(())
    }

    /// Takes every target of the settings, and every Cluster that is none of them.
    fn take_all(
        &mut self,
        request: &Request,
        settings: &Settings,
        files: &Snapshot,
        manifests: &Manifests<'_>,
    ) -> Result<(), ListError> {
        let mut known: HashSet<(RepoPath, usize)> = HashSet::new();
        for (name, settings) in all_settings(settings) {
            let namespace = request.namespace.clone();
            let asked = TargetRequest {
                namespace,
                ..TargetRequest::default()
            };
            let asked = looking(asked.or_settings(&settings));
            let is_elsewhere = request.namespace.is_some() && asked.namespace != settings.namespace;
            let is_elsewhere = is_elsewhere && settings.namespace.is_some();
            match resolved(&asked, |request| Target::resolve(request, files)) {
                Ok(found) => {
                    known.extend(found.iter().filter_map(manifest_of));
                    let found = found.into_iter().map(|listed| ListedTarget {
                        name: name.clone(),
                        ..listed
                    });
                    let found = found.filter(|_| !is_elsewhere);
                    self.targets
                        .extend(found.filter(|listed| is_asked_for(listed, request)));
                }
                // Its Clusters are listed as they are.
                Err(TargetError::Several { .. }) => {}
                Err(error) => self
                    .warnings
                    .extend(name.map(|name| format!("the target {name} is not listed: {error}"))),
            }
        }
        let asked = looking(TargetRequest {
            namespace: request.namespace.clone(),
            ..TargetRequest::default()
        });
        for candidate in &self.candidates {
            if known.contains(&(candidate.path.clone(), candidate.document)) {
                continue;
            }
            match of_candidate(&asked, candidate, manifests) {
                Ok(found) => {
                    let found = found.into_iter();
                    self.targets
                        .extend(found.filter(|listed| is_asked_for(listed, request)));
                }
                Err(error) => self.warnings.push(error.to_string()),
            }
        }
        if self.targets.is_empty() && request.cluster_file.is_some() {
            // Named by its file, also a Cluster may be meant whose own name is a placeholder.
            let asked = looking(TargetRequest {
                cluster: request.cluster.clone(),
                cluster_file: request.cluster_file.clone(),
                roles: RoleStyle::Managed,
                ..asked
            });
            self.targets = resolved(&asked, |request| Target::resolve(request, files))?;
            self.targets.retain(|listed| is_asked_for(listed, request));
        }
        Ok(())
    }
}

/// The Clusters without a manifest in the repository that these objects name, each once.
pub(super) fn without_manifest(
    request: &Request,
    manifests: &Manifests<'_>,
    objects: &[ClusterReference<'_>],
) -> Vec<ListedTarget> {
    let mut found: BTreeMap<(ClusterName, String), RepoPath> = BTreeMap::new();
    for object in objects {
        let Ok(cluster) = object.cluster.parse::<ClusterName>() else {
            continue;
        };
        let mut namespaces = manifests.namespaces(&object.place.path, object.namespace);
        if namespaces.is_empty() {
            namespaces.push(GUIDE_NAMESPACE.to_owned());
        }
        for namespace in namespaces {
            found
                .entry((cluster.clone(), namespace))
                .or_insert_with(|| object.place.path.parent());
        }
    }
    let target = |((cluster, shown), directory): ((ClusterName, String), RepoPath)| {
        let namespace = shown.parse().or_else(|_| GUIDE_NAMESPACE.parse());
        Some(ListedTarget {
            name: None,
            target: Target {
                cluster,
                namespace: namespace.ok()?,
                manifest: None,
                other_namespaces: Vec::new(),
                directory,
                waves: Waves::default(),
                server: None,
                jobs: JobOptions::default(),
            },
            namespace: shown,
        })
    };
    let found = found.into_iter().filter_map(target);
    found
        .filter(|listed| is_asked_for(listed, request))
        .collect()
}

/// A warning of the objects whose Cluster cannot be told, since its name is yet to be filled in.
pub(super) fn unnamed(objects: &[ClusterReference<'_>]) -> Option<String> {
    let mut unnamed = objects
        .iter()
        .filter(|object| object.cluster.parse::<ClusterName>().is_err());
    let first = unnamed.next()?;
    let more = match unnamed.count() {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    Some(format!(
        "{}{more}: not listed, since {:?} is no name of a Cluster; say which is meant with --cluster-file and --cluster",
        first.place, first.cluster
    ))
}

/// Refuses a Cluster that is asked for and that nothing in the repository names.
///
/// # Errors
/// When there is none.
pub(super) fn refuse_unknown_cluster(
    request: &Request,
    targets: &[ListedTarget],
    snapshot: &Snapshot,
) -> Result<(), ListError> {
    if targets.is_empty() && request.cluster.is_some() {
        let asked = TargetRequest {
            cluster: request.cluster.clone(),
            ..TargetRequest::default()
        };
        match Target::resolve(&asked, snapshot) {
            Err(error @ (TargetError::NoSuchCluster { .. } | TargetError::NoCluster { .. })) => {
                return Err(error.into());
            }
            _ => return Ok(()),
        }
    }
    Ok(())
}

/// What each target's Cluster is called among the others: by its name where no other has it, else with its namespace,
/// else with its folder.
pub(super) fn labels(targets: &[ListedTarget]) -> Vec<String> {
    let mut names: HashMap<&str, usize> = HashMap::new();
    let mut places: HashMap<(&str, &str), usize> = HashMap::new();
    for listed in targets {
        let (cluster, namespace) = (listed.target.cluster.as_str(), listed.namespace.as_str());
        *names.entry(cluster).or_default() += 1;
        *places.entry((namespace, cluster)).or_default() += 1;
    }
    let label = |listed: &ListedTarget| {
        let (cluster, namespace) = (listed.target.cluster.as_str(), listed.namespace.as_str());
        if names.get(cluster) == Some(&1) {
            return cluster.to_owned();
        }
        let label = format!("{namespace}/{cluster}");
        match &listed.target.manifest {
            Some(manifest) if places.get(&(namespace, cluster)) != Some(&1) => {
                format!("{label} ({})", manifest.path)
            }
            _ => label,
        }
    };
    targets.iter().map(label).collect()
}

/// The files that tell which Clusters there are.
fn cluster_files(request: &Request, settings: &Settings, snapshot: &Snapshot) -> Snapshot {
    let mut named = settings.cluster_files();
    named.extend(request.cluster_file.clone());
    let is_wanted = |path: &RepoPath, text: &str| {
        KUSTOMIZATION_NAMES.contains(&path.file_name())
            || (text.contains("Cluster") && headers(text).iter().any(Header::may_be_cluster))
            || named.contains(path)
    };
    let files = snapshot.files();
    let files = files.filter(|(path, text)| is_wanted(path, text));
    Snapshot::new(files.map(|(path, text)| (path.clone(), text.to_owned())))
}

/// What the settings say of each target: of those that have a name, else of the repository's.
fn all_settings(settings: &Settings) -> Vec<(Option<String>, TargetSettings)> {
    let mut names: Vec<Option<String>> = settings
        .targets()
        .map(|name| Some(name.to_string()))
        .collect();
    if names.is_empty() {
        names.push(None);
    }
    let chosen = |name: Option<String>| {
        let chosen = settings.target(name.as_deref()).ok()?;
        Some((name, chosen.settings))
    };
    names.into_iter().filter_map(chosen).collect()
}

/// The request of somebody who only looks: no manifest is needed, and no order of sync-waves is wrong.
fn looking(request: TargetRequest) -> TargetRequest {
    TargetRequest {
        roles: RoleStyle::DatabaseRole,
        waves: WaveSettings {
            secret: Some(Waves::default().secret()),
            cluster: Some(Waves::default().cluster()),
            database: Some(Waves::default().database()),
        },
        ..request
    }
}

/// The targets that a Cluster of the repository makes: one for each namespace that it is put into.
fn of_candidate(
    asked: &TargetRequest,
    candidate: &Candidate,
    manifests: &Manifests<'_>,
) -> Result<Vec<ListedTarget>, TargetError> {
    let known = manifests.namespaces(&candidate.path, candidate.namespace.as_deref());
    resolved(asked, |request| {
        Target::in_namespaces(request, candidate.clone(), known.clone())
    })
}

/// The target that is found; where its namespace cannot be told, one for each that is possible, or the guide's.
fn resolved(
    asked: &TargetRequest,
    find: impl Fn(&TargetRequest) -> Result<Target, TargetError>,
) -> Result<Vec<ListedTarget>, TargetError> {
    let namespaces = match find(asked) {
        Ok(target) => {
            return Ok(vec![ListedTarget {
                name: None,
                namespace: target.namespace.to_string(),
                target,
            }]);
        }
        Err(TargetError::SeveralNamespaces { known, .. }) => known,
        Err(TargetError::Placeholder { text, .. }) => vec![text],
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    for shown in namespaces {
        // A placeholder stands for any namespace.
        let namespace: Option<Namespace> = shown.parse().or_else(|_| GUIDE_NAMESPACE.parse()).ok();
        let target = find(&TargetRequest {
            namespace,
            ..asked.clone()
        })?;
        found.push(ListedTarget {
            name: None,
            target,
            namespace: shown,
        });
    }
    Ok(found)
}

/// The Cluster's manifest: its file and its document.
fn manifest_of(listed: &ListedTarget) -> Option<(RepoPath, usize)> {
    let manifest = listed.target.manifest.clone()?;
    Some((manifest.path, manifest.document))
}

/// Whether a target is of the Cluster, the file and the namespace that are asked for.
fn is_asked_for(listed: &ListedTarget, request: &Request) -> bool {
    let target = &listed.target;
    let cluster = request.cluster.as_ref();
    let file = request.cluster_file.as_ref();
    let manifest = target.manifest.as_ref().map(|manifest| &manifest.path);
    let namespace = request.namespace.as_ref();
    cluster.is_none_or(|cluster| *cluster == target.cluster)
        && file.is_none_or(|file| Some(file) == manifest)
        && namespace.is_none_or(|namespace| {
            *namespace == target.namespace && target.other_namespaces.is_empty()
        })
}
