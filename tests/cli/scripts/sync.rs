//! The roles and databases of a server that CloudNativePG does not run.

use pgdb::sql::sync::rows::{Ensure, ExtensionRow, KeptRow};
use pgdb::sql::wanted::{Row, Wanted};

use super::refusals::HOSTILE;
use super::server::Server;
use crate::postgres::is_usable;

fn row(role: &str, on: &str, schema: &str, name: &str, privilege: &str) -> Row {
    Row {
        role: role.to_owned(),
        on: on.to_owned(),
        schema: schema.to_owned(),
        name: name.to_owned(),
        privileges: vec![privilege.to_owned()],
    }
}

/// An app with a reader, and a group that it is a member of; the names begin with a prefix.
fn shop(prefix: &str, attributes: &str) -> Server {
    let mut server = Server::new(&format!("{prefix}_admin"), attributes);
    let [app, reader, team] = ["app", "reader", "team"].map(|word| format!("{prefix}_{word}"));
    let role = server.role(&app, Some("app-creds"));
    role.in_roles = vec![team.clone()];
    role.comment = Some("the shop's".to_owned());
    server.role(&reader, Some("reader-creds"));
    server.role(&team, None);
    let database = server.database(&app, &app);
    database.schemas = vec!["audit".to_owned()];
    database.extensions = vec![ExtensionRow {
        name: "pgcrypto".to_owned(),
        version: None,
    }];
    server.wanted = vec![Wanted {
        database: app.clone(),
        owner: app,
        isolate: Some(true),
        roles: vec![reader.clone()],
        rows: vec![
            row(&reader, "database", "", "", "CONNECT"),
            row(&reader, "schema", "*", "", "USAGE"),
            row(&reader, "table", "*", "*", "SELECT"),
        ],
    }];
    server.password("app-creds", "of the app\n");
    server.password("reader-creds", "of the reader");
    server
}

#[test]
fn all_is_made_from_nothing_and_then_left_as_it_is() {
    if !is_usable() {
        return;
    }
    let server = shop("sync_new", "SUPERUSER");
    assert_eq!(
        server.sync(),
        [
            "NOTICE:  CREATE ROLE sync_new_app LOGIN",
            "NOTICE:  COMMENT ON ROLE sync_new_app IS 'the shop''s'",
            "NOTICE:  CREATE ROLE sync_new_reader LOGIN",
            "NOTICE:  CREATE ROLE sync_new_team",
            "NOTICE:  GRANT sync_new_team TO sync_new_app",
            "NOTICE:  ALTER ROLE sync_new_app PASSWORD, from the Secret app-creds",
            "NOTICE:  ALTER ROLE sync_new_reader PASSWORD, from the Secret reader-creds",
            "NOTICE:  CREATE DATABASE sync_new_app OWNER sync_new_app",
            "NOTICE:  CREATE EXTENSION pgcrypto",
            "NOTICE:  CREATE SCHEMA audit AUTHORIZATION sync_new_app",
            "NOTICE:  GRANT CONNECT ON DATABASE sync_new_app TO sync_new_reader",
            "NOTICE:  GRANT USAGE ON SCHEMA audit TO sync_new_reader",
            "NOTICE:  GRANT USAGE ON SCHEMA public TO sync_new_reader",
            "NOTICE:  ALTER DEFAULT PRIVILEGES FOR ROLE sync_new_app GRANT USAGE ON SCHEMAS TO sync_new_reader",
            "NOTICE:  ALTER DEFAULT PRIVILEGES FOR ROLE sync_new_app GRANT SELECT ON TABLES TO sync_new_reader",
            "NOTICE:  REVOKE CONNECT, TEMPORARY ON DATABASE sync_new_app FROM PUBLIC",
            "statements run in the database \"sync_new_app\": 8",
            "16 statements run",
        ]
    );
    let database = server.inside("sync_new_app");
    let catalogs = || {
        let roles = server.ask(
            "SELECT rolname, rolpassword, shobj_description(oid, 'pg_authid') FROM pg_authid WHERE rolname LIKE 'sync_new%' ORDER BY 1",
        );
        format!("{roles}\n{}", database.privileges())
    };
    let before = catalogs();
    server.is_settled();
    assert_eq!(catalogs(), before);

    let app = |statements: &str| database.try_with("sync_new_app", "of the app", statements);
    let reader =
        |statements: &str| database.try_with("sync_new_reader", "of the reader", statements);
    let made = "CREATE TABLE audit.log (id uuid DEFAULT public.gen_random_uuid()); INSERT INTO audit.log DEFAULT VALUES";
    assert_eq!(app(made), Ok(String::new()));
    assert_eq!(reader("SELECT count(*) FROM audit.log"), Ok("1".to_owned()));
    assert_eq!(
        reader("DELETE FROM audit.log"),
        Err("ERROR:  permission denied for table log".to_owned())
    );
    server.is_settled();
}

