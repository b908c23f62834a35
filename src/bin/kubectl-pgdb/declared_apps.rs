//! The apps that the repository declares, for the commands that look at them or change them.

use clap::Args;
use pgdb::declared::{self, Declared, DeclaredApp};
use pgdb::domain::choice::RoleStyle;
use pgdb::domain::nearest::nearest;
use pgdb::repo::path::RepoPath;
use pgdb::target::{Target, TargetError, TargetRequest};

use crate::cli::Global;
use crate::failure::Failure;
use crate::files::{FileError, Root};
use crate::flag_value::one;
use crate::workspace::{Reading, Workspace};

/// Which CNPG Cluster is meant.
#[derive(Args, Clone, Debug)]
pub(crate) struct TargetFlags {
    /// Take the apps of the CNPG Cluster in this file, a path from the repository's root.
    #[arg(long, value_name = "PATH", env = "PGDB_CLUSTER_FILE", hide_env = true)]
    pub(crate) cluster_file: Option<String>,
    /// Take the apps of this CNPG Cluster.
    #[arg(
        long = "cluster",
        value_name = "CLUSTER",
        env = "PGDB_CLUSTER",
        hide_env = true
    )]
    pub(crate) cluster_name: Option<String>,
}

impl TargetFlags {
    /// Whether a Cluster is named at all.
    pub(crate) fn is_named(&self) -> bool {
        self.cluster_name.is_some() || self.cluster_file.is_some()
    }

    /// What is known of the target: by flags first, and by the settings then.
    ///
    /// # Errors
    /// The flag whose value is refused.
    pub(crate) fn request(
        &self,
        global: &Global,
        workspace: &Workspace,
    ) -> Result<TargetRequest, Failure> {
        let settings = &workspace.settings;
        let mut request = TargetRequest {
            cluster: one("--cluster", self.cluster_name.as_deref())?,
            cluster_file: one("--cluster-file", self.cluster_file.as_deref())?,
            namespace: one("--namespace", global.namespace.as_deref())?,
            roles: settings.role_style(),
            ..TargetRequest::default()
        }
        .or_settings(settings);
        follow_links(&mut request, &workspace.root)?;
        Ok(request)
    }
}

/// The repository's apps on one target.
pub(crate) struct DeclaredApps {
    /// What was read of the repository.
    pub(crate) reading: Reading,
    /// The PostgreSQL that they are on.
    pub(crate) target: Target,
    /// What is declared.
    pub(crate) declared: Declared,
}

impl DeclaredApps {
    /// Reads the repository for a command that changes apps.
    ///
    /// # Errors
    /// When the repository cannot be read, or has no such Cluster, or several and no choice.
    pub(crate) fn read(workspace: &Workspace, request: &TargetRequest) -> Result<Self, Failure> {
        let files: Vec<_> = request.cluster_file.iter().collect();
        let reading = workspace.read(&files, false)?;
        let target = find_target(request, &reading)?;
        let declared = declared::apps(&reading.snapshot, &target);
        Ok(Self {
            reading,
            target,
            declared,
        })
    }

    /// The same, for a command that changes apps that are there: in another namespace than the repository gives the Cluster
    /// it would find only a part of them.
    ///
    /// # Errors
    /// Also when a namespace was asked for that is not the Cluster's.
    pub(crate) fn read_own(
        workspace: &Workspace,
        request: &TargetRequest,
    ) -> Result<Self, Failure> {
        let apps = Self::read(workspace, request)?;
        let target = &apps.target;
        if target.other_namespaces.is_empty() {
            return Ok(apps);
        }
        Err(Failure::usage(
            format!(
                "the repository puts the Cluster {} into the namespace {}, not into {}",
                target.cluster,
                target.other_namespaces.join(" or "),
                target.namespace
            ),
            "leave --namespace out, and `namespace` of .pgdb.yaml",
        ))
    }

    /// The apps that are named, each once; the only one, or all that were not removed and are not on their way out.
    ///
    /// # Errors
    /// When the repository lacks one, or it cannot be told which is meant.
    pub(crate) fn choose(&self, names: &[String], all: bool) -> Result<Vec<&DeclaredApp>, Failure> {
        choose(names, all, &self.declared, &self.target)
    }
}

/// Puts the real paths in place of those that go through symbolic links: kustomizations name the real ones, and git
/// adds nothing beyond a link.
///
/// # Errors
/// When a link leads to nothing or out of the repository, or a folder cannot be opened.
pub(crate) fn follow_links(request: &mut TargetRequest, root: &Root) -> Result<(), FileError> {
    if let Some(file) = &mut request.cluster_file {
        *file = root.real_file(file)?;
    }
    if let Some(directory) = &mut request.directory {
        *directory = root.real_folder(directory)?;
    }
    Ok(())
}

