//! `--login`: the app logs in to a real PostgreSQL, through a port-forward to the primary.

use std::fmt::Write;

use serde_json::{Value, json};

use super::{assert_tells_no_secret, json_of, verify};
use crate::apiserver::{ApiServer, Reach, Requests};
use crate::postgres::{self, Postgres, Tls};
use crate::support::{Outcome, Repository};
use crate::world::World;

/// An app that works, with a name that no other test uses: roles belong to the whole server.
struct App {
    name: &'static str,
    repository: Repository,
    server: ApiServer,
    world: World,
    postgres: &'static Postgres,
}

impl App {
    /// None where there is no PostgreSQL.
    fn start(name: &'static str, tls: Tls) -> Option<Self> {
        if !postgres::is_usable() {
            return None;
        }
        let repository = Repository::guide();
        repository.run_ok(&format!(
            "new-app {name} --app-namespace shop --yes --quiet"
        ));
        let server = ApiServer::start();
        let world = World::of(&server, repository.path());
        let postgres = Postgres::shared(tls);
        world.log_in_to(&server, postgres);
        Some(Self {
            name,
            repository,
            server,
            world,
            postgres,
        })
    }

    fn run(&self, words: &str) -> Outcome {
        let words = format!("{} --login {words}", self.name);
        let outcome = verify(&self.repository, &self.server.kubeconfig(), &words);
        let secret = format!("{}-db-creds", self.name);
        let password = self.world.value("postgres", &secret, "password");
        assert_tells_no_secret(&outcome, &[password.to_owned()], &words);
        outcome
    }

    /// The link Login: exit code, status, reason, evidence.
    fn login(&self) -> (i32, String) {
        let outcome = self.run("--output json");
        let report = json_of(&outcome);
        let checks = report["apps"][0]["checks"].as_array().unwrap();
        let login = checks.last().unwrap();
        assert_eq!(login["check"], "login");
        (outcome.code, said(login))
    }

    fn sql(&self, statements: &str) -> String {
        self.postgres.sql("postgres", statements)
    }

    fn role(&self) -> String {
        self.name.replace('-', "_")
    }
}

/// A check as text.
fn said(check: &Value) -> String {
    let text = |field: &str| check[field].as_str().unwrap().to_owned();
    let mut said = format!(
        "{} {}: {}",
        text("status"),
        text("reason"),
        text("evidence")
    );
    let remedies = |of: &Value| -> String {
        let remedies = of["remedies"].as_array().into_iter().flatten();
        remedies.fold(String::new(), |mut all, remedy| {
            write!(all, "\n-> {}", remedy.as_str().unwrap()).unwrap();
            all
        })
    };
    said.push_str(&remedies(check));
    for warning in check["warnings"].as_array().into_iter().flatten() {
        let (reason, evidence) = (&warning["reason"], &warning["evidence"]);
        let (reason, evidence) = (reason.as_str().unwrap(), evidence.as_str().unwrap());
        write!(said, "\nwarning {reason}: {evidence}{}", remedies(warning)).unwrap();
    }
    said
}

/// PostgreSQL's own version, without what a packager adds.
fn version(text: &str) -> String {
    text.split(' ').next().unwrap().to_owned()
}

/// What is said of an app that may do all it has to; the version is PostgreSQL's own.
fn success(app: &App, tls: &str) -> String {
    let version = version(&app.sql("SHOW server_version"));
    let role = app.role();
    format!(
        "pass ok: logged in to PostgreSQL {version} as {role:?} {tls}, owns the database, may create tables in public"
    )
}

#[test]
fn an_app_logs_in_without_tls_and_public_is_told_of() {
    let Some(app) = App::start("login-plain", Tls::Off) else {
        return;
    };
    let well = success(&app, "without TLS");
    let warning = "\nwarning public-may-connect: every role of the server may connect to \"login_plain\", since PUBLIC may\n\
                   -> as the owner: REVOKE CONNECT, TEMPORARY ON DATABASE \"login_plain\" FROM PUBLIC;";
    assert_eq!(app.login(), (0, format!("{well}{warning}")));
    app.sql("REVOKE CONNECT, TEMPORARY ON DATABASE \"login_plain\" FROM PUBLIC;");
    assert_eq!(app.login(), (0, well));
    app.sql("CREATE ROLE login_reader; GRANT CONNECT ON DATABASE login_plain TO login_reader;");
    let (code, said) = app.login();
    assert_eq!(code, 0);
    assert!(
        said.ends_with("may create tables in public; may connect too: login_reader"),
        "{said}"
    );
}

#[test]
fn an_app_logs_in_with_tls_and_leaves_nothing_behind() {
    for (name, tls) in [
        ("login-offered", Tls::Offered),
        ("login-required", Tls::Required),
    ] {
        let Some(app) = App::start(name, tls) else {
            return;
        };
        let (code, said) = app.login();
        assert_eq!(code, 0);
        assert!(said.starts_with(&success(&app, "over TLS")), "{said}");
        let tables = "SELECT count(*) FROM pg_class WHERE relname LIKE 'pgdb%'";
        assert_eq!(app.postgres.sql(&app.role(), tables), "0");
        // The session ends with its connection, which the server may notice a moment later.
        let ended = format!(
            "DO $$ BEGIN FOR i IN 1..500 LOOP PERFORM pg_stat_clear_snapshot(); \
             IF NOT EXISTS (SELECT FROM pg_stat_activity WHERE usename = '{0}') THEN RETURN; END IF; \
             PERFORM pg_sleep(0.02); END LOOP; RAISE 'a session of {0} is left'; END $$",
            app.role()
        );
        app.sql(&ended);
    }
}

