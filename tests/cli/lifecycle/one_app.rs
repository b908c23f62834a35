//! From `new-app` to nothing left, for a role in the Cluster and for a DatabaseRole.

use serde_json::Value;

use super::{Life, scripts};
use crate::support::{Outcome, SEALED, Tree};

const REFUSED: &str = "password authentication failed for user \"my_shop\"";
const ORDERS: &str = "SELECT item FROM orders";
const DROP: &str = "remove my-shop --drop-database --confirm my_shop --yes";

/// The life of an app whose role is declared so.
struct Shop {
    life: Life,
    roles: &'static str,
}

impl Shop {
    fn new_app(&self) -> Outcome {
        let roles = self.roles;
        let outcome = self.life.live(&format!(
            "new-app my-shop --app-namespace shop --roles {roles} --yes"
        ));
        assert_eq!(self.life.state("my-shop"), "complete");
        self.life.assert_works("my-shop");
        outcome
    }

    fn password(&self) -> String {
        self.life.value("shop", "my-shop", "password")
    }

    /// What is in the table, read with this password.
    fn read(&self, password: &str) -> Result<String, String> {
        self.life.log_in(password, ORDERS)
    }

    /// A new password: the old one is refused.
    fn rotate(&self) {
        let old = self.password();
        self.life.live("rotate my-shop --yes");
        assert_eq!(self.life.state("my-shop"), "complete");
        self.life.assert_works("my-shop");
        assert_eq!(self.read(&old), Err(REFUSED.to_owned()));
        assert_eq!(self.read(&self.password()), Ok("a teapot".to_owned()));
    }

