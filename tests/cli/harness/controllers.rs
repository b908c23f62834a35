//! The stand-ins for the controllers do what the systems do, one step after the other.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pgdb::sealing::SealingKey;
use serde_json::{Value, json};

use super::world::ask;
use crate::controllers::Controllers;
use crate::postgres;
use crate::support::{CLUSTER, DATABASE, Repository, SEALED, vector_key, vector_keys};

const ROLE: &str = "infra/databases/postgres/my-shop-role.yaml";
const KUSTOMIZATION: &str = crate::support::KUSTOMIZATION;

/// The guide's repository with the app my-shop, and a cluster that has synced it; none where there is no PostgreSQL.
fn synced(more: &str) -> Option<(Repository, Controllers)> {
    if !postgres::is_usable() {
        return None;
    }
    let repository = Repository::guide();
    let cluster = Controllers::start(repository.path());
    repository.run_ok(&format!(
        "new-app my-shop --app-namespace shop --yes --quiet {more}"
    ));
    cluster.sync();
    Some((repository, cluster))
}

fn assert_verified(repository: &Repository, cluster: &Controllers) {
    let outcome = cluster.run(repository, "verify my-shop --login --output json");
    assert_eq!(outcome.code, 0, "{}\n{}", outcome.stdout, outcome.stderr);
}

fn managed(cluster: &Controllers, field: &str) -> Value {
    let live = cluster.get("clusters", "postgres", "postgres-shared");
    live.unwrap()["status"]["managedRolesStatus"][field].clone()
}

fn message(object: Option<Value>) -> String {
    let status = &object.unwrap()["status"];
    let message = status["message"].as_str().unwrap_or_default();
    format!("{}: {message}", status["applied"])
}

/// What PostgreSQL says of a role: whether it can log in, and whether it has a password; nothing where it is not there.
fn role(cluster: &Controllers) -> String {
    let statement =
        "SELECT rolcanlogin, rolpassword IS NOT NULL FROM pg_authid WHERE rolname = 'my_shop'";
    cluster.postgres.sql("postgres", statement)
}

fn password(cluster: &Controllers, namespace: &str) -> String {
    let secret = cluster.get("secrets", namespace, "my-shop-db-creds");
    let value = secret.unwrap()["data"]["password"].clone();
    let value = STANDARD.decode(value.as_str().unwrap()).unwrap();
    String::from_utf8(value).unwrap()
}

#[test]
fn a_new_app_works_after_the_sync() {
    if !postgres::is_usable() {
        return;
    }
    for roles in ["managed", "databaserole"] {
        let repository = Repository::guide();
        let by_hand = "\n      - name: blog # by hand\n        login: true\n        passwordSecret:\n          name: blog-db-creds\n";
        repository.replace(CLUSTER, by_hand, " []\n");
        let cluster = Controllers::start(repository.path());
        repository.run_ok(&format!(
            "new-app my-shop --app-namespace shop --yes --quiet --roles {roles} --schema sales --extension pgcrypto \
             --connection-limit 9"
        ));
        cluster.sync();
        let outcome = cluster.run(&repository, "verify --all --login");
        assert_eq!(outcome.code, 0, "{}\n{}", outcome.stdout, outcome.stderr);
        let statement = "SELECT pg_get_userbyid(datdba), datconnlimit FROM pg_database WHERE datname = 'my_shop';
            SELECT extname FROM pg_extension WHERE extname = 'pgcrypto'; SELECT nspname FROM pg_namespace WHERE nspname = 'sales'";
        assert_eq!(
            cluster.postgres.sql("my_shop", statement),
            "my_shop|9\npgcrypto\nsales",
            "{roles}"
        );
    }
}

