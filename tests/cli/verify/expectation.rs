//! What is expected of which apps: from the repository, or from names and flags.

use std::fmt::Write;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{json_of, verify};
use crate::apiserver::{ApiServer, Reach};
use crate::support::{Outcome, Repository, SEALED, binary, run};
use crate::world::World;

/// Runs `verify` in a folder that belongs to no repository.
fn elsewhere(server: &ApiServer, words: &str) -> Outcome {
    let folder = TempDir::new().unwrap();
    let mut command = Command::new(binary());
    command.current_dir(folder.path()).env_clear();
    command.arg("verify").args(words.split_whitespace());
    command.arg("--kubeconfig").arg(server.kubeconfig());
    run(command, b"")
}

/// Each app with its status.
fn apps(outcome: &Outcome) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let report = json_of(outcome);
    let apps = report["apps"].as_array().unwrap().iter();
    apps.map(|app| (text(&app["app"]), text(&app["status"])))
        .collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(app, status)| ((*app).to_owned(), (*status).to_owned()))
        .collect()
}

#[test]
fn the_repository_declares_the_apps() {
    let repository = Repository::empty();
    let server = ApiServer::start();
    World::apps_of(&server, repository.path(), 3);
    let kubeconfig = server.kubeconfig();
    let all = pairs(&[
        ("app-0001", "pass"),
        ("app-0002", "pass"),
        ("app-0003", "pass"),
    ]);
    let outcome = verify(&repository, &kubeconfig, "--all -o json");
    assert_eq!((outcome.code, apps(&outcome)), (0, all.clone()));
    // In the order in which they are named.
    let outcome = verify(&repository, &kubeconfig, "app-0003 app-0001 -o json");
    assert_eq!(
        (outcome.code, apps(&outcome)),
        (0, vec![all[2].clone(), all[0].clone()])
    );

    let mut refused = String::new();
    for words in [
        "",
        "app-0004",
        "app-1",
        "shop app-0001",
        "My_App",
        "--all app-0001",
    ] {
        let outcome = verify(&repository, &kubeconfig, words);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{words}");
        writeln!(refused, "## {words:?}\n{}", outcome.stderr).unwrap();
    }
    insta::assert_snapshot!(refused);
}

#[test]
fn the_only_app_need_not_be_named() {
    let repository = Repository::empty();
    let server = ApiServer::start();
    World::apps_of(&server, repository.path(), 1);
    let outcome = verify(&repository, &server.kubeconfig(), "-o json");
    assert_eq!(
        (outcome.code, apps(&outcome)),
        (0, pairs(&[("app-0001", "pass")]))
    );
}

#[test]
fn a_repository_without_apps_is_told_of() {
    let repository = Repository::guide();
    let cluster = repository.read(crate::support::CLUSTER);
    let (before, after) = cluster.split_once("  managed:").unwrap();
    let (_, after) = after.split_once("  monitoring:").unwrap();
    repository.write(
        crate::support::CLUSTER,
        &format!("{before}  monitoring:{after}"),
    );
    let server = ApiServer::start();
    let outcome = verify(&repository, &server.kubeconfig(), "");
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (
            2,
            "error: the repository declares no app for the Cluster postgres-shared in postgres\n\
             help: see that this working tree is the right one and up to date\n"
        )
    );
    assert_eq!(server.requests(), []);
}

#[test]
fn an_app_that_was_made_by_hand_is_looked_at_as_far_as_it_goes() {
    let (repository, server, _world) = World::guide();
    let outcome = verify(
        &repository,
        &server.kubeconfig(),
        "blog --skip argo-cd,sealed-secret",
    );
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""));
    insta::assert_snapshot!(outcome.stdout);
}

#[test]
fn a_role_may_be_an_object_of_its_own() {
    let repository = Repository::guide();
    repository.run_ok(
        "new-app my-shop --app-namespace shop --yes --quiet --roles databaserole --extension pgcrypto --schema sales",
    );
    let server = ApiServer::start();
    World::of(&server, repository.path());
    let outcome = verify(&repository, &server.kubeconfig(), "my-shop");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(outcome.stdout);
}

#[test]
fn names_follow_from_the_app_where_there_is_no_repository() {
    let (_repository, server, _world) = World::guide();
    for words in [
        "my-shop",
        "my-shop --app-namespace shop",
        "my-shop --cluster postgres-shared --namespace postgres",
        "my-shop --user my_shop --database my_shop --secret-name my-shop-db-creds",
    ] {
        let outcome = elsewhere(&server, words);
        assert_eq!(
            (outcome.code, outcome.stderr.as_str()),
            (0, ""),
            "{words}\n{}",
            outcome.stdout
        );
    }
    for (words, link, reason) in [
        ("my-shop --app-namespace web", "mirror", "namespace-missing"),
        ("my-shop --user shop", "secret", "username-mismatch"),
        ("my-shop --database shop", "database", "other-name"),
        ("my-shop --secret-name other", "argo-cd", "not-held"),
        ("your-shop", "argo-cd", "not-held"),
        ("my-shop --cluster other", "database", "other-cluster"),
    ] {
        let outcome = elsewhere(&server, &format!("{words} -o json"));
        assert_eq!(
            (outcome.code, &json_of(&outcome)["apps"][0]["broken"]),
            (1, &json!({"check": link, "reason": reason})),
            "{words}"
        );
    }
}

