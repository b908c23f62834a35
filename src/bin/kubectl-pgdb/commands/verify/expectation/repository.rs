//! Apps that the repository declares.

use pgdb::declared::{self, Declared, DeclaredApp};
use pgdb::domain::choice::RoleStyle;
use pgdb::domain::nearest::nearest;
use pgdb::target::{Target, TargetError, TargetRequest};

use crate::failure::Failure;
use crate::workspace::Workspace;

/// The apps of the repository's Cluster; none where the repository has none of it.
///
/// # Errors
/// When the repository cannot be read, or it cannot be told which Cluster is meant.
pub(super) fn apps(
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

/// The apps that are named, each once; the only one, or all that are not on their way out.
///
/// # Errors
/// When the repository lacks one, or it cannot be told which is meant.
pub(super) fn choose<'repo>(
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
        several if all => Ok(several.iter().filter(|app| !app.is_leaving()).collect()),
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
pub(super) fn warnings(declared: &Declared) -> Vec<String> {
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
        "the repository declares no app {name:?} for the Cluster {} in {}",
        target.cluster, target.namespace
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
        format!(
            "the repository declares no app for the Cluster {} in {}",
            target.cluster, target.namespace
        ),
        "see that this working tree is the right one and up to date",
    )
}
