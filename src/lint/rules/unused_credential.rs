//! A credential that no role uses.

use std::collections::BTreeSet;

use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::cluster::Cluster;
use crate::lint::repository::credential::Credential;
use crate::lint::repository::object::Object;
use crate::lint::rule::{Example, Findings, Rule};
use crate::lint::unmade::unmade;

pub(super) const RULE: Rule = Rule {
    code: "PGDB902",
    name: "unused-credential",
    severity: Severity::Warning,
    is_fixable: false,
    summary: "The credential of a database is named by no role, and by nothing else of a Cluster.",
    why: "The application logs in with a password that PostgreSQL does not know; or the application is gone, and its password is left \
          over. It is a warning where the product made the credential; who made another one may use it elsewhere, and it is for your \
          information.",
    mend: "Name the Secret as the `passwordSecret` of the application's role, or remove what makes it.",
    example: Example {
        path: "infra/databases/postgres/postgres-cluster.yaml",
        bad: include_str!("unused_credential/bad.yaml"),
        good: include_str!("unused_credential/good.yaml"),
        beside: &[],
    },
    check,
};

/// What a mirror or a copy names its source by: `namespace/name`.
const SOURCES: [&str; 2] = [
    "reflector.v1.k8s.emberstack.com/reflects",
    "replicator.v1.mittwald.de/replicate-from",
];

fn check(repository: &Repository<'_>, found: &mut Findings) {
    let references = references(repository);
    let leaving = leaving(repository);
    let hosts = Hosts::of(repository);
    for credential in &repository.credentials {
        let Some(secret) = credential.secret.as_deref() else {
            continue;
        };
        let object = &credential.object;
        let app = object.app.as_deref();
        if !credential.is_evident()
            || object.is_patch
            || repository.users_of(secret).next().is_some()
            || references.contains(secret)
            || !hosts.tell(object, app.is_some())
            || repository.is_in_unread(secret)
            || repository.kustomize_mentions(object, secret)
            || app.is_some_and(|app| leaving.contains(app))
        {
            continue;
        }
        let message = format!("no role takes its password from the Secret {secret}");
        let finding = Finding::of(object, object.head, message);
        if app.is_some() {
            found.push(finding);
        } else {
            found.push_as(Severity::Info, finding);
        }
    }
}

/// The names of the Secrets that something other than a role refers to, or that a role evidently means.
fn references<'a>(repository: &'a Repository<'_>) -> BTreeSet<&'a str> {
    let clusters = repository.clusters.iter();
    let of_clusters = clusters.flat_map(|cluster| cluster.secrets.iter().map(String::as_str));
    let sources = repository.credentials.iter().flat_map(sources);
    let meant = unmade(repository).into_iter();
    let meant = meant.filter_map(|(.., near)| near);
    of_clusters.chain(sources).chain(meant).collect()
}

/// The Secret that a credential is a mirror or a copy of.
fn sources<'a>(credential: &'a Credential<'_>) -> impl Iterator<Item = &'a str> {
    let made = credential.made.iter().flat_map(|made| &made.annotations);
    let annotations = made.chain(&credential.object.annotations);
    annotations
        .filter(|(key, _)| SOURCES.contains(&&*key.text))
        .map(|(_, value)| value.text.rsplit('/').next().unwrap_or_default())
}

/// The apps that are being removed: their Database or role is to be absent.
fn leaving(repository: &Repository<'_>) -> BTreeSet<String> {
    let databases = repository.databases.iter();
    let databases = databases.filter(|database| database.is_absent());
    let databases = databases.filter_map(|database| database.object.app.clone());
    let roles = repository.roles.iter().filter(|role| role.is_absent());
    let roles = roles.filter_map(|role| Some(role.known_name()?.replace('_', "-")));
    databases.chain(roles).collect()
}

/// The Clusters and DatabaseRoles whose roles are known, and those whose are not.
struct Hosts<'a, 'text> {
    known: Vec<&'a Object<'text>>,
    namespaces: BTreeSet<&'a str>,
    hidden: Vec<&'a Object<'text>>,
}

impl<'a, 'text> Hosts<'a, 'text> {
    fn of(repository: &'a Repository<'text>) -> Self {
        let hides = |cluster: &&Cluster<'_>| {
            cluster.hides_roles || repository.kustomize_mentions(&cluster.object, "managed")
        };
        let (hidden, clusters): (Vec<_>, Vec<_>) = repository.clusters.iter().partition(hides);
        let objects = |clusters: Vec<&'a Cluster<'text>>| -> Vec<&'a Object<'text>> {
            clusters
                .into_iter()
                .map(|cluster| &*cluster.object)
                .collect()
        };
        let mut known = objects(clusters);
        let roles = repository.roles.iter().filter(|role| role.entry.is_none());
        known.extend(roles.map(|role| &*role.object));
        Self {
            namespaces: known
                .iter()
                .flat_map(|object| object.namespaces.iter().map(String::as_str))
                .collect(),
            known,
            hidden: objects(hidden),
        }
    }

    /// Whether they tell that nobody uses a Secret: all beside it are known, and one is there. What the product did not make
    /// has to be in the very namespace of one.
    fn tell(&self, object: &Object<'_>, is_own: bool) -> bool {
        let is_in = |namespace: &String| self.namespaces.contains(namespace.as_str());
        let is_here = object.namespaces.iter().any(is_in)
            || (is_own && self.known.iter().any(|known| known.may_be_beside(object)));
        is_here
            && !self
                .hidden
                .iter()
                .any(|hidden| hidden.may_be_beside(object))
    }
}
