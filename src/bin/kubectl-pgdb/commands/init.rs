//! `init`.

use clap::Args;
use pgdb::init::{Found, render};
use pgdb::repo::change_set::ChangeSet;
use pgdb::repo::diff::unified;
use pgdb::repo::path::RepoPath;
use pgdb::settings::{FILE, Settings, TargetSettings};
use pgdb::target::{Target, candidates};

use crate::cli::{DryRun, Global};
use crate::failure::{Exit, Failure};
use crate::output::Output;
use crate::prompt::{self, Prompt};
use crate::workspace::{Workspace, open_root};

/// Write a commented .pgdb.yaml from what is found in the repository.
///
/// Each CNPG Cluster becomes a target; what can be set and is not found stands there as a comment with its default. A
/// .pgdb.yaml that is there is never replaced.
#[derive(Args, Debug)]
pub(crate) struct Init {
    #[command(flatten)]
    dry_run: DryRun,
}

/// Writes it.
pub(crate) fn run(args: &Init, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let workspace = Workspace {
        root: open_root(global)?,
        settings: TargetSettings::default(),
    };
    let path: RepoPath = FILE.parse()?;
    if let Some(text) = workspace.root.read(&path)? {
        return keep(&text, output);
    }
    let reading = workspace.read(&[], false)?;
    let certificate = Target::guide_certificate();
    let certificate = workspace.root.read(&certificate)?.map(|_| certificate);
    let found = Found::in_repo(
        candidates(&reading.snapshot),
        &reading.snapshot,
        certificate.as_ref(),
    );
    let mut changes = ChangeSet::default();
    changes.write(path, None, render(&found));
    output.diff(&unified(&changes))?;
    if args.dry_run.is_client() {
        return Ok(Exit::Done);
    }
    if !global.yes && !global.no_input && prompt::is_possible() {
        let prompt = Prompt::new(output.colour_stderr());
        if !prompt.confirm("Write these changes?")? {
            return Err(Failure::declined());
        }
    }
    workspace.lock(output)?.apply(&changes)?;
    let names: Vec<String> = found
        .targets
        .iter()
        .map(|target| target.cluster.to_string())
        .collect();
    output.tell(&match names.as_slice() {
        [] => {
            format!("Wrote {FILE}. No CNPG Cluster was found: fill in `cluster` and `clusterFile`.")
        }
        names => format!("Wrote {FILE} with the Cluster {}.", names.join(", ")),
    });
    Ok(Exit::Done)
}

/// Says that the settings are there, or what is wrong with them.
fn keep(text: &str, output: &Output) -> Result<Exit, Failure> {
    Settings::parse(text).map_err(crate::workspace::settings_failure)?;
    output.tell(&format!("{FILE} is there: nothing to write."));
    Ok(Exit::Done)
}