#[test]
fn a_changed_value_reaches_postgresql_and_the_mirror() {
    for roles in ["managed", "databaserole"] {
        let Some((repository, cluster)) = synced(&format!("--roles {roles}")) else {
            return;
        };
        let old = password(&cluster, "shop");
        let sealed: Value = serde_yaml::from_str(&repository.read(SEALED)).unwrap();
        let before = sealed["spec"]["encryptedData"]["password"]
            .as_str()
            .unwrap();
        let key = SealingKey::of_any_time(&vector_key("certificate_pem")).unwrap();
        let label = "postgres/my-shop-db-creds";
        let after = key.seal(b"another", label, &mut rand::rng()).unwrap();
        repository.replace(SEALED, before, &after);
        cluster.sync();
        assert_eq!(password(&cluster, "postgres"), "another");
        assert_eq!(password(&cluster, "shop"), "another");
        assert_ne!(old, "another");
        assert_verified(&repository, &cluster);

        // What does not open leaves all as it was.
        repository.replace(SEALED, &after, "AgB4");
        assert_eq!(
            cluster.try_sync().unwrap_err(),
            "Failed: one or more synchronization tasks completed unsuccessfully"
        );
        let live = cluster.get("sealedsecrets", "postgres", "my-shop-db-creds");
        let status = live.unwrap()["status"].clone();
        assert_eq!(status["observedGeneration"], 3);
        assert_eq!(
            status["conditions"][0]["message"],
            "no key could decrypt secret (password)"
        );
        assert_eq!(password(&cluster, "shop"), "another");
    }
}

#[test]
fn a_database_with_a_session_is_not_dropped() {
    let Some((repository, cluster)) = synced("") else {
        return;
    };
    let session = cluster.postgres.session("my_shop");
    repository.replace(DATABASE, "spec:\n", "spec:\n  ensure: absent\n");
    cluster.sync();
    let database = || cluster.get("databases", "postgres", "my-shop-db");
    assert_eq!(
        message(database()),
        "false: while dropping database \"my_shop\": ERROR: database \"my_shop\" is being accessed by other users (SQLSTATE 55006)"
    );
    assert_eq!(database().unwrap()["status"]["observedGeneration"], 1);
    drop(session);
    cluster.settle();
    assert_eq!(message(database()), "true: ");
    let statement = "SELECT count(*) FROM pg_database WHERE datname = 'my_shop'";
    assert_eq!(cluster.postgres.sql("postgres", statement), "0");
}

#[test]
fn a_role_that_owns_objects_is_not_dropped() {
    let Some((repository, cluster)) = synced("") else {
        return;
    };
    let postgres = &cluster.postgres;
    postgres.sql(
        "app",
        "CREATE TABLE notes (); ALTER TABLE notes OWNER TO my_shop",
    );
    let entry = "      - name: my_shop\n";
    repository.replace(CLUSTER, entry, &format!("{entry}        ensure: absent\n"));
    cluster.sync();
    let detail = "could not perform DELETE on role my_shop: owner of database my_shop\n1 object in database app";
    assert_eq!(
        managed(&cluster, "cannotReconcile"),
        json!({"my_shop": [detail]})
    );
    assert_eq!(
        managed(&cluster, "byStatus")["pending-reconciliation"],
        json!(["my_shop"])
    );
    assert_eq!(role(&cluster), "t|t");
    postgres.sql("postgres", "ALTER DATABASE my_shop OWNER TO postgres");
    postgres.sql("app", "DROP OWNED BY my_shop");
    // The Database takes its database back at the next change alone.
    cluster.settle();
    assert_eq!(managed(&cluster, "cannotReconcile"), Value::Null);
    assert_eq!(
        managed(&cluster, "byStatus")["reconciled"],
        json!(["blog", "my_shop"])
    );
    assert_eq!(role(&cluster), "");
}

