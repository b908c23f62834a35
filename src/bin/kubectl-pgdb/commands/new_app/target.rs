//! Where the app is put: the Cluster found, and a folder refused that cannot serve.

use pgdb::repo::path::RepoPath;
use pgdb::target::{Target, TargetError, TargetRequest};

use super::wizard;
use crate::declared_apps;
use crate::failure::Failure;
use crate::files::Root;
use crate::prompt::Prompt;
use crate::workspace::Reading;

/// The target, asked for where several Clusters could be meant, and whether it was.
///
/// # Errors
/// When there is no target, or several and nobody to ask.
pub(super) fn find_target(
    request: &TargetRequest,
    reading: &Reading,
    prompt: Option<&Prompt>,
) -> Result<(Target, bool), Failure> {
    let snapshot = &reading.snapshot;
    match (Target::resolve(request, snapshot), prompt) {
        (Err(TargetError::Several { candidates }), Some(prompt)) => {
            let chosen = wizard::choose_cluster(candidates, prompt)?;
            Ok((Target::of(request, chosen, snapshot)?, true))
        }
        _ => Ok((declared_apps::find_target(request, reading)?, false)),
    }
}

/// Refuses the templates of a Helm chart, and folders below them, as the folder for new manifests.
///
/// # Errors
/// When the folder is one, or a `Chart.yaml` cannot be read.
pub(super) fn refuse_chart(directory: &RepoPath, root: &Root) -> Result<(), Failure> {
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
