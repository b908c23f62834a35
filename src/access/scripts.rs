//! The files of the ConfigMap: the declaration, and what makes it so.

use crate::domain::access::DECLARATION_KEY;
use crate::domain::access::form::DatabaseAccess;
use crate::domain::name::NameError;
use crate::sql::privileges::script;
use crate::sql::wanted::Wanted;

/// The script that the Job's container runs.
const RUN: &str = include_str!("../../templates/job/access.sh");

/// The key of the script that the container runs.
const RUN_KEY: &str = "run.sh";

/// The key of the SQL that it runs.
const SQL_KEY: &str = "privileges.sql";

/// The keys and texts of a ConfigMap with other SQL.
pub fn files_of(sql: String) -> Vec<(&'static str, String)> {
    vec![(SQL_KEY, sql), (RUN_KEY, RUN.to_owned())]
}

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
        (SQL_KEY, script(&wanted)),
        (RUN_KEY, RUN.to_owned()),
    ])
}
