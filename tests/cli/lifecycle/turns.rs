//! Two login roles take turns, and no client ever fails.

use super::Life;

const TURN: &str = "rotate my-shop --two-role --yes";

/// Who may log in, and what sessions begin as.
const LOGINS: &str = "SELECT string_agg(rolname || CASE WHEN rolcanlogin THEN ' logs in' ELSE ' is closed' END, ', ' ORDER BY rolname) \
     FROM pg_roles WHERE rolname LIKE 'my_shop%'";

/// Logs in with the mirrored Secret of the moment.
fn log_in(life: &Life, statements: &str) -> Result<String, String> {
    let user = life.value("shop", "my-shop", "username");
    let password = life.value("shop", "my-shop", "password");
    let postgres = &life.cluster.postgres;
    postgres.log_in(&user, "my_shop", &password, "require", statements)
}

fn logins(life: &Life) -> String {
    life.cluster.postgres.sql("postgres", LOGINS)
}

fn live(roles: &str) {
    let Some(life) = Life::begin() else { return };
    life.live(&format!(
        "new-app my-shop --app-namespace shop --roles {roles} --yes"
    ));
    log_in(&life, "CREATE TABLE orders (item text)").unwrap();
    for (turn, (from, to)) in [
        ("my_shop", "my_shop_b"),
        ("my_shop_b", "my_shop_a"),
        ("my_shop_a", "my_shop_b"),
    ]
    .into_iter()
    .enumerate()
    {
        for step in 1..=3 {
            life.live(TURN);
            let expected = if step == 1 { from } else { to };
            let user = life.value("shop", "my-shop", "username");
            assert_eq!(user, expected, "turn {turn}, step {step}");
            life.assert_works("my-shop");
            assert_eq!(life.state("my-shop"), "complete");
        }
        let table = format!("CREATE TABLE made_in_{turn} (); INSERT INTO orders VALUES ('{turn}')");
        log_in(&life, &table).unwrap();
    }
    assert_eq!(
        logins(&life),
        "my_shop is closed, my_shop_a is closed, my_shop_b logs in"
    );
    let owners =
        "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(life.cluster.postgres.sql("my_shop", owners), "my_shop");
}

#[test]
fn with_roles_in_the_cluster() {
    live("managed");
}

#[test]
fn with_database_roles() {
    live("databaserole");
}
