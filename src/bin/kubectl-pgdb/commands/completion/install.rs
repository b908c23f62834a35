//! `completion install`: the executable that kubectl asks for candidates.

use std::env;
use std::ffi::OsString;
use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};
use rustix::fs::Access;

use super::BINARY;
use crate::failure::{Exit, Failure};
use crate::output::Output;

/// The name that kubectl looks for on the PATH (kubectl `pkg/cmd/plugin/plugin_completion.go`).
const NAME: &str = "kubectl_complete-pgdb";

/// What the executable holds.
const SCRIPT: &str = "#!/bin/sh\nexec kubectl-pgdb __complete \"$@\"\n";

/// For everybody to run, for its owner to write.
const MODE: u32 = 0o755;

/// Install the executable that kubectl asks to complete `kubectl pgdb`.
///
/// kubectl's own completion must be loaded, as by `source <(kubectl completion bash)`, and the folder must be on the PATH.
#[derive(Args, Debug)]
pub(super) struct Install {
    /// Write it to this folder [default: the one on the PATH with kubectl-pgdb, else the first below the home folder].
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    dir: Option<PathBuf>,
    /// Replace what is there under its name, whatever it is.
    #[arg(long)]
    force: bool,
}

/// Writes the executable, unless it is there.
pub(super) fn run(args: &Install, output: &Output) -> Result<Exit, Failure> {
    let path_folders = path_folders();
    let folder = match &args.dir {
        Some(folder) => folder.clone(),
        None => default_folder(&path_folders)?,
    };
    let file = folder.join(NAME);
    let shown = file.display();
    let written = || write(&folder, &file).map_err(|error| failed(&file, &error));
    let result = match state(&file)? {
        State::Same => "is there already",
        State::Other if !args.force => {
            return Err(Failure::usage(
                format!("{shown} is there and is another program's, or was changed"),
                "look at it, and replace it with --force, or choose another folder with --dir DIR",
            ));
        }
        State::Other => written().map(|()| "was replaced")?,
        State::Missing => written().map(|()| "was written")?,
    };
    output.tell(&format!("{shown} {result}"));
    if !is_among(&folder, &path_folders) {
        output.warn(&format!(
            "{} is not on the PATH, so kubectl will not find it there",
            folder.display()
        ));
    }
    Ok(Exit::Done)
}

/// What is there under the executable's name.
enum State {
    Missing,
    Same,
    Other,
}

fn state(file: &Path) -> Result<State, Failure> {
    let text = match fs::read(file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            // A symbolic link that leads to nothing is somebody's all the same.
            return Ok(match file.symlink_metadata() {
                Ok(_) => State::Other,
                Err(_) => State::Missing,
            });
        }
        Err(error) => return Err(failed(file, &error)),
    };
    let runs = rustix::fs::access(file, Access::EXEC_OK).is_ok();
    Ok(if text == SCRIPT.as_bytes() && runs {
        State::Same
    } else {
        State::Other
    })
}

/// Writes the executable under another name and renames it, so that kubectl never runs half of it.
fn write(folder: &Path, file: &Path) -> io::Result<()> {
    let fresh = folder.join(format!(".{NAME}.{}", std::process::id()));
    let mut options = OpenOptions::new();
    let written = options
        .write(true)
        .create_new(true)
        .mode(MODE)
        .open(&fresh)
        .and_then(|mut open| {
            open.write_all(SCRIPT.as_bytes())?;
            open.set_permissions(Permissions::from_mode(MODE))
        })
        .and_then(|()| fs::rename(&fresh, file));
    if written.is_err() {
        drop(fs::remove_file(&fresh));
    }
    written
}

/// The folder on the PATH in which this very program is, as a file or a link; else the first below the home folder.
///
/// Not simply the folder of the running binary: krew puts a link on the PATH that leads to a folder which is not.
fn default_folder(path_folders: &[PathBuf]) -> Result<PathBuf, Failure> {
    let own = env::current_exe().and_then(fs::canonicalize).ok();
    let home = env::home_dir();
    let holds_own = |folder: &&PathBuf| {
        own.is_some() && fs::canonicalize(folder.join(BINARY)).ok().as_ref() == own.as_ref()
    };
    let is_below_home = |folder: &&PathBuf| {
        home.as_ref()
            .is_some_and(|home| home.is_absolute() && folder.starts_with(home))
    };
    let is_writable = |folder: &&PathBuf| {
        rustix::fs::access(folder.as_path(), Access::WRITE_OK | Access::EXEC_OK).is_ok()
    };
    let mut writable = path_folders.iter().filter(is_writable);
    let found = writable
        .clone()
        .find(holds_own)
        .or_else(|| writable.find(is_below_home));
    found.cloned().ok_or_else(|| {
        Failure::usage(
            "there is no folder on the PATH that holds kubectl-pgdb, or is below the home folder, and can be written to",
            "name one with --dir DIR",
        )
    })
}

/// The absolute folders of the PATH, in its order.
fn path_folders() -> Vec<PathBuf> {
    let path: OsString = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .filter(|folder| folder.is_absolute())
        .collect()
}

fn is_among(folder: &Path, folders: &[PathBuf]) -> bool {
    let Ok(real) = fs::canonicalize(folder) else {
        return false;
    };
    folders
        .iter()
        .any(|other| fs::canonicalize(other).is_ok_and(|other| other == real))
}

fn failed(file: &Path, error: &io::Error) -> Failure {
    let message = format!("{}: {error}", file.display());
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            Failure::usage(message, "give --dir a folder that is there")
        }
        _ => Failure::unknown(
            message,
            "choose a folder that you may write to with --dir DIR",
        ),
    }
}
