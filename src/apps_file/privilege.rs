//! Privileges on tables.

use std::fmt;
use std::str::FromStr;

use crate::domain::name::NameError;

/// What may be done with a table.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Privilege(&'static str);

/// The privileges of tables (PostgreSQL manual, table 5.1); `MAINTAIN` from PostgreSQL 17 on.
const PRIVILEGES: [&str; 8] = [
    "SELECT",
    "INSERT",
    "UPDATE",
    "DELETE",
    "TRUNCATE",
    "REFERENCES",
    "TRIGGER",
    "MAINTAIN",
];

impl Privilege {
    /// The word for all of them, which makes the role the database's owner.
    pub(super) const ALL: [&'static str; 2] = ["ALL", "ALL PRIVILEGES"];

    /// The words for them.
    pub(super) fn words() -> [&'static str; 8] {
        PRIVILEGES
    }

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl FromStr for Privilege {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let known = PRIVILEGES.into_iter();
        let mut known = known.filter(|known| known.eq_ignore_ascii_case(text));
        known.next().map(Self).ok_or_else(|| {
            let problem = "is none that tables have";
            NameError::new(
                "the privilege",
                text,
                problem,
                "use ALL for the database's owner, or SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER, \
                 MAINTAIN",
            )
        })
    }
}

impl fmt::Display for Privilege {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }
}
