//! Who may be granted something.

use super::error::AccessError;
use crate::declared::{DeclaredRole, Ensure, RoleSource};
use crate::domain::postgres_name::RoleName;

/// The name of a declared role that may be granted something in a database of this owner; `roles` are all that are declared.
///
/// # Errors
/// When it owns the database, may do everything anyway, is the Cluster's own, or is not there to use anything.
pub fn grantable<'role>(
    role: &DeclaredRole,
    owner: &RoleName,
    mut roles: impl Iterator<Item = &'role DeclaredRole>,
) -> Result<RoleName, AccessError> {
    let refuse = |problem| {
        Err(AccessError::NotGrantable {
            place: role.place.to_string(),
            role: role.name.clone(),
            problem,
        })
    };
    if role.name == owner.as_str() {
        return Err(AccessError::Owner {
            role: role.name.clone(),
        });
    }
    if role.superuser {
        return refuse("is a superuser, who may do everything");
    }
    if role.source == RoleSource::Cluster || role.is_bootstrapped {
        return refuse("is the Cluster's own");
    }
    if role.ensure == Ensure::Absent {
        return refuse("is declared to be absent");
    }
    // One that others are members of owns the data of an app whose logins take turns.
    let mut is_group = || roles.any(|other| other.in_roles.contains(&role.name));
    if role.is_kept() && !is_group() {
        return refuse("is closed: it keeps the data of an app that was removed");
    }
    Ok(role.name.parse()?)
}
