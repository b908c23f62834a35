//! What `lint` reads of a repository.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use pgdb::domain::time::UnixTime;
use pgdb::lint::is_wanted_text;
use pgdb::lint::repository::kustomize::references;
use pgdb::lint::repository::{Certificate, Input};
use pgdb::repo::path::RepoPath;
use pgdb::repo::snapshot::Snapshot;
use pgdb::settings::{Ignore, Settings, TargetSettings};
use pgdb::target::Target;

use crate::cli::Global;
use crate::failure::Failure;
use crate::files::{FileError, FileProblem, Named, Root};
use crate::output::Output;
use crate::workspace::{Workspace, current_folder, now, open_root, read_settings};

/// The ends of the names of files, other than manifests, that passwords are looked for in.
const TEXTS: [&str; 3] = ["sql", "env", "properties"];

/// What was read of a repository.
pub(super) struct Reading {
    /// The files and folders whose findings are wanted; all where there is none.
    pub(super) paths: BTreeSet<RepoPath>,
    workspace: Workspace,
    snapshot: Snapshot,
    skipped: Vec<FileError>,
    settings: Settings,
    targets: Vec<TargetSettings>,
    certificates: Vec<Certificate>,
    missing: BTreeSet<RepoPath>,
    now: UnixTime,
}

impl Reading {
    /// Reads everything in the repository that the rules look at, and the files that are named, whatever they hold.
    ///
    /// # Errors
    /// When there is no repository, its settings are wrong, or what is named is not there.
    pub(super) fn of_repository(named: &[PathBuf], global: &Global) -> Result<Self, Failure> {
        let root = open_root(global)?;
        let settings = read_settings(&root)?;
        let targets = match &global.target {
            Some(name) => {
                let chosen = settings.target(Some(name));
                let chosen = chosen.map_err(|error| Failure::usage(&error, error.help()))?;
                vec![chosen.settings]
            }
            None => settings.of_every_target(),
        };
        let found = root.snapshot(&TEXTS, is_wanted_text)?;
        let mut snapshot = found.snapshot;
        let mut paths = BTreeSet::new();
        for named in named {
            let path = below(&root, named)?;
            if !root.is_file(&path) && !root.is_folder(&path) {
                return Err(Failure::usage(
                    format!("{}: this is neither a file nor a folder", named.display()),
                    "name files and folders of the repository, relative to the current folder",
                ));
            }
            if snapshot.text(&path).is_none()
                && root.is_file(&path)
                && let Some(text) = root.read(&path)?
            {
                snapshot.insert(path.clone(), text);
            }
            paths.insert(path);
        }
        let missing = references(&snapshot);
        let missing = missing.into_iter().filter(|path| !root.is_there(path));
        let missing = missing.collect();
        Ok(Self {
            certificates: certificates(&root, &targets)?,
            skipped: found.skipped,
            now: now(),
            workspace: Workspace {
                root,
                settings: TargetSettings::default(),
            },
            paths,
            snapshot,
            settings,
            targets,
            missing,
        })
    }

    /// What the rules are run on: these texts, which are those that were read or what becomes of them.
    pub(super) fn input<'run>(&'run self, snapshot: &'run Snapshot) -> Input<'run> {
        Input {
            snapshot,
            targets: &self.targets,
            certificates: &self.certificates,
            now: self.now,
            missing: &self.missing,
            named: &self.paths,
        }
    }

    /// The texts that were read.
    pub(super) fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The repository, to be written to.
    pub(super) fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    /// What `.pgdb.yaml` ignores.
    pub(super) fn ignores(&self) -> &[Ignore] {
        self.settings.ignores()
    }

    /// Warns of what could not be read; whether there was nothing of that kind.
    pub(super) fn warn(&self, output: &Output) -> bool {
        for file in &self.skipped {
            output.warn(&format!("not looked at: {file}"));
        }
        self.skipped.is_empty()
    }
}

/// The repository, with the settings of no target.
pub(super) fn unchosen(global: &Global) -> Result<Workspace, Failure> {
    Ok(Workspace {
        root: open_root(global)?,
        settings: TargetSettings::default(),
    })
}

/// The path in the repository that a path of the command line means.
fn below(root: &Root, named: &Path) -> Result<RepoPath, Failure> {
    let shown = named.display();
    match root.named(&current_folder()?.join(named)) {
        Named::There(path) => Ok(path),
        Named::Missing => Err(Failure::usage(
            format!("{shown}: there is no such file or folder"),
            "name files and folders of the repository, relative to the current folder",
        )),
        Named::Outside => Err(Failure::usage(
            format!(
                "{shown}: this is not in the repository {}",
                root.path().display()
            ),
            "run this in the repository that the files are in, or name it with --repo DIR",
        )),
    }
}

/// The certificates of the targets, each once, that are there.
fn certificates(root: &Root, targets: &[TargetSettings]) -> Result<Vec<Certificate>, Failure> {
    let paths: BTreeSet<RepoPath> = targets
        .iter()
        .map(|target| {
            target
                .certificate
                .clone()
                .unwrap_or_else(Target::guide_certificate)
        })
        .collect();
    let mut found = Vec::new();
    for path in paths {
        let pem = match root.read(&path) {
            // What is no text is no certificate that can be used, which a rule says.
            Err(error) if matches!(error.problem, FileProblem::NotUtf8 { .. }) => {
                Some(String::new())
            }
            pem => pem?,
        };
        found.extend(pem.map(|pem| Certificate { path, pem }));
    }
    Ok(found)
}
