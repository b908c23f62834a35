//! Who may connect to a database, and by what.

use std::collections::BTreeSet;

use serde::Serialize;

use super::is_told_apart;
use crate::live::server::{Server, ServerDatabase};

/// Somebody who may connect to a database.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Connect {
    /// The role, or `PUBLIC`: every role of the server.
    pub who: String,
    /// By what: `public`, `owner`, `granted`, `member` or `superuser`.
    pub by: &'static str,
    /// The role whose right it is, for a member.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// Whether it is a role of CNPG's or PostgreSQL's own.
    pub reserved: bool,
}

/// Who may connect, each role once: everybody first, then the owner, then the others.
pub(super) fn who(server: &Server, database: &ServerDatabase) -> Vec<Connect> {
    let mut found = Vec::new();
    if !database.takes_sessions {
        return found;
    }
    let mut add = |who: &str, by: &'static str, of: Option<&str>| {
        if found.iter().all(|known: &Connect| known.who != who) {
            found.push(Connect {
                who: who.to_owned(),
                by,
                of: of.map(str::to_owned),
                reserved: is_told_apart(who, Some(server)),
            });
        }
    };
    let mut granted = Vec::new();
    for (role, privilege) in &database.grants {
        match role {
            _ if privilege != "CONNECT" => {}
            None => add("PUBLIC", "public", None),
            Some(role) => granted.push(role.as_str()),
        }
    }
    let holders = [(database.owner.as_str(), "owner")];
    let granted = granted.into_iter().map(|role| (role, "granted"));
    let holders: Vec<(&str, &'static str)> = holders.into_iter().chain(granted).collect();
    let can_log_in = |role: &str| server.roles.get(role).is_some_and(|role| role.can_login);
    for (role, by) in &holders {
        if can_log_in(role) {
            add(role, by, None);
        }
    }
    for (role, _) in holders {
        for member in members(server, role) {
            if can_log_in(member) {
                add(member, "member", Some(role));
            }
        }
    }
    for role in server.roles.keys() {
        if server.is_superuser(role) && can_log_in(role) {
            add(role, "superuser", None);
        }
    }
    found
}

/// Who has a role's rights as its member, or as a member of one.
fn members<'server>(server: &'server Server, role: &'server str) -> BTreeSet<&'server str> {
    let mut found = BTreeSet::new();
    let mut due = vec![role];
    while let Some(role) = due.pop() {
        let memberships = server.memberships.iter();
        for membership in memberships.filter(|known| known.role == role && known.inherits) {
            if found.insert(membership.member.as_str()) {
                due.push(&membership.member);
            }
        }
    }
    found
}
