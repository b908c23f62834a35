//! Who is connected.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};

use super::{Postgres, program};

/// A session of psql, open until it is dropped.
pub struct Session {
    child: Child,
    stdin: Option<ChildStdin>,
}

impl Session {
    /// Waits until PostgreSQL has answered.
    pub(super) fn open(mut child: Child) -> Self {
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(b"SELECT 'open';\n").unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        assert_eq!(line, "open\n");
        Self {
            child,
            stdin: Some(stdin),
        }
    }
}

impl Postgres {
    /// What psql prints, as the superuser, while it runs a script.
    pub fn script(&self, script: &str) -> String {
        let port = self.address().port().to_string();
        let mut psql = Command::new(program("psql"));
        psql.args(["-X", "-U", "postgres", "-d", "postgres", "-p", &port, "-h"])
            .arg(self.folder())
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = psql.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(script.as_bytes()).unwrap();
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    /// Logs in over TCP as psql does, and runs statements; gives what psql says, on standard error where it fails.
    pub fn log_in(
        &self,
        role: &str,
        database: &str,
        password: &str,
        sslmode: &str,
        statements: &str,
    ) -> Result<String, String> {
        let port = self.address().port();
        let output = Command::new(program("psql"))
            .args(["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-d"])
            .arg(format!(
                "host=127.0.0.1 port={port} user={role} dbname={database} sslmode={sslmode}"
            ))
            .args(["-c", statements])
            .env_clear()
            .env("PGPASSWORD", password)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        if output.status.success() {
            Ok(text(&output.stdout))
        } else {
            Err(text(&output.stderr))
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        drop(self.stdin.take());
        self.child.wait().ok();
    }
}
