//! A role that the Cluster's bootstrap owns already.

use std::collections::{HashMap, HashSet};

use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::cluster::Cluster;
use crate::lint::repository::role::Role;
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB706",
    name: "bootstrap-owner-declared",
    severity: Severity::Error,
    is_fixable: false,
    summary: "A managed role or DatabaseRole is the owner that the Cluster's bootstrap makes, and clashes with it.",
    why: "CNPG gives that owner the password of the bootstrap's Secret (`<cluster>-app` where none is named), and \
          the role's entry gives it another: whichever was applied last holds, and one of the applications cannot \
          log in. The entry also sets every attribute that it does not name to PostgreSQL's default, so without \
          `login: true` nobody can log in as the owner.",
    mend: "Remove the entry, or let it name the bootstrap's Secret, or none, and say `login: true`. An app of its own gets a \
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
    cluster.bootstrap_owner().filter(|_| is_known)
}

fn report(role: &Role<'_>, cluster: &Cluster<'_>, owner: &str, found: &mut Findings) {
    let Some((severity, clash)) = clash(role, cluster) else {
        return;
    };
    let message = format!("the bootstrap of the Cluster already owns the role {owner:?}{clash}");
    let place = cluster.owner.as_ref().or(cluster.database.as_ref());
    let place = place.or(cluster.method.as_ref());
    let place = place.map_or(cluster.object.head, |word| word.span);
    let finding = Finding::of(&role.object, role.head, message);
    let finding = finding.related(&cluster.object, place, "the bootstrap");
    found.push_as(severity, finding);
}

/// What goes wrong between a role's entry and the bootstrap that makes the role; nothing where the entry only gives the
/// owner more than the bootstrap can, as CNPG's own examples do.
fn clash(role: &Role<'_>, cluster: &Cluster<'_>) -> Option<(Severity, &'static str)> {
    let has_merge_key = role.fields.iter().any(|(key, _)| key.text == "<<");
    let login = role.field("login");
    if role.is_absent() {
        Some((Severity::Error, ", and this entry drops it"))
    } else if role.is("disablePassword") {
        Some((Severity::Error, ", and this entry takes its password away"))
    } else if let Some(clash) = clash_of_passwords(role, cluster) {
        Some(clash)
    } else if !has_merge_key && login.is_none_or(|login| login.text == "false") {
        Some((Severity::Warning, ", and this entry does not let it log in"))
    } else {
        None
    }
}

/// What goes wrong where the entry names another Secret than the one that the bootstrap takes the password from.
fn clash_of_passwords(role: &Role<'_>, cluster: &Cluster<'_>) -> Option<(Severity, &'static str)> {
    let named = role.password_secret.as_ref()?;
    let made = format!("{}-app", cluster.name().unwrap_or_default());
    let secret = cluster.owner_secret.as_ref();
    if named.is_placeholder() || secret.is_some_and(|secret| secret.is_placeholder()) {
        return Some((Severity::Info, ", perhaps with another password"));
    }
    let secret = secret.map_or(&*made, |secret| &*secret.text);
    (named.text != secret).then_some((Severity::Error, ", with the password of another Secret"))
}
