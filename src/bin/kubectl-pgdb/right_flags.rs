//! What somebody is to be allowed, for the commands that grant and revoke.

use clap::{ArgGroup, Args, ValueEnum};
use pgdb::domain::access::Level;
use pgdb::domain::access::asked::{Asked, Right};

use crate::failure::Failure;
use crate::flag_value::one;

/// What somebody is to be allowed, or not any more.
#[derive(Args, Clone, Debug)]
#[command(group = ArgGroup::new("kinds").args(["table", "sequences", "functions"]).multiple(true))]
pub(crate) struct RightFlags {
    /// All that this level may do, by the group role that holds its privileges.
    #[arg(
        long = "as",
        value_name = "LEVEL",
        value_enum,
        env = "PGDB_AS",
        hide_env = true,
        conflicts_with_all = ["privileges", "schema", "kinds"]
    )]
    level: Option<LevelWord>,
    /// These privileges, in PostgreSQL's words: on all tables, unless a flag or the words mean something else.
    #[arg(
        long,
        value_name = "PRIVILEGE",
        value_delimiter = ',',
        env = "PGDB_PRIVILEGES",
        hide_env = true
    )]
    privileges: Vec<String>,
    /// Of the privileges: in this schema, or on it [default: all schemas, those included that the owner will make].
    #[arg(
        long,
        value_name = "SCHEMA",
        env = "PGDB_SCHEMA",
        hide_env = true,
        requires = "privileges"
    )]
    schema: Option<String>,
    /// Of the privileges: on this table of the schema, or of `public`; '*' is all, those included that the owner will make.
    #[arg(
        long,
        value_name = "TABLE",
        env = "PGDB_TABLE",
        hide_env = true,
        requires = "privileges"
    )]
    table: Option<String>,
    /// Of the privileges: on all sequences.
    #[arg(long, env = "PGDB_SEQUENCES", hide_env = true, requires = "privileges", value_parser = clap::builder::FalseyValueParser::new())]
    sequences: bool,
    /// Of the privileges: on all functions and procedures.
    #[arg(long, env = "PGDB_FUNCTIONS", hide_env = true, requires = "privileges", value_parser = clap::builder::FalseyValueParser::new())]
    functions: bool,
}

/// A level, as it is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum LevelWord {
    /// Reads everything.
    Reader,
    /// Reads and changes all data.
    Writer,
}

impl RightFlags {
    /// What is meant; none where nothing is named.
    ///
    /// # Errors
    /// When a name is none, or a privilege is none of its kind of object.
    pub(crate) fn right(&self) -> Result<Option<Right>, Failure> {
        if let Some(level) = self.level {
            return Ok(Some(Right::Level(match level {
                LevelWord::Reader => Level::Reader,
                LevelWord::Writer => Level::Writer,
            })));
        }
        if self.privileges.is_empty() {
            return Ok(None);
        }
        let asked = Asked {
            privileges: self.privileges.clone(),
            schema: one("--schema", self.schema.as_deref())?,
            table: one("--table", self.table.as_deref())?,
            sequences: self.sequences,
            functions: self.functions,
        };
        let objects = asked.objects();
        let objects = objects
            .map_err(|error| Failure::usage(format!("--privileges: {error}"), error.help()))?;
        Ok(Some(Right::Privileges(objects)))
    }
}
