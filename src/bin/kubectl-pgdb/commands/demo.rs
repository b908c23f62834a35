//! `demo`.

mod proof;
mod server;
mod tree;

use std::ffi::OsStr;
use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueHint};
use pgdb::domain::engine::Engine;
use pgdb::repo::change_set::ChangeSet;
use pgdb::sealing::DemoKey;

use super::new_app;
use crate::cli::{Cli, Command};
use crate::failure::{Exit, Failure};
use crate::files::{DEFAULT_WAIT, Root};
use crate::flag_value::one;
use crate::output::Output;
use crate::randomness;
use crate::workspace::now;

/// Make a sample repository with a sealing key of its own, and give an application its database in it.
///
/// Needs nothing else: no cluster, no git, no network. Shows the change, the tree, and that the sealed values can be
/// opened with the key that a cluster's controller would hold.
#[derive(Args, Debug)]
pub(crate) struct Demo {
    /// Make it in this folder, which must be empty or not there.
    #[arg(value_name = "DIR", default_value = "pgdb-demo", value_hint = ValueHint::DirPath)]
    dir: PathBuf,
    /// Make it for a server that CloudNativePG does not run: postgres [default: cnpg].
    #[arg(long, value_name = "ENGINE", env = "PGDB_ENGINE", hide_env = true)]
    engine: Option<String>,
}

/// The sample's files, as a repository has them that follows the guide.
const FILES: [(&str, &str); 3] = [
    (
        ".gitignore",
        "# The demo's private key; a real one never leaves the cluster.\n/demo-sealing-key.pem\n",
    ),
    (
        "apps/shop/namespace.yaml",
        include_str!("../../../../templates/demo/namespace.yaml"),
    ),
    (
        "infra/argocd/databases.yaml",
        include_str!("../../../../templates/demo/application.yaml"),
    ),
];

/// Those of the guide's Cluster.
const CLUSTER_FILES: [(&str, &str); 2] = [
    (
        "infra/databases/postgres/kustomization.yaml",
        include_str!("../../../../templates/demo/kustomization.yaml"),
    ),
    (
        "infra/databases/postgres/postgres-cluster.yaml",
        include_str!("../../../../templates/demo/postgres-cluster.yaml"),
    ),
];

const CERTIFICATE: &str = "infra/sealed-secrets/pub-cert.pem";
const PRIVATE_KEY: &str = "demo-sealing-key.pem";
const SEALED: &str = "infra/databases/postgres/my-shop-secrets-sealed.yaml";
/// The controller's keys have 4096 bits; half of that is made in a moment and just as good to look at.
const KEY_BITS: usize = 2048;
const VALID_FOR: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// Makes the sample, runs `new-app` on it, and shows that what was sealed can be opened.
pub(crate) fn run(args: &Demo, output: &Output) -> Result<Exit, Failure> {
    let engine: Option<Engine> = one("--engine", args.engine.as_deref())?;
    let engine = engine.unwrap_or_default();
    let folder = make_folder(&args.dir)?;
    let key = DemoKey::generate(KEY_BITS, &mut randomness::system()?, now(), VALID_FOR)
        .map_err(|error| Failure::unknown(&error, error.help()))?;
    make_repository(&folder, &key, engine)?;
    let shown = args.dir.display();
    if engine == Engine::Postgres {
        return show_server(&folder, &key, args, output);
    }
    output.data(&format!(
        "A sample GitOps repository, as the guide has it, with a sealing key of its own, is in {shown}.\n\n\
         $ kubectl pgdb new-app my-shop --app-namespace shop\n"
    ))?;
    new_app_in(&folder, output)?;
    output.data(&format!("\nThe repository now:\n{}", tree::of(&folder)?))?;
    output.data(&proof::opened(&folder.join(SEALED), &key)?)?;
    output.data(&format!(
        "\nTry next, in {shown}:\n  \
         kubectl pgdb new-app my-shop --app-namespace shop              # the same again writes nothing\n  \
         kubectl pgdb new-app                                           # the wizard\n  \
         kubectl pgdb new-app wiki --app-namespace wiki --roles databaserole --extension pgcrypto --dry-run=client\n  \
         kubectl pgdb init                                              # write the settings down\n  \
         kubeseal --recovery-unseal --recovery-private-key {PRIVATE_KEY} < {SEALED}\n"
    ))?;
    Ok(Exit::Done)
}

