//! The scripts that Jobs run, run as they do it: by `sh` and `psql`, from files, against a real PostgreSQL.

mod access;
mod database;
mod isolation;
mod job;
mod privileges;
mod refusals;
