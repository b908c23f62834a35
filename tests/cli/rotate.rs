//! `rotate` as it is called: what it says, what it writes, and how it ends.

mod ages;
mod calls;
mod resealing;
mod secrecy;
mod turns;

use crate::support::{CLUSTER, Outcome, Repository};

/// The guide's repository whose Cluster has no role made by hand, with these apps.
fn with_apps(names: &[&str]) -> Repository {
    let repository = Repository::guide();
    let text = repository.read(CLUSTER);
    let (start, end) = (
        text.find("  managed:").unwrap(),
        text.find("  monitoring:").unwrap(),
    );
    repository.write(CLUSTER, &format!("{}{}", &text[..start], &text[end..]));
    for name in names {
        repository.run_ok(&format!("new-app {name} --app-namespace shop --quiet"));
    }
    repository
}

/// The file of an app's SealedSecret.
fn sealed(app: &str) -> String {
    format!("infra/databases/postgres/{app}-secrets-sealed.yaml")
}

/// What a run printed on standard error, which must be all that it says beside data.
fn said(outcome: &Outcome) -> (i32, &str) {
    (outcome.code, outcome.stderr.as_str())
}
