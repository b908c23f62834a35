//! What roles may do in one database, as PostgreSQL says it, and how that differs from what is declared. All questions come
//! after [`SEARCH_PATH`](super::SEARCH_PATH).
//!
//! Everybody may read the catalogs. Source: PostgreSQL manual, sections 5.8 (privileges) and 9.27.2 (`aclexplode`,
//! `acldefault`, `has_table_privilege`).

mod difference;
mod object;
#[cfg(test)]
mod tests;

pub use difference::{Difference, differences};
pub use object::{Granted, Object};

/// What both questions begin with: the database, and the schemas that are not PostgreSQL's own.
const BEGINNING: &str = "WITH base AS MATERIALIZED (
  SELECT oid, datdba, coalesce(datacl, acldefault('d', datdba)) AS acl FROM pg_database WHERE datname = current_database()
), space AS MATERIALIZED (
  SELECT oid, nspname, nspowner, coalesce(nspacl, acldefault('n', nspowner)) AS acl FROM pg_namespace
    WHERE left(nspname, 3) <> 'pg_' AND nspname <> 'information_schema'
), object AS MATERIALIZED (
  SELECT 'database' AS kind, '' AS schema, '' AS name, '' AS part, false AS is_default, oid, datdba AS owner, acl FROM base
  UNION ALL
  SELECT 'schema', nspname, '', '', false, oid, nspowner, acl FROM space
  UNION ALL
  SELECT CASE c.relkind WHEN 'S' THEN 'sequence' ELSE 'table' END, n.nspname, c.relname, '', false, c.oid, c.relowner,
      coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::\"char\", c.relowner))
    FROM pg_class c JOIN space n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
  UNION ALL
  SELECT 'function', n.nspname, p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', '', false, p.oid, p.proowner,
      coalesce(p.proacl, acldefault('f', p.proowner))
    FROM pg_proc p JOIN space n ON n.oid = p.pronamespace
";

/// The columns with rights of their own.
const COLUMNS: &str =
    "  SELECT 'table', n.nspname, c.relname, t.attname, false, c.oid, c.relowner, t.attacl
    FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid JOIN space n ON n.oid = c.relnamespace
    WHERE t.attacl IS NOT NULL AND NOT t.attisdropped
";

/// What both end with: an object a row, with the owner's name and whether the database's owner has its rights.
const END: &str = "SELECT o.kind, o.schema, o.name, o.part, o.is_default, r.rolname, o.owner = b.datdba OR pg_has_role(b.datdba, o.owner, 'USAGE'),
    coalesce(g.grants, '[]')
  FROM object o CROSS JOIN base b JOIN pg_roles r ON r.oid = o.owner LEFT JOIN LATERAL (";

/// Asks who was granted what on which object, beside the objects' owners: an object a row, as [`Object::of_row`] reads it.
/// Columns are objects of their own, and so is what somebody will make.
pub fn granted() -> String {
    format!(
        "{BEGINNING}  UNION ALL
{COLUMNS}  UNION ALL
  SELECT k.kind, coalesce(n.nspname, '*'), k.name, '', true, n.oid, b.datdba,
      coalesce(d.defaclacl, CASE WHEN n.oid = 0 THEN acldefault(k.acl, b.datdba) END)
    FROM base b CROSS JOIN (VALUES ('schema', '', 'n'::\"char\", 'n'::\"char\"), ('table', '*', 'r', 'r'), ('sequence', '*', 'S', 's'),
      ('function', '*', 'f', 'f')) k (kind, name, type, acl)
    CROSS JOIN (SELECT 0::oid, NULL UNION ALL SELECT s.oid, s.nspname FROM space s) n (oid, nspname)
    LEFT JOIN pg_default_acl d ON d.defaclrole = b.datdba AND d.defaclnamespace = n.oid AND d.defaclobjtype = k.type
    WHERE n.oid = 0 OR k.kind <> 'schema'
  UNION ALL
  SELECT CASE d.defaclobjtype WHEN 'n' THEN 'schema' WHEN 'r' THEN 'table' WHEN 'S' THEN 'sequence' ELSE 'function' END,
      coalesce(n.nspname, '*'), CASE d.defaclobjtype WHEN 'n' THEN '' ELSE '*' END, '', true, d.oid, d.defaclrole, d.defaclacl
    FROM pg_default_acl d CROSS JOIN base b LEFT JOIN space n ON n.oid = d.defaclnamespace
    WHERE d.defaclrole <> b.datdba AND d.defaclobjtype IN ('n', 'r', 'S', 'f') AND (d.defaclnamespace = 0 OR n.oid IS NOT NULL)
)
{END}
    SELECT json_agg(json_build_array(w.rolname, x.privilege_type, x.is_grantable) ORDER BY w.rolname, x.privilege_type) AS grants
      FROM aclexplode(o.acl) x LEFT JOIN pg_roles w ON w.oid = x.grantee
      WHERE x.grantee <> o.owner AND (x.grantee = 0 OR w.oid IS NOT NULL)
  ) g ON true ORDER BY 1, 2, 3, 4, 5, 6"
    )
}

/// Asks what one may do with which object oneself, however one came to it, and what PUBLIC was granted: an object a row, as
/// [`Object::of_row`] reads it. What is in a schema that one may not use, one can do nothing with.
pub fn own() -> String {
    format!(
        "{BEGINNING}  UNION ALL
{COLUMNS})
{END}
    SELECT json_agg(json_build_array(h.who, h.privilege, h.is_grantable) ORDER BY h.who, h.privilege) AS grants FROM (
      SELECT current_user::text AS who, p.privilege, false AS is_grantable
        FROM (VALUES ('database', 'CREATE'), ('database', 'CONNECT'), ('database', 'TEMPORARY'), ('schema', 'CREATE'), ('schema', 'USAGE'),
          ('table', 'SELECT'), ('table', 'INSERT'), ('table', 'UPDATE'), ('table', 'DELETE'), ('table', 'TRUNCATE'),
          ('table', 'REFERENCES'), ('table', 'TRIGGER'), ('table', 'MAINTAIN'), ('sequence', 'USAGE'), ('sequence', 'SELECT'),
          ('sequence', 'UPDATE'), ('function', 'EXECUTE')) p (kind, privilege)
        WHERE p.kind = o.kind AND CASE
          WHEN o.kind = 'database' THEN has_database_privilege(o.oid, p.privilege)
          WHEN o.kind = 'schema' THEN has_schema_privilege(o.oid, p.privilege)
          WHEN NOT has_schema_privilege(o.schema, 'USAGE') THEN false
          WHEN o.part <> '' THEN p.privilege IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')
            AND has_column_privilege(o.oid, o.part, CASE WHEN p.privilege IN ('SELECT', 'INSERT', 'UPDATE') THEN p.privilege ELSE 'REFERENCES' END)
          WHEN p.privilege = 'MAINTAIN' AND current_setting('server_version_num')::integer < 170000 THEN false
          WHEN o.kind = 'sequence' THEN has_sequence_privilege(o.oid, p.privilege)
          WHEN o.kind = 'function' THEN has_function_privilege(o.oid, p.privilege)
          ELSE has_table_privilege(o.oid, p.privilege) END
      UNION ALL
      SELECT NULL, x.privilege_type, x.is_grantable FROM aclexplode(o.acl) x WHERE x.grantee = 0
    ) h
  ) g ON true ORDER BY 1, 2, 3, 4, 5, 6"
    )
}

