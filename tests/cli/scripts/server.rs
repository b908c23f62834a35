//! A server that scripts are run on as the Jobs of `engine: postgres` run them.

use pgdb::sql::sync::rows::{DatabaseRow, Ensure, ExtensionRow, RoleRow, Rows};
use pgdb::sql::sync::{ENTRY, scripts};
use pgdb::sql::wanted::Wanted;
use pgdb::sql::{identifier, literal};

use super::database::{Database, PASSWORD};
use super::job::Job;
use crate::postgres::Postgres;
use crate::support::Outcome;

/// The Job of a server, and what its administrator declares.
pub struct Server {
    pub job: Job,
    pub rows: Rows,
    pub wanted: Vec<Wanted>,
}

impl Server {
    /// One whose administrator is a role of its own with these attributes, such as `SUPERUSER`.
    pub fn new(postgres: &Postgres, administrator: &str, attributes: &str) -> Self {
        let role = identifier(administrator);
        let password = literal(PASSWORD);
        postgres.sql(
            "postgres",
            &format!("CREATE ROLE {role} LOGIN {attributes} PASSWORD {password}"),
        );
        let mut job = Job::new();
        let folder = job.path("");
        job.set("PGDB_DSN_FILE", &format!("{folder}connection/uri"));
        let address = postgres.address();
        job.write(
            "connection/uri",
            &format!("postgres://{administrator}:{PASSWORD}@{address}/postgres\n"),
        );
        Self {
            job,
            rows: Rows::default(),
            wanted: Vec::new(),
        }
    }

    /// Writes the files that the Job mounts.
    pub fn mount(&self) {
        for (name, text) in scripts(&self.rows, &self.wanted) {
            let name = if name == ENTRY { "run.sh" } else { &name };
            self.job.write(&format!("pgdb/{name}"), &text);
        }
        self.job.write("pgdb/sync.sh", &scripts(&self.rows, &[])[13].1);
    }

    /// Runs it on what is declared now; the places in psql's messages are left out.
    pub fn run(&self) -> Outcome {
        self.mount();
        self.job.run()
    }

    /// Runs it, which must succeed; gives the lines that it said, on standard error first.
    pub fn sync(&self) -> Vec<String> {
        let outcome = self.run();
        assert_eq!(outcome.code, 0, "{outcome:?}");
        let lines = outcome.stderr.lines().chain(outcome.stdout.lines());
        lines.map(str::to_owned).collect()
    }

    /// Whether running it again changes nothing.
    pub fn is_settled(&self) {
        assert_eq!(self.sync(), ["nothing to change"]);
    }

    /// Puts a password into a Secret.
    pub fn password(&self, secret: &str, password: &str) {
        self.job
            .write(&format!("credentials/{secret}/password"), password);
    }

    /// Declares a role; one with a Secret logs in.
    pub fn role(&mut self, name: &str, secret: Option<&str>, in_roles: &[&str]) -> &mut RoleRow {
        self.rows.roles.push(RoleRow {
            name: name.to_owned(),
            app: None,
            login: secret.is_some(),
            secret: secret.map(str::to_owned),
            ensure: Ensure::Present,
            in_roles: in_roles.iter().map(|&role| role.to_owned()).collect(),
            comment: None,
            kept: None,
        });
        self.rows.roles.last_mut().unwrap()
    }

    /// Declares a database.
    pub fn database(&mut self, name: &str, owner: &str) -> &mut DatabaseRow {
        self.rows.databases.push(DatabaseRow {
            name: name.to_owned(),
            app: None,
            object: None,
            owner: owner.to_owned(),
            ensure: Ensure::Present,
            extensions: Vec::new(),
            schemas: Vec::new(),
            encoding: None,
            locale: None,
            connection_limit: None,
        });
        self.rows.databases.last_mut().unwrap()
    }
}

/// An extension without a version.
pub fn extension(name: &str, version: Option<&str>) -> ExtensionRow {
    ExtensionRow {
        name: name.to_owned(),
        version: version.map(str::to_owned),
    }
}

/// A database that the scripts make, to log in to.
pub fn made(name: &str, server: &'static Postgres) -> Database {
    Database::known(name, server)
}
