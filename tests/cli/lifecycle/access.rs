//! Who may do what in an app's database: granted, tried by a real login, taken back.

use super::Life;

/// Logs in as an app with its mirrored Secret, and runs a statement; what it is denied, where it is.
fn tried(life: &Life, app: &str, role: &str, database: &str, statement: &str) -> String {
    let secret = life
        .cluster
        .get("secrets", "postgres", &format!("{app}-db-creds"));
    let secret = secret.unwrap_or_else(|| panic!("{app} has no Secret"));
    let password = super::value(&secret, "password");
    let postgres = &life.cluster.postgres;
    match postgres.log_in(role, database, &password, "require", statement) {
        Ok(rows) => rows.trim_end().to_owned(),
        Err(error) => {
            let said = error
                .lines()
                .find(|line| line.contains("permission denied"));
            let said = said.unwrap_or_else(|| panic!("{statement}: {error}"));
            let (_, said) = said.split_once("permission denied").unwrap();
            format!("denied{said}")
        }
    }
}

#[test]
fn a_reader_reads_what_is_there_and_what_comes() {
    let Some(life) = Life::begin() else { return };
    life.live("new-app my-shop --app-namespace shop");
    let shop = |statement: &str| tried(&life, "my-shop", "my_shop", "my_shop", statement);
    shop("CREATE TABLE before (id int); INSERT INTO before VALUES (1)");
    life.live("grant my-shop --to report --as reader --app-namespace bi");
    let report = |statement: &str| tried(&life, "report", "report", "my_shop", statement);
    assert_eq!(report("SELECT id FROM before"), "1");
    assert_eq!(
        report("INSERT INTO before VALUES (2)"),
        "denied for table before"
    );
    shop("CREATE TABLE after (id int); INSERT INTO after VALUES (3)");
    assert_eq!(report("SELECT id FROM after"), "3");
    let log = |life: &Life| life.cluster.logs.borrow()["my-shop-access"].clone();
    assert_eq!(
        log(&life),
        "NOTICE:  GRANT CONNECT ON DATABASE my_shop TO my_shop_reader
NOTICE:  GRANT USAGE ON SCHEMA public TO my_shop_reader
NOTICE:  GRANT SELECT ON TABLE public.before TO my_shop_reader
NOTICE:  ALTER DEFAULT PRIVILEGES FOR ROLE my_shop GRANT USAGE ON SCHEMAS TO my_shop_reader
NOTICE:  ALTER DEFAULT PRIVILEGES FOR ROLE my_shop GRANT SELECT ON SEQUENCES TO my_shop_reader
NOTICE:  ALTER DEFAULT PRIVILEGES FOR ROLE my_shop GRANT SELECT ON TABLES TO my_shop_reader
6 statements run
"
    );
    life.cluster.sync();
    assert_eq!(log(&life), "nothing to change\n");

    life.live("revoke my-shop --from report");
    assert_eq!(report("SELECT id FROM before"), "denied for table before");
}

#[test]
fn an_isolated_database_takes_its_own_roles_alone() {
    let Some(life) = Life::begin() else { return };
    life.live("new-app my-shop --app-namespace shop --isolate");
    life.live("new-app wiki --app-namespace wiki");
    let wiki = |database: &str| tried(&life, "wiki", "wiki", database, "SELECT 1");
    assert_eq!(wiki("my_shop"), r#"denied for database "my_shop""#);
    assert_eq!(wiki("wiki"), "1");
    assert_eq!(tried(&life, "my-shop", "my_shop", "wiki", "SELECT 1"), "1");

    life.live("grant my-shop --to wiki --privileges SELECT,INSERT --table orders");
    assert_eq!(wiki("my_shop"), "1");
    life.live("revoke my-shop --from wiki");
    assert_eq!(wiki("my_shop"), r#"denied for database "my_shop""#);
    life.live("revoke my-shop --isolate");
    assert_eq!(wiki("my_shop"), "1");
}
