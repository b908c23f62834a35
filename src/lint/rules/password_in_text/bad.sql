ALTER ROLE my_shop PASSWORD 'not-a-good-place';
GRANT SELECT ON ALL TABLES IN SCHEMA public TO my_shop;
