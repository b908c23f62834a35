-- A session in the database that the run begins and ends in: nobody else changes roles and databases meanwhile.
SET search_path = pg_catalog, pg_temp;
SET client_min_messages = notice;
SET default_transaction_read_only = off;
SET default_transaction_isolation = 'read committed';
SET standard_conforming_strings = on;
SET statement_timeout = 0;
SET jit = off;

-- The server writes no statement that a password could be in to its log, as far as that may be said here.
DO $pgdb$
BEGIN
  IF current_setting('is_superuser')::boolean THEN
    PERFORM set_config(s.name, s.value, false) FROM (VALUES ('log_statement', 'none'), ('log_min_error_statement', 'panic'),
      ('log_min_duration_statement', '-1'), ('log_min_duration_sample', '-1'), ('log_duration', 'off'),
      ('log_transaction_sample_rate', '0'), ('track_activities', 'off')) s (name, value);
  END IF;
END
$pgdb$;

-- "pgdb" in ASCII. Another run is waited for, and what it did is not done again.
SET lock_timeout = '5min';
SELECT pg_advisory_lock(1885824098) AS locked \gset
SET lock_timeout = '1min';

-- Runs a statement and tells it. One that fails leaves nothing behind, and is told with what it is about.
CREATE FUNCTION pg_temp.run(subject text, statement text) RETURNS void LANGUAGE plpgsql AS $pgdb$
DECLARE
  detail text;
BEGIN
  RAISE NOTICE '%', statement;
  EXECUTE statement;
  PERFORM pg_temp.count('pgdb.statements');
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
  PERFORM pg_temp.tell(format('%s: %s', subject, concat_ws('; ', SQLERRM, nullif(replace(detail, chr(10), '; '), ''))));
END
$pgdb$;

-- Tells a problem, and goes on.
CREATE FUNCTION pg_temp.tell(problem text) RETURNS void LANGUAGE plpgsql AS $pgdb$
BEGIN
  RAISE WARNING '%', problem;
  PERFORM pg_temp.count('pgdb.problems');
END
$pgdb$;

CREATE FUNCTION pg_temp.count(setting text) RETURNS void LANGUAGE sql AS $pgdb$
  SELECT set_config(setting, (coalesce(nullif(current_setting(setting, true), ''), '0')::integer + 1)::text, false)
$pgdb$;

-- Why a role is not touched; null for one that may be.
CREATE FUNCTION pg_temp.refusal(name text) RETURNS text LANGUAGE sql STABLE AS $pgdb$
  SELECT CASE
    WHEN name IN ('', 'public', 'none', 'postgres', 'streaming_replica') OR left(name, 3) = 'pg_' OR left(name, 5) = 'cnpg_'
      THEN 'it is reserved'
    WHEN octet_length(name) > 63 THEN 'its name has more than 63 bytes'
    WHEN name = session_user THEN 'this Job logs in as it'
    WHEN EXISTS (SELECT FROM pg_roles r WHERE r.rolname = name AND r.rolsuper) THEN 'it is a superuser' END
$pgdb$;
