//! Somebody who is connected.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin};

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

impl Drop for Session {
    fn drop(&mut self) {
        drop(self.stdin.take());
        self.child.wait().ok();
    }
}
