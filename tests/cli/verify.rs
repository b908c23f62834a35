//! `verify` against a cluster where all works, and one broken in one place at a time.

mod cost;
mod expectation;
mod faults;
mod live;
mod login;
mod output;
mod waiting;
mod working;

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::support::{Outcome, Repository};
use crate::world::World;

/// Runs `verify` in a repository against a cluster.
pub fn verify(repository: &Repository, kubeconfig: &Path, words: &str) -> Outcome {
    repository.run(&format!(
        "verify {words} --kubeconfig {}",
        kubeconfig.display()
    ))
}

/// What `-o json` printed.
fn json_of(outcome: &Outcome) -> Value {
    serde_json::from_str(&outcome.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", outcome.stdout, outcome.stderr))
}

/// What nobody may read in any output: my-shop's credential in every form, and the bearer token.
fn secrets(world: &World, kubeconfig: &Path) -> Vec<String> {
    let values = ["password", "uri", "jdbc-uri", "pgpass"]
        .map(|key| world.value("postgres", "my-shop-db-creds", key).to_owned());
    let kubeconfig = std::fs::read_to_string(kubeconfig).unwrap();
    let kubeconfig: Value = serde_yaml::from_str(&kubeconfig).unwrap();
    let token = kubeconfig["users"][0]["user"]["token"].as_str();
    let mut secrets = vec![token.unwrap().to_owned()];
    for value in values {
        secrets.push(STANDARD.encode(&value));
        secrets.push(value.trim_end().to_owned());
    }
    secrets
}

/// Fails when an output holds a secret.
fn assert_tells_no_secret(outcome: &Outcome, secrets: &[String], of: &str) {
    for secret in secrets {
        assert!(secret.len() > 8, "{secret:?} is no secret");
        for text in [&outcome.stdout, &outcome.stderr] {
            assert!(!text.contains(secret.as_str()), "{of}: {text}");
        }
    }
}
