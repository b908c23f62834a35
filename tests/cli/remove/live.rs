//! What the cluster shows, with stand-ins for the controllers and a real PostgreSQL.

use super::told;
use crate::apiserver::Reach;
use crate::controllers::Controllers;
use crate::postgres;
use crate::support::{Outcome, Repository, without_sealed_values};

const DROP: &str = "remove my-shop --drop-database --confirm my_shop";

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

/// What was said, without what is another each time.
fn shown(repository: &Repository, cluster: &Controllers, outcome: &Outcome) -> String {
    let text = told(repository, outcome).replace(&cluster.server.address().to_string(), "SERVER");
    let text = without_sealed_values(&text);
    let lines = text.lines().map(|line| {
        if line.starts_with("  size ") {
            return "  size       SIZE".to_owned();
        }
        match line.split_once(" since ") {
            Some((before, _)) => format!("{before} since TIME"),
            None => line.to_owned(),
        }
    });
    lines.map(|line| format!("{line}\n")).collect()
}

/// What was said behind the diff.
fn said(repository: &Repository, cluster: &Controllers, outcome: &Outcome) -> String {
    let text = shown(repository, cluster, outcome);
    let (head, said) = text.split_once("--- stderr\n").unwrap();
    format!("{}\n{said}", head.lines().next().unwrap())
}

/// The scripts that were printed.
fn scripts(outcome: &Outcome) -> Vec<String> {
    let mut rest = outcome.stderr.as_str();
    let mut found = Vec::new();
    while let Some((_, behind)) = rest.split_once("<<'SQL'\n") {
        let (script, behind) = behind.split_once("\nSQL\n").unwrap();
        found.push(script.to_owned());
        rest = behind;
    }
    found
}

/// Whether the database and the role are there.
fn is_there(cluster: &Controllers) -> String {
    let statement = "SELECT (SELECT count(*) FROM pg_database WHERE datname = 'my_shop'), \
                     (SELECT count(*) FROM pg_roles WHERE rolname = 'my_shop')";
    cluster.postgres.sql("postgres", statement)
}

/// Fills the app's database, and gives others rights to it, and the app something elsewhere.
fn populate(cluster: &Controllers) {
    let postgres = &cluster.postgres;
    postgres.sql(
        "my_shop",
        "CREATE ROLE reader; CREATE ROLE guest; SET ROLE my_shop; CREATE TABLE orders (id serial, what text);
         INSERT INTO orders (what) VALUES ('a book'); CREATE TABLE customers (id int); CREATE VIEW names AS SELECT 1 AS name;
         GRANT SELECT ON orders, customers TO reader; RESET ROLE; GRANT my_shop TO guest;
         CREATE SCHEMA lent AUTHORIZATION reader; REVOKE CONNECT ON DATABASE my_shop FROM PUBLIC;
         GRANT CONNECT ON DATABASE my_shop TO reader;",
    );
    postgres.sql(
        "postgres",
        "CREATE ROLE team; CREATE DATABASE \"shared one\" OWNER team;",
    );
    postgres.sql(
        "shared one",
        "CREATE SCHEMA shop AUTHORIZATION my_shop; CREATE TABLE shop.prices AS SELECT 42 AS price;
         ALTER TABLE shop.prices OWNER TO my_shop; CREATE TABLE rates (rate int); GRANT SELECT ON rates TO my_shop;",
    );
}

