-- Says what the run did, and fails where something did not succeed.
SELECT :problems > 0 OR NOT :is_all_reached AS is_wrong \gset
SELECT CASE WHEN :statements = 1 THEN '1 statement run' WHEN :statements > 1 OR :'is_wrong' THEN :statements || ' statements run'
  ELSE 'nothing to change' END AS outcome \gset
\echo :outcome
\if :is_wrong
DO $pgdb$ BEGIN RAISE EXCEPTION 'not all is as declared: see the warnings and errors above'; END $pgdb$;
\endif
