//! Questions of what a role has, each of which the role may ask itself. All come after [`SEARCH_PATH`](super::SEARCH_PATH).
//!
//! `pg_shdepend` records for the whole server what a role owns or has rights to, in whatever database; everybody may read
//! it. Source: PostgreSQL manual, sections 52.49 (`pg_shdepend`) and 27.2.3 (`pg_stat_activity`).

use super::literal;

/// Ends a question that takes too long, and waits for no lock for long.
pub const LIMITS: &str = "SET statement_timeout = '20s'; SET lock_timeout = '2s'";

/// Asks who one is, and whether that is a superuser: one row.
pub const ROLE: &str = "SELECT rolname, rolsuper FROM pg_roles WHERE rolname = current_user";

/// Asks for a database's owner and size, null where the size may not be seen: one row, or none where it is not there.
pub fn database(name: &str) -> String {
    format!(
        "SELECT pg_get_userbyid(datdba), CASE WHEN has_database_privilege(oid, 'CONNECT') THEN pg_database_size(oid) END \
         FROM pg_database WHERE datname = {}",
        literal(name)
    )
}

/// Asks who is connected to a database, beside oneself and other runs of the product, which are gone in a moment: role, application, address, the oldest's beginning, how many.
///
/// Of other roles' sessions only the first two may be seen; all are counted.
pub fn sessions(database: &str) -> String {
    format!(
        "SELECT usename, coalesce(application_name, ''), host(client_addr), \
         to_char(min(backend_start) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS \"UTC\"'), count(*) FROM pg_stat_activity \
         WHERE datname = {} AND usesysid IS NOT NULL AND pid <> pg_backend_pid() \
         AND coalesce(application_name, '') NOT LIKE 'kubectl-pgdb %' \
         GROUP BY usename, application_name, client_addr ORDER BY count(*) DESC, usename, application_name, client_addr",
        literal(database)
    )
}

/// Asks what depends on the role: the database and its owner (null for what is in no single one), the number of objects that
/// it owns, and the number of rights and the like.
pub const DEPENDENCIES: &str = "SELECT d.datname, pg_get_userbyid(d.datdba), count(*) FILTER (WHERE s.deptype = 'o'), \
     count(*) FILTER (WHERE s.deptype <> 'o') FROM pg_shdepend s LEFT JOIN pg_database d ON d.oid = s.dbid \
     WHERE s.refclassid = 'pg_authid'::regclass AND s.refobjid = (SELECT oid FROM pg_roles WHERE rolname = current_user) \
     GROUP BY d.datname, d.datdba ORDER BY d.datname NULLS FIRST";

/// Asks for the databases that the role owns: one row each.
pub const DATABASES: &str = "SELECT datname FROM pg_database WHERE datdba = (SELECT oid FROM pg_roles WHERE rolname = current_user) \
     ORDER BY datname";

/// Asks for the members of the role: one row each.
pub const MEMBERS: &str = "SELECT DISTINCT pg_get_userbyid(member) FROM pg_auth_members \
     WHERE roleid = (SELECT oid FROM pg_roles WHERE rolname = current_user) ORDER BY 1";

/// Asks what the role owns in the current database: kind, number, and the first three names, one a line.
pub const OWNED: &str = "SELECT type, count(*), string_agg(identity, E'\\n' ORDER BY identity) FILTER (WHERE place <= 3) \
     FROM (SELECT i.type, i.identity, row_number() OVER (PARTITION BY i.type ORDER BY i.identity) AS place \
     FROM pg_shdepend s CROSS JOIN LATERAL pg_identify_object(s.classid, s.objid, s.objsubid) i \
     WHERE s.deptype = 'o' AND s.refclassid = 'pg_authid'::regclass \
     AND s.refobjid = (SELECT oid FROM pg_roles WHERE rolname = current_user) \
     AND s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())) owned GROUP BY type ORDER BY type";

/// Asks which other roles have rights to what the role owns in the current database: role, number of objects.
pub const GRANTED: &str = "SELECT r.rolname, count(DISTINCT (a.classid, a.objid)) FROM pg_shdepend o \
     JOIN pg_shdepend a ON a.dbid = o.dbid AND a.classid = o.classid AND a.objid = o.objid \
     AND a.deptype = 'a' AND a.refclassid = o.refclassid AND a.refobjid <> o.refobjid \
     JOIN pg_roles r ON r.oid = a.refobjid \
     WHERE o.deptype = 'o' AND o.refclassid = 'pg_authid'::regclass \
     AND o.refobjid = (SELECT oid FROM pg_roles WHERE rolname = current_user) \
     AND o.dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) GROUP BY r.rolname ORDER BY r.rolname";

/// Asks which other roles own something in the current database: role, number of objects.
pub const FOREIGN: &str = "SELECT r.rolname, count(*) FROM pg_shdepend s JOIN pg_roles r ON r.oid = s.refobjid \
     WHERE s.deptype = 'o' AND s.refclassid = 'pg_authid'::regclass AND r.rolname <> current_user \
     AND s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) GROUP BY r.rolname ORDER BY r.rolname";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_databases_name_is_quoted() {
        assert!(database("a'b").ends_with("WHERE datname = 'a''b'"));
        assert!(sessions("a'b").contains("WHERE datname = 'a''b' AND"));
    }
}
