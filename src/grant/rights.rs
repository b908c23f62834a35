//! What a grant adds to the access, and what a revocation takes from it.

use crate::access::AccessError;
use crate::domain::access::asked::Right;
use crate::domain::access::{Access, Level};
use crate::domain::name::NameError;
use crate::domain::postgres_name::RoleName;

/// Adds a right of a role; `groups` are those that it is a member of.
///
/// # Errors
/// When a level's group would have a name that no role can have, or is that role.
pub(super) fn grant(
    access: &mut Access,
    groups: &mut Vec<String>,
    role: &RoleName,
    right: &Right,
    owner: &RoleName,
) -> Result<(), AccessError> {
    match right {
        Right::Level(level) => {
            let group = level.group(owner)?.to_string();
            if group == role.as_str() {
                return Err(AccessError::Itself { role: group });
            }
            if !groups.contains(&group) {
                groups.push(group);
            }
            access.add_level(*level);
        }
        Right::Privileges(privileges) => {
            for (on, privileges) in privileges {
                access.add(role, on, privileges);
            }
        }
    }
    Ok(())
}

/// Takes a right from a role, or all of them.
///
/// # Errors
/// When a level's group would have a name that no role can have.
pub(super) fn revoke(
    access: &mut Access,
    groups: &mut Vec<String>,
    role: &RoleName,
    right: Option<&Right>,
    owner: &RoleName,
) -> Result<(), NameError> {
    let levels = match right {
        None => &Level::ALL[..],
        Some(Right::Level(level)) => std::slice::from_ref(level),
        Some(Right::Privileges(_)) => &[],
    };
    for level in levels {
        // A group that could have no name has no member.
        if let Ok(group) = level.group(owner) {
            groups.retain(|known| known != group.as_str());
        }
    }
    let had_some = access.grants.iter().any(|grant| grant.to == *role);
    match right {
        None => access.grants.retain(|grant| grant.to != *role),
        Some(Right::Level(_)) => {}
        Some(Right::Privileges(privileges)) => {
            for (on, privileges) in privileges {
                let known = access.grants.iter_mut();
                for grant in known.filter(|grant| grant.to == *role && grant.on == *on) {
                    grant.privileges.retain(|word| !privileges.contains(word));
                }
            }
            access.grants.retain(|grant| !grant.privileges.is_empty());
        }
    }
    if had_some && !access.grants.iter().any(|grant| grant.to == *role) {
        access.revoked.push(role.clone());
    }
    Ok(())
}
