//! `import` and `export`, run on real repositories.

mod calls;
mod documents;
mod exporting;
mod inputs;
mod places;
mod privileges;
mod secrecy;

use crate::support::{Outcome, Repository, without_sealed_values};

/// The file that is imported.
const FILE: &str = "apps.yaml";
/// Two new apps.
const TWO: &str = "- name: shop\n  appNamespaces: [shop]\n- name: wiki\n  appNamespaces: [docs]\n  comment: the wiki\n";

/// The guide's repository without the role that is made by hand there, and a file in it.
fn with_file(text: &str) -> Repository {
    let repository = Repository::guide();
    let role = "    roles:\n      - name: blog # by hand\n        login: true\n        passwordSecret:\n          name: blog-db-creds\n";
    repository.replace(crate::support::CLUSTER, role, "    roles: []\n");
    repository.write(FILE, text);
    repository
}

/// What a run printed, as it is the same each time.
fn shown(repository: &Repository, outcome: &Outcome) -> String {
    let text = format!(
        "exit code {}\n--- standard output\n{}--- standard error\n{}",
        outcome.code, outcome.stdout, outcome.stderr
    );
    repository.without_path(&without_sealed_values(&text))
}