#[test]
fn the_label_tells_all_apps_where_there_is_no_repository() {
    let server = ApiServer::start();
    World::apps(&server, 2);
    server.put(json!({
        "apiVersion": "postgresql.cnpg.io/v1",
        "kind": "Database",
        "metadata": {"name": "by-hand", "namespace": "postgres"},
        "spec": {"name": "by_hand", "owner": "by_hand", "cluster": {"name": "postgres-shared"}},
    }));
    let outcome = elsewhere(&server, "--all -o json");
    assert_eq!(
        (outcome.code, apps(&outcome)),
        (0, pairs(&[("app-0001", "pass"), ("app-0002", "pass")]))
    );
}

#[test]
fn the_cluster_is_discovered_or_asked_for() {
    let (_repository, server, _world) = World::guide();
    let mut refused = String::new();
    let mut refuse = |what: &str, words: &str, code: i32| {
        let outcome = elsewhere(&server, words);
        assert_eq!(
            (outcome.code, outcome.stdout.as_str()),
            (code, ""),
            "{what}"
        );
        let stderr = outcome
            .stderr
            .replace(&server.address().to_string(), "SERVER");
        writeln!(refused, "## {what}\n{stderr}").unwrap();
    };
    refuse("no name, and no repository", "", 2);
    refuse(
        "a namespace without a Cluster",
        "my-shop --namespace shop",
        2,
    );
    refuse("a namespace that is none", "my-shop --namespace Shop", 2);
    server.forbid("list", "postgresql.cnpg.io", "clusters", Reach::Everywhere);
    refuse("Clusters may not be listed", "my-shop", 3);
    server.allow_all();
    server.forbid("list", "postgresql.cnpg.io", "databases", Reach::Everywhere);
    refuse("Databases may not be listed", "--all", 3);
    server.allow_all();
    let mut second = server
        .get("clusters", "postgres", "postgres-shared")
        .unwrap();
    second["metadata"]["name"] = json!("postgres-other");
    server.put(second);
    refuse("two Clusters", "my-shop", 2);
    assert_eq!(
        elsewhere(&server, "my-shop --cluster postgres-shared").code,
        0
    );
    refuse(
        "two Clusters, of which this has no app",
        "--all --cluster postgres-other",
        2,
    );
    insta::assert_snapshot!(refused);
}

#[test]
fn patterns_are_tried_on_the_namespaces_that_are_there() {
    let repository = Repository::guide();
    repository.run_ok("new-app my-shop --app-namespace shop --yes --quiet");
    let sealed = repository.read(SEALED);
    let sealed = sealed.replace("namespaces: \"shop\"", "namespaces: \"shop,team-.*\"");
    let sealed = sealed.replace("namespaces: shop\n", "namespaces: \"shop,team-.*\"\n");
    assert_eq!(sealed.matches("team-.*").count(), 2);
    repository.write(SEALED, &sealed);
    let server = ApiServer::start();
    World::of(&server, repository.path());
    // What stands for Reflector takes the pattern for a name.
    server.delete("secrets", "team-.*", "my-shop-db-creds");
    let mut namespace = server.delete("namespaces", "", "team-.*");
    for team in ["team-a", "team-b"] {
        namespace["metadata"]["name"] = json!(team);
        server.put(namespace.clone());
        let mut mirror = server.get("secrets", "shop", "my-shop-db-creds").unwrap();
        mirror["metadata"]["namespace"] = json!(team);
        server.put(mirror);
    }
    let mirrors = || {
        let outcome = verify(&repository, &server.kubeconfig(), "my-shop -o json");
        let report = json_of(&outcome);
        let checks = report["apps"][0]["checks"].as_array().unwrap().iter();
        let mirrors: Vec<String> = checks
            .filter(|check| check["check"] == "mirror")
            .map(|check| {
                let object = check["object"].as_str().unwrap_or("-");
                format!("{object} {}", check["reason"].as_str().unwrap())
            })
            .collect();
        (outcome.code, mirrors.join(", "))
    };
    let of =
        |namespace: &str, reason: &str| format!("Secret {namespace}/my-shop-db-creds {reason}");
    let [shop, team_a] = ["shop", "team-a"].map(|namespace| of(namespace, "ok"));
    assert_eq!(
        mirrors(),
        (0, format!("{shop}, {team_a}, {}", of("team-b", "ok")))
    );
    server.delete("secrets", "team-b", "my-shop-db-creds");
    assert_eq!(
        mirrors(),
        (
            1,
            format!("{shop}, {team_a}, {}", of("team-b", "not-yet-made"))
        )
    );
    // Which namespaces the pattern reaches is not known now: no pass.
    server.forbid("list", "", "namespaces", Reach::Everywhere);
    assert_eq!(mirrors(), (3, format!("{shop}, - forbidden")));
}
