//! Who may be granted something.

use super::error::AccessError;
use crate::declared::{DeclaredRole, Ensure, RoleSource};
use crate::domain::postgres_name::RoleName;

/// The name of a declared role that may be granted something in a database of this owner.
///
/// # Errors
/// When it owns the database, may do everything anyway, is the Cluster's own, or is not there to use anything.
pub fn grantable(role: &DeclaredRole, owner: &RoleName) -> Result<RoleName, AccessError> {
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
    if role.is_kept() {
        return refuse("is closed: it keeps the data of an app that was removed");
    }
    Ok(role.name.parse()?)
}
