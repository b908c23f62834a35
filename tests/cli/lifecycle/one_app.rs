//! From `new-app` to nothing left, for a role in the Cluster and for a DatabaseRole.

use super::Life;
use crate::support::SEALED;

const REFUSED: &str = "password authentication failed for user \"my_shop\"";

fn live(roles: &str) {
    let Some(life) = Life::begin() else {
        return;
    };
    life.live(&format!(
        "new-app my-shop --app-namespace shop --roles {roles} --yes"
    ));
    assert_eq!(life.state("my-shop"), "complete");
    life.assert_works("my-shop");

    let first = life.value("shop", "my-shop", "password");
    let orders = "CREATE TABLE orders (item text); INSERT INTO orders VALUES ('a teapot')";
    assert_eq!(life.log_in(&first, orders), Ok(String::new()));

    life.live("rotate my-shop --yes");
    assert_eq!(life.state("my-shop"), "complete");
    life.assert_works("my-shop");
    let second = life.value("shop", "my-shop", "password");
    let count = "SELECT item FROM orders";
    assert_eq!(life.log_in(&first, count), Err(REFUSED.to_owned()));
    assert_eq!(life.log_in(&second, count), Ok("a teapot".to_owned()));

    // The key was renewed: the same password, sealed with the new one, is no change for anybody.
    life.cluster.renew_sealing_key();
    let secret = || life.cluster.get("secrets", "postgres", "my-shop-db-creds");
    let (before, sealed) = (secret(), life.repository.read(SEALED));
    let fetched = life.run("fetch-cert");
    assert_eq!(fetched.code, 0, "{}", fetched.stderr);
    life.live("rotate my-shop --reseal --yes");
    assert_ne!(life.repository.read(SEALED), sealed);
    assert_eq!(secret(), before);
    life.assert_works("my-shop");
}

#[test]
fn with_a_role_in_the_cluster() {
    live("managed");
}

#[test]
fn with_a_database_role() {
    live("databaserole");
}
