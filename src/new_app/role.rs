//! The login role: an entry of the Cluster's managed roles, or an object of kind DatabaseRole.

use super::comparison::Comparison;
use super::credential;
use super::error::{Conflict, NAME};
use super::inventory::{Findings, Found, Surroundings};
use crate::declared::SecretOrigin;
use crate::domain::postgres_name::GroupRoleName;
use crate::domain::turns::LOGIN_SUFFIXES;
use crate::repo::object::Object;
use crate::repo::yaml::Node;
use crate::target::CNPG;
use crate::target::own::{OwnNames, is_on_cluster, managed_roles};

const USER_FLAG: &str = "--user";

/// Looks for the role among the Cluster's managed roles.
pub(super) fn inspect_managed<'text>(
    around: &Surroundings<'_, 'text>,
    findings: &mut Findings,
) -> Found<'text> {
    let role = around.inputs.app.role.as_str();
    let objects = database_roles(around).into_iter();
    findings.conflicts.extend(objects.map(|object| Conflict {
        place: object.place(),
        problem: format!("the role {role:?} is declared as an object of kind DatabaseRole; with --roles databaserole it is taken as the app's"),
        flag: USER_FLAG,
    }));
    let Some(cluster) = around.cluster else {
        return Found::Missing;
    };
    let (mut line, mut is_closed) = (None, false);
    let secret = around.inputs.app.secret.as_str();
    for entry in around.site.roles_named(role, secret) {
        let conflict = |problem, flag| Conflict {
            place: format!("{}:{}", cluster.path, entry.line),
            problem,
            flag,
        };
        let name = entry.get("name").and_then(Node::as_str);
        if let (Some(first), true) = (line, name == Some(role)) {
            let problem = format!("the role {role:?} is there twice, first on line {first}");
            findings.conflicts.push(conflict(problem, USER_FLAG));
        } else if name == Some(role) || is_renamed(around, entry) {
            compare(around, cluster, entry, "spec.managed.roles[]", findings);
            line = Some(entry.line);
            is_closed = self::is_closed(around, entry);
        } else if secret_of(entry) == Some(around.inputs.app.secret.as_str()) {
            let (secret, name) = (&around.inputs.app.secret, name.unwrap_or_default());
            let problem = format!("the Secret {secret} is the credential of the role {name:?}");
            let flag = credential::secret_flag(around.inputs.app);
            findings.conflicts.push(conflict(problem, flag));
        }
    }
    match line {
        None => Found::Missing,
        Some(_) if is_closed => Found::Closed(cluster.path, cluster.document),
        Some(_) => Found::There(cluster.path, cluster.document),
    }
}

/// Whether a role keeps what it owns and nothing else, as `remove` leaves it: it does not log in, and says that it has no
/// password. One that others are members of is a group, and nobody's own.
fn is_closed(around: &Surroundings<'_, '_>, role: &Node<'_>) -> bool {
    let text = |key: &str| role.get(key).and_then(Node::as_str);
    let is_closed = text("disablePassword") == Some("true")
        && text("login").is_none_or(|login| login == "false")
        && text("ensure").is_none_or(|ensure| ensure == "present")
        && role.get("passwordSecret").is_none();
    let entries = around.cluster.map_or(&[][..], managed_roles);
    let logins = LOGIN_SUFFIXES.map(|suffix| format!("{}{suffix}", around.inputs.app.role));
    // A closed login of its own makes it no group.
    let is_own_login = |entry: &&Node<'_>| {
        let text = |key: &str| entry.get(key).and_then(Node::as_str);
        let is_named = text("name").is_some_and(|name| logins.iter().any(|own| own == name));
        is_named && text("disablePassword") == Some("true")
    };
    let mut groups = entries
        .iter()
        .filter(|entry| !is_own_login(entry))
        .filter_map(|entry| entry.get("inRoles"))
        .flat_map(Node::items);
    let name = Some(around.inputs.app.role.as_str());
    is_closed && !groups.any(|group| group.as_str() == name)
}

/// Whether an entry is the app's own role under another name than was asked for.
fn is_renamed(around: &Surroundings<'_, '_>, entry: &Node<'_>) -> bool {
    let secret = around.inputs.app.secret.as_str();
    secret_of(entry) == Some(secret) && credential::is_own(around, secret)
}

/// Looks for the role among the objects of kind DatabaseRole.
pub(super) fn inspect_database_role<'text>(
    around: &Surroundings<'_, 'text>,
    findings: &mut Findings,
) -> Found<'text> {
    let app = around.inputs.app;
    findings.conflicts.extend(managed_conflict(around));
    let found = database_roles(around);
    let mut namesakes = around.of_kind(CNPG, "DatabaseRole").filter(|object| {
        object.name() == Some(app.role_object.as_str())
            && !found.iter().any(|other| std::ptr::eq(*other, *object))
    });
    let object = match found.as_slice() {
        [] => namesakes.next(),
        [object, others @ ..] => {
            let conflict = |other: &&Object<'_>| Conflict {
                place: other.place(),
                problem: format!(
                    "the role {:?} is declared at {} too",
                    app.role.as_str(),
                    object.place()
                ),
                flag: USER_FLAG,
            };
            findings.conflicts.extend(others.iter().map(conflict));
            Some(*object)
        }
    };
    findings
        .conflicts
        .extend(namesakes.map(|object| namesake(around, object)));
    let Some(object) = object else {
        let file = around.file_conflict(&around.files.role);
        findings.conflicts.extend(file);
        return Found::Missing;
    };
    let is_app = !found.is_empty()
        || (around.is_own(object) && is_on_cluster(object, around.inputs.target.cluster.as_str()));
    if is_app {
        findings
            .conflicts
            .extend(around.owner_conflict(object, USER_FLAG));
        if let Some(spec) = object.root.get("spec") {
            compare(around, object, spec, "spec", findings);
            if is_closed(around, spec) {
                return Found::Closed(object.path, object.document);
            }
        }
    } else {
        findings.conflicts.push(namesake(around, object));
    }
    Found::There(object.path, object.document)
}

