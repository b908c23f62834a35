//! What of the declared roles and databases is not so.

use serde::Serialize;

use crate::declared::{Declared, DeclaredRole, Ensure, RoleSource};
use crate::live::server::Server;

/// Something that is declared and is not so, or the other way round.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// What kind it is, as a word for programs: `missing`, `not-dropped`, `login`, `owner`, `not-member` or `member`.
    pub reason: &'static str,
    /// What it is about, as `role NAME` or `database NAME`.
    pub object: String,
    /// The same in one sentence.
    pub evidence: String,
}

/// How a server differs from what is declared of it: roles, memberships, databases and their owners.
pub fn differences(declared: &Declared, server: &Server) -> Vec<Difference> {
    let is_managed = |role: &&DeclaredRole| role.source != RoleSource::Cluster;
    let roles = declared.roles.iter().filter(is_managed);
    let mut found: Vec<Difference> = roles.flat_map(|role| of_role(role, server)).collect();
    for app in &declared.apps {
        let Some(database) = &app.database else {
            continue;
        };
        let name = &database.name;
        let difference = |reason, evidence: String| Difference {
            reason,
            object: format!("database {name}"),
            evidence,
        };
        let owner = database.owner.as_deref().unwrap_or_default();
        match (database.ensure, server.database(name)) {
            (Ensure::Present, None) => {
                found.push(difference(
                    "missing",
                    format!("there is no database {name}"),
                ));
            }
            (Ensure::Absent, Some(_)) => found.push(difference(
                "not-dropped",
                format!("the database {name} is still there"),
            )),
            (Ensure::Present, Some(live)) if live.owner != owner => found.push(difference(
                "owner",
                format!(
                    "the database {name} belongs to {}, not to {owner}",
                    live.owner
                ),
            )),
            _ => {}
        }
    }
    found
}

fn of_role(role: &DeclaredRole, server: &Server) -> Vec<Difference> {
    let name = &role.name;
    let difference = |reason, evidence: String| Difference {
        reason,
        object: format!("role {name}"),
        evidence,
    };
    let live = match (role.ensure, server.roles.get(name)) {
        (Ensure::Present, None) => {
            return vec![difference("missing", format!("there is no role {name}"))];
        }
        (Ensure::Absent, Some(_)) => {
            return vec![difference(
                "not-dropped",
                format!("the role {name} is still there"),
            )];
        }
        (Ensure::Absent, None) => return Vec::new(),
        (Ensure::Present, Some(live)) => live,
    };
    let mut found = Vec::new();
    if live.can_login != role.login {
        let may = if live.can_login { "may" } else { "may not" };
        found.push(difference("login", format!("{name} {may} log in")));
    }
    let memberships = server.memberships.iter();
    let groups = memberships.filter(|known| known.member == *name && !known.is_creators());
    let groups: Vec<&str> = groups.map(|known| known.role.as_str()).collect();
    for group in &role.in_roles {
        if !groups.contains(&group.as_str()) {
            found.push(difference(
                "not-member",
                format!("{name} is no member of {group}"),
            ));
        }
    }
    for group in groups {
        if !role.in_roles.iter().any(|known| known == group) {
            found.push(difference(
                "member",
                format!("{name} is a member of {group}, which is not declared"),
            ));
        }
    }
    found
}
