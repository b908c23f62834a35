//! `audit` and `verify --login` on a server that CNPG does not run.

use serde_json::Value;

use super::Server;

/// An isolated app with a reader, and another app.
fn apps() -> Server {
    let server = Server::start();
    for words in [
        "new-app my-shop --app-namespace shop --isolate",
        "new-app wiki --app-namespace shop",
        "grant my-shop --to report --as reader --app-namespace shop",
    ] {
        server.run_ok(&format!("{words} --yes --quiet"));
    }
    server.cluster.sync();
    server.cluster.postgres.sql(
        "my_shop",
        "SET ROLE my_shop; CREATE TABLE orders (x int); RESET ROLE;
         CREATE ROLE maker LOGIN CREATEROLE; CREATE ROLE makers; GRANT makers TO maker",
    );
    server
}

#[test]
fn what_nobody_declared_is_found() {
    if !crate::postgres::is_usable() {
        return;
    }
    let server = apps();
    let outcome = server.run("audit");
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (0, ""),
        "{}",
        outcome.stdout
    );
    insta::assert_snapshot!(outcome.stdout);
    server.cluster.postgres.sql(
        "my_shop",
        "GRANT SELECT ON orders TO wiki; GRANT my_shop TO maker; ALTER ROLE wiki CREATEDB",
    );
    let outcome = server.run("audit --quiet");
    assert_eq!(outcome.code, 1);
    insta::assert_snapshot!(outcome.stdout);
}

#[test]
fn who_was_granted_something_is_tried() {
    if !crate::postgres::is_usable() {
        return;
    }
    let server = apps();
    let outcome = server.run("verify my-shop --login -o json");
    let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let checks = report["apps"][0]["checks"].as_array().unwrap().iter();
    let access = checks.filter(|check| check["check"] == "access");
    let access: Vec<&str> = access
        .map(|check| check["evidence"].as_str().unwrap())
        .collect();
    assert_eq!(
        access,
        [
            "may do in \"my_shop\" what is declared and nothing else, on 3 objects",
            "is refused to connect to \"my_shop\", as declared",
        ]
    );
    assert_eq!(outcome.code, 0, "{}", outcome.stdout);
}
