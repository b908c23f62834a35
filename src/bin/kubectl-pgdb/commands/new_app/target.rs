//! Where the app is put: links followed, the Cluster found, and a folder refused that cannot serve.

use pgdb::repo::path::RepoPath;
use pgdb::target::{Target, TargetError, TargetRequest};

use super::wizard;
use crate::failure::Failure;
use crate::files::{FileError, Root};
use crate::prompt::Prompt;
use crate::workspace::Reading;

/// Puts the real paths in place of those that go through symbolic links: kustomizations name the real ones, and git
/// adds nothing beyond a link.
///
/// # Errors
/// When a link leads to nothing or out of the repository, or a folder cannot be opened.
pub(super) fn follow_links(request: &mut TargetRequest, root: &Root) -> Result<(), FileError> {
    if let Some(file) = &mut request.cluster_file {
        *file = root.real_file(file)?;
    }
    if let Some(directory) = &mut request.directory {
        *directory = root.real_folder(directory)?;
    }
    Ok(())
}

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
        (Err(error @ TargetError::NoCluster { .. }), _) if !reading.skipped.is_empty() => {
            let skipped = reading.skipped.iter().map(|file| format!("\n  {file}"));
            let skipped: String = skipped.collect();
            let message = format!("{error}; these files could not be read:{skipped}");
            Err(Failure::usage(message, error.help()))
        }
        (target, _) => Ok((target?, false)),
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
