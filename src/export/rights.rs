//! Who may do what in the apps' databases, in the words of a file.

use std::collections::HashMap;

use super::{Owners, Settled};
use crate::access::grantable;
use crate::apps_file::{Allowed, Position};
use crate::declared::{Declared, DeclaredApp, DeclaredRole};
use crate::domain::access::asked::Right;
use crate::domain::postgres_name::RoleName;

/// The roles of a target, as far as something may be granted to them.
pub(super) struct Rights<'declared> {
    roles: HashMap<&'declared str, &'declared DeclaredRole>,
    /// The members of groups, in the order of their names.
    members: HashMap<&'declared str, Vec<&'declared DeclaredRole>>,
    /// The apps that roles are of.
    apps: HashMap<&'declared str, &'declared str>,
}

impl<'declared> Rights<'declared> {
    /// Those of a target.
    pub(super) fn of(declared: &'declared Declared, owners: &Owners<'declared>) -> Self {
        let mut roles: Vec<&DeclaredRole> = declared.roles.iter().collect();
        roles.sort_by(|left, right| left.name.cmp(&right.name));
        let mut members: HashMap<&str, Vec<&DeclaredRole>> = HashMap::new();
        for role in &roles {
            for group in &role.in_roles {
                members.entry(group.as_str()).or_default().push(role);
            }
        }
        let apps = declared.apps.iter().filter(|app| owners.is_owner(app));
        let apps =
            apps.filter_map(|app| Some((app.role.as_ref()?.name.as_str(), app.name.as_str())));
        Self {
            roles: roles
                .iter()
                .map(|role| (role.name.as_str(), *role))
                .collect(),
            members,
            apps: apps.collect(),
        }
    }

    /// Says who may do what in an app's database, and whether it is isolated; gives the roles with the groups that this
    /// makes them members of.
    pub(super) fn say(&self, app: &DeclaredApp, settled: &mut Settled) -> Vec<(String, String)> {
        let Some(there) = &app.access else {
            return Vec::new();
        };
        let declared = match &there.access {
            Ok(declared) => declared,
            Err(reason) => {
                let place = &there.place;
                let warning = format!("{place}: the access to {} is left out: {reason}", app.name);
                settled.warnings.push(warning);
                return Vec::new();
            }
        };
        let mut told = Vec::new();
        let mut all = Vec::new();
        for level in &declared.access.levels {
            let Ok(group) = level.group(&declared.owner) else {
                continue;
            };
            let members = self
                .members
                .get(group.as_str())
                .map_or(&[][..], Vec::as_slice);
            for role in members {
                if let Some(allowed) =
                    self.allowed(role.name.as_str(), &declared.owner, Right::Level(*level))
                {
                    told.push((role.name.clone(), group.to_string()));
                    all.push(allowed);
                }
            }
        }
        for grant in &declared.access.grants {
            let right = Right::Privileges(vec![(grant.on.clone(), grant.privileges.clone())]);
            match self.allowed(grant.to.as_str(), &declared.owner, right) {
                Some(allowed) => all.push(allowed),
                None => settled.warnings.push(format!(
                    "{}: what {} may do with {} is left out: nothing is to be granted to that role",
                    there.place,
                    grant.to,
                    grant.on.kind()
                )),
            }
        }
        settled.said.isolate = declared.access.isolate;
        settled.said.access = Some(all);
        told
    }

    /// What a role may do, where the file can say it.
    fn allowed(&self, role: &str, owner: &RoleName, right: Right) -> Option<Allowed> {
        let declared = self.roles.get(role)?;
        grantable(declared, owner, self.roles.values().copied()).ok()?;
        let name = self.apps.get(role).copied().unwrap_or(role);
        Some(Allowed {
            position: Position::default(),
            to: name.parse().ok()?,
            right,
        })
    }
}
