//! A Job's container without a container: its mounted files in a folder, and its environment.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

use crate::postgres::program;
use crate::support::Outcome;

/// The shell script that waits and runs `privileges.sql`.
pub const ACCESS: &str = include_str!("../../../templates/job/access.sh");

/// What a Job sees.
pub struct Job {
    /// The file that its shell runs.
    pub entry: &'static str,
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
            ("PGDB_DSN_FILE".to_owned(), path("connection/uri")),
            ("PGDB_ATTEMPTS".to_owned(), "3".to_owned()),
            ("PGDB_PAUSE".to_owned(), "0".to_owned()),
        ]);
        Self {
            entry: "run.sh",
            folder,
            variables,
        }
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

    /// The text of a file.
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.folder.path().join(path)).unwrap()
    }

    /// Puts a shell script in the place of `psql`; `PSQL` in it is the real one, and `FOLDER` the folder of all files.
    pub fn replace_psql(&mut self, script: &str) {
        let script = script
            .replace("PSQL", program("psql").to_str().unwrap())
            .replace("FOLDER", self.folder.path().to_str().unwrap());
        // What it runs never finds it again.
        let script = format!("#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n");
        self.write("bin/psql", &script);
        let place = self.folder.path().join("bin/psql");
        fs::set_permissions(&place, fs::Permissions::from_mode(0o755)).unwrap();
        let path = format!("{}:/usr/bin:/bin", place.parent().unwrap().display());
        self.set("PATH", &path);
    }

    /// Writes a mounted file.
    pub fn write(&self, path: &str, text: &str) {
        self.write_bytes(path, text.as_bytes());
    }

    /// Writes a mounted file that is no text.
    pub fn write_bytes(&self, path: &str, bytes: &[u8]) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// Sets a variable.
    pub fn set(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), value.to_owned());
    }

    /// Runs it once; the folder's name is replaced in what it prints.
    pub fn run(&self) -> Outcome {
        self.outcome(&self.command().output().unwrap())
    }

    /// What came of one that was started.
    pub fn finish(&self, child: Child) -> Outcome {
        self.outcome(&child.wait_with_output().unwrap())
    }

    fn outcome(&self, output: &Output) -> Outcome {
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

    /// Starts it.
    pub fn start(&self) -> Child {
        self.command().spawn().unwrap()
    }

    /// How it is run, without a terminal.
    fn command(&self) -> Command {
        let mut command = Command::new("sh");
        command
            .arg(self.folder.path().join("pgdb").join(self.entry))
            .current_dir("/")
            .env_clear()
            .envs(&self.variables)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }
}
