-- Makes the roles of the setting pgdb.roles what they say, their memberships and their passwords too. What differs is
-- changed, each statement is told, and a second run does nothing. What fails is told, and the rest goes on.

-- Bits as bytes.
CREATE FUNCTION pg_temp.bytes(bits bit varying) RETURNS bytea LANGUAGE sql IMMUTABLE AS $pgdb$
  SELECT decode(string_agg(lpad(to_hex(substring(bits FROM i * 32 + 1 FOR 32)::bit(32)::integer), 8, '0'), '' ORDER BY i), 'hex')
    FROM generate_series(0, length(bits) / 32 - 1) i
$pgdb$;

-- What PostgreSQL keeps of a password for SCRAM-SHA-256: RFC 5802, section 3, and RFC 2104.
CREATE FUNCTION pg_temp.verifier(password bytea, salt bytea, iterations integer) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $pgdb$
DECLARE
  key bytea := CASE WHEN length(password) > 64 THEN sha256(password) ELSE password END;
  block bit(512) := ('x' || rpad(encode(key, 'hex'), 128, '0'))::bit(512);
  ipad bytea := pg_temp.bytes(block # ('x' || repeat('36', 64))::bit(512));
  opad bytea := pg_temp.bytes(block # ('x' || repeat('5c', 64))::bit(512));
  part bytea := sha256(opad || sha256(ipad || salt || decode('00000001', 'hex')));
  sum bit(256) := ('x' || encode(part, 'hex'))::bit(256);
  client_key bytea;
  server_key bytea;
BEGIN
  FOR i IN 2..iterations LOOP
    part := sha256(opad || sha256(ipad || part));
    sum := sum # ('x' || encode(part, 'hex'))::bit(256);
  END LOOP;
  block := ('x' || rpad(encode(pg_temp.bytes(sum), 'hex'), 128, '0'))::bit(512);
  ipad := pg_temp.bytes(block # ('x' || repeat('36', 64))::bit(512));
  opad := pg_temp.bytes(block # ('x' || repeat('5c', 64))::bit(512));
  client_key := sha256(opad || sha256(ipad || convert_to('Client Key', 'UTF8')));
  server_key := sha256(opad || sha256(ipad || convert_to('Server Key', 'UTF8')));
  RETURN format('SCRAM-SHA-256$%s:%s$%s:%s', iterations, encode(salt, 'base64'), encode(sha256(client_key), 'base64'),
    encode(server_key, 'base64'));
END
$pgdb$;

-- Whether what is kept, null for nothing, is kept of this password.
CREATE FUNCTION pg_temp.is_kept(stored text, password bytea) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $pgdb$
DECLARE
  parts text[] := regexp_match(stored, '^SCRAM-SHA-256[$]([0-9]+):([^$:]+)[$]');
BEGIN
  IF parts IS NULL THEN
    RETURN false;
  END IF;
  RETURN stored = pg_temp.verifier(password, decode(parts[2], 'base64'), parts[1]::integer);
END
$pgdb$;

-- What to set as the password where this is kept, null for nothing: nothing where they agree.
CREATE FUNCTION pg_temp.to_set(password bytea, stored text) RETURNS text LANGUAGE plpgsql AS $pgdb$
DECLARE
  is_ascii CONSTANT boolean := encode(password, 'hex') ~ '^([0-7].)*$';
BEGIN
  IF is_ascii AND encode(password, 'escape') ~ '^(SCRAM-SHA-256[$][0-9]+:|md5[0-9a-f]{32}$)' THEN
    -- It is what PostgreSQL keeps already.
    RETURN nullif(encode(password, 'escape'), stored);
  END IF;
  IF pg_temp.is_kept(stored, password) THEN
    RETURN NULL;
  END IF;
  IF is_ascii OR getdatabaseencoding() <> 'UTF8' THEN
    RETURN pg_temp.verifier(password, substring(sha256(convert_to(concat(gen_random_uuid(), gen_random_uuid()), 'UTF8')) FOR 16),
      coalesce(current_setting('scram_iterations', true), '4096')::integer);
  END IF;
  -- PostgreSQL prepares other characters (RFC 4013), mostly in this way.
  IF pg_temp.is_kept(stored, convert_to(normalize(convert_from(password, 'UTF8'), NFKC), 'UTF8')) THEN
    RETURN NULL;
  END IF;
  RETURN convert_from(password, 'UTF8');
END
$pgdb$;

-- The roles.
DO $pgdb$
DECLARE
  step record;
BEGIN
  FOR step IN
    SELECT r->>'name' AS name, pg_temp.refusal(r->>'name') AS refusal,
        CASE WHEN p.oid IS NULL THEN format('CREATE ROLE %I%s', r->>'name', CASE WHEN r->>'login' = 'true' THEN ' LOGIN' ELSE '' END)
          ELSE 'ALTER ROLE ' || quote_ident(r->>'name') || nullif(concat(
            CASE WHEN p.rolcanlogin <> (coalesce(r->>'login', 'false') = 'true')
              THEN CASE WHEN p.rolcanlogin THEN ' NOLOGIN' ELSE ' LOGIN' END END,
            CASE WHEN p.rolcanlogin AND r->'kept' IS NOT NULL AND r->>'login' IS DISTINCT FROM 'true' THEN ' PASSWORD NULL' END,
            CASE WHEN NOT p.rolinherit THEN ' INHERIT' END, CASE WHEN p.rolcreatedb THEN ' NOCREATEDB' END,
            CASE WHEN p.rolcreaterole THEN ' NOCREATEROLE' END, CASE WHEN p.rolreplication THEN ' NOREPLICATION' END,
            CASE WHEN p.rolbypassrls THEN ' NOBYPASSRLS' END), '') END AS statement,
        CASE WHEN r->>'comment' IS DISTINCT FROM shobj_description(p.oid, 'pg_authid')
          THEN format('COMMENT ON ROLE %I IS %L', r->>'name', r->>'comment') END AS comment, r->>'comment' IS NOT NULL AS has_comment
      FROM json_array_elements(current_setting('pgdb.roles')::json) WITH ORDINALITY e (r, place)
      LEFT JOIN pg_roles p ON p.rolname = r->>'name'
      WHERE coalesce(r->>'ensure', 'present') = 'present' ORDER BY e.place
  LOOP
    IF step.refusal IS NOT NULL THEN
      PERFORM pg_temp.tell(format('the role %I is not touched: %s', step.name, step.refusal));
    ELSE
      PERFORM pg_temp.run(format('the role %I', step.name), step.statement) WHERE step.statement IS NOT NULL;
      PERFORM pg_temp.run(format('the role %I', step.name), step.comment) WHERE step.has_comment AND step.comment IS NOT NULL;
    END IF;
  END LOOP;
END
$pgdb$;

-- What they are members of: these groups, and no others.
DO $pgdb$
DECLARE
  has_grantors CONSTANT boolean := current_setting('server_version_num')::integer >= 160000;
  step record;
BEGIN
  FOR step IN
    WITH member AS MATERIALIZED (
      SELECT p.oid, r->>'name' AS name, r->'inRoles' AS groups
        FROM json_array_elements(current_setting('pgdb.roles')::json) r JOIN pg_roles p ON p.rolname = r->>'name'
        WHERE coalesce(r->>'ensure', 'present') = 'present' AND pg_temp.refusal(r->>'name') IS NULL
    ),
    wanted AS MATERIALIZED (
      SELECT m.oid, m.name, g.name AS group_name, p.oid AS group_id, p.rolsuper
        FROM member m CROSS JOIN json_array_elements_text(m.groups) g (name) LEFT JOIN pg_roles p ON p.rolname = g.name
    )
    SELECT m.name, format('REVOKE %I FROM %I%s', pg_get_userbyid(a.roleid), m.name,
          CASE WHEN has_grantors THEN ' GRANTED BY ' || quote_ident(pg_get_userbyid(a.grantor)) END) AS statement, NULL AS problem
      FROM member m JOIN pg_auth_members a ON a.member = m.oid
      WHERE NOT EXISTS (SELECT FROM wanted w WHERE w.oid = m.oid AND w.group_id = a.roleid)
    UNION ALL
    SELECT m.name, format('REVOKE ADMIN OPTION FOR %I FROM %I%s', pg_get_userbyid(a.roleid), m.name,
          CASE WHEN has_grantors THEN ' GRANTED BY ' || quote_ident(pg_get_userbyid(a.grantor)) END), NULL
      FROM member m JOIN pg_auth_members a ON a.member = m.oid JOIN wanted w ON w.oid = m.oid AND w.group_id = a.roleid
      WHERE a.admin_option
    UNION ALL
    SELECT w.name, format('GRANT %I TO %I', w.group_name, w.name), CASE WHEN w.group_id IS NULL THEN 'there is no such role'
          WHEN w.rolsuper THEN 'it is a superuser' END
      FROM wanted w WHERE NOT EXISTS (SELECT FROM pg_auth_members a WHERE a.member = w.oid AND a.roleid = w.group_id
        -- Since PostgreSQL 16 a membership may be one that gives nothing.
        AND coalesce(to_jsonb(a)->>'inherit_option', 'true') = 'true')
    ORDER BY 1, 2
  LOOP
    IF step.problem IS NULL THEN
      PERFORM pg_temp.run(format('the role %I', step.name), step.statement);
    ELSE
      PERFORM pg_temp.tell(format('the role %I: %s: %s', step.name, step.statement, step.problem));
    END IF;
  END LOOP;
END
$pgdb$;

-- Their passwords, in hexadecimal digits; they go to PostgreSQL as what it keeps of them, and where they may be seen they
-- are only set when they differ. No error here may show any of it.
-- Where this user may not turn the server's log off, they are not sent at all.
SELECT NOT current_setting('is_superuser')::boolean AND (current_setting('log_statement') = 'all'
  OR current_setting('log_min_duration_statement') <> '-1') AS is_logged \gset
\if :is_logged
\set passwords ''
SELECT pg_temp.tell(format('no password is set: the server writes statements to its log, and this user may not turn that off; '
  'as a superuser: ALTER ROLE %1$I SET log_statement = ''none''; ALTER ROLE %1$I SET log_min_duration_statement = -1', session_user)) AS told \gset
\else
\set passwords `sh sync.sh passwords`
\endif
SELECT set_config('pgdb.passwords', :'passwords', false) AS passwords \gset
\unset passwords
DO $pgdb$
DECLARE
  given CONSTANT json := nullif(current_setting('pgdb.passwords'), '')::json;
  is_readable CONSTANT boolean := has_column_privilege('pg_authid', 'rolpassword', 'SELECT');
  stored text;
  password bytea;
  value text;
  step record;
BEGIN
  PERFORM set_config('pgdb.passwords', '', false);
  FOR step IN
    SELECT r->>'name' AS name, r->>'secret' AS secret, r->'kept' IS NOT NULL AND r->>'login' IS DISTINCT FROM 'true' AS is_closed
      FROM json_array_elements(current_setting('pgdb.roles')::json) WITH ORDINALITY e (r, place)
      JOIN pg_roles p ON p.rolname = r->>'name'
      WHERE coalesce(r->>'ensure', 'present') = 'present' AND pg_temp.refusal(r->>'name') IS NULL ORDER BY e.place
  LOOP
    stored := NULL;
    IF is_readable THEN
      EXECUTE 'SELECT rolpassword FROM pg_authid WHERE rolname = $1' INTO stored USING step.name;
    END IF;
    IF step.is_closed THEN
      PERFORM pg_temp.run(format('the role %I', step.name), format('ALTER ROLE %I PASSWORD NULL', step.name)) WHERE stored IS NOT NULL;
      CONTINUE;
    END IF;
    CONTINUE WHEN step.secret IS NULL OR given IS NULL;
    -- Without white space around it, as CloudNativePG takes it.
    password := btrim(decode(given->>(step.secret), 'hex'), decode('090a0b0c0d20', 'hex'));
    IF password IS NULL OR password = '' THEN
      PERFORM pg_temp.tell(format('the role %I has no password: the Secret %s is not there, or has nothing under the key password',
        step.name, step.secret));
      CONTINUE;
    END IF;
    BEGIN
      value := pg_temp.to_set(password, stored);
      IF value IS NOT NULL THEN
        EXECUTE format('ALTER ROLE %I PASSWORD %L', step.name, value);
        RAISE NOTICE 'ALTER ROLE % PASSWORD, from the Secret %', quote_ident(step.name), step.secret
          || CASE WHEN is_readable THEN '' ELSE ', whether it differs or not: this user may not see that' END;
        PERFORM pg_temp.count('pgdb.statements');
      END IF;
    EXCEPTION
      -- Such an error quotes the text.
      WHEN character_not_in_repertoire OR untranslatable_character THEN
        PERFORM pg_temp.tell(format('the role %I has no new password: that of the Secret %s is no UTF-8', step.name, step.secret));
      WHEN OTHERS THEN
        PERFORM pg_temp.tell(format('the role %I has no new password: %s', step.name, SQLERRM));
    END;
  END LOOP;
END
$pgdb$;
\ir count.sql
