//! SQL as text: what is put into it is quoted here.

pub mod freeing;
pub mod held;
pub mod holdings;
pub mod privileges;
pub mod server;
pub mod session_role;
pub mod sync;
pub mod wanted;

/// A name in double quotes, as PostgreSQL reads it in a statement whatever it holds.
///
/// Source: PostgreSQL manual, section 4.1.1.
pub fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text in single quotes, as PostgreSQL reads it in a statement whatever it holds and however it takes backslashes.
///
/// Source: PostgreSQL manual, sections 4.1.2.1 and 4.1.2.2.
pub fn literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    if text.contains('\\') {
        return format!("E'{}'", quoted.replace('\\', r"\\"));
    }
    format!("'{quoted}'")
}

/// Asks for the schema in which a table without a schema would be made: one row, null where the search path has none.
pub const CURRENT_SCHEMA: &str = "SELECT pg_catalog.current_schema()";

/// Looks for operators and functions in PostgreSQL's own schema alone, for the rest of the session.
pub const SEARCH_PATH: &str = "SET search_path = pg_catalog";

/// Asks who one is, whose the database is, and the server's version: one row. Comes after [`SEARCH_PATH`].
pub const WHO_AM_I: &str = "SELECT current_user, pg_catalog.pg_get_userbyid(d.datdba), \
     pg_catalog.current_setting('server_version') \
     FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()";

/// Asks who may connect to the database beside its owner and superusers: one row each, null for PUBLIC. Comes
/// after [`SEARCH_PATH`].
///
/// Source: PostgreSQL manual, section 9.27.2 (`aclexplode`, `acldefault`) and table 5.2.
pub const WHO_MAY_CONNECT: &str = "SELECT r.rolname FROM pg_catalog.pg_database d \
     CROSS JOIN LATERAL pg_catalog.aclexplode(coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba))) a \
     LEFT JOIN pg_catalog.pg_roles r ON r.oid = a.grantee \
     WHERE d.datname = pg_catalog.current_database() AND a.privilege_type = 'CONNECT' \
     AND a.grantee <> d.datdba AND NOT coalesce(r.rolsuper, false) ORDER BY r.rolname";

/// Makes a table in a schema, in a transaction that the caller ends with [`ROLLBACK`]; waits for nothing long.
pub fn try_table(schema: &str, table: &str) -> String {
    format!(
        "BEGIN; SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = '10s'; CREATE TABLE {}.{} ()",
        identifier(schema),
        identifier(table)
    )
}

/// Ends a transaction and undoes it.
pub const ROLLBACK: &str = "ROLLBACK";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_quoted() {
        assert_eq!(identifier("my_shop"), "\"my_shop\"");
        assert_eq!(identifier("a\"; DROP"), "\"a\"\"; DROP\"");
    }

    #[test]
    fn literals_are_quoted() {
        assert_eq!(literal("my_shop"), "'my_shop'");
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(literal(r"a\'b"), r"E'a\\''b'");
    }

    #[test]
    fn a_table_is_tried_in_a_transaction() {
        assert_eq!(
            try_table("a\"b", "t"),
            "BEGIN; SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = '10s'; CREATE TABLE \"a\"\"b\".\"t\" ()"
        );
    }
}