#[test]
fn an_administrator_without_superuser_rights_does_it_too() {
    if !is_usable() {
        return;
    }
    let server = shop("sync_plain", "CREATEROLE CREATEDB");
    let said = server.sync();
    assert!(
        said.contains(&"NOTICE:  GRANT sync_plain_app TO sync_plain_admin".to_owned()),
        "{said:?}"
    );
    assert_eq!(said.last().unwrap(), "17 statements run");
    let database = server.inside("sync_plain_app");
    let count = database.try_with("sync_plain_reader", "of the reader", "SELECT 1");
    assert_eq!(count, Ok("1".to_owned()));
    // Whether passwords differ is only for superusers to see.
    let unseen = ", whether it differs or not: this user may not see that";
    assert_eq!(
        server.sync(),
        [
            format!(
                "NOTICE:  ALTER ROLE sync_plain_app PASSWORD, from the Secret app-creds{unseen}"
            ),
            format!(
                "NOTICE:  ALTER ROLE sync_plain_reader PASSWORD, from the Secret reader-creds{unseen}"
            ),
            "2 statements run".to_owned(),
        ]
    );
}

#[test]
fn what_was_changed_by_hand_is_put_right() {
    if !is_usable() {
        return;
    }
    let mut server = shop("sync_byhand", "SUPERUSER");
    server.rows.databases[0].connection_limit = Some(7);
    let trigrams = |version: &str| ExtensionRow {
        name: "pg_trgm".to_owned(),
        version: Some(version.to_owned()),
    };
    server.rows.databases[0].extensions = vec![trigrams("1.4")];
    server.sync();
    server.is_settled();
    server.ask(
        "ALTER ROLE sync_byhand_app NOLOGIN CREATEDB CREATEROLE NOINHERIT; GRANT pg_read_all_data, sync_byhand_reader TO sync_byhand_app; \
         REVOKE sync_byhand_team FROM sync_byhand_app; GRANT sync_byhand_team TO sync_byhand_reader WITH ADMIN OPTION; \
         COMMENT ON ROLE sync_byhand_app IS NULL; ALTER ROLE sync_byhand_reader PASSWORD 'other'; \
         ALTER DATABASE sync_byhand_app OWNER TO postgres; ALTER DATABASE sync_byhand_app CONNECTION LIMIT 1",
    );
    let database = server.inside("sync_byhand_app");
    database.inside("ALTER SCHEMA audit OWNER TO postgres");
    server.rows.databases[0].extensions = vec![trigrams("1.5")];
    assert_eq!(
        server.sync(),
        [
            "NOTICE:  ALTER ROLE sync_byhand_app LOGIN INHERIT NOCREATEDB NOCREATEROLE",
            "NOTICE:  COMMENT ON ROLE sync_byhand_app IS 'the shop''s'",
            "NOTICE:  GRANT sync_byhand_team TO sync_byhand_app",
            "NOTICE:  REVOKE pg_read_all_data FROM sync_byhand_app",
            "NOTICE:  REVOKE sync_byhand_reader FROM sync_byhand_app",
            "NOTICE:  REVOKE sync_byhand_team FROM sync_byhand_reader",
            "NOTICE:  ALTER ROLE sync_byhand_reader PASSWORD, from the Secret reader-creds",
            "NOTICE:  ALTER DATABASE sync_byhand_app OWNER TO sync_byhand_app",
            "NOTICE:  ALTER DATABASE sync_byhand_app CONNECTION LIMIT 7",
            "NOTICE:  ALTER EXTENSION pg_trgm UPDATE TO '1.5'",
            "NOTICE:  ALTER SCHEMA audit OWNER TO sync_byhand_app",
            "statements run in the database \"sync_byhand_app\": 2",
            "11 statements run",
        ]
    );
    server.is_settled();
}

