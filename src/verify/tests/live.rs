//! Apps that are known by the live objects alone.

use super::*;

#[test]
fn labelled_databases_are_apps() {
    let facts = working();
    let expected = Expected::of_live(&facts, "postgres-shared", "postgres");
    assert_eq!(
        expected,
        [Expected {
            app: "my-shop".to_owned(),
            cluster: "postgres-shared".to_owned(),
            namespace: "postgres".to_owned(),
            secret: Some("my-shop-db-creds".to_owned()),
            role: Some("my_shop".to_owned()),
            database: Some(ExpectedDatabase {
                object: "my-shop-db".to_owned(),
                name: "my_shop".to_owned(),
                ..ExpectedDatabase::default()
            }),
            ..Expected::default()
        }]
    );
    let report = run(&expected, &facts, &[]);
    assert_eq!(report.status, Status::Pass, "{report:#?}");
}

#[test]
fn a_database_of_another_maker_or_cluster_is_none() {
    let mut facts = working();
    assert_eq!(Expected::of_live(&facts, "other", "postgres"), []);
    assert_eq!(Expected::of_live(&facts, "postgres-shared", "other"), []);
    facts.databases = shelf(Database {
        meta: meta("postgres", "my-shop-db", "30"),
        ..database()
    });
    assert_eq!(Expected::of_live(&facts, "postgres-shared", "postgres"), []);
}
