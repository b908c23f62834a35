//! `remove`: what is taken out of the repository in which stage, and what of it is lost in PostgreSQL.

mod closing;
mod confirming;
mod dropping;
mod layouts;
mod live;

use crate::support::{Outcome, Repository};

/// The guide's repository with the app my-shop.
fn with_my_shop(more: &str) -> Repository {
    let repository = Repository::guide();
    repository.run_ok(&format!(
        "new-app my-shop --app-namespace shop --yes --quiet {more}"
    ));
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
