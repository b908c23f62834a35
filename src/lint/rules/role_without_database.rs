//! A role that logs in, and no Database that belongs to it.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::nearest::nearest;
use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::role::Role;
use crate::lint::repository::word::known;
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB901",
    name: "role-without-database",
    severity: Severity::Warning,
    is_fixable: false,
    summary: "A role logs in with a password, and no Database belongs to it.",
    why: "The application's database is missing, or belongs to another role. It is a warning where the product made the role's \
          credential for an application; another role may be meant to use somebody else's database, and is for your information. \
          Nothing is said of roles that are in others (`inRoles`), that may do more than an application, that the bootstrap owns, or \
          whose Secret names the database of another application as its `dbname`.",
    mend: "Add the Database: `kubectl pgdb new-app` makes what is missing of an application. Or make the role the `owner` of its \
           Database, or remove the role and its credential.",
    example: Example {
        path: "infra/databases/postgres/my-shop-db.yaml",
        bad: include_str!("role_without_database/bad.yaml"),
        good: include_str!("role_without_database/good.yaml"),
        beside: &[],
    },
    check,
};

/// The fields of a role that is more, or less, than an application's.
const PRIVILEGES: [&str; 5] = [
    "superuser",
    "replication",
    "createrole",
    "bypassrls",
    "disablePassword",
];

fn check(repository: &Repository<'_>, found: &mut Findings) {
    let owners = Owners::of(repository);
    for role in &repository.roles {
        let (Some(name), Some(cluster)) = (role.known_name(), role.known_cluster()) else {
            continue;
        };
        if !is_of_an_app(role) || owners.may_own(repository, cluster, name) {
            continue;
        }
        if owners.has_guest(repository, role, cluster) {
            continue;
        }
        let app = app(repository, role);
        if app.is_none() && !owners.clusters.contains(cluster) {
            // Databases are made elsewhere.
            continue;
        }
        let message = format!(
            "the role {name:?} logs in with a password, but no Database of the Cluster {cluster} belongs to it"
        );
        let finding = Finding::of(&role.object, role.head, message);
        match app.filter(|app| !owners.apps.contains(app)) {
            Some(app) => {
                let help = format!("`kubectl pgdb new-app {app}` makes what is missing");
                found.push(finding.help(help));
            }
            None => found.push_as(Severity::Info, finding),
        }
    }
}

/// Whether a role looks like the one that an application logs in with.
fn is_of_an_app(role: &Role<'_>) -> bool {
    role.is("login")
        && role.password_secret.is_some()
        && !role.is_absent()
        && !PRIVILEGES.iter().any(|field| role.is(field))
        && !role.fields.iter().any(|(key, _)| key.text == "inRoles")
}

/// The app that the product made the role's credential, or the DatabaseRole, for.
fn app<'a>(repository: &'a Repository<'_>, role: &'a Role<'_>) -> Option<&'a str> {
    let secret = known(role.password_secret.as_ref())?;
    let mut makers = repository.makers_of(secret);
    let own = role.object.app.as_deref();
    makers
        .find_map(|maker| maker.object.app.as_deref())
        .or(own.filter(|_| role.entry.is_none()))
}

/// With more owners than this that are no roles, names are evidently given elsewhere.
const MOST_SLIPS: usize = 50;

/// Whom the Databases of the repository belong to, as far as other rules have nothing to say of it.
#[derive(Default)]
struct Owners<'a> {
    /// The Clusters that have Databases.
    clusters: BTreeSet<&'a str>,
    /// The databases by Cluster and name, with the app that the product made each for.
    names: BTreeMap<(&'a str, &'a str), Option<&'a str>>,
    /// The apps that the product made Databases for.
    apps: BTreeSet<&'a str>,
    /// Owners that are no roles, and the names of their databases, by Cluster: perhaps another name of the role.
    undeclared: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// Owners in Clusters that are not in the repository.
    elsewhere: BTreeSet<&'a str>,
    /// Clusters with a Database whose owner is still to be filled in.
    open: BTreeSet<&'a str>,
    /// Whether the Cluster of a Database is still to be filled in.
    is_open: bool,
}

impl<'a> Owners<'a> {
    fn of(repository: &'a Repository<'_>) -> Self {
        let mut owners = Self::default();
        for database in repository
            .databases
            .iter()
            .filter(|found| !found.object.is_patch)
        {
            owners.apps.extend(database.object.app.as_deref());
            let Some(cluster) = database.known_cluster() else {
                owners.is_open = true;
                continue;
            };
            owners.clusters.insert(cluster);
            if let Some(name) = database.known_name() {
                owners
                    .names
                    .insert((cluster, name), database.object.app.as_deref());
            }
            let Some(owner) = database.known_owner() else {
                owners.open.insert(cluster);
                continue;
            };
            if repository.all_clusters_named(cluster).next().is_none() {
                owners.elsewhere.insert(owner);
            }
            let mut clusters = repository.all_clusters_named(cluster);
            let is_role = owner == "postgres"
                || repository.roles_named(cluster, owner).next().is_some()
                || clusters.any(|cluster| cluster.bootstrap_owner() == Some(owner));
            if !is_role {
                let names = [Some(owner), database.known_name()];
                let undeclared = owners.undeclared.entry(cluster).or_default();
                undeclared.extend(names.into_iter().flatten());
            }
        }
        owners
    }

    /// Whether a role's credential names a database of another app, to which it is a login.
    fn has_guest(&self, repository: &Repository<'_>, role: &Role<'_>, cluster: &str) -> bool {
        let Some(secret) = known(role.password_secret.as_ref()) else {
            return false;
        };
        let mut makers = repository.makers_of(secret);
        makers.any(|maker| {
            // A database that is named like the role is evidently its own.
            let named = known(maker.database.as_ref());
            let named = named.filter(|named| role.known_name() != Some(*named));
            let of_app = named.and_then(|named| self.names.get(&(cluster, named)));
            of_app.is_some_and(|app| *app != maker.object.app.as_deref())
        })
    }

    /// Whether some Database belongs to a role, or may do so.
    fn may_own(&self, repository: &Repository<'_>, cluster: &str, role: &str) -> bool {
        let slips = self.undeclared.get(cluster);
        let mut clusters = repository.all_clusters_named(cluster);
        self.is_open
            || self.open.contains(cluster)
            || self.elsewhere.contains(role)
            || repository.databases_of(cluster, role).next().is_some()
            || clusters.any(|cluster| {
                cluster.bootstrap_owner() == Some(role)
                    || cluster.sql_owners.iter().any(|owner| owner == role)
            })
            || slips.is_some_and(|slips| {
                slips.len() > MOST_SLIPS || nearest(role, slips.iter().copied()).is_some()
            })
            || repository.is_in_unread(role)
    }
}
