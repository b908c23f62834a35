//! The scripts that Jobs run, run as they do it: by `sh` and `psql`, from files, against a real PostgreSQL.

mod access;
mod database;
mod dsn;
mod interruptions;
mod isolation;
mod job;
mod passwords;
mod privileges;
mod refusals;
mod server;
mod sync;