/// The same of the sample of a server that CloudNativePG does not run.
fn show_server(
    folder: &Path,
    key: &DemoKey,
    args: &Demo,
    output: &Output,
) -> Result<Exit, Failure> {
    let shown = args.dir.display();
    output.data(&format!(
        "A sample GitOps repository for a PostgreSQL that CloudNativePG does not run, with a sealing key of its own, is in {shown}.\n\n\
         $ kubectl pgdb new-app my-shop --app-namespace shop\n"
    ))?;
    new_app_in(folder, output)?;
    output.data(&format!("\nThe repository now:\n{}", tree::of(folder)?))?;
    output.data(&proof::opened(&folder.join(SEALED), key)?)?;
    output.data(&format!(
        "\nTry next, in {shown}:\n  \
         kubectl pgdb new-app my-shop --app-namespace shop              # the same again writes nothing\n  \
         kubectl pgdb new-app wiki --app-namespace wiki --extension pgcrypto --dry-run=client\n  \
         kubectl pgdb list\n"
    ))?;
    Ok(Exit::Done)
}

/// Makes the folder; one that is there must be empty.
fn make_folder(path: &Path) -> Result<PathBuf, Failure> {
    let failed = |error: io::Error| {
        Failure::unknown(format!("{}: {error}", path.display()), "choose another DIR")
    };
    match path.read_dir() {
        Ok(mut entries) => {
            if entries.next().is_some() {
                return Err(Failure::usage(
                    format!("{} is there and not empty", path.display()),
                    "choose another DIR, or remove it first",
                ));
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            DirBuilder::new()
                .recursive(true)
                .create(path)
                .map_err(failed)?;
        }
        Err(error) => return Err(failed(error)),
    }
    path.canonicalize().map_err(failed)
}

/// Writes the sample's files, the certificate, and the private key for nobody else to read.
fn make_repository(folder: &Path, key: &DemoKey, engine: Engine) -> Result<(), Failure> {
    let root = Root::at(folder)?;
    let (mut changes, files) = match engine {
        Engine::Cnpg => (ChangeSet::default(), CLUSTER_FILES.as_slice()),
        Engine::Postgres => (server::files(CERTIFICATE, key)?, [].as_slice()),
    };
    let files = FILES.iter().chain(files).copied();
    for (path, text) in files.chain(git_files()) {
        changes.write(path.parse()?, None, text.to_owned());
    }
    changes.write(CERTIFICATE.parse()?, None, key.certificate_pem().to_owned());
    root.lock(DEFAULT_WAIT, |_| {})?.apply(&changes)?;
    let failed = |error: io::Error| Failure::unknown(format!("{}: {error}", folder.display()), "");
    for part in ["objects", "refs"] {
        DirBuilder::new()
            .mode(0o755)
            .create(folder.join(".git").join(part))
            .map_err(failed)?;
    }
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(folder.join(PRIVATE_KEY))
        .map_err(failed)?;
    file.write_all(key.private_key_pem().as_bytes())
        .map_err(failed)
}

/// What makes a folder a git repository, without git; with the folders `objects` and `refs`.
///
/// Source: gitrepository-layout(5).
fn git_files() -> [(&'static str, &'static str); 2] {
    [
        (".git/HEAD", "ref: refs/heads/main\n"),
        (
            ".git/config",
            "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n",
        ),
    ]
}

/// Runs the very command that is shown.
fn new_app_in(folder: &Path, output: &Output) -> Result<(), Failure> {
    let folder = folder.as_os_str();
    let words = [
        "kubectl-pgdb",
        "new-app",
        "my-shop",
        "--app-namespace=shop",
        "--yes",
        "--no-input",
        "--repo",
    ];
    let words = words.into_iter().map(OsStr::new).chain([folder]);
    let cli = Cli::read(words.map(OsStr::to_owned)).map_err(|error| {
        Failure::unknown(format!("the demo's own call is refused: {error}"), "")
    })?;
    if let Command::NewApp(args) = &cli.command {
        new_app::run(args, &cli.global, output)?;
    }
    Ok(())
}
