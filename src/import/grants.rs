//! The privileges of logins that own no database, as a script: CNPG runs no GRANT.

use crate::apps_file::Grant;
use crate::domain::postgres_name::{DatabaseName, RoleName};
use crate::sql::{SEARCH_PATH, identifier, literal};

/// A script for `psql` that gives each role its privileges, idempotent, by database; empty where there are none.
///
/// It reaches all schemas but those of PostgreSQL itself, and the tables that the database's owner makes later. Where the
/// connection fails, as `psql` then stays in another database, the statements behind it find nothing to do. A superuser runs
/// it where an app may have made functions of its own: only PostgreSQL's are looked for.
pub(super) fn script(grants: &[(RoleName, Grant)]) -> String {
    grants
        .iter()
        .map(|(role, grant)| of_role(role, grant))
        .collect()
}

fn of_role(role: &RoleName, grant: &Grant) -> String {
    let (role, role_literal) = (identifier(role.as_str()), literal(role.as_str()));
    let words: Vec<&str> = grant
        .privileges
        .iter()
        .map(|privilege| privilege.as_str())
        .collect();
    let words = words.join(", ");
    let of_database = |database: &DatabaseName| {
        let connected = literal(database.as_str());
        let database = identifier(database.as_str());
        format!(
            "\\connect {database}\n\
             {SEARCH_PATH};\n\
             GRANT CONNECT ON DATABASE {database} TO {role};\n\
             SELECT format('GRANT USAGE ON SCHEMA %1$I TO %2$I; GRANT {words} ON ALL TABLES IN SCHEMA %1$I TO %2$I; \
             ALTER DEFAULT PRIVILEGES FOR ROLE %3$I IN SCHEMA %1$I GRANT {words} ON TABLES TO %2$I', n.nspname, {role_literal}, \
             pg_get_userbyid(d.datdba))\n\
             \x20 FROM pg_namespace n, pg_database d WHERE d.datname = current_database() AND d.datname = {connected} AND \
             n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' \\gexec\n"
        )
    };
    grant.databases.iter().map(of_database).collect()
}
