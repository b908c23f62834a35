//! The repository that a command works in, with the settings of the target that is meant.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{SystemTime, UNIX_EPOCH};

use memchr::memmem;
use pgdb::domain::kubernetes_name::Namespace;
use pgdb::domain::time::UnixTime;
use pgdb::render::{Template, Templates};
use pgdb::repo::header::{is_named_as_yaml, is_relevant};
use pgdb::repo::namespaces::mentioned;
use pgdb::repo::path::RepoPath;
use pgdb::repo::snapshot::Snapshot;
use pgdb::sealing::{ENDS_SOON_DAYS, SealingKey};
use pgdb::settings::{Settings, SettingsError, SettingsErrors, TargetSettings};
use pgdb::sync;
use pgdb::target::Target;

use crate::cli::Global;
use crate::failure::Failure;
use crate::files::{DEFAULT_WAIT, FileError, FileProblem, Found, Lock, Root, RootError};
use crate::output::Output;

/// A certificate larger than this is none, in bytes.
const CERTIFICATE_LIMIT: u64 = 1024 * 1024;
/// Where a repository's own templates are, unless its settings say otherwise.
const TEMPLATES: &str = ".pgdb/templates";

/// The repository that a command works in.
pub(crate) struct Workspace {
    /// Its root.
    pub(crate) root: Root,
    /// What `.pgdb.yaml` says of the target that is meant.
    pub(crate) settings: TargetSettings,
}

/// What was read of the repository.
pub(crate) struct Reading {
    /// The files that may say something of an app.
    pub(crate) snapshot: Snapshot,
    /// The files that could not be read.
    pub(crate) skipped: Vec<FileError>,
    /// Files that a killed run left; under the lock they are to be removed.
    pub(crate) staged: Vec<RepoPath>,
    /// The namespaces that any manifest mentions; empty unless they were asked for.
    pub(crate) namespaces: BTreeSet<Namespace>,
}

impl Workspace {
    /// Finds the repository and reads its settings.
    ///
    /// # Errors
    /// When there is no repository, its `.pgdb.yaml` cannot be read or is wrong, or the target is not in it.
    pub(crate) fn open(global: &Global) -> Result<Self, Failure> {
        Self::of_root(open_root(global)?, global)
    }

    /// The same, and nothing where no repository is named and none is around the current folder.
    ///
    /// # Errors
    /// When its `.pgdb.yaml` cannot be read or is wrong, or the target is not in it.
    pub(crate) fn around(global: &Global) -> Result<Option<Self>, Failure> {
        if global.repo.is_some() {
            return Self::open(global).map(Some);
        }
        match find_root()? {
            Some(root) => Self::of_root(root, global).map(Some),
            None => Ok(None),
        }
    }

    fn of_root(root: Root, global: &Global) -> Result<Self, Failure> {
        let settings = read_settings(&root)?;
        let chosen = settings
            .target(global.target.as_deref())
            .map_err(|error| Failure::usage(&error, error.help()))?;
        Ok(Self {
            root,
            settings: chosen.settings,
        })
    }

    /// Takes the lock on the repository, and says so when it has to wait.
    pub(crate) fn lock(&self, output: &Output) -> Result<Lock<'_>, Failure> {
        let waiting = |holder: &str| {
            output.tell(&format!(
                "waiting for {holder}, which is writing to the repository"
            ))
        };
        Ok(self.root.lock(DEFAULT_WAIT, waiting)?)
    }

    /// Reads every file that may say something of an app, and those at `paths` whatever they hold.
    ///
    /// # Errors
    /// When the repository, or a file at one of the paths, cannot be read.
    pub(crate) fn read(
        &self,
        paths: &[&RepoPath],
        with_namespaces: bool,
    ) -> Result<Reading, Failure> {
        let namespaces = Mutex::new(BTreeSet::new());
        let keep = |path: &RepoPath, text: &[u8]| {
            if with_namespaces && let Ok(mut known) = namespaces.lock() {
                known.extend(mentioned(text));
            }
            is_relevant(path, text)
        };
        let Found {
            mut snapshot,
            staged,
            skipped,
        } = self.root.snapshot(&[], keep)?;
        for path in paths {
            self.add(path, &mut snapshot)?;
        }
        sync::expand(&mut snapshot)?;
        Ok(Reading {
            snapshot,
            skipped,
            staged,
            namespaces: namespaces.into_inner().unwrap_or_default(),
        })
    }

    /// Reads the other files of the repository that hold this text, as far as their names say that they are YAML.
    ///
    /// # Errors
    /// When the repository cannot be read.
    pub(crate) fn holding(&self, text: &str, beside: &Snapshot) -> Result<Snapshot, Failure> {
        let finder = memmem::Finder::new(text);
        let keep = |path: &RepoPath, bytes: &[u8]| {
            is_named_as_yaml(path) && beside.text(path).is_none() && finder.find(bytes).is_some()
        };
        Ok(self.root.snapshot(&[], keep)?.snapshot)
    }

    /// Adds one file to what was read, whatever it holds and though git may ignore it.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub(crate) fn add(&self, path: &RepoPath, snapshot: &mut Snapshot) -> Result<(), Failure> {
        if snapshot.text(path).is_none()
            && let Some(text) = self.root.read(path)?
        {
            snapshot.insert(path.clone(), text);
        }
        Ok(())
    }

    /// The sealing key of the certificate in `file`, of the settings, or at the guide's path.
    ///
    /// # Errors
    /// When it is not there, cannot be read, or is refused.
    pub(crate) fn sealing_key(
        &self,
        file: Option<&Path>,
        output: &Output,
    ) -> Result<SealingKey, Failure> {
        let (place, pem) = match file {
            Some(file) => (file.display().to_string(), read_certificate(file)?),
            None => self.certificate_of_repo()?,
        };
        let key = SealingKey::from_pem(&pem, now())
            .map_err(|error| Failure::usage(format!("{place}: {error}"), error.help()))?;
        warn_of_end(&place, &key, output);
        Ok(key)
    }

    /// Where the sealing certificate is kept: as the settings say, or at the guide's path.
    pub(crate) fn certificate_path(&self) -> RepoPath {
        let path = self.settings.certificate.clone();
        path.unwrap_or_else(Target::guide_certificate)
    }

    fn certificate_of_repo(&self) -> Result<(String, String), Failure> {
        let path = self.certificate_path();
        match self.root.read(&path) {
            Ok(Some(pem)) => Ok((path.to_string(), pem)),
            Err(error) if matches!(error.problem, FileProblem::NotUtf8 { .. }) => {
                Err(no_pem(&path))
            }
            Err(error) => Err(error.into()),
            Ok(None) => Err(Failure::usage(
                format!("the sealing certificate {path} is not there"),
                "fetch it with `kubectl pgdb fetch-cert`, or name it with --cert FILE or as `certificate` in .pgdb.yaml",
            )),
        }
    }

    /// The templates: the product's, and those of the repository that stand in for them.
    ///
    /// # Errors
    /// When one of the repository's cannot be read.
    pub(crate) fn templates(&self) -> Result<Templates, Failure> {
        let mut templates = Templates::default();
        let folder = match &self.settings.templates {
            Some(folder) => folder.clone(),
            None => TEMPLATES.parse()?,
        };
        for template in Template::ALL {
            let path = folder.join(template.file_name())?;
            if let Some(text) = self.root.read(&path)? {
                templates.override_with(template, path.to_string(), text);
            }
        }
        Ok(templates)
    }
}

