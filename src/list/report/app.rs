//! One app, as `list` tells it.

use std::collections::BTreeSet;

use serde::Serialize;

use super::access::AccessReport;
use crate::declared::{
    CredentialSource, DeclaredApp, DeclaredCredential, DeclaredDatabase, DeclaredItem,
    DeclaredRole, DeclaredService, Ensure, Place, RoleSource,
};
use crate::domain::reflection::Reflection;
use crate::list::Listed;
use crate::list::state::{State, duplicates, field, problems, word};
use crate::list::targets::ListedTarget;
use crate::repo::object::PRODUCT;

/// So many Clusters of one app are told to people.
const MOST_CLUSTERS: usize = 3;

/// One app.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AppReport {
    /// Its name.
    pub name: String,
    /// Its target in `.pgdb.yaml`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// `kubectl-pgdb`, where the product's labels say that it made the app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub managed_by: Option<&'static str>,
    /// Whether it is whole.
    pub state: State,
    /// What is wrong, a few words each.
    pub problems: Vec<String>,
    /// The pieces that are not declared: `secret`, `role`, `database`.
    pub missing: Vec<&'static str>,
    /// The fields that lead elsewhere: `passwordSecret` of the role, `owner` of the Database.
    pub mismatches: Vec<&'static str>,
    /// What is declared once more, which does not count.
    pub duplicates: Vec<Duplicate>,
    /// The Cluster that it is on.
    pub cluster: ClusterReport,
    /// Further Clusters whose folders are as near to its manifests, and that take them for theirs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub other_clusters: Vec<ClusterReport>,
    /// Where Reflector mirrors its Secret to.
    pub namespaces: NamespacesReport,
    /// Its role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<RoleReport>,
    /// Its database.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<DatabaseReport>,
    /// The database of another app that it logs in to, where it has none of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guest_in: Option<String>,
    /// Its Secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<SecretReport>,
    /// The Services in its namespaces that lead to its host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceReport>,
    /// The Pooler that it connects through.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pooler: Option<String>,
    /// Who else may do what in its database.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access: Option<AccessReport>,
    /// The files that declare it.
    pub files: Vec<String>,
}

/// A piece that is declared once more.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Duplicate {
    /// `secret`, `role` or `database`.
    pub piece: &'static str,
    /// Where: `path:line`.
    pub place: String,
}

/// A CNPG Cluster.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterReport {
    /// Its name.
    pub name: String,
    /// Its namespace, as written.
    pub namespace: String,
    /// Its manifest; none where it is not in the repository as plain YAML.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// What tells it from the other Clusters that are listed: its name, with as much else as is needed.
    #[serde(skip)]
    pub label: String,
}

/// Where Reflector makes mirrors by itself.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NamespacesReport {
    /// Whether in every namespace there is.
    pub all: bool,
    /// In these namespaces.
    pub names: Vec<String>,
    /// In those that match these regular expressions.
    pub patterns: Vec<String>,
    /// In those whose labels match these selectors.
    pub selectors: Vec<String>,
}

/// A role.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RoleReport {
    /// Its name in PostgreSQL.
    pub name: String,
    /// What declares it: `managed` is an entry of the Cluster, `databaserole` an object of its own, `cluster` the Cluster
    /// for itself.
    pub source: &'static str,
    /// The name of that object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// Where: `path:line`.
    pub place: String,
    /// The Secret of its password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_secret: Option<String>,
    /// Whether it may log in.
    pub login: bool,
    /// `present` or `absent`.
    pub ensure: &'static str,
}

/// A database.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DatabaseReport {
    /// Its name in PostgreSQL.
    pub name: String,
    /// The name of the Database object.
    pub object: String,
    /// Where: `path:line`.
    pub place: String,
    /// The role that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The extensions that are to be there.
    pub extensions: Vec<String>,
    /// The schemas that are to be there.
    pub schemas: Vec<String>,
    /// `present` or `absent`.
    pub ensure: &'static str,
}

/// The Secret of a role's password. No value is kept, sealed or not.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SecretReport {
    /// Its name.
    pub name: String,
    /// The kind of object that makes it.
    pub source: &'static str,
    /// Where: `path:line`.
    pub place: String,
    /// Its type, where one is given.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub secret_type: Option<String>,
    /// Its keys, as far as the object names them.
    pub keys: Vec<String>,
}

