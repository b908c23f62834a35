//! The shell script around it.

use super::privileges::Database;
use crate::postgres::is_usable;

#[test]
fn waits_for_the_role_and_the_database() {
    if !is_usable() {
        return;
    }
    let database = Database::new("access_waits", &[]);
    let wanted = database.wanted(&["later"], &[["later", "database", "", "", "CONNECT"]]);
    let outcome = database.job(&wanted).run();
    assert_eq!(outcome.code, 1);
    assert_eq!(
        outcome.stderr,
        "waiting: ERROR:  a role is not there yet: access_waits_later
ERROR:  a role is not there yet: access_waits_later
error: the privileges of the database access_waits are as they were, after 3 of 3 attempts
"
    );
}
