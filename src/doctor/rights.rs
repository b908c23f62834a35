//! What `verify` and `fetch-cert` need to be allowed.

use super::{Expected, unread};
use crate::live::fact::{Fact, Unreadable};
use crate::live::permission::Permission;
use crate::live::rights::{self, Scope, Task};
use crate::report::{Check, Subject};

pub(super) const RIGHTS: Subject = Subject {
    check: "rights",
    title: "Rights",
};

/// A right, and whether one has it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Asked {
    /// The right.
    pub permission: Permission,
    /// Whether the API server says so.
    pub allowed: Fact<bool>,
}

/// The rights that are asked about. Of a kind that is not served nobody can have one.
///
/// `controller` is the namespace of the Sealed Secrets controller.
pub fn needed(
    expected: &Expected,
    controller: &str,
    roles: bool,
    argo_cd: bool,
) -> Vec<Permission> {
    let scope = Scope {
        namespace: expected.namespace.clone(),
        controller: controller.to_owned(),
        has_roles: roles,
        has_argo_cd: argo_cd,
        has_services: expected.has_services,
        has_poolers: expected.has_poolers,
        is_server: expected.connection.is_some(),
        has_access: expected.has_access,
    };
    let tasks = [Task::Verify, Task::Login, Task::FetchCert];
    let needed = tasks
        .into_iter()
        .flat_map(|task| rights::needed(task, &scope));
    needed.collect()
}

/// What does instead of a right for all namespaces, for whoever does not have that: the same for each namespace that
/// matters. Only Secrets are looked at so, since only they are often forbidden.
pub fn instead(permission: &Permission, expected: &Expected) -> Vec<Permission> {
    let mut namespaces = expected.app_namespaces.clone();
    namespaces.insert(expected.namespace.clone());
    rights::apart(permission, &namespaces)
}

/// One check for all rights that one has, one for each that one has not, and one for each reason for which it is not
/// known.
pub(super) fn rights(asked: &[Asked]) -> Vec<Check> {
    let granted = asked
        .iter()
        .filter(|asked| asked.allowed == Fact::Present(true))
        .count();
    let mut checks = Vec::new();
    if granted == asked.len() {
        checks.push(RIGHTS.pass(format!(
            "all {granted} that verify and fetch-cert need are granted"
        )));
    } else if granted > 0 {
        checks.push(RIGHTS.pass(format!(
            "{granted} of {} that verify and fetch-cert need are granted",
            asked.len()
        )));
    }
    let is_missing = |asked: &&Asked| matches!(asked.allowed, Fact::Present(false) | Fact::Absent);
    checks.extend(asked.iter().filter(is_missing).map(missing));
    checks.extend(unknown(asked));
    checks
}

/// The check of a right that one has not.
fn missing(asked: &Asked) -> Check {
    let permission = &asked.permission;
    RIGHTS
        .broken(
            "forbidden",
            format!("the right to {} is missing", permission.deed()),
        )
        .remedy(permission.to_string())
}

/// The checks of rights that could not be asked about.
fn unknown(asked: &[Asked]) -> Vec<Check> {
    let mut reasons: Vec<(&Unreadable, usize)> = Vec::new();
    for asked in asked {
        let Fact::Unreadable(why) = &asked.allowed else {
            continue;
        };
        match reasons.iter_mut().find(|(known, _)| *known == why) {
            Some((_, count)) => *count += 1,
            None => reasons.push((why, 1)),
        }
    }
    let check = |(why, count): (&Unreadable, usize)| {
        let evidence = format!("{count} could not be asked about: {}", why.evidence);
        Check {
            evidence,
            ..unread(RIGHTS, why)
        }
    };
    reasons.into_iter().map(check).collect()
}
