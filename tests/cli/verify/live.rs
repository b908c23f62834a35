//! The same against any API server that has the kinds of CNPG, Sealed Secrets and Argo CD.
//!
//! The controllers need not run, and must not: their part is played by the test.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::{assert_tells_no_secret, json_of, verify};
use crate::support::Repository;
use crate::world::live::LiveCluster;

/// Names the kubeconfig of a cluster that a test may fill: the namespaces `postgres`, `shop` and `argocd` are its own.
const KUBECONFIG: &str = "PGDB_TEST_KUBECONFIG";

const CNPG: &str = "postgresql.cnpg.io/v1";

/// What is wrong, where, and the link and reason that name it.
type Fault = (
    (&'static str, &'static str),
    (&'static str, &'static str),
    fn(&mut Value),
    (&'static str, &'static str),
);

const FAULTS: [Fault; 6] = [
    (
        (CNPG, "Database"),
        ("postgres", "my-shop-db"),
        |database| {
            database["status"]["applied"] = json!(false);
            database["status"]["message"] =
                json!("ERROR: role \"my_shop\" does not exist (SQLSTATE 42704)");
        },
        ("database", "retrying"),
    ),
    (
        (CNPG, "Cluster"),
        ("postgres", "postgres-shared"),
        |cluster| {
            cluster["status"]["managedRolesStatus"]["cannotReconcile"] =
                json!({"my_shop": ["permission denied"]});
        },
        ("role", "cannot-reconcile"),
    ),
    (
        ("bitnami.com/v1alpha1", "SealedSecret"),
        ("postgres", "my-shop-db-creds"),
        |sealed| {
            let condition = &mut sealed["status"]["conditions"][0];
            condition["status"] = json!("False");
            condition["message"] = json!("no key could decrypt secret (password, username)");
        },
        ("sealed-secret", "cannot-unseal"),
    ),
    (
        ("v1", "Secret"),
        ("shop", "my-shop-db-creds"),
        |mirror| mirror["data"]["password"] = json!("bmV3"),
        ("mirror", "data-differs"),
    ),
    (
        ("v1", "Secret"),
        ("postgres", "my-shop-db-creds"),
        |secret| secret["metadata"]["labels"] = json!({"other": "label"}),
        ("secret", "no-reload-label"),
    ),
    (
        ("argoproj.io/v1alpha1", "Application"),
        ("argocd", "databases"),
        |application| application["status"]["operationState"]["phase"] = json!("Failed"),
        ("argo-cd", "sync-failed"),
    ),
];

#[test]
#[expect(clippy::print_stdout, reason = "says why nothing was tried")]
fn a_real_api_server_answers_alike() {
    let Some(kubeconfig) = std::env::var_os(KUBECONFIG).map(PathBuf::from) else {
        println!("not tried: {KUBECONFIG} names no kubeconfig");
        return;
    };
    let repository = Repository::guide();
    repository.run_ok("new-app my-shop --app-namespace shop --yes --quiet");
    let cluster = LiveCluster::of(&kubeconfig);
    let world = cluster.deploy(repository.path());
    let values: Vec<String> = ["password", "uri"]
        .map(|key| world.value("postgres", "my-shop-db-creds", key).to_owned())
        .into();
    for words in ["my-shop", "my-shop --wait"] {
        let outcome = verify(&repository, &kubeconfig, words);
        assert_eq!(outcome.code, 0, "{}{}", outcome.stdout, outcome.stderr);
        assert_tells_no_secret(&outcome, &values, words);
    }
    for (kind, place, put, (link, reason)) in FAULTS {
        cluster.edit(kind, place, put);
        let outcome = verify(&repository, &kubeconfig, "my-shop --output json");
        assert_eq!(
            (outcome.code, &json_of(&outcome)["apps"][0]["broken"]),
            (1, &json!({"check": link, "reason": reason})),
            "{}",
            outcome.stdout
        );
        assert_tells_no_secret(&outcome, &values, reason);
        cluster.deploy(repository.path());
        let outcome = verify(&repository, &kubeconfig, "my-shop");
        assert_eq!(outcome.code, 0, "after {reason}: {}", outcome.stdout);
    }
}
