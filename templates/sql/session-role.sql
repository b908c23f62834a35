-- New sessions of the one who runs this begin as the role of the setting pgdb.owner. A second run does nothing.
\set SHOW_CONTEXT never
SET search_path = pg_catalog, pg_temp;
SET client_min_messages = notice;
SET default_transaction_read_only = off;
-- Nobody else's default may be set, and the session may have begun as the owner.
SET ROLE NONE;
DO $pgdb$
DECLARE
  owner_name CONSTANT text := current_setting('pgdb.owner');
  statement CONSTANT text := format('ALTER ROLE %I SET role = %L', session_user, owner_name);
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = owner_name) THEN
    RAISE EXCEPTION 'the role %, the owner, is not there yet', quote_ident(owner_name);
  END IF;
  IF NOT pg_has_role(session_user, owner_name, 'MEMBER') THEN
    RAISE EXCEPTION 'the membership of % in % is not there yet', quote_ident(session_user), quote_ident(owner_name);
  END IF;
  IF EXISTS (
    SELECT FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole
    WHERE r.rolname = session_user AND s.setdatabase = 0 AND 'role=' || owner_name = ANY (s.setconfig)
  ) THEN
    RAISE NOTICE 'nothing to change';
    RETURN;
  END IF;
  EXECUTE statement;
  RAISE NOTICE '%', statement;
END
$pgdb$;
