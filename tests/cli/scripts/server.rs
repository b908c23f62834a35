//! A server that scripts are run on as the Jobs of `engine: postgres` run them.

use pgdb::sql::sync::rows::{DatabaseRow, Ensure, RoleRow, Rows};
use pgdb::sql::sync::{ENTRY, scripts};
use pgdb::sql::wanted::Wanted;
use pgdb::sql::{identifier, literal};

use super::database::{Database, PASSWORD};
use super::job::Job;
use crate::postgres::{Postgres, Tls};
use crate::support::Outcome;

/// The Job of a server, and what is declared.
pub struct Server {
    pub postgres: &'static Postgres,
    pub job: Job,
    pub rows: Rows,
    pub wanted: Vec<Wanted>,
}

impl Server {
    /// The server that tests share, whose administrator is a role of its own with these attributes, such as `SUPERUSER`.
    pub fn new(administrator: &str, attributes: &str) -> Self {
        Self::on(Postgres::shared(Tls::Off), administrator, attributes)
    }

    /// The same on another server.
    pub fn on(postgres: &'static Postgres, administrator: &str, attributes: &str) -> Self {
        let role = identifier(administrator);
        let password = literal(PASSWORD);
        let create = format!("CREATE ROLE {role} LOGIN {attributes} PASSWORD {password}");
        postgres.sql("postgres", &create);
        let mut job = Job::new();
        job.entry = ENTRY;
        let address = postgres.address();
        let dsn = format!("postgres://{administrator}:{PASSWORD}@{address}/postgres\n");
        job.write("connection/uri", &dsn);
        Self {
            postgres,
            job,
            rows: Rows::default(),
            wanted: Vec::new(),
        }
    }

    /// Writes the files that the Job mounts.
    pub fn mount(&self) {
        for (name, text) in scripts(&self.rows, &self.wanted) {
            self.job.write(&format!("pgdb/{name}"), &text);
        }
    }

    /// Runs it on what is declared now.
    pub fn run(&self) -> Outcome {
        self.mount();
        without_places(self.job.run())
    }

    /// Runs it, which must succeed; gives the lines that it said, those on standard error first.
    pub fn sync(&self) -> Vec<String> {
        let outcome = self.run();
        assert_eq!(outcome.code, 0, "{outcome:?}");
        lines(&outcome)
    }

    /// Runs it, which must do what it can and fail; gives the lines that it said before it said so.
    pub fn sync_partly(&self) -> Vec<String> {
        let outcome = self.run();
        assert_eq!(outcome.code, 1, "{outcome:?}");
        let mut said = lines(&outcome);
        said.retain(|line| {
            line != "ERROR:  not all is as declared: see the warnings and errors above"
                && line != "error: not all was done; the next run goes on"
        });
        assert_eq!(said.len() + 2, lines(&outcome).len(), "{outcome:?}");
        said
    }

    /// Whether running it again changes nothing.
    pub fn is_settled(&self) {
        assert_eq!(self.sync(), ["nothing to change"]);
    }

    /// Puts a password into a Secret.
    pub fn password(&self, secret: &str, password: &str) {
        let file = format!("credentials/{secret}/password");
        self.job.write(&file, password);
    }

    /// Declares a role; one with a Secret logs in.
    pub fn role(&mut self, name: &str, secret: Option<&str>) -> &mut RoleRow {
        self.rows.roles.push(RoleRow {
            name: name.to_owned(),
            app: None,
            object: None,
            login: secret.is_some(),
            secret: secret.map(str::to_owned),
            external: false,
            ensure: Ensure::Present,
            in_roles: Vec::new(),
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

    /// A database of the server, to log in to.
    pub fn inside(&self, name: &str) -> Database {
        Database::known(name, self.postgres)
    }

    /// What the superuser gets for statements in the database `postgres`.
    pub fn ask(&self, statements: &str) -> String {
        self.inside("postgres").inside(statements)
    }
}

/// Leaves out where in the scripts psql was.
pub fn without_places(outcome: Outcome) -> Outcome {
    let line = |line: &str| {
        let place = line
            .strip_prefix("psql:")
            .filter(|rest| !rest.starts_with(' '));
        let said = place.and_then(|rest| rest.split_once(": "));
        format!("{}\n", said.map_or(line, |(_, said)| said))
    };
    Outcome {
        stderr: outcome.stderr.lines().map(line).collect(),
        ..outcome
    }
}

fn lines(outcome: &Outcome) -> Vec<String> {
    let lines = outcome.stderr.lines().chain(outcome.stdout.lines());
    lines.map(str::to_owned).collect()
}
