//! A role's password that nothing makes.

use std::collections::HashMap;

use crate::domain::nearest::{differ_in_digits_alone, nearest};
use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::role::Role;
use crate::lint::repository::word::{Word, known};
use crate::lint::rule::{Example, Findings, Rule};
use crate::target::own::is_made_for_cluster;

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

/// More comparisons than this are not made: names that nothing makes and names that no role uses are then so many that the
/// repository evidently makes its Secrets elsewhere.
const MOST_COMPARISONS: usize = 200_000;

/// The roles whose password no maker, generator, unread file or CNPG itself makes: with the Secret, and with a name near to
/// it that something makes and no role uses.
pub(super) fn unmade<'a, 'text>(
    repository: &'a Repository<'text>,
) -> Vec<(&'a Role<'text>, &'a Word<'text>, Option<&'a str>)> {
    let roles = repository.roles.iter().filter(|role| !role.is_absent());
    let unmade: Vec<(&Role<'_>, &Word<'_>)> = roles
        .filter_map(|role| Some((role, role.password_secret.as_ref()?)))
        .filter(|(role, secret)| is_unmade(repository, role, secret))
        .collect();
    let mut unused: Vec<&str> = repository.secrets().collect();
    unused.retain(|secret| repository.users_of(secret).next().is_none());
    // The index has no order of its own, and of equally near names the first is taken.
    unused.sort_unstable();
    if unmade.len().saturating_mul(unused.len()) > MOST_COMPARISONS {
        unused.clear();
    }
    let near = |role: &Role<'_>, secret: &Word<'_>| {
        let near = nearest(&secret.text, unused.iter().copied())
            .filter(|near| !differ_in_digits_alone(near, &secret.text))?;
        let mut makers = repository.makers_of(near);
        makers
            .any(|maker| maker.object.may_be_beside(&role.object))
            .then_some(near)
    };
    unmade
        .into_iter()
        .map(|(role, secret)| (role, secret, near(role, secret)))
        .collect()
}

fn is_unmade(repository: &Repository<'_>, role: &Role<'_>, secret: &Word<'_>) -> bool {
    let (Some(name), Some(cluster)) = (secret.known(), role.known_cluster()) else {
        return false;
    };
    repository.makers_of(name).next().is_none()
        && !repository.generates(name)
        && !is_made_for_cluster(cluster, name)
        && !repository.is_in_unread(name)
        && !repository.kustomize_mentions(&role.object, name)
}
