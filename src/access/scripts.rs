//! The files of the ConfigMap: the declaration, and what makes it so.

use crate::domain::access::DECLARATION_KEY;
use crate::domain::access::form::DatabaseAccess;
use crate::domain::name::NameError;
use crate::sql::privileges::script;
use crate::sql::wanted::Wanted;

/// The script that the Job's container runs.
const RUN: &str = include_str!("../../templates/job/access.sh");

/// The keys and texts.
///
/// # Errors
/// When a level's group would have a name that no role can have.
pub(super) fn files(
    declaration: &DatabaseAccess,
) -> Result<Vec<(&'static str, String)>, NameError> {
    let DatabaseAccess {
        database,
        owner,
        access,
    } = declaration;
    let wanted = Wanted::of(access, database, owner)?;
    Ok(vec![
        (DECLARATION_KEY, declaration.to_json()),
        ("privileges.sql", script(&wanted)),
        ("run.sh", RUN.to_owned()),
    ])
}