/// The Services of one name in an app's namespaces.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceReport {
    /// Their name.
    pub name: String,
    /// The host that they lead to.
    pub host: String,
    /// Their namespaces.
    pub namespaces: Vec<String>,
}

impl ServiceReport {
    fn of(service: &DeclaredService) -> Self {
        Self {
            name: service.name.clone(),
            host: service.host.clone(),
            namespaces: service.namespaces.clone(),
        }
    }
}

impl AppReport {
    /// The report on an app, with the number of its target.
    pub(super) fn of(
        listed: &Listed,
        targets: &[ListedTarget],
        labels: &[String],
    ) -> Option<(usize, Self)> {
        let (number, app) = listed.variants.first()?;
        let cluster = |number: &usize| {
            let cluster = ClusterReport::of(targets.get(*number)?, labels.get(*number)?);
            Some(cluster)
        };
        let mut others = Vec::new();
        for (number, _) in listed.variants.iter().skip(1) {
            others.extend(cluster(number));
        }
        let variants = || listed.variants.iter().map(|(_, app)| app);
        let report = Self {
            name: app.name.clone(),
            target: targets.get(*number)?.name.clone(),
            managed_by: app.is_own.then_some(PRODUCT),
            state: variants().map(State::of).max()?,
            problems: told(listed, targets, labels),
            missing: each_once(variants().flat_map(DeclaredApp::missing).map(word)),
            mismatches: each_once(variants().flat_map(DeclaredApp::mismatches).map(field)),
            duplicates: each_once(variants().flat_map(duplicates))
                .into_iter()
                .map(|(piece, place)| Duplicate {
                    piece: word(piece),
                    place: place.to_string(),
                })
                .collect(),
            cluster: cluster(number)?,
            other_clusters: others,
            namespaces: app
                .credential
                .as_ref()
                .map(|credential| NamespacesReport::of(&credential.reflection))
                .unwrap_or_default(),
            role: app.role.as_ref().map(RoleReport::of),
            database: app.database.as_ref().map(DatabaseReport::of),
            guest_in: app.guest_in.clone(),
            secret: app.credential.as_ref().map(SecretReport::of),
            service: app.service.as_ref().map(ServiceReport::of),
            pooler: app.pooler.as_ref().map(ToString::to_string),
            access: listed.access.clone(),
            files: files(variants()),
        };
        Some((*number, report))
    }

    /// The Clusters that it is on, each by what tells it from the others; of many, the first ones and how many more there are.
    pub fn clusters(&self) -> String {
        let all = [&self.cluster].into_iter().chain(&self.other_clusters);
        let labels: Vec<&str> = all.map(|cluster| cluster.label.as_str()).collect();
        match labels.get(MOST_CLUSTERS..) {
            Some(more) if !more.is_empty() => {
                let shown: Vec<&str> = labels.iter().copied().take(MOST_CLUSTERS).collect();
                format!("{} and {} more", shown.join(","), more.len())
            }
            _ => labels.join(","),
        }
    }

    /// Its state in words: what is wrong, else the state itself.
    pub fn told(&self) -> String {
        let state = self.state.word();
        match (self.state, self.problems.as_slice()) {
            (_, []) => state.to_owned(),
            (State::Incomplete, problems) => problems.join(", "),
            (State::Complete | State::Kept | State::Leaving, problems) => {
                format!("{state}, {}", problems.join(", "))
            }
        }
    }
}

/// The problems of an app; those that it does not have on each of its Clusters with the Cluster.
fn told(listed: &Listed, targets: &[ListedTarget], labels: &[String]) -> Vec<String> {
    let problems = |(number, app): &(usize, DeclaredApp)| {
        let target = targets.get(*number).map(|listed| &listed.target);
        let has_manifest = target.is_some_and(|target| target.manifest.is_some());
        problems(app, has_manifest)
    };
    let all: Vec<Vec<String>> = listed.variants.iter().map(problems).collect();
    let mut found: Vec<String> = Vec::new();
    for ((number, _), own) in listed.variants.iter().zip(&all) {
        for problem in own {
            let is_everywhere = all.iter().all(|other| other.contains(problem));
            let text = match labels.get(*number) {
                Some(label) if !is_everywhere => format!("{problem} on {label}"),
                _ => problem.clone(),
            };
            if !found.contains(&text) {
                found.push(text);
            }
        }
    }
    found
}

