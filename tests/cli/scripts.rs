//! The scripts that Jobs run, run as they do it: by `sh` and `psql`, from files, against a real PostgreSQL.

mod access;
mod job;
mod privileges;