#[test]
fn what_nobody_declares_is_left_alone() {
    if !is_usable() {
        return;
    }
    let mut server = shop("sync_alone", "SUPERUSER");
    server.sync();
    server.rows.roles.clear();
    server.rows.databases.clear();
    server.wanted.clear();
    server.is_settled();
    let there = "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'sync_alone_%' UNION ALL SELECT count(*) FROM pg_database \
                 WHERE datname = 'sync_alone_app'";
    assert_eq!(server.ask(there), "4\n1");
}

#[test]
fn a_role_and_a_database_go_when_nothing_holds_them() {
    if !is_usable() {
        return;
    }
    let mut server = shop("sync_gone", "SUPERUSER");
    server.sync();
    // First the app is closed.
    let app = &mut server.rows.roles[0];
    app.login = false;
    app.secret = None;
    app.kept = Some(KeptRow {
        app: "shop".to_owned(),
        database: "sync_gone_app".to_owned(),
    });
    assert_eq!(
        server.sync(),
        [
            "NOTICE:  ALTER ROLE sync_gone_app NOLOGIN PASSWORD NULL",
            "1 statement run"
        ]
    );
    server.is_settled();
    server.rows.roles[0].ensure = Ensure::Absent;
    assert_eq!(
        server.sync_partly(),
        [
            "NOTICE:  DROP ROLE sync_gone_app",
            "WARNING:  the role sync_gone_app: role \"sync_gone_app\" cannot be dropped because some objects depend on it; \
             owner of database sync_gone_app; 3 objects in database sync_gone_app",
            "0 statements run",
        ]
    );
    server.rows.databases[0].ensure = Ensure::Absent;
    let session = server.postgres.session("sync_gone_app");
    let said = server.sync_partly();
    assert_eq!(
        said[..4],
        [
            "NOTICE:  DROP DATABASE sync_gone_app",
            "ERROR:  database \"sync_gone_app\" is being accessed by other users",
            "DETAIL:  There is 1 other session using the database.",
            "WARNING:  the database sync_gone_app is not dropped",
        ]
    );
    drop(session);
    assert_eq!(
        server.sync(),
        [
            "NOTICE:  DROP DATABASE sync_gone_app",
            "NOTICE:  DROP ROLE sync_gone_app",
            "2 statements run",
        ]
    );
    server.is_settled();
}