/// The files of some forms of an app, each once: of the Secret, the role, the Database and the access to it.
fn files<'app>(apps: impl Iterator<Item = &'app DeclaredApp>) -> Vec<String> {
    let places = apps.flat_map(|app| {
        let credential = app.credential.as_ref().map(|piece| &piece.place);
        let role = app.role.as_ref().map(|piece| &piece.place);
        let database = app.database.as_ref().map(|piece| &piece.place);
        let services = app.service.iter().flat_map(|service| &service.places);
        let access = app.access.as_ref().map(|piece| &piece.place);
        let pieces = credential.into_iter().chain(role).chain(database);
        let pieces = pieces.chain(access);
        pieces.chain(services)
    });
    each_once(places.map(|place: &Place| place.path.to_string()))
}

/// These, each once, in their order.
fn each_once<T: Clone + Ord>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut known = BTreeSet::new();
    all.filter(|one| known.insert(one.clone())).collect()
}

impl ClusterReport {
    fn of(listed: &ListedTarget, label: &str) -> Self {
        let manifest = listed.target.manifest.as_ref();
        Self {
            name: listed.target.cluster.to_string(),
            namespace: listed.namespace.clone(),
            file: manifest.map(|manifest| manifest.path.to_string()),
            label: label.to_owned(),
        }
    }
}

impl NamespacesReport {
    fn of(reflection: &Reflection) -> Self {
        let owned = |texts: Vec<&str>| texts.into_iter().map(str::to_owned).collect();
        let all = reflection.mirrors_to_all();
        if all {
            return Self {
                all,
                ..Self::default()
            };
        }
        Self {
            all,
            names: reflection.named().iter().map(ToString::to_string).collect(),
            patterns: owned(reflection.patterns()),
            selectors: owned(reflection.selectors()),
        }
    }
}

impl RoleReport {
    fn of(role: &DeclaredRole) -> Self {
        let (source, object) = match &role.source {
            RoleSource::Managed => ("managed", None),
            RoleSource::DatabaseRole(object) => ("databaserole", Some(object.clone())),
            RoleSource::Cluster => ("cluster", None),
        };
        Self {
            name: role.name.clone(),
            source,
            object,
            place: role.place.to_string(),
            password_secret: role.password_secret.clone(),
            login: role.login,
            ensure: ensure(role.ensure),
        }
    }
}

impl DatabaseReport {
    fn of(database: &DeclaredDatabase) -> Self {
        let present = |items: &[DeclaredItem]| -> Vec<String> {
            let items = items.iter().filter(|item| item.ensure == Ensure::Present);
            items.map(|item| item.name.clone()).collect()
        };
        Self {
            name: database.name.clone(),
            object: database.object.clone(),
            place: database.place.to_string(),
            owner: database.owner.clone(),
            extensions: present(&database.extensions),
            schemas: present(&database.schemas),
            ensure: ensure(database.ensure),
        }
    }
}

impl SecretReport {
    fn of(credential: &DeclaredCredential) -> Self {
        let keys: BTreeSet<&String> = credential
            .encrypted
            .keys()
            .chain(&credential.open_keys)
            .collect();
        Self {
            name: credential.name.clone(),
            source: match credential.source {
                CredentialSource::SealedSecret => "SealedSecret",
                CredentialSource::ExternalSecret => "ExternalSecret",
                CredentialSource::StringSecret => "StringSecret",
                CredentialSource::Secret => "Secret",
            },
            place: credential.place.to_string(),
            secret_type: credential.secret_type.clone(),
            keys: keys.into_iter().cloned().collect(),
        }
    }
}

fn ensure(ensure: Ensure) -> &'static str {
    match ensure {
        Ensure::Present => "present",
        Ensure::Absent => "absent",
    }
}
