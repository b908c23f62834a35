//! `rbac`: the least rights, tried on an API server that enforces them.

use serde_json::{Value, json};

use crate::apiserver::ApiServer;
use crate::postgres::{self, Postgres, Tls};
use crate::support::{Outcome, Repository};
use crate::world::World;

const POOLER: &str = "apiVersion: postgresql.cnpg.io/v1
kind: Pooler
metadata:
  name: pool
  namespace: postgres
spec:
  cluster:
    name: postgres-shared
";

/// The guide's repository with an app that has all there is, and a server where it works.
fn world() -> (Repository, ApiServer, World) {
    let repository = Repository::guide();
    repository.write("infra/databases/postgres/pooler.yaml", POOLER);
    repository.run_ok(
        "new-app my-shop --app-namespace shop --service postgres --pooler pool --roles databaserole --yes --quiet",
    );
    let server = ApiServer::start();
    let world = World::of(&server, repository.path());
    (repository, server, world)
}

/// The objects that `rbac` prints.
fn printed(repository: &Repository, words: &str) -> Vec<Value> {
    let outcome = repository.run(&format!("rbac --user tester --output json {words}"));
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    let list: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(
        (&list["apiVersion"], &list["kind"]),
        (&json!("v1"), &json!("List"))
    );
    list["items"].as_array().unwrap().clone()
}

fn run(repository: &Repository, server: &ApiServer, words: &str) -> Outcome {
    repository.run(&format!(
        "{words} --kubeconfig {}",
        server.kubeconfig().display()
    ))
}

/// The checks of a report that neither pass nor are skipped, as check and status.
fn exceptions(outcome: &Outcome) -> Vec<(String, String)> {
    let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let apps = report["apps"].as_array().cloned().unwrap_or_default();
    let checks = apps
        .iter()
        .flat_map(|app| app["checks"].as_array().unwrap());
    let own = report["checks"].as_array().into_iter().flatten();
    let text = |check: &Value, field: &str| check[field].as_str().unwrap().to_owned();
    checks
        .chain(own)
        .map(|check| (text(check, "check"), text(check, "status")))
        .filter(|(_, status)| status != "pass" && status != "skipped")
        .collect()
}

#[test]
fn prints_manifests_in_a_fixed_order() {
    let (repository, _server, _world) = world();
    let outcome = repository
        .run("rbac --for doctor --service-account ci:deployer --group dba --user anna@example.com");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    insta::assert_snapshot!("doctor", outcome.stdout);
    let outcome = repository.run("rbac --for sync,audit --group dba --name pgdb-sync");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    insta::assert_snapshot!("sync_and_audit", outcome.stdout);
}

#[test]
fn verify_passes_with_exactly_these_rights() {
    if !postgres::is_usable() {
        return;
    }
    let (repository, server, world) = world();
    let postgres = Postgres::start(Tls::Off);
    world.log_in_to(&server, &postgres);
    let without = run(&repository, &server, "verify my-shop --wait --login");
    assert_eq!(
        (without.code, without.stderr.as_str()),
        (0, ""),
        "{}",
        without.stdout
    );
    server.grant(&printed(&repository, "--for verify,login"));
    let with = run(&repository, &server, "verify my-shop --wait --login");
    assert_eq!(
        (with.code, with.stdout, with.stderr),
        (without.code, without.stdout, without.stderr)
    );
    // A login alone needs its own rights.
    server.grant(&printed(&repository, "--for verify"));
    let outcome = run(&repository, &server, "verify my-shop --login --output json");
    assert_eq!(outcome.code, 3);
    assert_eq!(
        exceptions(&outcome),
        [("login".to_owned(), "unknown".to_owned())]
    );
}

#[test]
fn doctor_passes_with_exactly_these_rights() {
    let (repository, server, _world) = world();
    server.grant(&printed(&repository, "--for doctor"));
    let outcome = run(&repository, &server, "doctor --output json");
    assert_eq!(exceptions(&outcome), []);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
}

