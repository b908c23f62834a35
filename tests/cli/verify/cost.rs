//! How often the API server is asked: the same for one app and for a thousand, but for the pages.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::json;
use tempfile::TempDir;

use crate::apiserver::{ApiServer, Fault, Requests};
use crate::support::{Outcome, Repository, binary, run};
use crate::world::World;

use super::json_of;

/// What is asked, and in how many pages: path, selectors, number.
type Asked = BTreeMap<(String, String), usize>;

/// All requests, which must be lists in pages of 500.
fn asked(server: &ApiServer) -> Asked {
    let mut asked = Asked::new();
    for request in server.requests() {
        assert_eq!(
            (request.method.as_str(), request.query("limit")),
            ("GET", "500"),
            "{request}"
        );
        let last = request.path.rsplit('/').next().unwrap();
        assert!(request.is_list_of(last), "{request}");
        let selectors = [
            request.query("labelSelector"),
            request.query("fieldSelector"),
        ];
        let key = (request.path.clone(), selectors.concat());
        *asked.entry(key).or_default() += 1;
    }
    asked
}

/// Each as `pages path selectors`.
fn lines(asked: &Asked) -> Vec<String> {
    asked
        .iter()
        .map(|((path, selectors), pages)| {
            format!("{pages} {path} {selectors}").trim_end().to_owned()
        })
        .collect()
}

const NO_CREDENTIALS: &str = "type!=helm.sh/release.v1,type!=kubernetes.io/service-account-token,type!=bootstrap.kubernetes.io/token";
const PRIMARY: &str = "cnpg.io/cluster=postgres-shared,cnpg.io/instanceRole=primary";

#[test]
fn one_app_is_one_page_of_each_kind_by_its_names() {
    let repository = Repository::empty();
    let server = ApiServer::start();
    World::apps_of(&server, repository.path(), 1);
    let outcome = verify(&repository, &server, "");
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (0, ""),
        "{}",
        outcome.stdout
    );
    assert_eq!(
        lines(&asked(&server)),
        [
            "1 /api/v1/namespaces".to_owned(),
            format!("1 /api/v1/namespaces/postgres/pods {PRIMARY}"),
            "1 /api/v1/pods app.kubernetes.io/name=reflector".to_owned(),
            "1 /api/v1/secrets metadata.name=app-0001-db-creds".to_owned(),
            "1 /apis/argoproj.io/v1alpha1/applications".to_owned(),
            "1 /apis/bitnami.com/v1alpha1/namespaces/postgres/sealedsecrets metadata.name=app-0001-db-creds".to_owned(),
            "1 /apis/postgresql.cnpg.io/v1/namespaces/postgres/clusters metadata.name=postgres-shared".to_owned(),
            "1 /apis/postgresql.cnpg.io/v1/namespaces/postgres/databaseroles".to_owned(),
            "1 /apis/postgresql.cnpg.io/v1/namespaces/postgres/databases metadata.name=app-0001-db".to_owned(),
        ]
    );
}

#[test]
fn a_thousand_apps_of_a_repository_are_the_same_lists_in_more_pages() {
    let repository = Repository::empty();
    let server = ApiServer::start();
    World::apps_of(&server, repository.path(), 1000);
    let outcome = verify(&repository, &server, "--all --quiet");
    assert_eq!(outcome, nothing_wrong());
    assert_eq!(
        lines(&asked(&server)),
        of_a_thousand("metadata.name=postgres-shared", PRIMARY)
    );
}

#[test]
fn a_thousand_apps_without_a_repository_are_the_same_lists() {
    let folder = TempDir::new().unwrap();
    let server = ApiServer::start();
    World::apps(&server, 1000);
    let mut command = Command::new(binary());
    command.current_dir(folder.path()).env_clear();
    command.args(["verify", "--all", "--quiet", "--kubeconfig"]);
    command.arg(server.kubeconfig());
    assert_eq!(run(command, b""), nothing_wrong());
    assert_eq!(
        lines(&asked(&server)),
        of_a_thousand("", "cnpg.io/instanceRole=primary")
    );
}

#[test]
fn a_list_that_is_forgotten_between_two_pages_is_read_once_more() {
    let repository = Repository::empty();
    let server = ApiServer::start();
    World::apps_of(&server, repository.path(), 600);
    let second_page = Requests::of(
        "GET",
        "/databases?fieldSelector=&labelSelector=&limit=500&continue=",
    );
    server.fault(second_page.clone().first(1), Fault::status(410));
    assert_eq!(
        verify(&repository, &server, "--all --quiet"),
        nothing_wrong()
    );
    assert_eq!(server.count(&second_page), 2);
    assert_eq!(server.count(&Requests::lists("databases")), 4);

    // Twice is once too often: nothing is known then.
    server.fault(second_page, Fault::status(410));
    let outcome = verify(&repository, &server, "--all --output json");
    let report = json_of(&outcome);
    assert_eq!(
        (outcome.code, &report["summary"]["unknown"]),
        (3, &json!(600))
    );
    assert_eq!(
        report["apps"][0]["broken"],
        json!({"check": "database", "reason": "unavailable"})
    );
}

fn of_a_thousand(cluster: &str, primaries: &str) -> Vec<String> {
    let line = |line: String| line.trim_end().to_owned();
    vec![
        "1 /api/v1/namespaces".to_owned(),
        format!("1 /api/v1/namespaces/postgres/pods {primaries}"),
        "1 /api/v1/pods app.kubernetes.io/name=reflector".to_owned(),
        // Each app has one beside the Cluster, and a mirror.
        format!("4 /api/v1/secrets {NO_CREDENTIALS}"),
        "1 /apis/argoproj.io/v1alpha1/applications".to_owned(),
        "2 /apis/bitnami.com/v1alpha1/namespaces/postgres/sealedsecrets".to_owned(),
        line(format!(
            "1 /apis/postgresql.cnpg.io/v1/namespaces/postgres/clusters {cluster}"
        )),
        "1 /apis/postgresql.cnpg.io/v1/namespaces/postgres/databaseroles".to_owned(),
        "2 /apis/postgresql.cnpg.io/v1/namespaces/postgres/databases".to_owned(),
    ]
}

fn verify(repository: &Repository, server: &ApiServer, words: &str) -> Outcome {
    super::verify(repository, &server.kubeconfig(), words)
}

fn nothing_wrong() -> Outcome {
    Outcome {
        code: 0,
        stdout: String::new(),
        stderr: String::new(),
    }
}
