//! Scripts for `psql` that free what keeps a database or a role from being dropped; a superuser runs them.
//!
//! Source: PostgreSQL manual, section 22.4 (dropping roles), `REASSIGN OWNED` and `DROP OWNED`.

use super::{identifier, literal};

/// The database that is always there, and that no app owns.
const MAINTENANCE: &str = "postgres";

/// Where a role owns something or has rights.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Place {
    /// The database.
    pub database: String,
    /// The role that gets what is owned there.
    pub heir: String,
}

/// Ends all sessions on a database, and lets no new ones begin, so that it can be dropped.
pub fn close_database(database: &str) -> String {
    script(&[
        connect(MAINTENANCE),
        format!(
            "ALTER DATABASE {} WITH ALLOW_CONNECTIONS false;",
            identifier(database)
        ),
        format!(
            "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE datname = {} AND pid <> \
             pg_catalog.pg_backend_pid();",
            literal(database)
        ),
    ])
}

/// Ends all sessions of a role. One that may not log in any more begins no new ones.
pub fn end_sessions(role: &str) -> String {
    script(&[format!(
        "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE usename = {};",
        literal(role)
    )])
}

/// Gives what a role owns to others, and takes its rights away, in each of these databases. Nothing is lost: what is owned is
/// given away first, in the same transaction.
pub fn release_role(role: &str, places: &[Place]) -> String {
    let mut lines = Vec::new();
    for place in places {
        lines.extend([
            connect(&place.database),
            "BEGIN;".to_owned(),
            format!(
                "REASSIGN OWNED BY {} TO {};",
                identifier(role),
                identifier(&place.heir)
            ),
            format!("DROP OWNED BY {};", identifier(role)),
            "COMMIT;".to_owned(),
        ]);
    }
    script(&lines)
}

/// Says in which databases something depends on a role.
pub fn ask_for_places(role: &str) -> String {
    script(&[format!(
        "SELECT coalesce(d.datname, 'all databases') AS database, s.classid::pg_catalog.regclass AS kind, s.deptype, count(*) \
         FROM pg_catalog.pg_shdepend s LEFT JOIN pg_catalog.pg_database d ON d.oid = s.dbid \
         WHERE s.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass AND s.refobjid = (SELECT oid FROM pg_catalog.pg_roles \
         WHERE rolname = {}) GROUP BY 1, 2, 3;",
        literal(role)
    )])
}

/// Lines that `psql` ends with at the first error.
fn script(lines: &[String]) -> String {
    format!("\\set ON_ERROR_STOP on\n{}\n", lines.join("\n"))
}

/// Goes to another database of the same server. A name that could be read as more than a name is written as a part of a
/// connection string, as `pg_dump` does.
///
/// Source: PostgreSQL `src/fe_utils/string_utils.c`, `appendPsqlMetaConnect`.
fn connect(database: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    if database.chars().all(is_plain) {
        return format!("\\connect \"{database}\"");
    }
    if database.contains(['\n', '\r']) {
        return "\\echo a database whose name has line ends cannot be gone to from a script\n\\quit"
            .to_owned();
    }
    // Quoted three times: for the connection string, for psql, and for what psql does with backslashes.
    let value = database.replace('\\', r"\\").replace('\'', r"\'");
    let word = format!("dbname='{value}'").replace('"', "\"\"");
    format!("\\connect -reuse-previous=on \"{word}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_closed_from_outside() {
        assert_eq!(
            close_database("my_shop"),
            "\\set ON_ERROR_STOP on
\\connect \"postgres\"
ALTER DATABASE \"my_shop\" WITH ALLOW_CONNECTIONS false;
SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE datname = 'my_shop' AND pid <> pg_catalog.pg_backend_pid();
"
        );
    }

    #[test]
    fn a_role_is_released_in_each_database() {
        let places = [("shared", "team"), ("it's", "a\"b")].map(|(database, heir)| Place {
            database: database.to_owned(),
            heir: heir.to_owned(),
        });
        assert_eq!(
            release_role("my_shop", &places),
            "\\set ON_ERROR_STOP on
\\connect \"shared\"
BEGIN;
REASSIGN OWNED BY \"my_shop\" TO \"team\";
DROP OWNED BY \"my_shop\";
COMMIT;
\\connect -reuse-previous=on \"dbname='it\\'s'\"
BEGIN;
REASSIGN OWNED BY \"my_shop\" TO \"a\"\"b\";
DROP OWNED BY \"my_shop\";
COMMIT;
"
        );
    }

    #[test]
    fn sessions_of_a_role_are_ended() {
        assert_eq!(
            end_sessions("it's"),
            "\\set ON_ERROR_STOP on
SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE usename = 'it''s';
"
        );
    }
}