#[test]
fn what_cannot_be_done_is_told_and_the_rest_is_done() {
    if !is_usable() {
        return;
    }
    let mut server = shop("sync_partly", "SUPERUSER");
    server.ask("CREATE ROLE sync_partly_super SUPERUSER");
    let long = "x".repeat(64);
    for name in [
        "postgres",
        "pg_read_all_data",
        "cnpg_x",
        "sync_partly_super",
        "sync_partly_admin",
        &long,
        "public",
    ] {
        server.role(name, None);
    }
    server.rows.roles[2].in_roles = vec![
        "sync_partly_super".to_owned(),
        "never_made".to_owned(),
        "sync_partly_app".to_owned(),
    ];
    server.role("sync_partly_super", None).ensure = Ensure::Absent;
    server.database("template1", "sync_partly_app");
    server.database("postgres", "sync_partly_app");
    server.database("sync_partly_orphan", "never_made");
    server
        .database("sync_partly_moon", "sync_partly_app")
        .encoding = Some("MOON".to_owned());
    server.rows.databases[0].schemas.push("pg_mine".to_owned());
    server.rows.databases[0].extensions.push(ExtensionRow {
        name: "no_such".to_owned(),
        version: Some("it's".to_owned()),
    });
    let mut said = server.sync_partly();
    said.retain(|line| {
        !["NOTICE:", "LINE ", "  "]
            .iter()
            .any(|start| line.starts_with(start))
    });
    assert_eq!(
        said,
        [
            "WARNING:  the role postgres is not touched: it is reserved",
            "WARNING:  the role pg_read_all_data is not touched: it is reserved",
            "WARNING:  the role cnpg_x is not touched: it is reserved",
            "WARNING:  the role sync_partly_super is not touched: it is a superuser",
            "WARNING:  the role sync_partly_admin is not touched: this Job logs in as it",
            &format!("WARNING:  the role {long} is not touched: its name has more than 63 bytes"),
            "WARNING:  the role public is not touched: it is reserved",
            "WARNING:  the role sync_partly_team: GRANT never_made TO sync_partly_team: there is no such role",
            "WARNING:  the role sync_partly_team: role \"sync_partly_app\" is a member of role \"sync_partly_team\"",
            "WARNING:  the role sync_partly_team: GRANT sync_partly_super TO sync_partly_team: it is a superuser",
            "WARNING:  the database template1 is not touched: it belongs to the server itself",
            "WARNING:  the database postgres is not touched: it belongs to the server itself",
            "WARNING:  the database sync_partly_orphan: its owner never_made is not there",
            "ERROR:  MOON is not a valid encoding name",
            "WARNING:  the database sync_partly_moon is not made",
            "WARNING:  the database sync_partly_app: extension \"no_such\" is not available",
            "WARNING:  the database sync_partly_app: unacceptable schema name \"pg_mine\"",
            "WARNING:  the role sync_partly_super is not touched: it is a superuser",
            "statements run in the database \"sync_partly_app\": 8",
            "16 statements run",
        ]
    );
    let database = server.inside("sync_partly_app");
    let reader = database.try_with("sync_partly_reader", "of the reader", "SELECT 1");
    assert_eq!(reader, Ok("1".to_owned()));
}

#[test]
fn hostile_names_are_names_in_every_position() {
    if !is_usable() {
        return;
    }
    let mut server = Server::new("sync_hostile", "SUPERUSER");
    for (number, name) in HOSTILE.iter().enumerate() {
        let name = format!("sync {name}");
        let secret = format!("hostile-{number}");
        let role = server.role(&name, Some(&secret));
        role.comment = Some(name.clone());
        role.in_roles = vec![format!("{name} group")];
        server.role(&format!("{name} group"), None);
        let database = server.database(&name, &name);
        database.schemas = vec![name.clone()];
        server.password(&secret, &name);
        server.wanted.push(Wanted {
            database: name.clone(),
            owner: name.clone(),
            isolate: Some(true),
            roles: vec![format!("{name} group")],
            rows: vec![
                row(&format!("{name} group"), "schema", &name, "", "USAGE"),
                row(&format!("{name} group"), "table", &name, &name, "SELECT"),
            ],
        });
    }
    let said = server.sync();
    // Two roles, comment, membership, password, database, schema, USAGE and PUBLIC each.
    let number = HOSTILE.len() * 9;
    assert_eq!(said.last(), Some(&format!("{number} statements run")));
    for name in HOSTILE {
        let name = format!("sync {name}");
        let database = server.inside(&name);
        let asked = "SELECT count(*) FROM pg_namespace WHERE nspname = current_user AND current_database() = current_user";
        assert_eq!(database.try_with(&name, &name, asked), Ok("1".to_owned()));
    }
    let again = server.sync();
    assert_eq!(again.last().map(String::as_str), Some("nothing to change"));
    for database in &mut server.rows.databases {
        database.ensure = Ensure::Absent;
    }
    for role in &mut server.rows.roles {
        role.ensure = Ensure::Absent;
    }
    let said = server.sync();
    let number = HOSTILE.len() * 3;
    assert_eq!(said.last(), Some(&format!("{number} statements run")));
}