#[test]
fn what_postgresql_refuses_is_told_apart() {
    let Some(app) = App::start("login-refused", Tls::Off) else {
        return;
    };
    let role = "login_refused";
    let password = app
        .world
        .value("postgres", "login-refused-db-creds", "password");
    let mut all = String::new();
    for (what, breaks, mends) in [
        (
            "the password is another one",
            format!("ALTER ROLE {role} PASSWORD 'another'"),
            format!("ALTER ROLE {role} PASSWORD '{password}'"),
        ),
        (
            "the role may not log in",
            format!("ALTER ROLE {role} NOLOGIN"),
            format!("ALTER ROLE {role} LOGIN"),
        ),
        (
            "the role takes no more sessions",
            format!("ALTER ROLE {role} CONNECTION LIMIT 0"),
            format!("ALTER ROLE {role} CONNECTION LIMIT -1"),
        ),
        (
            "another role owns the database",
            format!("ALTER DATABASE {role} OWNER TO postgres"),
            format!("ALTER DATABASE {role} OWNER TO {role}"),
        ),
        (
            "the role may not connect",
            format!(
                "ALTER DATABASE {role} OWNER TO postgres; REVOKE CONNECT ON DATABASE {role} FROM PUBLIC"
            ),
            format!(
                "ALTER DATABASE {role} OWNER TO {role}; GRANT CONNECT ON DATABASE {role} TO PUBLIC"
            ),
        ),
        (
            "no table may be made in the schema",
            format!("\\connect {role}\nALTER SCHEMA public OWNER TO postgres"),
            format!("\\connect {role}\nALTER SCHEMA public OWNER TO pg_database_owner"),
        ),
        (
            "the database is not there",
            format!("ALTER DATABASE {role} RENAME TO {role}_renamed"),
            format!("ALTER DATABASE {role}_renamed RENAME TO {role}"),
        ),
    ] {
        app.sql(&breaks);
        let (code, said) = app.login();
        writeln!(all, "## {what}\n{code} {said}\n").unwrap();
        app.sql(&mends);
    }
    assert_eq!(app.login().0, 0);
    insta::assert_snapshot!(all);
}

#[test]
fn a_way_that_is_closed_is_unknown() {
    let Some(app) = App::start("login-way", Tls::Off) else {
        return;
    };
    let server = &app.server;
    let mut all = String::new();
    let mut look = |what: &str| {
        let (code, said) = app.login();
        let said = said.replace(&server.address().to_string(), "SERVER");
        writeln!(all, "## {what}\n{code} {said}\n").unwrap();
    };
    server.forbid("create", "", "pods/portforward", Reach::Everywhere);
    look("the port-forward is forbidden");
    server.allow_all();
    server.forbid("get", "", "secrets", Reach::Everywhere);
    look("the credential may not be read");
    server.allow_all();
    server.cut_forwards_after(20);
    look("the port-forward is cut off while logging in");
    server.cut_forwards_after(600);
    look("the port-forward is cut off later");
    server.heal();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = closed.local_addr().unwrap();
    drop(closed);
    server.forward("postgres", "postgres-shared-1", 5432, address);
    look("nothing listens in the pod");
    server.forward(
        "postgres",
        "postgres-shared-1",
        5432,
        app.postgres.address(),
    );
    look("the way is open again");
    server.delete("pods", "postgres", "postgres-shared-1");
    look("the pod is not there");
    let all = all.replace(&version(&app.sql("SHOW server_version")), "VERSION");
    insta::assert_snapshot!(all);
}

#[test]
fn a_link_that_is_broken_is_not_logged_in_through() {
    let Some(app) = App::start("login-waits", Tls::Off) else {
        return;
    };
    app.server.delete("secrets", "shop", "login-waits-db-creds");
    assert_eq!(
        app.login(),
        (1, "skipped waits: waits for the link Mirror".to_owned())
    );
    let forwards = Requests::of("GET", "/portforward");
    assert_eq!(app.server.count(&forwards), 0);
    app.server
        .edit("clusters", "postgres", "postgres-shared", |cluster| {
            cluster["status"]["currentPrimary"] = json!("");
        });
    assert_eq!(app.login().1, "skipped waits: waits for the link Mirror");
}

#[test]
fn several_apps_log_in_at_once() {
    if !postgres::is_usable() {
        return;
    }
    let repository = Repository::guide();
    for app in ["login-first", "login-second"] {
        repository.run_ok(&format!(
            "new-app {app} --app-namespace shop --yes --quiet --schema sales"
        ));
    }
    let server = ApiServer::start();
    let world = World::of(&server, repository.path());
    let postgres = Postgres::shared(Tls::Off);
    world.log_in_to(&server, postgres);
    for database in ["login_first", "login_second"] {
        let owner = database;
        postgres.sql(
            database,
            &format!("CREATE SCHEMA sales AUTHORIZATION {owner}; REVOKE ALL ON DATABASE {database} FROM PUBLIC;"),
        );
    }
    postgres.sql("login_second", "DROP SCHEMA sales");
    let outcome = verify(
        &repository,
        &server.kubeconfig(),
        "login-first login-second --login --output json",
    );
    let report = json_of(&outcome);
    let logins: Vec<String> = report["apps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|app| said(app["checks"].as_array().unwrap().last().unwrap()))
        .collect();
    let version = version(&postgres.sql("postgres", "SHOW server_version"));
    assert_eq!(
        (outcome.code, logins),
        (
            1,
            vec![
                format!("pass ok: logged in to PostgreSQL {version} as \"login_first\" without TLS, owns the database, may create tables in sales"),
                "fail no-table: no table can be made in the schema \"sales\": schema \"sales\" does not exist\n\
                 -> kubectl get databases.postgresql.cnpg.io --namespace postgres --output yaml"
                    .to_owned(),
            ]
        )
    );
}
