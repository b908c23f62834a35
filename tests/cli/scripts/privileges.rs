//! The privileges in one database.

use pgdb::sql::privileges::script;
use pgdb::sql::wanted::{Row, Wanted};

use super::job::Job;
use crate::postgres::{Postgres, Tls, is_usable};

/// A database of its own, with its owner and other roles that may log in, all with the password `secret`.
pub struct Database {
    /// Its name and its owner's; roles are named by it and a word.
    pub name: String,
    pub server: &'static Postgres,
}

impl Database {
    pub fn new(name: &str, others: &[&str]) -> Self {
        let server = Postgres::shared(Tls::Off);
        server.create_app(name, name, "secret");
        for other in others {
            let role = format!("CREATE ROLE {name}_{other} LOGIN PASSWORD 'secret'");
            server.sql("postgres", &role);
        }
        Self {
            name: name.to_owned(),
            server,
        }
    }

    /// What its roles are to have, each row as words: the role's word, kind, schema, name, privileges.
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

    pub fn role(&self, word: &str) -> String {
        format!("{}_{word}", self.name)
    }

    /// Runs the script as its Job does; gives what it said, with the database's name as `DB`.
    pub fn sync(&self, wanted: &Wanted) -> Vec<String> {
        let job = self.job(wanted);
        let outcome = job.run();
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
        let lines = outcome.stdout.lines();
        lines.map(|line| line.replace(&self.name, "DB")).collect()
    }

    pub fn job(&self, wanted: &Wanted) -> Job {
        let job = Job::access(self.server.address(), &self.name, &self.name, "secret");
        job.write("pgdb/privileges.sql", &script(wanted));
        job
    }

    /// Runs statements as the owner.
    pub fn own(&self, statements: &str) {
        self.try_as(&self.name, statements).unwrap();
    }

    /// Runs statements as a role that logs in; gives rows, or the first line of what PostgreSQL says.
    pub fn try_as(&self, role: &str, statements: &str) -> Result<String, String> {
        let outcome = self
            .server
            .log_in(role, &self.name, "secret", "prefer", statements);
        outcome.map_err(|text| text.lines().next().unwrap_or_default().to_owned())
    }

    /// All privileges in the catalogs, as text.
    pub fn privileges(&self) -> String {
        self.server.sql(
            &self.name,
            "SELECT 'd', datname, datacl FROM pg_database WHERE datname = current_database() UNION ALL
             SELECT 'n', nspname, nspacl FROM pg_namespace UNION ALL
             SELECT 'c', oid::regclass::text, relacl FROM pg_class WHERE relacl IS NOT NULL UNION ALL
             SELECT 'a', attrelid::regclass || ' ' || attname, attacl FROM pg_attribute WHERE attacl IS NOT NULL UNION ALL
             SELECT 'p', oid::regprocedure::text, proacl FROM pg_proc WHERE proacl IS NOT NULL UNION ALL
             SELECT 'D', defaclnamespace || ' ' || defaclobjtype::text, defaclacl FROM pg_default_acl ORDER BY 1, 2",
        )
    }
}

#[test]
fn a_reader_reads_what_is_there_and_what_comes() {
    if !is_usable() {
        return;
    }
    let database = Database::new("priv_reader", &["report"]);
    database
        .own("CREATE TABLE before (x int); INSERT INTO before VALUES (1); CREATE SEQUENCE counter");
    let wanted = database.wanted(
        &["report"],
        &[
            ["report", "database", "", "", "CONNECT"],
            ["report", "schema", "*", "", "USAGE"],
            ["report", "table", "*", "*", "SELECT"],
            ["report", "sequence", "*", "*", "SELECT"],
        ],
    );
    assert_eq!(
        database.sync(&wanted),
        [
            "NOTICE:  GRANT CONNECT ON DATABASE DB TO DB_report",
            "NOTICE:  GRANT USAGE ON SCHEMA public TO DB_report",
            "NOTICE:  GRANT SELECT ON SEQUENCE public.counter TO DB_report",
            "NOTICE:  GRANT SELECT ON TABLE public.before TO DB_report",
            "NOTICE:  ALTER DEFAULT PRIVILEGES FOR ROLE DB GRANT USAGE ON SCHEMAS TO DB_report",
            "NOTICE:  ALTER DEFAULT PRIVILEGES FOR ROLE DB GRANT SELECT ON SEQUENCES TO DB_report",
            "NOTICE:  ALTER DEFAULT PRIVILEGES FOR ROLE DB GRANT SELECT ON TABLES TO DB_report",
            "7 statements run",
        ]
    );
    let catalogs = database.privileges();
    assert_eq!(database.sync(&wanted), ["nothing to change"]);
    assert_eq!(database.privileges(), catalogs);

    database.own("CREATE TABLE after (x int); CREATE SCHEMA later; CREATE TABLE later.orders (x int); CREATE VIEW later.v AS SELECT 1 AS x");
    assert_eq!(database.sync(&wanted), ["nothing to change"]);
    let report = database.role("report");
    let count = "SELECT (SELECT count(*) FROM before), (SELECT count(*) FROM after), (SELECT count(*) FROM later.orders), \
                 (SELECT count(*) FROM later.v), (SELECT last_value FROM counter)";
    assert_eq!(database.try_as(&report, count), Ok("1|0|0|1|1".to_owned()));
    for (statement, object) in [
        ("INSERT INTO before VALUES (2)", "table before"),
        ("DELETE FROM later.orders", "table orders"),
        ("SELECT nextval('counter')", "sequence counter"),
        ("CREATE TABLE later.mine ()", "schema later"),
    ] {
        assert_eq!(
            database.try_as(&report, statement),
            Err(format!("ERROR:  permission denied for {object}")),
            "{statement}"
        );
    }
}
