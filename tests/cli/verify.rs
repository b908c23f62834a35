//! `verify` against a cluster where all works, and one broken in one place at a time.

mod working;

use std::path::Path;

use crate::support::{Outcome, Repository};

/// Runs `verify` in a repository against a cluster.
fn verify(repository: &Repository, kubeconfig: &Path, words: &str) -> Outcome {
    repository.run(&format!(
        "verify {words} --kubeconfig {}",
        kubeconfig.display()
    ))
}