/// Tries with the first tables what one may do, without doing it: `EXPLAIN` looks at the rights alone. What was denied is
/// then in the setting that [`DENIED`] asks for.
///
/// Source: PostgreSQL `src/backend/executor/execMain.c`: `InitPlan` checks permissions also where nothing is run.
pub const TRY: &str = "DO $pgdb$
DECLARE
  found record;
  word text;
  denied json[] := '{}';
BEGIN
  SET LOCAL lock_timeout = '200ms';
  FOR found IN
    SELECT n.nspname, c.relname, format('%I.%I', n.nspname, c.relname) AS name, (SELECT quote_ident(t.attname) FROM pg_attribute t
        WHERE t.attrelid = c.oid AND t.attnum > 0 AND NOT t.attisdropped AND t.attgenerated = '' AND t.attidentity <> 'a'
        ORDER BY t.attnum LIMIT 1) AS first
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p') AND left(n.nspname, 3) <> 'pg_' AND n.nspname <> 'information_schema'
      ORDER BY n.nspname, c.relname LIMIT 20
  LOOP
    FOREACH word IN ARRAY ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE'] LOOP
      BEGIN
        EXECUTE 'EXPLAIN ' || CASE word WHEN 'SELECT' THEN 'SELECT count(*) FROM ' || found.name
          WHEN 'INSERT' THEN 'INSERT INTO ' || found.name || ' DEFAULT VALUES'
          WHEN 'UPDATE' THEN 'UPDATE ' || found.name || ' SET ' || found.first || ' = DEFAULT'
          ELSE 'DELETE FROM ' || found.name END;
      EXCEPTION
        WHEN insufficient_privilege THEN denied := denied || json_build_array(found.nspname, found.relname, word);
        WHEN OTHERS THEN NULL;
      END;
    END LOOP;
  END LOOP;
  PERFORM set_config('pgdb.denied', array_to_json(denied)::text, false);
END
$pgdb$";

/// Asks for what [`TRY`] was denied: a JSON list of schema, table and privilege.
pub const DENIED: &str = "SELECT coalesce(nullif(current_setting('pgdb.denied', true), ''), '[]')";

/// Asks who one is in this session: the role, whether it is a superuser, whether it has the rights of the database's owner,
/// and the server's version as a number: one row.
pub const WHO: &str = "SELECT r.rolname, r.rolsuper, pg_has_role(d.datdba, 'USAGE'), current_setting('server_version_num') \
     FROM pg_roles r CROSS JOIN pg_database d WHERE r.rolname = current_user AND d.datname = current_database()";
