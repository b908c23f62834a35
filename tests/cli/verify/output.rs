//! What is printed, in each form.

use serde_json::json;

use super::{json_of, verify};
use crate::apiserver::ApiServer;
use crate::support::Repository;
use crate::terminal::{Ended, Terminal};
use crate::world::World;

/// my-shop, whose mirror is no mirror, and an object of others that is out of sync.
fn broken() -> (Repository, ApiServer) {
    let (repository, server, _world) = World::guide();
    server.edit("secrets", "shop", "my-shop-db-creds", |mirror| {
        mirror["metadata"]["annotations"] = json!({});
    });
    server.edit("applications", "argocd", "databases", |application| {
        let status = &mut application["status"];
        status["sync"]["status"] = json!("OutOfSync");
        status["resources"][0]["status"] = json!("OutOfSync");
    });
    (repository, server)
}

/// Nine apps on a Cluster that is not ready, of which seven have Databases for another one.
fn several() -> (Repository, ApiServer) {
    let repository = Repository::empty();
    let server = ApiServer::start();
    World::apps_of(&server, repository.path(), 9);
    for number in 3..=9 {
        let database = format!("app-{number:04}-db");
        server.edit("databases", "postgres", &database, |database| {
            database["spec"]["cluster"]["name"] = json!("postgres-other");
        });
    }
    server.edit("clusters", "postgres", "postgres-shared", |cluster| {
        cluster["status"]["phase"] = json!("Failing over");
        cluster["status"]["conditions"][0]["status"] = json!("False");
    });
    (repository, server)
}

#[test]
fn json_is_one_versioned_structure() {
    let (repository, server) = broken();
    let outcome = verify(&repository, &server.kubeconfig(), "my-shop --output json");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""));
    insta::assert_snapshot!(outcome.stdout);
}

#[test]
fn yaml_is_the_same_structure() {
    let (repository, server) = broken();
    let kubeconfig = server.kubeconfig();
    let yaml = verify(&repository, &kubeconfig, "my-shop -o yaml");
    let structure: serde_json::Value = serde_yaml::from_str(&yaml.stdout).unwrap();
    let json = verify(&repository, &kubeconfig, "my-shop -o json");
    assert_eq!(structure, json_of(&json));
    assert_eq!((yaml.code, yaml.stderr.as_str()), (1, ""));
    assert!(
        yaml.stdout
            .starts_with("apiVersion: pgdb/v1\nkind: Verify\nstatus: fail\nsummary:\n  apps: 1\n"),
        "{}",
        yaml.stdout
    );
}

#[test]
fn junit_has_a_suite_for_each_app() {
    let (repository, server) = broken();
    let outcome = verify(&repository, &server.kubeconfig(), "my-shop blog -o junit");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""));
    insta::assert_snapshot!(outcome.stdout);
}

#[test]
fn one_app_has_each_link_in_a_row() {
    let (repository, server) = broken();
    let outcome = verify(&repository, &server.kubeconfig(), "my-shop");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""));
    insta::assert_snapshot!(outcome.stdout);
}

#[test]
fn several_apps_have_a_row_each_and_what_they_share_is_told_once() {
    let (repository, server) = several();
    let kubeconfig = server.kubeconfig();
    let outcome = verify(&repository, &kubeconfig, "--all");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""));
    insta::assert_snapshot!(outcome.stdout);
    server.edit("applications", "argocd", "databases", |application| {
        application["status"]["operationState"]["phase"] = json!("Error");
    });
    let outcome = verify(&repository, &kubeconfig, "--all --quiet");
    assert_eq!(
        outcome.stdout,
        "app-0001, app-0002, app-0003, app-0004, app-0005 and 4 more: the link Argo CD is broken\n  \
         Application argocd/databases: its last sync ended as Error: successfully synced (all tasks run)\n    \
         -> kubectl describe application.argoproj.io databases --namespace argocd\n"
    );
}

#[test]
fn a_link_may_be_left_out() {
    let (repository, server) = broken();
    let kubeconfig = server.kubeconfig();
    let outcome = verify(
        &repository,
        &kubeconfig,
        "my-shop --skip mirror,argo-cd -o json",
    );
    let report = json_of(&outcome);
    let checks = report["apps"][0]["checks"].as_array().unwrap();
    let skipped: Vec<&str> = checks
        .iter()
        .filter(|check| check["evidence"] == "left out as asked")
        .map(|check| check["check"].as_str().unwrap())
        .collect();
    assert_eq!((outcome.code, skipped), (0, vec!["argo-cd", "mirror"]));
    let refused = verify(&repository, &kubeconfig, "my-shop --skip mirorr");
    assert_eq!(
        (refused.code, refused.stderr.as_str()),
        (
            2,
            "error: --skip: there is no link \"mirorr\"\n\
             help: the links are argo-cd, sealed-secret, secret, mirror, service, role, password, database, privileges, cluster, pooler, sync, login, access\n"
        )
    );
}

#[test]
fn quiet_prints_nothing_of_what_holds() {
    let (repository, server, _world) = World::guide();
    let outcome = verify(&repository, &server.kubeconfig(), "my-shop --quiet");
    assert_eq!(
        (
            outcome.code,
            outcome.stdout.as_str(),
            outcome.stderr.as_str()
        ),
        (0, "", "")
    );
}

/// The table in a terminal of so many columns.
fn in_terminal(repository: &Repository, server: &ApiServer, columns: u16, colour: bool) -> Ended {
    let kubeconfig = server.kubeconfig();
    let mut command = repository.command(["verify", "my-shop", "--kubeconfig"]);
    command.arg(kubeconfig);
    if !colour {
        command.env("NO_COLOR", "1");
    }
    Terminal::of_size(command, 60, columns).end()
}

#[test]
fn a_terminal_has_colours() {
    let (repository, server) = broken();
    let coloured = in_terminal(&repository, &server, 200, true);
    assert_eq!(coloured.code, Some(1));
    for text in [
        "\x1b[1mmy-shop: the link Mirror is broken\x1b[0m",
        "\x1b[31m\x1b[1mFAIL   \x1b[0m",
        "\x1b[32mpass   \x1b[0m",
        "\x1b[33mwarning\x1b[0m",
        "\x1b[2mskipped\x1b[0m",
    ] {
        assert!(
            coloured.bytes.contains(text),
            "{text:?} in {}",
            coloured.bytes
        );
    }
    let plain = in_terminal(&repository, &server, 200, false);
    assert!(!plain.bytes.contains('\x1b'), "{:?}", plain.bytes);
    assert_eq!(plain.screen, coloured.screen);
    let piped = verify(&repository, &server.kubeconfig(), "my-shop").stdout;
    assert!(!piped.contains('\x1b'));
}

#[test]
fn a_narrow_terminal_breaks_lines_between_words() {
    let (repository, server) = broken();
    let ended = in_terminal(&repository, &server, 72, false);
    let longest = ended.screen.lines().map(|line| line.chars().count()).max();
    assert!(longest.unwrap() <= 72, "{}", ended.screen);
    insta::assert_snapshot!(ended.screen);
}