#[test]
fn a_database_is_dropped_step_by_step() {
    let Some((repository, cluster)) = synced("") else {
        return;
    };
    populate(&cluster);
    let session = cluster.postgres.session("my_shop");

    let outcome = cluster.run(&repository, DROP);
    insta::assert_snapshot!("first stage", said(&repository, &cluster, &outcome));
    // Not synced yet.
    let outcome = cluster.run(&repository, DROP);
    insta::assert_snapshot!("not synced", said(&repository, &cluster, &outcome));
    cluster.sync();
    assert_eq!(is_there(&cluster), "1|1");
    let before = repository.tree();
    let outcome = cluster.run(&repository, DROP);
    insta::assert_snapshot!("sessions", said(&repository, &cluster, &outcome));
    assert_eq!(repository.tree(), before);
    let [script] = scripts(&outcome).try_into().unwrap();
    cluster.postgres.sql("my_shop", &script);
    drop(session);
    cluster.settle();
    assert_eq!(is_there(&cluster), "0|1");

    let outcome = cluster.run(&repository, DROP);
    insta::assert_snapshot!("second stage", said(&repository, &cluster, &outcome));
    cluster.sync();
    assert_eq!(is_there(&cluster), "0|1");
    let outcome = cluster.run(&repository, DROP);
    insta::assert_snapshot!("owned objects", said(&repository, &cluster, &outcome));
    let [script] = scripts(&outcome).try_into().unwrap();
    cluster.postgres.sql("postgres", &script);
    cluster.settle();
    assert_eq!(is_there(&cluster), "0|0");
    // What the role had elsewhere is another's now, and not lost.
    assert_eq!(
        cluster.postgres.sql(
            "shared one",
            "SELECT price FROM shop.prices; SELECT tableowner FROM pg_tables WHERE tablename = 'prices'"
        ),
        "42\nteam"
    );

    let outcome = cluster.run(&repository, DROP);
    insta::assert_snapshot!("third stage", said(&repository, &cluster, &outcome));
    cluster.sync();
    for (kind, namespace, name) in [
        ("databases", "postgres", "my-shop-db"),
        ("sealedsecrets", "postgres", "my-shop-db-creds"),
        ("secrets", "postgres", "my-shop-db-creds"),
        ("secrets", "shop", "my-shop-db-creds"),
    ] {
        assert_eq!(cluster.get(kind, namespace, name), None, "{kind}");
    }
    let outcome = cluster.run(&repository, DROP);
    assert_eq!(outcome.code, 2, "{}", outcome.stderr);
}

#[test]
fn a_database_role_is_dropped_with_its_object() {
    let Some((repository, cluster)) = synced("--roles databaserole") else {
        return;
    };
    for _ in 0..3 {
        let outcome = cluster.run(&repository, DROP);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        let again = cluster.run(&repository, DROP);
        assert_ne!(again.code, 0, "{}", again.stdout);
        cluster.sync();
        cluster.settle();
    }
    assert_eq!(is_there(&cluster), "0|0");
    assert_eq!(
        cluster.get("databaseroles", "postgres", "my-shop-role"),
        None
    );
}

/// What is in PostgreSQL of the app's data, and whether the role logs in and has a password.
fn kept(cluster: &Controllers) -> String {
    let data = cluster.postgres.sql("my_shop", "SELECT what FROM orders");
    let role = cluster.postgres.sql(
        "postgres",
        "SELECT rolcanlogin, rolpassword IS NOT NULL FROM pg_authid WHERE rolname = 'my_shop'",
    );
    format!("{data}, {role}")
}

#[test]
fn the_default_never_loses_data() {
    for more in [
        "",
        "--reclaim delete",
        "--roles databaserole",
        "--roles databaserole --reclaim delete",
    ] {
        let Some((repository, cluster)) = synced(more) else {
            return;
        };
        populate(&cluster);
        if more.contains("delete") {
            let outcome = cluster.run(&repository, "remove my-shop");
            assert_eq!(outcome.code, 0, "{more}: {}", outcome.stderr);
            // As long as the cluster has the old policy, the Database stays in the repository.
            let outcome = cluster.run(&repository, "remove my-shop");
            assert_eq!(outcome.code, 1, "{more}: {}", outcome.stderr);
            assert!(
                outcome.stderr.contains(
                    "error: in the cluster the Database my-shop-db has databaseReclaimPolicy delete: its data would be lost with it\n"
                ),
                "{}",
                outcome.stderr
            );
            cluster.sync();
        }
        assert_eq!(kept(&cluster), "a book, t|t", "{more}");
        let outcome = cluster.run(&repository, "remove my-shop");
        assert_eq!(outcome.code, 0, "{more}: {}", outcome.stderr);
        cluster.sync();
        cluster.settle();
        assert_eq!(kept(&cluster), "a book, f|f", "{more}");
        for (kind, namespace, name) in [
            ("databases", "postgres", "my-shop-db"),
            ("secrets", "postgres", "my-shop-db-creds"),
            ("secrets", "shop", "my-shop-db-creds"),
        ] {
            assert_eq!(cluster.get(kind, namespace, name), None, "{more}: {kind}");
        }
        take_over(&repository, &cluster, more);
    }
}

