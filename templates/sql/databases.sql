-- Makes the databases of the setting pgdb.databases what they say; drops those that are to be absent, unless somebody is
-- connected. What they hold comes later.

-- Why a database is not touched; null for one that may be.
CREATE FUNCTION pg_temp.database_refusal(name text) RETURNS text LANGUAGE sql STABLE AS $pgdb$
  SELECT CASE
    WHEN name IN ('', 'postgres', current_database())
      OR EXISTS (SELECT FROM pg_database d WHERE d.datname = name AND d.datistemplate) THEN 'it belongs to the server itself'
    WHEN octet_length(name) > 63 THEN 'its name has more than 63 bytes' END
$pgdb$;

-- The databases that are to be made or dropped.
CREATE FUNCTION pg_temp.due_databases() RETURNS TABLE (database json) LANGUAGE sql STABLE AS $pgdb$
  SELECT e.d FROM json_array_elements(current_setting('pgdb.databases')::json) WITH ORDINALITY e (d, place)
    WHERE pg_temp.database_refusal(e.d->>'name') IS NULL AND CASE e.d->>'ensure'
      -- One that belongs to somebody else is nobody's to drop here.
      WHEN 'absent' THEN EXISTS (SELECT FROM pg_database p JOIN pg_roles o ON o.oid = p.datdba
        WHERE p.datname = e.d->>'name' AND o.rolname = e.d->>'owner')
      ELSE NOT EXISTS (SELECT FROM pg_database p WHERE p.datname = e.d->>'name')
        AND EXISTS (SELECT FROM pg_roles r WHERE r.rolname = e.d->>'owner') END
    ORDER BY e.place
$pgdb$;

DO $pgdb$
DECLARE
  step record;
BEGIN
  FOR step IN
    SELECT d->>'name' AS name, d->>'owner' AS owner, pg_temp.database_refusal(d->>'name') AS refusal, o.rolsuper AS is_super,
        o.oid IS NULL AS is_missing,
        -- Who makes something for another role, or gives it away, has to be able to act as it.
        CASE WHEN NOT o.rolsuper AND NOT CASE WHEN current_setting('server_version_num')::integer >= 160000
            THEN pg_has_role(o.oid, 'SET') ELSE pg_has_role(o.oid, 'MEMBER') END
          THEN format('GRANT %I TO %I', o.rolname, session_user) END AS joining,
        CASE WHEN p.datdba <> o.oid THEN format('ALTER DATABASE %I OWNER TO %I', p.datname, o.rolname) END AS giving,
        CASE WHEN p.datconnlimit <> (d->>'connectionLimit')::integer
          THEN format('ALTER DATABASE %I CONNECTION LIMIT %s', p.datname, (d->>'connectionLimit')::integer) END AS limiting
      FROM json_array_elements(current_setting('pgdb.databases')::json) WITH ORDINALITY e (d, place)
      LEFT JOIN pg_database p ON p.datname = d->>'name' LEFT JOIN pg_roles o ON o.rolname = d->>'owner'
      WHERE coalesce(d->>'ensure', 'present') = 'present' ORDER BY e.place
  LOOP
    IF step.refusal IS NOT NULL THEN
      PERFORM pg_temp.tell(format('the database %I is not touched: %s', step.name, step.refusal));
    ELSIF step.is_missing THEN
      PERFORM pg_temp.tell(format('the database %I: its owner %I is not there', step.name, step.owner));
    ELSE
      PERFORM pg_temp.run(format('the database %I', step.name), s.statement)
        FROM unnest(ARRAY[step.joining, step.giving, step.limiting]) s (statement) WHERE s.statement IS NOT NULL;
    END IF;
  END LOOP;
END
$pgdb$;

SELECT count(pg_temp.tell(format('the database %I is not dropped: it belongs to %I, not to %I', p.datname, o.rolname, d->>'owner'))) AS told
  FROM json_array_elements(current_setting('pgdb.databases')::json) e (d) JOIN pg_database p ON p.datname = d->>'name'
  JOIN pg_roles o ON o.oid = p.datdba
  WHERE d->>'ensure' = 'absent' AND o.rolname IS DISTINCT FROM d->>'owner' \gset

-- Databases are made and dropped outside of transactions: each statement is told by one before it.
SELECT set_config('pgdb.due', count(*)::text, false) AS due FROM pg_temp.due_databases() \gset
\set ON_ERROR_STOP off
SELECT format('DO %L', format('BEGIN RAISE NOTICE %L, %L; END', '%', s.statement)), s.statement
  FROM pg_temp.due_databases() e (d)
  CROSS JOIN LATERAL (SELECT CASE d->>'ensure' WHEN 'absent' THEN format('DROP DATABASE %I', d->>'name')
      ELSE concat(format('CREATE DATABASE %I OWNER %I', d->>'name', d->>'owner'),
        CASE WHEN coalesce(d->>'encoding', d->>'locale') IS NOT NULL THEN ' TEMPLATE template0' END,
        ' ENCODING ' || quote_literal(d->>'encoding'), ' LOCALE ' || quote_literal(d->>'locale'),
        ' CONNECTION LIMIT ' || (d->>'connectionLimit')::integer) END) s (statement)
\gexec
\set ON_ERROR_STOP on

DO $pgdb$
DECLARE
  before CONSTANT integer := current_setting('pgdb.due');
BEGIN
  PERFORM pg_temp.tell(format('the database %I is not %s', d->>'name', CASE d->>'ensure' WHEN 'absent' THEN 'dropped' ELSE 'made' END))
    FROM pg_temp.due_databases() e (d);
  PERFORM pg_temp.count('pgdb.statements') FROM generate_series((SELECT count(*) FROM pg_temp.due_databases()) + 1, before);
END
$pgdb$;
\ir count.sql