#[test]
fn each_right_is_needed() {
    let (repository, server, _world) = world();
    let all = printed(&repository, "--for doctor");
    let mut tried = 0;
    for (object, manifest) in all.iter().enumerate() {
        for (number, rule) in manifest["rules"]
            .as_array()
            .into_iter()
            .flatten()
            .enumerate()
        {
            for resource in rule["resources"].as_array().unwrap() {
                for verb in rule["verbs"].as_array().unwrap() {
                    let without = without(&all, object, number, resource, verb);
                    server.grant(&without);
                    let place = &manifest["metadata"]["namespace"];
                    let outcome = run(&repository, &server, "doctor --output json");
                    assert_ne!(
                        outcome.code, 0,
                        "doctor without {verb} {resource} in {place}"
                    );
                    tried += 1;
                    // What is watched is not asked for while nothing has to be waited for; the rest explains what is
                    // broken, or what cannot be told without Argo CD.
                    let is_looked_at = verb == "list"
                        && !["pods", "namespaces", "applications"]
                            .contains(&resource.as_str().unwrap());
                    if is_looked_at {
                        let outcome = run(&repository, &server, "verify my-shop --output json");
                        assert_eq!(
                            outcome.code, 3,
                            "verify without {verb} {resource} in {place}"
                        );
                        assert!(
                            exceptions(&outcome)
                                .iter()
                                .any(|(_, status)| status == "unknown")
                        );
                    }
                }
            }
        }
    }
    assert_eq!(tried, 29);
}

/// The manifests without one verb on one resource of one rule.
fn without(
    all: &[Value],
    object: usize,
    rule: usize,
    resource: &Value,
    verb: &Value,
) -> Vec<Value> {
    let mut manifests = all.to_vec();
    let rules = manifests[object]["rules"].as_array_mut().unwrap();
    let mut rest = rules[rule].clone();
    rules[rule]["resources"]
        .as_array_mut()
        .unwrap()
        .retain(|found| found != resource);
    rest["resources"] = json!([resource]);
    rest["verbs"]
        .as_array_mut()
        .unwrap()
        .retain(|found| found != verb);
    rules.push(rest);
    manifests
}

#[test]
fn without_pods_and_namespaces_a_missing_mirror_is_not_explained() {
    let (repository, server, _world) = world();
    server.delete("secrets", "shop", "my-shop-db-creds");
    server.delete("namespaces", "", "shop");
    let told = |words: &str| {
        server.grant(&printed(&repository, words));
        let outcome = run(&repository, &server, "verify my-shop");
        assert_eq!(outcome.code, 1);
        outcome.stdout
    };
    assert!(told("--for verify").contains("the namespace shop is not there"));
}

#[test]
fn without_a_repository_the_flags_say_where() {
    let repository = Repository::empty();
    repository.remove(".git/HEAD");
    let folder = tempfile::TempDir::new().unwrap();
    let mut command = std::process::Command::new(crate::support::binary());
    command.current_dir(folder.path()).env_clear();
    command.args([
        "rbac",
        "--namespace",
        "pg",
        "--app-namespace",
        "shop,blog",
        "--for",
        "login",
    ]);
    let outcome = crate::support::run(command, b"");
    assert_eq!(outcome.code, 0);
    assert_eq!(
        outcome.stderr,
        "warning: nobody is named with --user, --group or --service-account: there are roles alone, and no bindings\n"
    );
    insta::assert_snapshot!("login_without_a_repository", outcome.stdout);
}

#[test]
fn bad_words_are_refused() {
    let repository = Repository::guide();
    for (words, said) in [
        (
            "--service-account deployer",
            "--service-account: \"deployer\" is not NAMESPACE:NAME",
        ),
        (
            "--name A",
            "--name: the object name \"A\" holds the capital letter 'A'",
        ),
        (
            "--app-namespace A",
            "--app-namespace: the namespace \"A\" holds the capital letter 'A'",
        ),
    ] {
        let outcome = repository.run(&format!("rbac {words}"));
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
        assert_eq!(
            outcome.stderr.lines().next(),
            Some(format!("error: {said}").as_str())
        );
    }
}