#[test]
fn what_leaves_the_repository_is_pruned_and_the_data_stays() {
    let Some((repository, cluster)) = synced("") else {
        return;
    };
    cluster.postgres.sql("my_shop", "CREATE TABLE orders ()");
    repository.remove(SEALED);
    repository.remove(DATABASE);
    let listed = "  - my-shop-secrets-sealed.yaml\n  - my-shop-db.yaml\n";
    repository.replace(KUSTOMIZATION, listed, "");
    repository.replace(
        CLUSTER,
        "      - name: my_shop\n        login: true\n        passwordSecret:\n          name: my-shop-db-creds\n",
        "      - name: my_shop\n        login: false\n        disablePassword: true\n",
    );
    cluster.sync();
    assert_eq!(
        cluster.get("sealedsecrets", "postgres", "my-shop-db-creds"),
        None
    );
    assert_eq!(cluster.get("secrets", "postgres", "my-shop-db-creds"), None);
    assert_eq!(cluster.get("secrets", "shop", "my-shop-db-creds"), None);
    assert_eq!(cluster.get("databases", "postgres", "my-shop-db"), None);
    assert_eq!(role(&cluster), "f|f");
    let statement = "SELECT count(*) FROM pg_class WHERE relname = 'orders'";
    assert_eq!(cluster.postgres.sql("my_shop", statement), "1");

    // Without its entry the role is as it was.
    let entry = "      - name: my_shop\n        login: false\n        disablePassword: true\n";
    repository.replace(CLUSTER, entry, "");
    cluster.sync();
    assert_eq!(role(&cluster), "f|f");
    assert_eq!(
        managed(&cluster, "byStatus")["not-managed"],
        json!(["app", "my_shop"])
    );
}

#[test]
fn an_object_that_deletes_waits_for_what_blocks() {
    let Some((repository, cluster)) = synced("--roles databaserole") else {
        return;
    };
    repository.replace(ROLE, "ReclaimPolicy: retain", "ReclaimPolicy: delete");
    cluster.sync();
    repository.remove(ROLE);
    repository.replace(KUSTOMIZATION, "  - my-shop-role.yaml\n", "");
    assert_eq!(
        cluster.try_sync().unwrap_err(),
        "Running: waiting for deletion of postgresql.cnpg.io/DatabaseRole/my-shop-role"
    );
    let object = || cluster.get("databaseroles", "postgres", "my-shop-role");
    assert_eq!(
        message(object()),
        "false: while deleting role my_shop with role reconciler: ERROR: role \"my_shop\" cannot be dropped because some \
         objects depend on it (SQLSTATE 2BP01)"
    );
    assert_eq!(role(&cluster), "t|t");
    cluster
        .postgres
        .sql("postgres", "ALTER DATABASE my_shop OWNER TO postgres");
    cluster.sync();
    assert_eq!(object(), None);
    assert_eq!(role(&cluster), "");

    repository.replace(DATABASE, "ReclaimPolicy: retain", "ReclaimPolicy: delete");
    cluster.sync();
    let database = cluster.get("databases", "postgres", "my-shop-db");
    assert_eq!(
        message(database),
        "false: while altering database \"my_shop\" owner to my_shop: ERROR: role \"my_shop\" does not exist (SQLSTATE 42704)"
    );
    let session = cluster.postgres.session("my_shop");
    repository.remove(DATABASE);
    repository.replace(KUSTOMIZATION, "  - my-shop-db.yaml\n", "");
    assert_eq!(
        cluster.try_sync().unwrap_err(),
        "Running: waiting for deletion of postgresql.cnpg.io/Database/my-shop-db"
    );
    drop(session);
    cluster.sync();
    assert_eq!(cluster.get("databases", "postgres", "my-shop-db"), None);
    let statement = "SELECT count(*) FROM pg_database WHERE datname = 'my_shop'";
    assert_eq!(cluster.postgres.sql("postgres", statement), "0");
}

#[test]
fn the_entry_in_the_cluster_wins_over_the_object() {
    let Some((repository, cluster)) = synced("--roles databaserole") else {
        return;
    };
    let entry = "      - name: blog # by hand\n";
    let mine = "      - name: my_shop\n        login: true\n        passwordSecret:\n          name: my-shop-db-creds\n";
    repository.replace(CLUSTER, entry, &format!("{mine}{entry}"));
    cluster.sync();
    let object = || cluster.get("databaseroles", "postgres", "my-shop-role");
    assert_eq!(
        message(object()),
        "false: database role is already managed by the CNPG cluster"
    );
    assert_eq!(
        managed(&cluster, "byStatus")["reconciled"],
        json!(["blog", "my_shop"])
    );
    repository.replace(CLUSTER, mine, "");
    cluster.sync();
    assert_eq!(message(object()), "true: ");
    assert_verified(&repository, &cluster);

    repository.replace(CLUSTER, entry, &format!("{mine}{mine}{entry}"));
    let refused = cluster.try_sync().unwrap_err();
    assert_eq!(
        refused,
        "Failed: one or more objects failed to apply, reason: Cluster \"postgres-shared\" is invalid: spec.managed.roles: \
         Invalid value: \"my_shop\": Role name is duplicate of another"
    );
}