    /// The key was renewed: the same password, sealed with the new one, is no change for anybody.
    fn reseal(&self) {
        let life = &self.life;
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

    /// Removed: nobody logs in, and the data is there.
    fn remove(&self) {
        let life = &self.life;
        let password = self.password();
        life.live("remove my-shop --yes");
        assert_eq!(life.state("my-shop"), "removed, data kept");
        assert_eq!(self.read(&password), Err(REFUSED.to_owned()));
        let role =
            "SELECT rolcanlogin, rolpassword IS NULL FROM pg_authid WHERE rolname = 'my_shop'";
        assert_eq!(life.cluster.postgres.sql("postgres", role), "f|t");
        for namespace in ["postgres", "shop"] {
            let secret = life.cluster.get("secrets", namespace, "my-shop-db-creds");
            assert_eq!(secret, None, "{namespace}");
        }
        assert_eq!(
            life.cluster.get("databases", "postgres", "my-shop-db"),
            None
        );
        assert_eq!(life.cluster.postgres.sql("my_shop", ORDERS), "a teapot");
        // Once more is no change.
        let again = life.run("remove my-shop --yes");
        assert_eq!(
            (again.code, again.stdout.as_str()),
            (0, ""),
            "{}",
            again.stderr
        );
    }

    /// A stage that is asked for before the last one is done: nothing is written, and what blocks is told.
    fn refused(&self) -> Vec<String> {
        let before = self.life.repository.tree();
        let outcome = self.life.run(DROP);
        assert_eq!(outcome.code, 1, "{}{}", outcome.stdout, outcome.stderr);
        assert_eq!(self.life.repository.tree(), before);
        scripts(&outcome)
    }

    /// Runs what was printed as the superuser.
    fn free(&self) {
        let printed = self.refused();
        assert_eq!(printed.len(), 1, "{printed:?}");
        self.life.cluster.postgres.sql("postgres", &printed[0]);
        self.life.cluster.settle();
    }

    fn count(&self, table: &str, name: &str) -> String {
        let statement = format!("SELECT count(*) FROM {table} WHERE {name} = 'my_shop'");
        self.life.cluster.postgres.sql("postgres", &statement)
    }

    /// Dropped in stages, each when the last one is done.
    fn drop_database(&self) {
        let postgres = &self.life.cluster.postgres;
        let elsewhere =
            "CREATE TABLE notes AS SELECT 'kept' AS note; ALTER TABLE notes OWNER TO my_shop";
        postgres.sql("app", elsewhere);
        let session = postgres.session("my_shop");

        self.life.change(DROP);
        self.refused();
        self.life.cluster.sync();
        assert_eq!(self.count("pg_database", "datname"), "1");
        self.free();
        drop(session);
        assert_eq!(self.count("pg_database", "datname"), "0");

        self.life.change(DROP);
        self.refused();
        self.life.cluster.sync();
        assert_eq!(self.count("pg_roles", "rolname"), "1");
        match self.roles {
            // The entry drops the role, the object does when it is deleted.
            "managed" => {
                self.free();
                assert_eq!(self.count("pg_roles", "rolname"), "0");
                self.life.live(DROP);
            }
            _ => {
                let printed = scripts(&self.life.change(DROP));
                assert_eq!(printed.len(), 1, "{printed:?}");
                assert_eq!(
                    self.life.cluster.try_sync().unwrap_err(),
                    "Running: waiting for deletion of postgresql.cnpg.io/DatabaseRole/my-shop-role"
                );
                postgres.sql("postgres", &printed[0]);
                self.life.cluster.sync();
                assert_eq!(self.count("pg_roles", "rolname"), "0");
            }
        }
        assert_eq!(postgres.sql("app", "SELECT note FROM notes"), "kept");
    }

    /// Nothing tells of the app any more.
    fn assert_gone(&self) {
        let life = &self.life;
        assert_eq!(life.state("my-shop"), "");
        for (path, text) in life.repository.tree() {
            assert!(!path.contains("my-shop"), "{path}");
            assert!(
                !text.contains("my-shop") && !text.contains("my_shop"),
                "{path}: {text}"
            );
        }
        for kind in ["sealedsecrets", "secrets", "databases", "databaseroles"] {
            let all = life.cluster.server.all(kind);
            let names: Vec<&Value> = all.iter().map(|one| &one["metadata"]["name"]).collect();
            let is_there = |name: &&Value| name.as_str().is_some_and(|name| name.contains("shop"));
            assert!(!names.iter().any(is_there), "{names:?}");
        }
    }
}

fn live(roles: &'static str) {
    let Some(life) = Life::begin() else {
        return;
    };
    let shop = Shop { life, roles };
    let untouched = shop.life.repository.tree();
    shop.new_app();
    let orders = "CREATE TABLE orders (item text); INSERT INTO orders VALUES ('a teapot')";
    let created = shop.life.log_in(&shop.password(), orders);
    assert_eq!(created, Ok(String::new()));
    shop.rotate();
    shop.reseal();
    shop.remove();
    let again = shop.new_app();
    assert!(again.stderr.contains("again"), "{}", again.stderr);
    assert_eq!(shop.read(&shop.password()), Ok("a teapot".to_owned()));
    shop.drop_database();
    shop.assert_gone();
    let paths = |tree: &Tree| tree.keys().cloned().collect::<Vec<_>>();
    assert_eq!(paths(&shop.life.repository.tree()), paths(&untouched));
}

#[test]
fn with_a_role_in_the_cluster() {
    live("managed");
}

#[test]
fn with_a_database_role() {
    live("databaserole");
}

#[test]
fn what_was_kept_is_dropped_later() {
    for roles in ["managed", "databaserole"] {
        let Some(life) = Life::begin() else {
            return;
        };
        let shop = Shop { life, roles };
        let untouched = shop.life.repository.tree();
        shop.new_app();
        let orders = "CREATE TABLE orders (item text); INSERT INTO orders VALUES ('a teapot')";
        shop.life.log_in(&shop.password(), orders).unwrap();
        shop.remove();
        for left in ["database", "role", "rest"] {
            shop.life.live(DROP);
            let state = if left == "rest" { "" } else { "leaving" };
            assert_eq!(shop.life.state("my-shop"), state, "{roles}, {left}");
        }
        assert_eq!(shop.count("pg_database", "datname"), "0", "{roles}");
        assert_eq!(shop.count("pg_roles", "rolname"), "0", "{roles}");
        shop.assert_gone();
        let paths = |tree: &Tree| tree.keys().cloned().collect::<Vec<_>>();
        assert_eq!(paths(&shop.life.repository.tree()), paths(&untouched));
    }
}
