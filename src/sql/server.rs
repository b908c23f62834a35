//! Questions of a server's roles and databases, the same in each of its databases; everybody may ask them. All come after
//! [`SEARCH_PATH`](super::SEARCH_PATH).

/// Asks for the databases: name, owner, whether sessions may be opened, and a JSON list of role (null for PUBLIC) and
/// privilege of what others were granted on it.
pub const DATABASES: &str = "SELECT d.datname, pg_get_userbyid(d.datdba), d.datallowconn, coalesce((
    SELECT json_agg(json_build_array(r.rolname, x.privilege_type) ORDER BY r.rolname, x.privilege_type)
      FROM aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) x LEFT JOIN pg_roles r ON r.oid = x.grantee
      WHERE x.grantee <> d.datdba AND (x.grantee = 0 OR r.oid IS NOT NULL)), '[]')
  FROM pg_database d ORDER BY 1";

/// Asks for the roles: name, whether it may log in, and its attributes, parted by commas.
pub const ROLES: &str =
    "SELECT rolname, rolcanlogin, concat_ws(',', CASE WHEN rolsuper THEN 'SUPERUSER' END,
    CASE WHEN rolcreatedb THEN 'CREATEDB' END, CASE WHEN rolcreaterole THEN 'CREATEROLE' END,
    CASE WHEN rolreplication THEN 'REPLICATION' END, CASE WHEN rolbypassrls THEN 'BYPASSRLS' END)
  FROM pg_roles ORDER BY 1";

/// Asks for the memberships: role, member, whether it may make others members, whether it inherits, whether it may set the
/// role. Versions before 16 say the third of the member, and allow the fourth to all.
pub const MEMBERSHIPS: &str = "SELECT pg_get_userbyid(m.roleid), pg_get_userbyid(m.member), bool_or(m.admin_option),
    bool_or(coalesce((to_jsonb(m)->>'inherit_option')::boolean, r.rolinherit)), bool_or(coalesce((to_jsonb(m)->>'set_option')::boolean, true))
  FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member GROUP BY m.roleid, m.member ORDER BY 1, 2";
