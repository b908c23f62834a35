//! A database that scripts are run on, and those who log in to it.

use std::process::{Child, Command, Stdio};

use pgdb::sql::privileges::script;
use pgdb::sql::wanted::{Row, Wanted};
use pgdb::sql::{identifier, literal};

use super::job::Job;
use crate::postgres::{Postgres, Tls, program};

/// The password of every role.
pub const PASSWORD: &str = "secret";

/// A database with its owner of the same name, and other roles that may log in. What is said of it names it `DB`.
pub struct Database {
    name: String,
    pub server: &'static Postgres,
}

impl Database {
    /// One on the server that tests share: the name should be the test's own. The other roles' names are it and a word.
    pub fn new(name: &str, words: &[&str]) -> Self {
        let database = Self::known(name, Postgres::shared(Tls::Off));
        database.create_role(name);
        for word in words {
            database.create_role(&database.role(word));
        }
        let name = identifier(name);
        database.superuser("postgres", &format!("CREATE DATABASE {name} OWNER {name}"));
        database
    }

    /// One that is there.
    pub fn known(name: &str, server: &'static Postgres) -> Self {
        Self {
            name: name.to_owned(),
            server,
        }
    }

    pub fn create_role(&self, role: &str) {
        let password = literal(PASSWORD);
        let role = identifier(role);
        self.superuser(
            "postgres",
            &format!("CREATE ROLE {role} LOGIN PASSWORD {password}"),
        );
    }

    /// The role that a word names.
    pub fn role(&self, word: &str) -> String {
        format!("{}_{word}", self.name)
    }

    /// What these roles are to have, each row as words: the role's word, kind, schema, name, privileges.
    pub fn wanted(&self, roles: &[&str], rows: &[[&str; 5]]) -> Wanted {
        let row = |[role, on, schema, name, privileges]: &[&str; 5]| Row {
            role: self.role(role),
            on: (*on).to_owned(),
            schema: (*schema).to_owned(),
            name: (*name).to_owned(),
            privileges: privileges.split(',').map(str::to_owned).collect(),
        };
        Wanted {
            database: self.name.clone(),
            owner: self.name.clone(),
            isolate: None,
            roles: roles.iter().map(|role| self.role(role)).collect(),
            rows: rows.iter().map(row).collect(),
        }
    }

    /// The Job that runs the script for this.
    pub fn job(&self, wanted: &Wanted) -> Job {
        let job = Job::access(self.server.address(), &self.name, &self.name, PASSWORD);
        job.write("pgdb/privileges.sql", &script(wanted));
        job
    }

    /// Runs it, which must succeed; gives the lines that it said.
    pub fn sync(&self, wanted: &Wanted) -> Vec<String> {
        let outcome = self.job(wanted).run();
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
        let text = self.anonymous(&outcome.stdout);
        text.lines().map(str::to_owned).collect()
    }

    /// A text with `DB` for the database's name.
    pub fn anonymous(&self, text: &str) -> String {
        text.replace(&self.name, "DB")
    }

    /// Runs statements as the superuser.
    pub fn superuser(&self, database: &str, statements: &str) -> String {
        let mut psql = psql("postgres", database);
        psql.env("PGHOST", self.server.folder())
            .env("PGPORT", self.server.address().port().to_string());
        said(psql, statements).unwrap_or_else(|error| panic!("{statements}\n{error}"))
    }

    /// Runs statements as the superuser in this database.
    pub fn inside(&self, statements: &str) -> String {
        self.superuser(&self.name, statements)
    }

    /// Runs statements as the owner, which must succeed.
    pub fn own(&self, statements: &str) {
        let done = self.try_as(&self.name, statements);
        assert_eq!(done, Ok(String::new()), "{statements}");
    }

    /// Runs statements as a role that logs in; gives rows, or the first line of what PostgreSQL says.
    pub fn try_as(&self, role: &str, statements: &str) -> Result<String, String> {
        self.try_with(role, PASSWORD, statements)
    }

    /// The same with this password.
    pub fn try_with(&self, role: &str, password: &str, statements: &str) -> Result<String, String> {
        let mut psql = psql(role, &self.name);
        psql.env("PGHOST", "127.0.0.1")
            .env("PGPORT", self.server.address().port().to_string())
            .env("PGPASSWORD", password);
        said(psql, statements)
            .map_err(|text| self.anonymous(text.lines().next().unwrap_or_default()))
    }

    /// The same as the role that a word names.
    pub fn as_role(&self, word: &str, statements: &str) -> Result<String, String> {
        self.try_as(&self.role(word), statements)
    }

    /// All privileges in the catalogs, as text.
    pub fn privileges(&self) -> String {
        self.inside(
            "SELECT 'd', datname, datacl FROM pg_database WHERE datname = current_database() UNION ALL
             SELECT 'n', nspname, nspacl FROM pg_namespace UNION ALL
             SELECT 'c', oid::regclass::text, relacl FROM pg_class WHERE relacl IS NOT NULL UNION ALL
             SELECT 'a', attrelid::regclass || ' ' || attname, attacl FROM pg_attribute WHERE attacl IS NOT NULL UNION ALL
             SELECT 'p', oid::regprocedure::text, proacl FROM pg_proc WHERE proacl IS NOT NULL UNION ALL
             SELECT 'D', defaclrole::regrole || ' ' || defaclnamespace || ' ' || defaclobjtype::text, defaclacl FROM pg_default_acl
             ORDER BY 1, 2",
        )
    }

    /// Whether running it again changes and says nothing but this.
    pub fn is_settled(&self, wanted: &Wanted, said: &[&str]) {
        let before = self.privileges();
        let mut expected = said.to_vec();
        expected.push("nothing to change");
        assert_eq!(self.sync(wanted), expected);
        assert_eq!(self.privileges(), before);
    }
}

/// The lock that scripts take, held by somebody else until this is dropped.
pub struct Held<'a> {
    database: &'a Database,
    child: Child,
}

impl Database {
    /// Takes the lock of this database.
    pub fn hold(&self) -> Held<'_> {
        let mut psql = psql("postgres", &self.name);
        let child = psql
            .env("PGHOST", self.server.folder())
            .env("PGPORT", self.server.address().port().to_string())
            .args([
                "-c",
                "SELECT pg_advisory_lock(1885824098)",
                "-c",
                "SELECT pg_sleep(600)",
            ])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        self.until("granted", 1);
        Held {
            database: self,
            child,
        }
    }

    /// Returns once so many sessions wait for the lock.
    pub fn until_waiting(&self, number: usize) {
        self.until("NOT granted", number);
    }

    /// Ends the sessions that wait for it, as a server does that stops.
    pub fn end_waiting(&self) {
        self.end("NOT granted");
    }

    fn end(&self, which: &str) {
        self.inside(&format!(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND {which} \
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        ));
    }

    fn until(&self, which: &str, number: usize) {
        let ask = format!(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND {which} \
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        );
        let found = (0..2_000).any(|_| self.inside(&ask) == number.to_string());
        assert!(found, "nobody waits for the lock");
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.database.end("granted");
        self.child.wait().ok();
    }
}

fn psql(role: &str, database: &str) -> Command {
    let mut command = Command::new(program("psql"));
    command
        .args(["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-w"])
        .env_clear()
        .env("PGUSER", role)
        .env("PGDATABASE", database)
        .stdin(Stdio::null());
    command
}

/// What psql prints, on standard error where it fails.
fn said(mut psql: Command, statements: &str) -> Result<String, String> {
    let output = psql.args(["-c", statements]).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
    if output.status.success() {
        Ok(text(&output.stdout))
    } else {
        Err(text(&output.stderr))
    }
}