/// The conflict with a managed role of the same name, which CNPG prefers to an object of kind DatabaseRole.
fn managed_conflict(around: &Surroundings<'_, '_>) -> Option<Conflict> {
    let cluster = around.cluster?;
    let role = around.inputs.app.role.as_str();
    let mut entries = around.site.roles_named(role, role).into_iter();
    let entry = entries.find(|entry| entry.get("name").and_then(Node::as_str) == Some(role))?;
    Some(Conflict {
        place: format!("{}:{}", cluster.path, entry.line),
        problem: format!(
            "the role {role:?} is one of the Cluster's managed roles, which win over an object of kind DatabaseRole; \
             with --roles managed it is taken as the app's"
        ),
        flag: USER_FLAG,
    })
}

/// The conflict with a DatabaseRole that has the name of the app's object and declares another role.
fn namesake(around: &Surroundings<'_, '_>, object: &Object<'_>) -> Conflict {
    let text = |path: &[&str]| object.root.at(path).and_then(Node::as_str);
    Conflict {
        place: object.place(),
        problem: format!(
            "DatabaseRole {} declares another one, {:?} on the Cluster {:?}",
            around.inputs.app.role_object,
            text(&["spec", "name"]).unwrap_or_default(),
            text(&["spec", "cluster", "name"]).unwrap_or_default()
        ),
        flag: NAME,
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
    let is_own = secret.is_some_and(|name| credential::is_own(around, name));
    if is_closed(around, entry) {
        compare_names(around, object, entry, field, findings);
        return;
    }
    let origin = SecretOrigin::read(text_of(around, object), entry);
    let is_own = is_own || (origin.is_some() && owns_the_database(around));
    if secret != Some(app.secret.as_str()) && !is_own && !around.is_own(object) {
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
    compare_names(around, object, entry, field, findings);
    let mut comparison = Comparison::new(object.path, entry.line);
    let name = |key: &str| format!("{field}.{key}");
    comparison.scalar(
        &name("passwordSecret.name"),
        entry.at(&["passwordSecret", "name"]),
        Some(app.secret.as_str()),
    );
    if origin.is_some() && !app.options.existing_secret && secret == Some(app.secret.as_str()) {
        let (found, asked) = ("made elsewhere (--existing-secret)", "sealed");
        let field = name("passwordSecret");
        comparison.differs(
            entry.line,
            &field,
            Some(found.to_owned()),
            Some(asked.to_owned()),
        );
    }
    comparison.with_default(&name("login"), entry.get("login"), "true", "false");
    comparison.with_default(&name("ensure"), entry.get("ensure"), "present", "present");
    comparison.with_default(
        &name("disablePassword"),
        entry.get("disablePassword"),
        "false",
        "false",
    );
    findings.differences.extend(comparison.into_differences());
}

/// Whether the app's own Database says that it belongs to the role.
fn owns_the_database(around: &Surroundings<'_, '_>) -> bool {
    let role = around.inputs.app.role.as_str();
    let owner = |object: &Object<'_>| {
        let owner = object.root.at(&["spec", "owner"]).and_then(Node::as_str);
        owner == Some(role)
    };
    let mut databases = around.of_kind(CNPG, "Database");
    databases.any(|object| around.is_own(object) && owner(object))
}

/// The text of an object's file.
fn text_of<'around>(around: &'around Surroundings<'_, '_>, object: &Object<'_>) -> &'around str {
    around.inputs.snapshot.text(object.path).unwrap_or_default()
}

/// What of a role differs that stays when it is closed: its name, its comment, and what it is a member of.
fn compare_names(
    around: &Surroundings<'_, '_>,
    object: &Object<'_>,
    entry: &Node<'_>,
    field: &str,
    findings: &mut Findings,
) {
    let app = around.inputs.app;
    let mut comparison = Comparison::new(object.path, entry.line);
    let name = |key: &str| format!("{field}.{key}");
    comparison.scalar(&name("name"), entry.get("name"), Some(app.role.as_str()));
    if let Some(comment) = &app.options.comment {
        let found = entry.get("comment");
        comparison.scalar(&name("comment"), found, Some(comment.as_str()));
    }
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
pub(super) fn check_bootstrap(around: &Surroundings<'_, '_>, findings: &mut Findings) {
    let Some(cluster) = around.cluster else {
        return;
    };
    let app = around.inputs.app;
    let own = OwnNames::of(cluster);
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
