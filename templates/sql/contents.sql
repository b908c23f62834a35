-- Makes the extensions, schemas and privileges of this database what the settings pgdb.contents and pgdb.wanted say.
SET search_path = pg_catalog, pg_temp;
SET client_min_messages = notice;
SET default_transaction_read_only = off;
SET default_transaction_isolation = 'read committed';
SET statement_timeout = '5min';
SET lock_timeout = '1min';
SET jit = off;
SET pgdb.statements = '0';
SET pgdb.problems = '0';
DO $pgdb$
DECLARE
  contents CONSTANT json := current_setting('pgdb.contents')::json;
  number integer := 0;
  problems integer := 0;
  step record;
BEGIN
  PERFORM pg_advisory_xact_lock(1885824098);
  FOR step IN
    SELECT CASE
          WHEN x.oid IS NULL THEN concat(format('CREATE EXTENSION %I', e->>'name'), ' VERSION ' || quote_literal(e->>'version'))
          WHEN x.extversion <> e->>'version' THEN format('ALTER EXTENSION %I UPDATE TO %L', e->>'name', e->>'version') END AS statement,
        -- An extension is made in the first schema that is searched.
        'public' AS path
      FROM json_array_elements(contents->'extensions') e LEFT JOIN pg_extension x ON x.extname = e->>'name'
    UNION ALL
    SELECT CASE
          WHEN n.oid IS NULL THEN format('CREATE SCHEMA %I AUTHORIZATION %I', s.name, contents->>'owner')
          WHEN pg_get_userbyid(n.nspowner) <> contents->>'owner' THEN format('ALTER SCHEMA %I OWNER TO %I', s.name, contents->>'owner')
        END, 'pg_catalog, pg_temp'
      FROM json_array_elements_text(contents->'schemas') s (name) LEFT JOIN pg_namespace n ON n.nspname = s.name
  LOOP
    CONTINUE WHEN step.statement IS NULL;
    BEGIN
      RAISE NOTICE '%', step.statement;
      PERFORM set_config('search_path', step.path, true);
      EXECUTE step.statement;
      PERFORM set_config('search_path', 'pg_catalog, pg_temp', true);
      number := number + 1;
    EXCEPTION WHEN OTHERS THEN
      RAISE WARNING 'the database %: %', quote_ident(current_database()), SQLERRM;
      problems := problems + 1;
    END;
  END LOOP;
  PERFORM set_config('pgdb.statements', number::text, false), set_config('pgdb.problems', problems::text, false);
END
$pgdb$;
\if :ERROR
\set is_all_reached false
\endif
\ir privileges.sql
\if :ERROR
\set is_all_reached false
\endif
SELECT current_setting('pgdb.statements') AS here, current_setting('pgdb.statements') <> '0' AS is_changed \gset
\if :is_changed
\echo 'statements run in the database' :"database": :here
\endif
\ir count.sql
