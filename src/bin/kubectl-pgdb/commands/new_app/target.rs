//! The Cluster that the app is put on.

use pgdb::target::{Target, TargetError, TargetRequest};

use super::wizard;
use crate::declared_apps;
use crate::failure::Failure;
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
