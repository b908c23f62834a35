//! A role's password that nothing makes.

use std::collections::HashMap;

use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::word::known;
use crate::lint::rule::{Example, Findings, Rule};
use crate::lint::unmade::unmade;

pub(super) const RULE: Rule = Rule {
    code: "PGDB202",
    name: "unknown-password-secret",
    severity: Severity::Warning,
    is_fixable: false,
    summary: "Nothing in the repository makes the Secret that a role names as its `passwordSecret`.",
    why: "CNPG does not give the role a password before the Secret is there. A Secret may come from elsewhere, so this is a warning \
          only where one of nearly that name is made and no role uses it; else it is for your information, where the repository \
          makes the Secrets of other roles of the Cluster.",
    mend: "Make `passwordSecret.name` the name of the Secret that the SealedSecret or another maker makes, letter for letter.",
    example: Example {
        path: "infra/databases/postgres/postgres-cluster.yaml",
        bad: include_str!("unknown_password_secret/bad.yaml"),
        good: include_str!("unknown_password_secret/good.yaml"),
        beside: &[],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    let mut made_here = HashMap::new();
    for (role, secret, near) in unmade(repository) {
        let Some(cluster) = role.known_cluster() else {
            continue;
        };
        let message = format!(
            "nothing in the repository makes the Secret {:?}, from which this role of the Cluster {cluster} takes its password",
            secret.text
        );
        let finding = Finding::of(&role.object, secret.span, message);
        if let Some(near) = near {
            let help = format!("did you mean {near:?}, which no role uses?");
            found.push(finding.help(help));
            continue;
        }
        let is_made_here = *made_here
            .entry(cluster)
            .or_insert_with(|| makes_others(repository, cluster));
        if is_made_here {
            found.push_as(Severity::Info, finding);
        }
    }
}

/// Whether the Secret of some role of the Cluster is made in the repository.
fn makes_others(repository: &Repository<'_>, cluster: &str) -> bool {
    let mut secrets = repository
        .roles_of(cluster)
        .filter_map(|role| known(role.password_secret.as_ref()));
    secrets.any(|secret| repository.makers_of(secret).next().is_some())
}