/// The only target that can be meant.
///
/// # Errors
/// When there is none, and then also which files could not be read; or several.
pub(crate) fn find_target(request: &TargetRequest, reading: &Reading) -> Result<Target, Failure> {
    match Target::resolve(request, &reading.snapshot) {
        Err(error @ TargetError::NoCluster { .. }) if !reading.skipped.is_empty() => {
            let skipped = reading.skipped.iter().map(|file| format!("\n  {file}"));
            let skipped: String = skipped.collect();
            let message = format!("{error}; these files could not be read:{skipped}");
            Err(Failure::usage(message, error.help()))
        }
        target => Ok(target?),
    }
}

/// Refuses the templates of a Helm chart, and folders below them, as the folder for new manifests.
///
/// # Errors
/// When the folder is one, or a `Chart.yaml` cannot be read.
pub(crate) fn refuse_chart(directory: &RepoPath, root: &Root) -> Result<(), Failure> {
    let mut folder = directory.clone();
    while !folder.is_root() {
        let parent = folder.parent();
        let chart = parent.join("Chart.yaml")?;
        if folder.file_name() == "templates" && root.read(&chart)?.is_some() {
            return Err(Failure::usage(
                format!("{folder} is the templates folder of a Helm chart ({chart})"),
                "Helm would fill in {{ .username }} of the SealedSecret itself: set `directory` in .pgdb.yaml to a \
                 folder of plain manifests",
            ));
        }
        folder = parent;
    }
    Ok(())
}

/// The apps of the repository's Cluster; none where the repository has none of it.
///
/// # Errors
/// When the repository cannot be read, or it cannot be told which Cluster is meant.
pub(crate) fn apps(
    workspace: &Workspace,
    request: &TargetRequest,
) -> Result<Option<(Declared, Target)>, Failure> {
    let files: Vec<_> = request.cluster_file.iter().collect();
    let reading = workspace.read(&files, false)?;
    let found = match Target::resolve(request, &reading.snapshot) {
        Err(TargetError::NoCluster { .. }) if reading.skipped.is_empty() => {
            // Its manifest may be a chart's, or elsewhere, and the apps' objects here all the same.
            let without_manifest = TargetRequest {
                roles: RoleStyle::DatabaseRole,
                ..request.clone()
            };
            Target::resolve(&without_manifest, &reading.snapshot).ok()
        }
        target => Some(target?),
    };
    let Some(target) = found else {
        return Ok(None);
    };
    let declared = declared::apps(&reading.snapshot, &target);
    let is_foreign = target.manifest.is_none() && declared.apps.is_empty();
    Ok((!is_foreign).then_some((declared, target)))
}

/// The apps that are named, each once; the only one, or all that were not removed and are not on their way out.
///
/// # Errors
/// When the repository lacks one, or it cannot be told which is meant.
pub(crate) fn choose<'repo>(
    names: &[String],
    all: bool,
    declared: &'repo Declared,
    target: &Target,
) -> Result<Vec<&'repo DeclaredApp>, Failure> {
    let known: Vec<&str> = declared.apps.iter().map(|app| app.name.as_str()).collect();
    let mut chosen: Vec<&DeclaredApp> = Vec::new();
    for name in names {
        let found = declared.apps.iter().find(|app| app.name == *name);
        let found = found.ok_or_else(|| unknown(name, &known, target))?;
        if !chosen.iter().any(|app| app.name == found.name) {
            chosen.push(found);
        }
    }
    if !names.is_empty() {
        return Ok(chosen);
    }
    match declared.apps.as_slice() {
        [] => Err(none_declared(target)),
        [only] => Ok(vec![only]),
        several if all => Ok(several
            .iter()
            .filter(|app| !app.is_leaving() && !app.is_kept())
            .collect()),
        _ => Err(Failure::usage(
            "no app is named",
            format!(
                "name one or several, or look at all with --all: {}",
                known.join(", ")
            ),
        )),
    }
}

/// What may make the repository's manifests and the live objects differ, or was not looked at.
pub(crate) fn warnings(declared: &Declared) -> Vec<String> {
    let unreadable = declared.unreadable.iter().filter(|file| !file.is_template);
    let mut warnings: Vec<String> = unreadable
        .map(|file| {
            format!(
                "{}: not looked at, since it is no YAML: {}",
                file.place, file.problem
            )
        })
        .collect();
    if let Some(kustomization) = &declared.renamed_by {
        warnings.push(format!(
            "{kustomization} puts a prefix or suffix on names: the live objects have other names than the manifests"
        ));
    }
    warnings
}

fn unknown(name: &str, known: &[&str], target: &Target) -> Failure {
    let message = format!(
        "the repository declares no app {name:?} for {}",
        target.place()
    );
    let help = match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean {near}?"),
        None if known.is_empty() => {
            "see that this working tree is the right one and up to date".to_owned()
        }
        None => format!("it declares {}", known.join(", ")),
    };
    Failure::usage(message, help)
}

fn none_declared(target: &Target) -> Failure {
    Failure::usage(
        format!("the repository declares no app for {}", target.place()),
        "see that this working tree is the right one and up to date",
    )
}
