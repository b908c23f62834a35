-- Drops the roles of the setting pgdb.dropped, and nothing that they own: one that owns something stays, and that is told.
DO $pgdb$
BEGIN
  PERFORM CASE WHEN r.refusal IS NULL THEN pg_temp.run(format('the role %I', r.name), format('DROP ROLE %I', r.name))
      ELSE pg_temp.tell(format('the role %I is not touched: %s', r.name, r.refusal)) END
    FROM (SELECT n AS name, pg_temp.refusal(n) AS refusal FROM json_array_elements_text(current_setting('pgdb.dropped')::json) n) r
    WHERE EXISTS (SELECT FROM pg_roles p WHERE p.rolname = r.name);
END
$pgdb$;
\ir count.sql
