//! `migrate-roles`: what each stage writes, what it waits for, and that no moment leaves a role unmanaged.

use crate::apiserver::Reach;
use crate::controllers::Controllers;
use crate::postgres;
use crate::support::{CLUSTER, KUSTOMIZATION, Outcome, Repository};

const ROLE: &str = "infra/databases/postgres/my-shop-role.yaml";
const TO_OBJECTS: &str = "migrate-roles my-shop --to databaserole";

/// The guide's repository with the app my-shop, whose role says more than the product makes it say.
fn with_my_shop() -> Repository {
    let repository = Repository::guide();
    repository.run_ok("new-app my-shop --app-namespace shop --yes --quiet");
    repository.replace(
        CLUSTER,
        "      - name: my_shop\n        login: true\n",
        "      # the shop's own\n      - name: my_shop # as in the old one\n        login: true\n        connectionLimit: 20\n        \
         # for reports\n        inherit: true\n",
    );
    repository
}

/// Both streams and the exit code, with the root's path as `ROOT`.
fn told(repository: &Repository, outcome: &Outcome) -> String {
    repository.without_path(&format!(
        "exit {}\n--- stdout\n{}--- stderr\n{}",
        outcome.code, outcome.stdout, outcome.stderr
    ))
}

/// What `lint` finds beside what it finds in the guide's repository.
fn findings(repository: &Repository) -> Vec<String> {
    let found = repository.run("lint --fail-on info --quiet").stdout;
    let heads = found.lines().filter(|line| line.contains("[PGDB"));
    let own = heads.filter(|line| !line.contains("blog"));
    own.map(str::to_owned).collect()
}

#[test]
fn a_role_moves_to_an_object_and_back() {
    let repository = with_my_shop();
    let old = repository.tree();
    let known = findings(&repository);
    let first = repository.run(TO_OBJECTS);
    insta::assert_snapshot!("to an object, first stage", told(&repository, &first));
    assert_eq!(repository.read(CLUSTER), old[CLUSTER]);
    assert_eq!(findings(&repository), known);
    let second = repository.run(&format!("{TO_OBJECTS} --force-stage"));
    insta::assert_snapshot!("to an object, second stage", told(&repository, &second));
    assert_eq!(findings(&repository), known);
    let third = repository.run(TO_OBJECTS);
    insta::assert_snapshot!("to an object, nothing left", told(&repository, &third));

    let back = "migrate-roles --all --to managed";
    let first = repository.run(back);
    insta::assert_snapshot!("to the Cluster, first stage", told(&repository, &first));
    assert_eq!(findings(&repository), known);
    let second = repository.run(&format!("{back} --force-stage --quiet"));
    assert_eq!(second.code, 0, "{}", second.stderr);
    assert_eq!(findings(&repository), known);
    assert_eq!(repository.tree(), old);
}

#[test]
fn a_dry_run_writes_nothing() {
    let repository = with_my_shop();
    let before = repository.tree();
    let outcome = repository.run(&format!("{TO_OBJECTS} --dry-run -o json"));
    assert_eq!(repository.tree(), before);
    insta::assert_snapshot!(told(&repository, &outcome));
}

#[test]
fn the_second_stage_waits_for_the_cluster() {
    let repository = with_my_shop();
    repository.run_ok(&format!("{TO_OBJECTS} --quiet"));
    let before = repository.tree();
    let outcome = repository.run(TO_OBJECTS);
    assert_eq!(repository.tree(), before);
    insta::assert_snapshot!("without a cluster", told(&repository, &outcome));
}

#[test]
fn what_is_not_moved() {
    let message = |repository: &Repository, line: &str| {
        let before = repository.tree();
        let outcome = repository.run(line);
        assert_eq!(outcome.code, 2, "{}", outcome.stderr);
        assert_eq!(repository.tree(), before);
        repository.without_path(&outcome.stderr)
    };
    let repository = with_my_shop();
    repository.replace(
        CLUSTER,
        "        inherit: true\n",
        "        ensure: absent\n",
    );
    let mut all = message(&repository, TO_OBJECTS);
    let repository = with_my_shop();
    repository.write(ROLE, "a: 1\n");
    all.push_str(&message(&repository, TO_OBJECTS));
    repository.write(ROLE, "");
    let repository = with_my_shop();
    repository.run_ok(&format!("{TO_OBJECTS} --quiet"));
    repository.replace(ROLE, "connectionLimit: 20", "connectionLimit: 21");
    all.push_str(&message(
        &repository,
        &format!("{TO_OBJECTS} --force-stage"),
    ));
    all.push_str(&message(&repository, "migrate-roles my-shop --to else"));
    all.push_str(&message(&repository, "migrate-roles my-shap --to managed"));
    insta::assert_snapshot!(all);
}

/// What PostgreSQL has of the role.
fn attributes(cluster: &Controllers) -> String {
    let columns =
        "rolname, rolcanlogin, rolconnlimit, rolcreatedb, rolinherit, rolpassword IS NOT NULL";
    let statement = format!(
        "SELECT {columns}, pg_get_userbyid(datdba) FROM pg_authid, pg_database WHERE rolname = 'my_shop' AND datname = 'my_shop'"
    );
    cluster.postgres.sql("postgres", &statement)
}

#[test]
fn no_moment_leaves_the_role_unmanaged() {
    if !postgres::is_usable() {
        return;
    }
    let repository = with_my_shop();
    let cluster = Controllers::start(repository.path());
    cluster.sync();
    let had = attributes(&cluster);
    let login = |what: &str| {
        let outcome = cluster.run(&repository, "verify my-shop --login");
        assert_eq!(
            outcome.code, 0,
            "{what}: {}{}",
            outcome.stdout, outcome.stderr
        );
    };
    let refused = |line: &str, code: i32, words: &str| {
        let before = repository.tree();
        let outcome = cluster.run(&repository, line);
        assert_eq!(outcome.code, code, "{}", outcome.stderr);
        assert!(outcome.stderr.contains(words), "{}", outcome.stderr);
        assert_eq!(repository.tree(), before);
    };
    let run = |line: &str| {
        let outcome = cluster.run(&repository, line);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    };
    login("before");
    run(TO_OBJECTS);
    refused(
        TO_OBJECTS,
        1,
        "the DatabaseRole my-shop-role is not in the cluster",
    );
    cluster.sync();
    cluster.server.forbid(
        "list",
        "postgresql.cnpg.io",
        "databaseroles",
        Reach::Everywhere,
    );
    refused(
        TO_OBJECTS,
        3,
        "it cannot be seen that the DatabaseRole my-shop-role is in the cluster",
    );
    cluster.server.allow_all();
    run(TO_OBJECTS);
    cluster.sync();
    cluster.settle();
    assert_eq!(attributes(&cluster), had);
    login("by the object");
    run("rotate my-shop --quiet");
    cluster.sync();
    login("with a new password");
    let had = attributes(&cluster);

    let back = "migrate-roles my-shop --to managed";
    run(back);
    refused(
        back,
        1,
        "in the cluster spec.managed.roles has no entry for the role \"my_shop\"",
    );
    cluster.sync();
    run(back);
    cluster.sync();
    cluster.settle();
    assert_eq!(attributes(&cluster), had);
    login("by the Cluster");
    assert!(!repository.read(KUSTOMIZATION).contains("my-shop-role"));
}
