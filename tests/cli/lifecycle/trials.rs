//! What was granted is tried by those whom it was granted to: `verify --login`.

use serde_json::{Value, json};

use super::Life;
use crate::support::Outcome;

/// The checks of the link `access`, each as role, status, reason and evidence.
fn access(outcome: &Outcome) -> Vec<String> {
    let report: Value = serde_json::from_str(&outcome.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", outcome.stdout, outcome.stderr));
    let checks = report["apps"][0]["checks"].as_array().unwrap().iter();
    let text = |check: &Value, field: &str| check[field].as_str().unwrap_or("-").to_owned();
    checks
        .filter(|check| check["check"] == "access")
        .map(|check| {
            ["object", "status", "reason", "evidence"]
                .map(|field| text(check, field))
                .join(" | ")
        })
        .collect()
}

/// An isolated app with a reader, a robot with some privileges, and a stranger.
fn three_users() -> Option<Life> {
    let life = Life::without_others()?;
    life.change("new-app my-shop --app-namespace shop --isolate");
    life.live("new-app wiki --app-namespace wiki");
    life.cluster.postgres.sql(
        "my_shop",
        "SET ROLE my_shop; CREATE TABLE orders (id int GENERATED ALWAYS AS IDENTITY, card text); CREATE TABLE jobs (x int);
         CREATE SEQUENCE counter; CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql AS 'SELECT 2 * $1'",
    );
    life.change("grant my-shop --to report --as reader --app-namespace bi");
    life.live(
        "grant my-shop --to robot --privileges SELECT,INSERT --table jobs --app-namespace bi",
    );
    Some(life)
}

const VERIFY: &str = "verify my-shop --login -o json";
const ROBOT: &str = "Role robot | pass | ok | may do in \"my_shop\" what is declared and nothing else, on 7 objects";
const REPORT: &str = "Role report | pass | ok | may do in \"my_shop\" what is declared and nothing else, on 7 objects";
const WIKI: &str = "Role wiki | pass | ok | is refused to connect to \"my_shop\", as declared";

#[test]
fn each_user_may_do_what_is_declared() {
    let Some(life) = three_users() else { return };
    let outcome = life.run(VERIFY);
    assert_eq!(access(&outcome), [REPORT, ROBOT, WIKI]);
    assert_eq!(outcome.code, 0, "{}", outcome.stdout);
    assert_eq!(
        access(&life.run("verify my-shop -o json")),
        [
            "- | skipped | not-asked | not tried; --login logs in as those who were granted something"
        ]
    );
    assert_eq!(
        access(&life.run("verify wiki --login -o json")),
        Vec::<String>::new()
    );
    assert_eq!(life.run("verify my-shop wiki --login --wait").code, 0);
}

#[test]
fn what_differs_is_named_with_its_role_object_and_privilege() {
    let Some(life) = three_users() else { return };
    let sql = |statement: &str| life.cluster.postgres.sql("my_shop", statement);
    for (change, back, wanted) in [
        (
            "GRANT UPDATE ON orders TO my_shop_reader",
            "REVOKE UPDATE ON orders FROM my_shop_reader",
            "Role report | fail | more | report has UPDATE on the table public.orders",
        ),
        (
            "GRANT UPDATE (card) ON orders TO report",
            "REVOKE UPDATE (card) ON orders FROM report",
            "Role report | fail | more | report has UPDATE on the column card of the table public.orders",
        ),
        (
            "REVOKE SELECT ON orders FROM my_shop_reader",
            "GRANT SELECT ON orders TO my_shop_reader",
            "Role report | fail | less | report has no SELECT on the table public.orders",
        ),
        (
            "REVOKE CONNECT ON DATABASE my_shop FROM my_shop_reader",
            "GRANT CONNECT ON DATABASE my_shop TO my_shop_reader",
            "Role report | fail | may-not-connect | may not connect to \"my_shop\": permission denied for database \"my_shop\"",
        ),
        (
            "GRANT my_shop TO report",
            "REVOKE my_shop FROM report",
            "Role report | fail | more | has the rights of the owner my_shop, which is not declared",
        ),
        (
            "ALTER ROLE report SUPERUSER",
            "ALTER ROLE report NOSUPERUSER",
            "Role report | fail | more | is a superuser, which is not declared",
        ),
        (
            "ALTER ROLE report PASSWORD 'another'",
            "SELECT 1",
            "Role report | unknown | not-tried | could not be tried: PostgreSQL refuses: password authentication failed for \
             user \"report\"",
        ),
    ] {
        sql(&format!("SET ROLE postgres; {change}"));
        let outcome = life.run(VERIFY);
        assert_eq!(access(&outcome), [wanted, ROBOT, WIKI], "{change}");
        assert_ne!(outcome.code, 0);
        sql(back);
    }
    sql("GRANT EXECUTE ON FUNCTION twice TO wiki; GRANT CONNECT ON DATABASE my_shop TO wiki");
    let outcome = life.run(VERIFY);
    assert_eq!(
        access(&outcome)[2],
        "Role wiki | fail | not-refused | can connect to \"my_shop\", which is to be isolated"
    );
    assert_eq!(outcome.code, 1);
}

#[test]
fn a_right_that_cannot_be_used_is_none() {
    let Some(life) = three_users() else { return };
    let postgres = &life.cluster.postgres;
    // Whoever may not use the schema has nothing of what is in it.
    postgres.sql(
        "my_shop",
        "REVOKE USAGE ON SCHEMA public FROM PUBLIC, my_shop_reader",
    );
    let outcome = life.run(VERIFY);
    assert_eq!(
        access(&outcome)[0],
        "Role report | fail | less | report has no USAGE on the schema public; report has no SELECT on the sequence \
         public.counter; report has no SELECT on the sequence public.orders_id_seq; report has no SELECT on the table public.jobs; report has no SELECT on the table public.orders"
    );
    let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(
        report["apps"][0]["broken"],
        json!({"check": "access", "reason": "less"})
    );
}

#[test]
fn of_a_cluster_sync_shows_the_jobs_of_grant() {
    let Some(life) = three_users() else { return };
    let status = life.run("sync --status -o json");
    let report: Value = serde_json::from_str(&status.stdout).unwrap();
    let run = &report["runs"][0];
    assert_eq!(status.code, 0, "{}{}", status.stdout, status.stderr);
    assert_eq!(
        (&run["job"], &run["app"], &run["outcome"], &run["isCurrent"]),
        (
            &json!("my-shop-access"),
            &json!("my-shop"),
            &json!("complete"),
            &json!(true)
        )
    );
    assert_eq!(
        (report["schedule"].clone(), report["differences"].clone()),
        (Value::Null, Value::Null)
    );
    let log = life.run("sync --logs");
    assert!(
        log.stdout.ends_with("statements run\n"),
        "{}{}",
        log.stdout,
        log.stderr
    );
    let now = life.run("sync");
    assert_eq!(
        (now.code, now.stderr.as_str()),
        (
            2,
            "error: CloudNativePG makes the roles and databases of the Cluster postgres-shared in postgres, and Argo CD runs \
             the Jobs of `grant` when it syncs: there is nothing to start here\n\
             help: argocd app sync NAME, for the whole Application, since a selective sync skips hooks; then kubectl pgdb verify --all\n"
        )
    );
}
