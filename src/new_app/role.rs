//! The login role: an entry of the Cluster's managed roles, or an object of kind DatabaseRole.

use super::comparison::Comparison;
use super::error::Conflict;
use super::inventory::{Findings, Found, Surroundings, is_on_cluster};
use crate::domain::postgres_name::GroupRoleName;
use crate::repo::object::Object;
use crate::repo::yaml::Node;
use crate::target::CNPG;

const USER_FLAG: &str = "--user";

/// Looks for the role among the Cluster's managed roles.
pub(super) fn inspect_managed<'text>(
    around: &Surroundings<'_, 'text>,
    findings: &mut Findings,
) -> Found<'text> {
    check_bootstrap(around, findings);
    let role = around.inputs.app.role.as_str();
    let objects = database_roles(around).into_iter();
    findings.conflicts.extend(objects.map(|object| Conflict {
        place: object.place(),
        problem: format!("the role {role:?} is declared as an object of kind DatabaseRole; with --roles databaserole it is taken as the app's"),
        flag: USER_FLAG,
    }));
    let Some(cluster) = &around.cluster else {
        return Found::Missing;
    };
    let mut found = Found::Missing;
    for entry in managed_roles(cluster) {
        let name = entry.get("name").and_then(Node::as_str);
        if name == Some(role) {
            compare(around, cluster, entry, "spec.managed.roles[]", findings);
            found = Found::There(cluster.path, cluster.document);
        } else if secret_of(entry) == Some(around.inputs.app.secret.as_str()) {
            findings.conflicts.push(Conflict {
                place: format!("{}:{}", cluster.path, entry.line),
                problem: format!(
                    "the Secret {} is the credential of the role {:?}",
                    around.inputs.app.secret,
                    name.unwrap_or_default()
                ),
                flag: "--secret-name",
            });
        }
    }
    found
}

/// Looks for the role among the objects of kind DatabaseRole.
pub(super) fn inspect_database_role<'text>(
    around: &Surroundings<'_, 'text>,
    findings: &mut Findings,
) -> Found<'text> {
    check_bootstrap(around, findings);
    let app = around.inputs.app;
    let managed = around
        .cluster
        .as_ref()
        .map_or(&[][..], |cluster| managed_roles(cluster));
    let same = managed
        .iter()
        .find(|entry| entry.get("name").and_then(Node::as_str) == Some(app.role.as_str()));
    if let (Some(entry), Some(cluster)) = (same, &around.cluster) {
        findings.conflicts.push(Conflict {
            place: format!("{}:{}", cluster.path, entry.line),
            problem: format!("the role {:?} is one of the Cluster's managed roles, which win over an object of kind DatabaseRole", app.role.as_str()),
            flag: USER_FLAG,
        });
    }
    match database_roles(around).as_slice() {
        [] => {
            findings
                .conflicts
                .extend(around.file_conflict(&around.files.role));
            Found::Missing
        }
        [object, ..] => {
            findings
                .conflicts
                .extend(around.owner_conflict(object, USER_FLAG));
            if let Some(spec) = object.root.get("spec") {
                compare(around, object, spec, "spec", findings);
            }
            Found::There(object.path, object.document)
        }
    }
}

fn database_roles<'around, 'text>(
    around: &'around Surroundings<'_, 'text>,
) -> Vec<&'around Object<'text>> {
    let (role, cluster) = (
        around.inputs.app.role.as_str(),
        around.inputs.target.cluster.as_str(),
    );
    around
        .of_kind(CNPG, "DatabaseRole")
        .filter(|object| is_on_cluster(object, cluster))
        .filter(|object| object.root.at(&["spec", "name"]).and_then(Node::as_str) == Some(role))
        .collect()
}

/// The entries of a Cluster's `spec.managed.roles`.
fn managed_roles<'object, 'text>(cluster: &'object Object<'text>) -> &'object [Node<'text>] {
    cluster
        .root
        .at(&["spec", "managed", "roles"])
        .map_or(&[], Node::items)
}

fn secret_of<'entry>(entry: &'entry Node<'_>) -> Option<&'entry str> {
    entry.at(&["passwordSecret", "name"])?.as_str()
}

/// What of a role differs from what was asked for. Attributes that the product does not ask about are left alone.
fn compare(
    around: &Surroundings<'_, '_>,
    object: &Object<'_>,
    entry: &Node<'_>,
    field: &str,
    findings: &mut Findings,
) {
    let app = around.inputs.app;
    let secret = secret_of(entry);
    if secret != Some(app.secret.as_str()) {
        let credential = secret.map_or("no credential".to_owned(), |name| {
            format!("the credential {name}")
        });
        findings.conflicts.push(Conflict {
            place: format!("{}:{}", object.path, entry.line),
            problem: format!(
                "the role {:?} is there with {credential}",
                app.role.as_str()
            ),
            flag: USER_FLAG,
        });
        return;
    }
    let mut comparison = Comparison::new(object.path, entry.line);
    let name = |key: &str| format!("{field}.{key}");
    comparison.with_default(&name("login"), entry.get("login"), "true", "false");
    comparison.with_default(&name("ensure"), entry.get("ensure"), "present", "present");
    comparison.with_default(
        &name("disablePassword"),
        entry.get("disablePassword"),
        "false",
        "false",
    );
    let groups = entry.get("inRoles");
    let found = groups
        .map_or(&[][..], Node::items)
        .iter()
        .filter_map(Node::as_str)
        .map(str::to_owned)
        .collect();
    let asked = app
        .options
        .in_roles
        .iter()
        .map(GroupRoleName::to_string)
        .collect();
    comparison.list(&name("inRoles"), groups, found, asked);
    findings.differences.extend(comparison.into_differences());
}

/// A role or database that `bootstrap` makes must not be declared again: the two passwords would fight.
fn check_bootstrap(around: &Surroundings<'_, '_>, findings: &mut Findings) {
    let Some(cluster) = &around.cluster else {
        return;
    };
    let app = around.inputs.app;
    let own = own_names(cluster);
    for (name, asked, what, flag) in [
        (&own.owner, app.role.as_str(), "role", USER_FLAG),
        (
            &own.database,
            app.database.as_str(),
            "database",
            "--database",
        ),
    ] {
        if name.as_deref() == Some(asked) {
            findings.conflicts.push(Conflict {
                place: format!("{}:{}", cluster.path, own.line),
                problem: format!(
                    "the {what} {asked:?} is the one that the Cluster's bootstrap makes"
                ),
                flag,
            });
        }
    }
}

/// The role and database that a Cluster makes for itself.
struct OwnNames {
    owner: Option<String>,
    database: Option<String>,
    line: usize,
}

/// Source: CloudNativePG `api/v1/cluster_defaults.go`: without a bootstrap method, `initdb` makes the database `app`
/// with the owner `app`; the owner is named like the database where only that is given.
fn own_names(cluster: &Object<'_>) -> OwnNames {
    let bootstrap = cluster.root.at(&["spec", "bootstrap"]);
    let method = ["initdb", "recovery", "pg_basebackup"]
        .into_iter()
        .find_map(|name| Some((name, bootstrap?.get(name)?)));
    let text = |key: &str| {
        method
            .and_then(|(_, node)| node.get(key))
            .and_then(Node::as_str)
            .map(str::to_owned)
    };
    let by_default = matches!(method, None | Some(("initdb", _))).then(|| "app".to_owned());
    let database = text("database").or(by_default);
    OwnNames {
        owner: text("owner").or_else(|| database.clone()),
        database,
        line: method.map_or(cluster.root.line, |(_, node)| node.line),
    }
}
