-- Goes on in the database whose name the variable database has, where it is there; the variable there says whether.
\set there false
\if :{?DBNAME}
\else
\connect -reuse-previous=on :"maintenance"
\endif
SELECT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = :'database' AND datallowconn) AS there,
  pg_catalog.format('dbname=''%s''', pg_catalog.regexp_replace(:'database', '([\\''])', '\\\1', 'g')) AS target \gset
\if :there
\connect -reuse-previous=on :"target"
\if :{?DBNAME}
\else
\set there false
\endif
\endif
\if :there
\else
\set is_all_reached false
\echo 'not reached:' :"database"
\endif
