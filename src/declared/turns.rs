//! Login roles that take turns as an owner: members of it, named after it.
//!
//! With two login roles a password is changed without a moment at which it is wrong. The owner then is a group, and its
//! login is one of the two, whose Secret is the app's.

use std::collections::{HashMap, HashSet};

use super::DeclaredRole;
use super::role::Roles;
use crate::domain::turns::{LOGIN_SUFFIXES, NEXT_SUFFIX};
use crate::repo::path::{RepoPath, RepoPathError};

/// The files that are there during a turn alone, and what is in them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TurnFiles {
    /// The Secret with the next login's credential.
    pub secret: String,
    /// Its SealedSecret's file.
    pub sealed: RepoPath,
    /// The name of the Job, and of its ConfigMap, by which the next login's sessions begin as the owner.
    pub job: String,
    /// Their file.
    pub job_file: RepoPath,
}

impl TurnFiles {
    /// Those of an app with this Secret, in the folder of its manifests.
    ///
    /// # Errors
    /// When the app's name makes no file name.
    pub fn of(app: &str, secret: &str, folder: &RepoPath) -> Result<Self, RepoPathError> {
        Ok(Self {
            secret: format!("{secret}{NEXT_SUFFIX}"),
            sealed: folder.join(&format!("{app}-next-secrets-sealed.yaml"))?,
            job: format!("{app}{NEXT_SUFFIX}"),
            job_file: folder.join(&format!("{app}-next.yaml"))?,
        })
    }
}

/// Who logs in for whom, by the numbers of the roles.
#[derive(Default)]
pub(super) struct Turns {
    /// The login of each owner that does not log in by itself.
    logins: HashMap<usize, usize>,
    /// The roles that are no app's of their own: logins, and those that wait for their turn.
    members: HashSet<usize>,
}

impl Turns {
    /// Those among all roles.
    pub(super) fn of(roles: &Roles) -> Self {
        let mut turns = Self::default();
        for (number, owner) in roles.all.iter().enumerate() {
            let names = LOGIN_SUFFIXES.map(|suffix| format!("{}{suffix}", owner.name));
            let found = names.iter().filter_map(|name| roles.number(name));
            let found: Vec<usize> = found
                .filter(|member| {
                    let member = roles.all.get(*member);
                    member.is_some_and(|member| member.in_roles.contains(&owner.name))
                })
                .collect();
            turns.add(number, owner, &found, roles);
        }
        turns
    }

    /// Adds what an owner's members are.
    fn add(&mut self, number: usize, owner: &DeclaredRole, found: &[usize], roles: &Roles) {
        let role = |member: usize| roles.all.get(member);
        let secret = |member: usize| role(member)?.password_secret.as_deref();
        let logs_in = |member: &usize| {
            let is_login = role(*member).is_some_and(|role| role.login);
            let is_next = secret(*member).is_none_or(|name| name.ends_with(NEXT_SUFFIX));
            is_login && !is_next
        };
        let login = match &owner.password_secret {
            Some(_) => None,
            None => found.iter().copied().find(logs_in),
        };
        let own = owner.password_secret.as_deref();
        let app_secret = own.or_else(|| secret(login?));
        let next = app_secret.map(|name| format!("{name}{NEXT_SUFFIX}"));
        let waits = |member: &usize| {
            let named = secret(*member);
            // A switch that was killed leaves two with the app's own.
            named.is_none() || named == next.as_deref() || named == app_secret
        };
        self.members.extend(found.iter().filter(|one| waits(one)));
        self.members.extend(login);
        self.logins.extend(login.map(|login| (number, login)));
    }

    /// The role that logs in for an owner, where that is another one.
    pub(super) fn login(&self, owner: usize) -> Option<usize> {
        self.logins.get(&owner).copied()
    }

    /// Whether a role logs in for another one, or did, or will.
    pub(super) fn is_member(&self, role: usize) -> bool {
        self.members.contains(&role)
    }
}