/// Warns of a certificate that ends soon.
pub(crate) fn warn_of_end(place: &str, key: &SealingKey, output: &Output) {
    if key.expires_within(now(), ENDS_SOON_DAYS) {
        output.warn(&format!(
            "{place}: the sealing certificate ends on {}; fetch the controller's newest one with `kubectl pgdb fetch-cert` soon",
            key.not_after().date()
        ));
    }
}

/// The repository that `--repo` names, or the one around the current folder.
pub(crate) fn open_root(global: &Global) -> Result<Root, Failure> {
    match &global.repo {
        Some(path) => Ok(Root::at(path)?),
        None => Ok(Root::find(&current_folder()?)?),
    }
}

/// The repository around the current folder, where there is one.
fn find_root() -> Result<Option<Root>, Failure> {
    let here = current_folder()?;
    match Root::find(&here) {
        Ok(root) => Ok(Some(root)),
        // A folder that only says by its settings what is meant need not be git's.
        Err(RootError::NotFound { .. }) => {
            let root = Root::at(&here)?;
            let settings = root.read(&pgdb::settings::FILE.parse()?)?;
            Ok(settings.map(|_| root))
        }
        Err(error) => Err(error.into()),
    }
}

pub(crate) fn current_folder() -> Result<PathBuf, Failure> {
    std::env::current_dir().map_err(|error| {
        Failure::unknown(format!("the current folder cannot be read: {error}"), "")
    })
}

/// The settings of a repository; those of one without `.pgdb.yaml` say nothing.
pub(crate) fn read_settings(root: &Root) -> Result<Settings, Failure> {
    let Some(text) = root.read(&pgdb::settings::FILE.parse()?)? else {
        return Ok(Settings::default());
    };
    Settings::parse(&text).map_err(settings_failure)
}

/// The failure of settings in which something is wrong: all of it, and what to do about each.
#[expect(clippy::needless_pass_by_value, reason = "handed to map_err")]
pub(crate) fn settings_failure(errors: SettingsErrors) -> Failure {
    let mut helps: Vec<String> = errors.errors().iter().map(SettingsError::help).collect();
    helps.dedup();
    Failure::usage(&errors, helps.join("\n      "))
}

/// The time by the system's clock.
pub(crate) fn now() -> UnixTime {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    UnixTime::new(i64::try_from(seconds).unwrap_or(i64::MAX))
}

/// The failure of a certificate that is not even text.
fn no_pem(place: impl Display) -> Failure {
    Failure::usage(
        format!("{place}: this is no PEM: it is not even text"),
        "the certificate has to be a PEM file, as `kubectl pgdb fetch-cert --print` prints it",
    )
}

/// Reads a certificate that may be anywhere, also a pipe such as `<(kubectl pgdb fetch-cert --print)`.
fn read_certificate(path: &Path) -> Result<String, Failure> {
    let place = path.display();
    let refuse = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => Failure::usage(
            format!("the sealing certificate {place} is not there"),
            "give --cert the path of a PEM file",
        ),
        std::io::ErrorKind::IsADirectory => Failure::usage(
            format!("{place}: this is a folder, not a file"),
            "give --cert the path of a PEM file",
        ),
        _ => Failure::unknown(
            format!("{place}: {error}"),
            "check the path and its permissions",
        ),
    };
    let mut text = String::new();
    let file = File::open(path).map_err(refuse)?;
    match file.take(CERTIFICATE_LIMIT).read_to_string(&mut text) {
        Ok(_) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => Err(no_pem(place)),
        Err(error) => Err(refuse(error)),
    }
}
