//! The roles of a Cluster, by their names.

use std::collections::HashMap;

use super::database::ensure;
use super::objects::{TargetObjects, place};
use super::{DeclaredRole, Ensure, Kept, Place, RoleSource, SecretOrigin};
use crate::repo::object::Object;
use crate::repo::yaml::Node;
use crate::target::Target;
use crate::target::own::{OwnNames, managed_roles};

/// The superuser of every PostgreSQL that CNPG makes.
const SUPERUSER: &str = "postgres";

/// The fields of attributes that are rights of their own, with PostgreSQL's words for them.
///
/// Source: CloudNativePG `api/v1/cluster_types.go`, `RoleConfiguration`.
const ATTRIBUTES: [(&str, &str); 5] = [
    ("superuser", "SUPERUSER"),
    ("createdb", "CREATEDB"),
    ("createrole", "CREATEROLE"),
    ("replication", "REPLICATION"),
    ("bypassrls", "BYPASSRLS"),
];

/// The declared roles, each name once, and where each is.
#[derive(Default)]
pub(super) struct Roles {
    /// In the order in which they count: those of the Cluster, then of its patches, then the objects.
    pub(super) all: Vec<DeclaredRole>,
    by_name: HashMap<String, usize>,
}

impl Roles {
    /// The roles of a target. A managed role wins over an object of kind DatabaseRole, as with CNPG.
    pub(super) fn of(found: &TargetObjects<'_, '_>, target: &Target) -> Self {
        let mut roles = Self::default();
        for cluster in found.cluster.iter().chain(&found.patches) {
            for entry in managed_roles(cluster) {
                roles.add(read_entry(cluster, entry, found.text(cluster.path)));
            }
        }
        for role in &found.roles {
            roles.add(Some(role.clone()));
        }
        for role in found
            .cluster
            .iter()
            .flat_map(|cluster| own(cluster, target))
        {
            match roles.number(&role.name) {
                Some(number) => roles.mark(number, &role),
                None => roles.add(Some(role)),
            }
        }
        roles
    }

    /// The number of the role of this name.
    pub(super) fn number(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// Says of a declared role that the Cluster makes it too.
    fn mark(&mut self, number: usize, own: &DeclaredRole) {
        if let Some(role) = self.all.get_mut(number) {
            role.is_bootstrapped = own.is_bootstrapped;
        }
    }

    fn add(&mut self, role: Option<DeclaredRole>) {
        let Some(role) = role else { return };
        match self.by_name.get(&role.name) {
            Some(known) => {
                if let Some(known) = self.all.get_mut(*known) {
                    known.again.push(role.place);
                    known.again.extend(role.again);
                }
            }
            None => {
                self.by_name.insert(role.name.clone(), self.all.len());
                self.all.push(role);
            }
        }
    }
}

/// Reads an entry of a Cluster's managed roles in the text of its file.
pub(super) fn read_entry(
    cluster: &Object<'_>,
    entry: &Node<'_>,
    text: Option<&str>,
) -> Option<DeclaredRole> {
    let place = place(cluster, entry.line);
    read(entry, RoleSource::Managed, place, None, text)
}

/// Reads an object of kind DatabaseRole in the text of its file.
pub(super) fn read_object(object: &Object<'_>, text: Option<&str>) -> Option<DeclaredRole> {
    let source = RoleSource::DatabaseRole(object.name()?.to_owned());
    let app = object.app().map(str::to_owned);
    let place = place(object, object.root.line);
    read(object.root.get("spec")?, source, place, app, text)
}

/// Reads an entry of the managed roles, or the spec of a DatabaseRole, in the text of its file.
fn read(
    node: &Node<'_>,
    source: RoleSource,
    place: Place,
    app: Option<String>,
    file: Option<&str>,
) -> Option<DeclaredRole> {
    let text = |path: &[&str]| node.at(path).and_then(Node::as_str);
    Some(DeclaredRole {
        name: text(&["name"])?.to_owned(),
        source,
        place,
        password_secret: text(&["passwordSecret", "name"]).map(str::to_owned),
        secret_origin: file.and_then(|file| SecretOrigin::read(file, node)),
        login: text(&["login"]) == Some("true"),
        disables_password: text(&["disablePassword"]) == Some("true"),
        is_bootstrapped: false,
        ensure: ensure(node),
        superuser: text(&["superuser"]) == Some("true"),
        attributes: ATTRIBUTES
            .into_iter()
            .filter(|(field, _)| text(&[field]) == Some("true"))
            .map(|(_, word)| word)
            .collect(),
        in_roles: texts(node.get("inRoles")),
        comment: text(&["comment"]).map(str::to_owned),
        kept: file.and_then(|file| Kept::read(file, node)),
        app,
        again: Vec::new(),
    })
}

/// The roles that a Cluster has for itself, with the Secrets that CNPG makes for them where the manifest names none.
fn own(cluster: &Object<'_>, target: &Target) -> Vec<DeclaredRole> {
    let names = OwnNames::of(cluster);
    let superuser = cluster.root.at(&["spec", "superuserSecret", "name"]);
    let superuser = superuser.and_then(Node::as_str).map(str::to_owned);
    let owner = names.owner.map(|owner| (owner, names.secret, "app"));
    let all = owner
        .into_iter()
        .chain([(SUPERUSER.to_owned(), superuser, "superuser")]);
    all.map(|(name, secret, suffix)| DeclaredRole {
        name,
        source: RoleSource::Cluster,
        place: place(cluster, names.line),
        password_secret: secret.or_else(|| Some(format!("{}-{suffix}", target.cluster))),
        secret_origin: None,
        login: true,
        disables_password: false,
        is_bootstrapped: suffix == "app",
        ensure: Ensure::Present,
        superuser: suffix == "superuser",
        attributes: ["SUPERUSER"]
            .into_iter()
            .filter(|_| suffix == "superuser")
            .collect(),
        in_roles: Vec::new(),
        comment: None,
        kept: None,
        app: None,
        again: Vec::new(),
    })
    .collect()
}

/// The texts of a list.
fn texts(list: Option<&Node<'_>>) -> Vec<String> {
    let items = list.map_or(&[][..], Node::items).iter();
    items.filter_map(Node::as_str).map(str::to_owned).collect()
}