/// Makes the app again, which finds its role and its data.
fn take_over(repository: &Repository, cluster: &Controllers, more: &str) {
    let outcome = repository.run(&format!(
        "new-app my-shop --app-namespace shop --yes {more}"
    ));
    assert_eq!(outcome.code, 0, "{more}: {}", outcome.stderr);
    assert!(
        outcome
            .stderr
            .contains(" over again, with the data that the role my_shop kept\n"),
        "{}",
        outcome.stderr
    );
    cluster.sync();
    cluster.settle();
    assert_eq!(kept(cluster), "a book, t|t", "{more}");
    let verified = cluster.run(repository, "verify my-shop --login");
    assert_eq!(verified.code, 0, "{more}: {}", verified.stdout);
    let again = repository.run(&format!(
        "new-app my-shop --app-namespace shop --yes {more}"
    ));
    assert!(
        again.stderr.ends_with("nothing to write.\n"),
        "{}",
        again.stderr
    );
}

#[test]
fn a_policy_that_is_another_in_the_cluster_is_seen() {
    let Some((repository, cluster)) = synced("") else {
        return;
    };
    cluster
        .server
        .edit("databases", "postgres", "my-shop-db", |database| {
            database["spec"]["databaseReclaimPolicy"] = "delete".into();
        });
    let before = repository.tree();
    // What would be lost for certain is not to be forced.
    for more in ["", "--force-stage"] {
        let outcome = cluster.run(&repository, &format!("remove my-shop {more}"));
        assert_eq!(outcome.code, 1, "{}", outcome.stderr);
        assert!(
            !outcome.stderr.contains("--force-stage"),
            "{}",
            outcome.stderr
        );
        assert_eq!(repository.tree(), before);
    }
}

#[test]
fn what_has_to_be_seen_is_not_seen_elsewhere() {
    let Some((repository, cluster)) = synced("--reclaim delete") else {
        return;
    };
    assert_eq!(cluster.run(&repository, "remove my-shop").code, 0);
    // A cluster with the same names, and without this app.
    cluster.server.delete("databases", "postgres", "my-shop-db");
    let outcome = cluster.run(&repository, "remove my-shop");
    assert_eq!(outcome.code, 3, "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains(
            "error: it cannot be seen that the Database my-shop-db has databaseReclaimPolicy retain: the Database my-shop-db is not in \
             the cluster\nhelp: is this the right context?"
        ),
        "{}",
        outcome.stderr
    );
}

#[test]
fn what_may_not_be_seen_is_unknown() {
    let Some((repository, cluster)) = synced("") else {
        return;
    };
    let server = &cluster.server;
    let look = |what: &str| {
        let outcome = cluster.run(&repository, "remove my-shop --dry-run=client");
        let text = said(&repository, &cluster, &outcome);
        let text = text.split("\nStage").next().unwrap().to_owned();
        format!("## {what}\n{text}\n")
    };
    let mut all = String::new();
    server.forbid("get", "", "secrets", Reach::Everywhere);
    all += &look("the Secret may not be read");
    server.allow_all();
    server.forbid("create", "", "pods/portforward", Reach::Everywhere);
    all += &look("the port-forward is forbidden");
    server.allow_all();
    server.forbid("list", "postgresql.cnpg.io", "databases", Reach::Everywhere);
    all += &look("the Database may not be read");
    server.allow_all();
    cluster
        .postgres
        .sql("postgres", "ALTER ROLE my_shop NOLOGIN");
    all += &look("the role may not log in");
    insta::assert_snapshot!(all);
}

