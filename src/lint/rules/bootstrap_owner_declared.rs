//! A role that the Cluster's bootstrap owns already.

use std::collections::{HashMap, HashSet};

use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::cluster::Cluster;
use crate::lint::repository::role::Role;
use crate::lint::repository::word::is_placeholder;
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB706",
    name: "bootstrap-owner-declared",
    severity: Severity::Error,
    is_fixable: false,
    summary: "A managed role or DatabaseRole is the owner that the Cluster's bootstrap makes.",
    why: "CNPG gives that owner the password of the bootstrap's Secret (`<cluster>-app` where none is named), and \
          the role's entry gives it another: whichever was applied last holds, and one of the applications cannot \
          log in. The entry also sets every attribute that it does not name to PostgreSQL's default, so without \
          `login: true` nobody can log in as the owner.",
    mend: "Remove the entry, or let it name the bootstrap's Secret and say `login: true`. An app of its own gets a \
           role of its own.",
    example: Example {
        path: "infra/databases/postgres/postgres-cluster.yaml",
        bad: include_str!("bootstrap_owner_declared/bad.yaml"),
        good: include_str!("bootstrap_owner_declared/good.yaml"),
        beside: &[],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    let declared: HashSet<_> = repository.roles.iter().filter_map(names).collect();
    let mut owners = HashMap::new();
    for cluster in &repository.clusters {
        let names = cluster.name().zip(owner(repository, cluster));
        let Some((name, owner)) = names.filter(|names| declared.contains(names)) else {
            continue;
        };
        for deployment in repository.deployments(&cluster.object) {
            owners.insert((deployment, name, owner), cluster);
        }
    }
    let owned: HashSet<_> = owners
        .keys()
        .map(|(_, name, owner)| (*name, *owner))
        .collect();
    for role in &repository.roles {
        let Some((name, owner)) = names(role).filter(|names| owned.contains(names)) else {
            continue;
        };
        let deployments = repository.deployments(&role.object);
        let mut clusters = deployments.into_iter();
        let cluster = clusters.find_map(|deployment| owners.get(&(deployment, name, owner)));
        if let Some(cluster) = cluster {
            report(role, cluster, owner, found);
        }
    }
}

/// The names of a role's Cluster and of the role itself, where both are known.
fn names<'a>(role: &'a Role<'_>) -> Option<(&'a str, &'a str)> {
    Some((role.known_cluster()?, role.known_name()?))
}

/// The owner of a Cluster's bootstrap; where none is written, only if nothing else can say what the bootstrap is.
fn owner<'a>(repository: &Repository<'_>, cluster: &'a Cluster<'_>) -> Option<&'a str> {
    let is_written = cluster.owner.is_some() || cluster.database.is_some();
    let is_known = is_written
        || !(cluster.imports_all || repository.kustomize_mentions(&cluster.object, "bootstrap"));
    let owner = cluster.bootstrap_owner().filter(|_| is_known)?;
    (!is_placeholder(owner)).then_some(owner)
}

fn report(role: &Role<'_>, cluster: &Cluster<'_>, owner: &str, found: &mut Findings) {
    let (severity, clash) = clash(role, cluster);
    let message = format!("the bootstrap of the Cluster already owns the role {owner:?}{clash}");
    let place = cluster.owner.as_ref().or(cluster.database.as_ref());
    let place = place.or(cluster.method.as_ref());
    let place = place.map_or(cluster.object.head, |word| word.span);
    let finding = Finding::of(&role.object, role.head, message);
    let finding = finding.related(&cluster.object, place, "the bootstrap");
    found.push_as(severity, finding);
}

/// What goes wrong between a role's entry and the bootstrap that makes the role.
fn clash(role: &Role<'_>, cluster: &Cluster<'_>) -> (Severity, &'static str) {
    let own = || format!("{}-app", cluster.name().unwrap_or_default());
    let secret = cluster.owner_secret.as_ref();
    let is_known = secret.is_none_or(|secret| !secret.is_placeholder());
    let secret = secret.map_or_else(own, |secret| secret.text.to_string());
    let named = role.password_secret.as_ref().and_then(|word| word.known());
    let has_merge_key = role.fields.iter().any(|(key, _)| key.text == "<<");
    let login = role.field("login");
    if role.is_absent() {
        (Severity::Error, ", and this entry drops it")
    } else if role.is("disablePassword") {
        (Severity::Error, ", and this entry takes its password away")
    } else if is_known && named.is_some_and(|named| named != secret) {
        (Severity::Error, ", with the password of another Secret")
    } else if !has_merge_key && login.is_none_or(|login| login.text == "false") {
        (Severity::Warning, ", and this entry does not let it log in")
    } else {
        (Severity::Info, "")
    }
}
