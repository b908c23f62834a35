//! A Job's container without a container: its mounted files in a folder, and its environment.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::postgres::program;
use crate::support::Outcome;

/// The shell script that waits and runs `privileges.sql`.
pub const ACCESS: &str = include_str!("../../../templates/job/access.sh");

/// What a Job sees.
pub struct Job {
    folder: TempDir,
    variables: BTreeMap<String, String>,
}

impl Job {
    /// One with no files and without pauses, whose PATH leads to `psql` and to what every image has.
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("pgdb-job-").tempdir();
        let folder = folder.unwrap();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let psql = program("psql");
        let programs = psql.parent().unwrap().to_str().unwrap();
        let variables = BTreeMap::from([
            ("PATH".to_owned(), format!("{programs}:/usr/bin:/bin")),
            ("PGDB_FOLDER".to_owned(), path("pgdb")),
            ("PGDB_CREDENTIALS".to_owned(), path("credentials")),
            ("PGDB_ATTEMPTS".to_owned(), "3".to_owned()),
            ("PGDB_PAUSE".to_owned(), "0".to_owned()),
        ]);
        Self { folder, variables }
    }

    /// One for the access of an app, whose credential is this.
    pub fn access(server: SocketAddr, database: &str, user: &str, password: &str) -> Self {
        let mut job = Self::new();
        job.set("PGHOST", &server.ip().to_string());
        job.set("PGPORT", &server.port().to_string());
        job.set("PGDATABASE", database);
        job.set("PGSSLMODE", "prefer");
        job.write("pgdb/run.sh", ACCESS);
        job.write("credentials/username", user);
        job.write("credentials/password", password);
        job
    }

    /// The folder of all its files.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a mounted file.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Sets a variable.
    pub fn set(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), value.to_owned());
    }

    /// Runs it once; the folder's name is replaced in what it prints.
    pub fn run(&self) -> Outcome {
        let output = self.command().output().unwrap();
        let text = |bytes: &[u8]| {
            let text = String::from_utf8(bytes.to_vec()).unwrap();
            text.replace(self.folder.path().to_str().unwrap(), "FOLDER")
        };
        Outcome {
            code: output.status.code().unwrap_or(-1),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }

    /// How it is run, without a terminal.
    pub fn command(&self) -> Command {
        let mut command = Command::new("sh");
        command
            .arg(self.folder.path().join("pgdb/run.sh"))
            .current_dir("/")
            .env_clear()
            .envs(&self.variables)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }
}