#[test]
fn the_controller_re_encrypts_with_its_newest_key() {
    let Some((repository, cluster)) = synced("") else {
        return;
    };
    let before = cluster.get("secrets", "postgres", "my-shop-db-creds");
    cluster.renew_sealing_key();
    let newest = vector_keys()[1]["certificate_pem"].clone();
    let certificate = ask(&cluster.server, "GET", "/v1/cert.pem", String::new());
    assert_eq!(json!(certificate.unwrap()), newest);
    let sealed: Value = serde_yaml::from_str(&repository.read(SEALED)).unwrap();
    let rotated = ask(&cluster.server, "POST", "/v1/rotate", sealed.to_string());
    let rotated: Value = serde_json::from_str(&rotated.unwrap()).unwrap();
    // Its own annotations are gone, and so are the template's; what the template builds is sealed as well.
    assert_eq!(
        rotated["metadata"],
        json!({"name": "my-shop-db-creds", "namespace": "postgres", "annotations": {}})
    );
    assert_eq!(
        rotated["spec"]["template"],
        json!({"metadata": sealed["metadata"], "type": "kubernetes.io/basic-auth"})
    );
    let data = rotated["spec"]["encryptedData"].as_object().unwrap();
    let keys: Vec<&String> = data.keys().collect();
    assert_eq!(
        keys,
        [
            "dbname", "host", "jdbc-uri", "password", "pgpass", "port", "uri", "user", "username"
        ]
    );

    // The same values of the same Secret, in the repository.
    for key in ["username", "password"] {
        let old = sealed["spec"]["encryptedData"][key].as_str().unwrap();
        repository.replace(SEALED, old, data[key].as_str().unwrap());
    }
    cluster.sync();
    assert_eq!(
        cluster.get("secrets", "postgres", "my-shop-db-creds"),
        before
    );
    let mut other = sealed.clone();
    other["metadata"]["namespace"] = json!("shop");
    let refused = ask(&cluster.server, "POST", "/v1/rotate", other.to_string());
    assert_eq!(refused, Err(500));
}

#[test]
fn a_secret_of_somebody_else_is_left_alone() {
    let Some((repository, cluster)) = synced("") else {
        return;
    };
    let secret = json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "my-blog-db-creds", "namespace": "postgres"},
        "type": "Opaque",
        "data": {},
    });
    let mut in_shop = secret.clone();
    in_shop["metadata"]["namespace"] = json!("shop");
    let by_hand = cluster.server.put(secret);
    repository.run_ok("new-app my-blog --app-namespace shop --yes --quiet");
    cluster.try_sync().unwrap_err();
    let sealed = cluster.get("sealedsecrets", "postgres", "my-blog-db-creds");
    assert_eq!(
        sealed.unwrap()["status"]["conditions"][0]["message"],
        "failed update: Resource \"my-blog-db-creds\" already exists and is not managed by SealedSecret"
    );
    cluster
        .server
        .delete("secrets", "postgres", "my-blog-db-creds");
    let in_shop = cluster.server.put(in_shop);
    cluster.sync();
    let made = cluster.get("secrets", "postgres", "my-blog-db-creds");
    assert_ne!(made, Some(by_hand));
    assert_eq!(
        cluster.get("secrets", "shop", "my-blog-db-creds"),
        Some(in_shop)
    );
    // Nor is a mirror made again that somebody deleted.
    cluster.server.delete("secrets", "shop", "my-shop-db-creds");
    cluster.settle();
    assert_eq!(cluster.get("secrets", "shop", "my-shop-db-creds"), None);
}
