//! The roles of a server: their attributes and memberships that are not declared.

use super::report::{Finding, ServerReport};
use super::{Question, is_told_apart};
use crate::declared::{Declared, DeclaredRole, Ensure, RoleSource};
use crate::live::server::{Membership, Server};
use crate::sql::identifier;

/// Compares the server's roles with those that are declared.
pub(super) fn compare(server: &Server, question: Question<'_>) -> ServerReport {
    let declared = question.declared;
    let mut report = ServerReport::default();
    for (name, role) in &server.roles {
        if is_told_apart(name, None) {
            report.reserved.push(name.clone());
            continue;
        }
        let known = find(declared, name);
        if known.is_none() {
            report.undeclared.push(name.clone());
        }
        if question.is_others(name) {
            continue;
        }
        let is_more =
            |word: &&String| !known.is_some_and(|known| known.attributes.contains(&word.as_str()));
        let more: Vec<String> = role.attributes.iter().filter(is_more).cloned().collect();
        if !more.is_empty() {
            report.findings.push(attributes(name, more));
        }
    }
    for membership in &server.memberships {
        if question.is_others(&membership.role) && question.is_others(&membership.member) {
            continue;
        }
        report.findings.extend(more(membership, server, declared));
    }
    for role in declared
        .roles
        .iter()
        .filter(|role| role.ensure == Ensure::Present)
    {
        report.missing.extend(less(role, server));
    }
    report
}

fn find<'repo>(declared: &'repo Declared, name: &str) -> Option<&'repo DeclaredRole> {
    let mut roles = declared.roles.iter();
    roles.find(|role| role.name == name && role.ensure == Ensure::Present)
}

fn attributes(name: &str, more: Vec<String>) -> Finding {
    let without: Vec<String> = more.iter().map(|word| format!("NO{word}")).collect();
    Finding {
        reason: "attribute",
        role: name.to_owned(),
        object: None,
        evidence: format!("{name} has {}", more.join(", ")),
        remedies: vec![format!(
            "as a superuser: ALTER ROLE {} {};",
            identifier(name),
            without.join(" ")
        )],
        privileges: more,
    }
}

/// The finding of a membership that is not declared, or that gives more than a declared one.
fn more(membership: &Membership, server: &Server, declared: &Declared) -> Option<Finding> {
    let Membership { role, member, .. } = membership;
    if is_told_apart(member, Some(server)) || membership.is_creators() {
        return None;
    }
    let known = find(declared, member);
    let is_declared = known.is_some_and(|known| known.in_roles.contains(role));
    if is_declared && !membership.is_admin {
        return None;
    }
    let (group, of) = (identifier(role), identifier(member));
    let (reason, evidence, statement) = if is_declared {
        (
            "admin-option",
            format!("{member} may make others members of {role}"),
            format!("REVOKE ADMIN OPTION FOR {group} FROM {of};"),
        )
    } else {
        (
            "membership",
            format!("{member} is a member of {role}"),
            format!("REVOKE {group} FROM {of};"),
        )
    };
    Some(Finding {
        reason,
        role: member.clone(),
        object: Some(format!("the role {role}")),
        privileges: Vec::new(),
        evidence,
        remedies: vec![format!("as a superuser: {statement}")],
    })
}

/// What a role lacks of what is declared.
fn less(role: &DeclaredRole, server: &Server) -> Vec<Finding> {
    let name = &role.name;
    let finding = |object: Option<String>, evidence: String| Finding {
        reason: "missing",
        role: name.clone(),
        object,
        privileges: Vec::new(),
        evidence,
        remedies: Vec::new(),
    };
    if !server.roles.contains_key(name) {
        let is_own = role.source == RoleSource::Cluster;
        let missing = (!is_own).then(|| finding(None, format!("there is no role {name}")));
        return missing.into_iter().collect();
    }
    let is_member = |group: &String| {
        let mut memberships = server.memberships.iter();
        memberships.any(|known| known.role == *group && known.member == *name)
    };
    let groups = role.in_roles.iter().filter(|group| !is_member(group));
    groups
        .map(|group| {
            finding(
                Some(format!("the role {group}")),
                format!("{name} is no member of {group}"),
            )
        })
        .collect()
}
