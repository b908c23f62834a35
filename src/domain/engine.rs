//! Who runs a PostgreSQL.

use std::fmt;
use std::str::FromStr;

use super::name::NameError;

/// Who runs the PostgreSQL that apps are put on.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Engine {
    /// CloudNativePG: roles and databases are its objects.
    #[default]
    Cnpg,
    /// Somebody else: a CronJob makes roles and databases what the repository declares.
    Postgres,
}

impl Engine {
    /// All of them, as they are written.
    pub const WORDS: [&'static str; 2] = ["cnpg", "postgres"];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cnpg => "cnpg",
            Self::Postgres => "postgres",
        }
    }
}

impl FromStr for Engine {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        match text {
            "cnpg" => Ok(Self::Cnpg),
            "postgres" => Ok(Self::Postgres),
            _ => Err(NameError::new(
                "the engine",
                text,
                "is not known",
                "use cnpg, or postgres for a server that CloudNativePG does not run",
            )),
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_they_are_written() {
        for word in Engine::WORDS {
            assert_eq!(word.parse::<Engine>().unwrap().to_string(), word);
        }
        assert_eq!(
            "mysql".parse::<Engine>().unwrap_err().to_string(),
            r#"the engine "mysql" is not known"#
        );
    }
}
