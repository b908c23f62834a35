//! A password's Secret that is made in other namespaces than the Cluster's alone.

use std::collections::HashMap;

use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::credential::Credential;
use crate::lint::repository::role::Role;
use crate::lint::repository::word::known;
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB101",
    name: "credential-outside-namespace",
    severity: Severity::Error,
    is_fixable: false,
    summary: "The Secret of a role's password is made in another namespace than the role's Cluster.",
    why: "CNPG reads the Secrets of its roles in the Cluster's own namespace alone. The role is made without a password, or is not \
          made, and nobody can log in.",
    mend: "Make the credential in the Cluster's namespace, and let Reflector mirror it to the application's. A SealedSecret has to be \
           sealed again: its values can be opened only in the namespace that they were sealed for.",
    example: Example {
        path: "infra/databases/postgres/my-shop-secrets-sealed.yaml",
        bad: include_str!("credential_outside_namespace/bad.yaml"),
        good: include_str!("credential_outside_namespace/good.yaml"),
        beside: &[],
    },
    check,
};

/// What the annotations of tools that copy Secrets begin with, Reflector's aside.
const COPIERS: [&str; 3] = [
    "replicator.v1.mittwald.de/",
    "kubed.appscode.com/",
    "config-syncer.appscode.com/",
];

fn check(repository: &Repository<'_>, found: &mut Findings) {
    // Several roles may take one Secret: of a copy of the Cluster elsewhere nobody knows who makes it.
    let mut at_home = HashMap::new();
    for role in &repository.roles {
        let Some(secret) = known(role.password_secret.as_ref()) else {
            continue;
        };
        let is_at_home = *at_home
            .entry(secret)
            .or_insert_with(|| is_at_home(repository, secret));
        if !is_at_home
            && !role.is_absent()
            && is_beside_its_cluster(repository, role)
            && let Some(finding) = finding(repository, role, secret)
        {
            found.push(finding);
        }
    }
}

/// Whether the Secret is, or may be, where one of its roles is.
fn is_at_home(repository: &Repository<'_>, secret: &str) -> bool {
    let mut users = repository.users_of(secret);
    users.any(|role| {
        let mut makers = repository.makers_of(secret);
        makers.any(|maker| maker.object.may_be_beside(&role.object))
    }) || repository.generates(secret)
        || repository.is_in_unread(secret)
}

/// Whether no other rule speaks of a DatabaseRole in a namespace where no Cluster is.
fn is_beside_its_cluster(repository: &Repository<'_>, role: &Role<'_>) -> bool {
    let cluster = role.known_cluster().unwrap_or_default();
    let mut beside = repository.clusters_named(cluster, &role.object);
    beside.next().is_some() || repository.all_clusters_named(cluster).next().is_none()
}

fn finding<'text>(
    repository: &Repository<'text>,
    role: &Role<'text>,
    secret: &str,
) -> Option<Finding> {
    let mut makers = repository.makers_of(secret);
    if makers.any(|maker| may_reach(repository, maker, role)) {
        return None;
    }
    let maker = repository.makers_of(secret).next()?;
    let message = format!(
        "the Secret {secret} is made in the namespace {}, but the Cluster {} is in {}, where CNPG looks for it",
        maker.object.namespaces.join(", "),
        role.known_cluster()?,
        role.object.namespaces.join(", "),
    );
    let title = match role.known_name() {
        Some(name) => format!("the role {name} takes its password from it"),
        None => "this role takes its password from it".to_owned(),
    };
    let finding = Finding::of(&maker.object, maker.object.namespace_span(), message);
    Some(finding.related(&role.object, role.head, title))
}

/// Whether the Secret that is made may get into the namespace of a role's Cluster.
fn may_reach(repository: &Repository<'_>, maker: &Credential<'_>, role: &Role<'_>) -> bool {
    let made = maker.made.iter().flat_map(|made| &made.annotations);
    let mut annotations = made.chain(&maker.object.annotations);
    let mirrored = |namespace: &String| {
        maker.reflection.reaches(namespace) != Some(false)
            || maker.reflection.allows(namespace) != Some(false)
    };
    role.object.namespaces.iter().any(mirrored)
        || annotations.any(|(key, _)| COPIERS.iter().any(|copier| key.text.starts_with(copier)))
        || ["reflector", "replicator"]
            .iter()
            .any(|word| repository.kustomize_mentions(&maker.object, word))
}
