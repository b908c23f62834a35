-- Adds what was done and what failed to what the whole run did.
SELECT :statements + coalesce(nullif(current_setting('pgdb.statements', true), ''), '0')::integer AS statements,
  :problems + coalesce(nullif(current_setting('pgdb.problems', true), ''), '0')::integer AS problems \gset
SET pgdb.statements = '0';
SET pgdb.problems = '0';
