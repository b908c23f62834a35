-- Makes the privileges in a database those of the setting pgdb.wanted: what differs is granted and revoked, each
-- statement is told, and a second run does nothing. The statement is one transaction: all of it is done or nothing.
-- Names and privileges reach a statement through format('%I') alone, or are checked to be words.
SET search_path = pg_catalog, pg_temp;
SET client_min_messages = notice;
SET default_transaction_read_only = off;
SET default_transaction_isolation = 'read committed';
SET quote_all_identifiers = off;
SET statement_timeout = '5min';
SET lock_timeout = '1min';
SET jit = off;
-- The planner takes the lists below for short, and would compare each entry with each: with thousands of tables that is long.
SET enable_nestloop = off;
SET enable_mergejoin = off;
DO $pgdb$
DECLARE
  wanted CONSTANT json := current_setting('pgdb.wanted')::json;
  database_name CONSTANT text := wanted->>'database';
  owner_name CONSTANT text := wanted->>'owner';
  is_isolated CONSTANT boolean := (wanted->>'isolate')::boolean;
  has_maintain CONSTANT boolean := current_setting('server_version_num')::integer >= 170000;
  owner_id oid;
  names text;
  difference json;
  is_too_much boolean;
  step record;
  statement text;
  number integer := 0;
BEGIN
  IF database_name <> current_database() THEN
    RAISE EXCEPTION 'this is the database %, and the script is for %', quote_ident(current_database()), quote_ident(database_name);
  END IF;
  -- "pgdb" in ASCII. Who comes second finds nothing left to do.
  PERFORM pg_advisory_xact_lock(1885824098);
  SELECT oid INTO owner_id FROM pg_roles WHERE rolname = owner_name;
  IF owner_id IS NULL THEN
    RAISE EXCEPTION 'the role %, the owner, is not there yet', quote_ident(owner_name);
  END IF;
  EXECUTE format('SET LOCAL ROLE %I', owner_name);

  -- What cannot be meant.
  SELECT string_agg(a::text, ', ') INTO names FROM json_array_elements(wanted->'rows') a
    WHERE a->>1 NOT IN ('database', 'schema', 'table', 'sequence', 'function') OR a->>4 !~ '^[A-Z]+(,[A-Z]+)*$';
  IF names IS NOT NULL THEN
    RAISE EXCEPTION 'no privileges on a kind of object: %', names;
  END IF;
  SELECT string_agg(DISTINCT quote_ident(a->>0), ', ') INTO names FROM json_array_elements(wanted->'rows') a
    LEFT JOIN pg_roles r ON r.rolname = a->>0
    WHERE a->>0 IN ('public', 'none', owner_name) OR r.rolsuper;
  IF names IS NOT NULL THEN
    RAISE EXCEPTION 'nothing is granted to %: PUBLIC, the owner and superusers are not managed here', names;
  END IF;
  SELECT string_agg(DISTINCT quote_ident(a->>0), ', ') INTO names FROM json_array_elements(wanted->'rows') a
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = a->>0);
  IF names IS NOT NULL THEN
    RAISE EXCEPTION 'a role is not there yet: %', names;
  END IF;

  IF NOT has_maintain AND EXISTS (SELECT FROM json_array_elements(wanted->'rows') a WHERE 'MAINTAIN' = ANY (string_to_array(a->>4, ','))) THEN
    RAISE NOTICE 'MAINTAIN is passed over: PostgreSQL % does not know it, 17 does', current_setting('server_version');
  END IF;
  FOR step IN
    SELECT DISTINCT CASE WHEN n.oid IS NULL THEN format('the schema %I', a->>2) ELSE format('the %s %I.%I', a->>1, a->>2, a->>3) END AS object
      FROM json_array_elements(wanted->'rows') a LEFT JOIN pg_namespace n ON n.nspname = a->>2
      WHERE a->>1 <> 'database' AND a->>2 <> '*' AND (n.oid IS NULL OR a->>3 NOT IN ('', '*')
        AND NOT EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = n.oid AND c.relname = a->>3 AND a->>1 <> 'function')
        AND NOT EXISTS (SELECT FROM pg_proc p WHERE p.pronamespace = n.oid AND p.proname = a->>3 AND a->>1 = 'function'))
      ORDER BY 1
  LOOP
    RAISE NOTICE '% is not there yet; the next sync grants what is declared on it', step.object;
  END LOOP;

  -- First what is too much goes, with what was passed on of it, then what is missing comes; the last look finds neither.
  FOR round IN 1..3 LOOP
    SELECT coalesce(json_agg(x), '[]') INTO difference FROM (
      WITH managed AS MATERIALIZED (
        SELECT r.oid, r.rolname FROM pg_roles r
          WHERE r.rolname IN (SELECT json_array_elements_text(wanted->'roles')) AND NOT r.rolsuper AND r.oid <> owner_id
      ),
      asked AS MATERIALIZED (
        SELECT m.oid AS grantee, a->>1 AS kind, a->>2 AS schema, a->>3 AS name, p.privilege
          FROM json_array_elements(wanted->'rows') a JOIN managed m ON m.rolname = a->>0
          CROSS JOIN unnest(string_to_array(a->>4, ',')) p (privilege)
          WHERE p.privilege <> 'MAINTAIN' OR has_maintain
      ),
      space AS MATERIALIZED (
        SELECT n.oid, n.nspname, n.nspowner, n.nspacl, has_schema_privilege(n.oid, 'USAGE') AS is_usable FROM pg_namespace n
          WHERE left(n.nspname, 3) <> 'pg_' AND n.nspname <> 'information_schema'
      ),
      -- All that the roles may have privileges on: the statement's beginning and its object, and who has what.
      every AS (
        SELECT 'database' AS kind, '' AS schema, '' AS name, false AS is_default, d.oid, d.datdba AS owner,
            '' AS beginning, format('DATABASE %I', d.datname) AS target, NULL::text AS attribute,
            coalesce(d.datacl, acldefault('d', d.datdba)) AS acl
          FROM pg_database d WHERE d.datname = current_database()
        UNION ALL
        SELECT 'schema', n.nspname, '', false, n.oid, n.nspowner,
            '', format('SCHEMA %I', n.nspname), NULL, coalesce(n.nspacl, acldefault('n', n.nspowner))
          FROM space n
        UNION ALL
        SELECT CASE c.relkind WHEN 'S' THEN 'sequence' ELSE 'table' END, n.nspname, c.relname, false, c.oid, c.relowner,
            '', format('%s %I.%I', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, n.nspname, c.relname), NULL,
            coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner))
          FROM pg_class c JOIN space n ON n.oid = c.relnamespace AND n.is_usable WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
        UNION ALL
        SELECT 'column', n.nspname, c.relname, false, c.oid, c.relowner,
            '', format('TABLE %I.%I', n.nspname, c.relname), quote_ident(t.attname), t.attacl
          FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid JOIN space n ON n.oid = c.relnamespace AND n.is_usable
          WHERE t.attacl IS NOT NULL AND NOT t.attisdropped
        UNION ALL
        SELECT 'function', n.nspname, p.proname, false, p.oid, p.proowner,
            '', format('ROUTINE %s', p.oid::regprocedure), NULL, coalesce(p.proacl, acldefault('f', p.proowner))
          FROM pg_proc p JOIN space n ON n.oid = p.pronamespace AND n.is_usable
        UNION ALL
        -- What the owner will make.
        SELECT t.kind, coalesce(n.nspname, '*'), t.name, true, n.oid, owner_id,
            format('ALTER DEFAULT PRIVILEGES FOR ROLE %I%s ', owner_name, ' IN SCHEMA ' || quote_ident(n.nspname)), t.target, NULL,
            coalesce(d.defaclacl, CASE WHEN n.oid = 0 THEN acldefault(t.acl, owner_id) END)
          FROM (VALUES ('schema', '', 'n'::"char", 'n'::"char", 'SCHEMAS'), ('table', '*', 'r', 'r', 'TABLES'),
            ('sequence', '*', 'S', 's', 'SEQUENCES'), ('function', '*', 'f', 'f', 'FUNCTIONS')) t (kind, name, type, acl, target)
          CROSS JOIN (SELECT 0::oid, NULL UNION ALL SELECT s.oid, s.nspname FROM space s) n (oid, nspname)
          LEFT JOIN pg_default_acl d ON d.defaclrole = owner_id AND d.defaclnamespace = n.oid AND d.defaclobjtype = t.type
          WHERE n.oid = 0 OR t.kind <> 'schema'
      ),
      object AS MATERIALIZED (
        SELECT e.*, o.oid IS NOT NULL AS is_own FROM every e
          LEFT JOIN (SELECT r.oid FROM pg_roles r WHERE pg_has_role(r.oid, 'USAGE')) o ON o.oid = e.owner
      ),
      due AS MATERIALIZED (
        SELECT DISTINCT o.beginning, o.target, o.kind, o.schema, o.name, o.oid, o.is_own, o.owner, a.grantee, a.privilege
          FROM object o JOIN asked a ON a.kind = o.kind AND a.grantee <> o.owner
            AND (a.schema = o.schema AND a.name = o.name
              OR NOT o.is_default AND a.schema IN ('*', o.schema) AND a.name IN ('*', o.name))
          WHERE o.is_own OR a.schema = o.schema AND a.name = o.name
      ),
      held AS MATERIALIZED (
        SELECT o.beginning, o.target, coalesce(' (' || o.attribute || ')', '') AS part, o.owner, x.grantor, x.grantee, x.is_grantable,
            x.privilege_type AS privilege, d.target IS NOT NULL AS is_due
          FROM object o CROSS JOIN aclexplode(o.acl) x JOIN managed m ON m.oid = x.grantee
          LEFT JOIN due d ON d.beginning = o.beginning AND d.target = o.target AND d.grantee = x.grantee
            AND d.privilege = x.privilege_type AND o.attribute IS NULL
          WHERE o.is_own AND x.grantee <> o.owner
      ),
      difference AS (
        SELECT 'REVOKE' AS turn, h.beginning, CASE WHEN h.is_due THEN 'GRANT OPTION FOR ' ELSE '' END AS part,
            h.privilege || h.part AS privilege, h.target, h.grantee,
            CASE WHEN h.is_grantable THEN ' CASCADE' ELSE '' END AS ending
          FROM held h WHERE h.grantor = h.owner AND (h.is_grantable OR NOT h.is_due)
        UNION ALL
        SELECT 'GRANT', d.beginning, '', d.privilege, d.target, d.grantee, ''
          FROM due d WHERE d.is_own AND NOT EXISTS (SELECT FROM held h WHERE h.beginning = d.beginning AND h.target = d.target
            AND h.part = '' AND h.grantee = d.grantee AND h.privilege = d.privilege)
        UNION ALL
        SELECT 'MISSING', '', '', d.privilege, d.target, d.grantee, quote_ident(pg_get_userbyid(d.owner))
          FROM due d WHERE NOT d.is_own AND NOT CASE d.kind
            WHEN 'database' THEN has_database_privilege(d.grantee, d.oid, d.privilege)
            WHEN 'schema' THEN has_schema_privilege(d.grantee, d.oid, d.privilege)
            WHEN 'table' THEN has_table_privilege(d.grantee, d.oid, d.privilege)
            ELSE true END
        UNION ALL
        SELECT 'FOREIGN', '', '', h.privilege || h.part, h.target, h.grantee, quote_ident(pg_get_userbyid(h.grantor))
          FROM held h WHERE h.grantor <> h.owner AND (h.is_grantable OR NOT h.is_due)
      )
      SELECT f.turn, f.beginning, f.part, string_agg(f.privilege, ', ' ORDER BY f.privilege) AS privileges, f.target,
          quote_ident(pg_get_userbyid(f.grantee)) AS grantee, f.ending
        FROM difference f
        GROUP BY f.turn, f.beginning, f.part, f.target, f.grantee, f.ending
        ORDER BY f.turn = 'GRANT', f.beginning, f.target, grantee, f.part
    ) x;
    is_too_much := difference::jsonb @> '[{"turn": "REVOKE"}]';
    FOR step IN
      SELECT format('%s%s %s%s ON %s %s %s%s', d.beginning, d.turn, d.part, d.privileges, d.target,
            CASE d.turn WHEN 'GRANT' THEN 'TO' ELSE 'FROM' END, d.grantee, d.ending) AS statement, d.turn
        FROM json_to_recordset(difference) d (turn text, beginning text, part text, privileges text, target text, grantee text, ending text)
        WHERE d.turn IN ('REVOKE', 'GRANT')
    LOOP
      -- What was passed on may be missing only now.
      EXIT WHEN step.turn = 'GRANT' AND is_too_much;
      RAISE NOTICE '%', step.statement;
      EXECUTE step.statement;
      number := number + 1;
    END LOOP;
    EXIT WHEN NOT FOUND;
  END LOOP;
  FOR step IN
    SELECT d.turn, d.privileges, d.target, d.grantee, d.ending FROM json_to_recordset(difference)
      d (turn text, privileges text, target text, grantee text, ending text) WHERE d.turn IN ('MISSING', 'FOREIGN')
      ORDER BY d.turn DESC, d.target, d.grantee, d.privileges
  LOOP
    IF step.turn = 'MISSING' THEN
      RAISE WARNING '% does not get % on %, which belongs to %', step.grantee, step.privileges, step.target, step.ending;
    ELSE
      RAISE WARNING '% keeps % on %, which % granted and has to take back', step.grantee, step.privileges, step.target, step.ending;
    END IF;
  END LOOP;

  -- PUBLIC has both from the beginning on.
  FOR step IN
    SELECT d.datdba AS owner, pg_has_role(d.datdba, 'USAGE') AS is_own, string_agg(p.privilege, ', ') AS privileges
      FROM pg_database d CROSS JOIN (VALUES ('CONNECT'), ('TEMPORARY')) p (privilege)
      WHERE d.datname = current_database() AND is_isolated = EXISTS (
        SELECT FROM aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) x
          WHERE x.grantee = 0 AND x.grantor = d.datdba AND x.privilege_type = p.privilege)
      GROUP BY d.datdba
  LOOP
    IF NOT step.is_own THEN
      RAISE WARNING 'PUBLIC % % on DATABASE %, which belongs to %', CASE WHEN is_isolated THEN 'keeps' ELSE 'does not get' END,
        step.privileges, quote_ident(current_database()), quote_ident(pg_get_userbyid(step.owner));
      CONTINUE;
    END IF;
    statement := format(CASE WHEN is_isolated THEN 'REVOKE %s ON DATABASE %I FROM PUBLIC' ELSE 'GRANT %s ON DATABASE %I TO PUBLIC' END,
      step.privileges, current_database());
    RAISE NOTICE '%', statement;
    EXECUTE statement;
    number := number + 1;
    SELECT string_agg(DISTINCT quote_ident(a.usename), ', ') INTO names FROM pg_stat_activity a
      WHERE a.datname = current_database() AND NOT has_database_privilege(a.usesysid, current_database(), 'CONNECT');
    IF names IS NOT NULL THEN
      RAISE NOTICE 'connected now, and not to be again once they leave: %', names;
    END IF;
  END LOOP;
  PERFORM set_config('pgdb.statements', (coalesce(nullif(current_setting('pgdb.statements', true), ''), '0')::integer + number)::text, false);
EXCEPTION
  WHEN lock_not_available OR deadlock_detected OR serialization_failure THEN
    RAISE EXCEPTION 'the database is busy, and nothing was changed: %', SQLERRM;
  WHEN internal_error THEN
    -- "tuple concurrently updated": somebody else granted on the same object.
    RAISE EXCEPTION 'the database is busy, and nothing was changed: %', SQLERRM;
END
$pgdb$;