#[test]
fn sessions_outlive_the_login_until_they_are_ended() {
    let Some((repository, cluster)) = synced("") else {
        return;
    };
    let session = cluster.postgres.session_as("my_shop", "my_shop");
    let outcome = cluster.run(&repository, "remove my-shop");
    insta::assert_snapshot!("closing", said(&repository, &cluster, &outcome));
    cluster.sync();
    let count = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'my_shop'";
    assert_eq!(cluster.postgres.sql("postgres", count), "1");
    let [script] = scripts(&outcome).try_into().unwrap();
    // The server may take a moment to end what it was told to end.
    let ended = "DO $$ BEGIN FOR i IN 1..500 LOOP PERFORM pg_stat_clear_snapshot(); \
                 IF NOT EXISTS (SELECT FROM pg_stat_activity WHERE usename = 'my_shop') THEN RETURN; END IF; \
                 PERFORM pg_sleep(0.02); END LOOP; RAISE 'a session is left'; END $$";
    cluster.postgres.sql("postgres", &script);
    cluster.postgres.sql("postgres", ended);
    drop(session);
}

#[test]
fn what_was_kept_is_dropped_without_being_seen() {
    let Some((repository, cluster)) = synced("") else {
        return;
    };
    populate(&cluster);
    assert_eq!(cluster.run(&repository, "remove my-shop").code, 0);
    cluster.sync();
    for stage in 1..=2 {
        let outcome = cluster.run(&repository, DROP);
        assert_eq!(outcome.code, 0, "{stage}: {}", outcome.stderr);
        cluster.sync();
        cluster.settle();
    }
    assert_eq!(is_there(&cluster), "0|1");
    // Nobody can log in as the role to see what it has: CNPG's message says it, and scripts ask for it.
    let outcome = cluster.run(&repository, DROP);
    insta::assert_snapshot!("unseen", said(&repository, &cluster, &outcome));
    let [ask, release] = scripts(&outcome).try_into().unwrap();
    let rows = cluster.postgres.sql("postgres", &ask);
    assert!(rows.contains("shared one|pg_namespace|o|1"), "{rows}");
    cluster.postgres.sql("postgres", &release);
    let release = release.replace("\\connect \"postgres\"", "\\connect \"shared one\"");
    cluster.postgres.sql("postgres", &release);
    cluster.settle();
    assert_eq!(is_there(&cluster), "0|0");
    let outcome = cluster.run(&repository, DROP);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert_eq!(scripts(&outcome), [] as [&str; 0]);
}

#[test]
fn a_cluster_that_is_another_or_does_not_answer_shows_nothing() {
    let Some((repository, cluster)) = synced("") else {
        return;
    };
    repository.run_ok(&format!("{DROP} --offline --quiet"));
    let before = repository.tree();
    let kubeconfig = cluster.server.kubeconfig();
    cluster
        .server
        .delete("clusters", "postgres", "postgres-shared");
    let call = format!("{DROP} --kubeconfig {}", kubeconfig.display());
    let outcome = repository.run(&call);
    let error = |outcome: &Outcome| {
        let text = shown(&repository, &cluster, outcome);
        text.split_once("error: ").unwrap().1.to_owned()
    };
    assert_eq!(
        error(&outcome),
        "it cannot be seen that the database of my-shop-db is dropped: the Cluster is not in the cluster at https://SERVER
help: is this the right context? kubectl config get-contexts
      --force-stage goes on all the same: where the database is still there, the role cannot be dropped, and the database may stay for good
"
    );
    assert_eq!(outcome.code, 3);
    assert_eq!(repository.tree(), before);
    assert_eq!(
        repository.refusal_of(
            ["remove", "my-shop", "--kubeconfig", "nowhere"],
            b""
        ),
        "error: the app my-shop is on its way out, with its data: infra/databases/postgres/my-shop-db.yaml:1 says `ensure: absent`
help: go on with --drop-database (the data of \"my_shop\" is lost), or take `ensure: absent` out again
"
    );
}

#[test]
fn json_has_what_the_cluster_shows() {
    let Some((repository, cluster)) = synced("") else {
        return;
    };
    populate(&cluster);
    let _session = cluster.postgres.session("my_shop");
    let outcome = cluster.run(
        &repository,
        &format!("{DROP} --output json --dry-run=client"),
    );
    let mut report: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    let live = &mut report["live"];
    assert!(live["sizeBytes"].as_u64().unwrap() > 1_000_000, "{live}");
    live["sizeBytes"] = 0.into();
    live["server"] = "SERVER".into();
    insta::assert_snapshot!("json", serde_json::to_string_pretty(&report).unwrap());
}
