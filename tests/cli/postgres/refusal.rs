//! What PostgreSQL says to a statement that it refuses.

use std::fmt;

/// An error of the server (PostgreSQL manual, "Error and Notice Message Fields").
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Refusal {
    /// The SQLSTATE, such as `2BP01`.
    pub code: String,
    /// Such as `role "my_shop" cannot be dropped because some objects depend on it`.
    pub message: String,
    /// What else is said, in one or more lines; empty where there is nothing.
    pub detail: String,
}

impl Refusal {
    /// The first error in what psql prints with `VERBOSITY` set to `verbose`.
    pub(super) fn of(printed: &str) -> Option<Self> {
        let error = printed.lines().find_map(|line| {
            let said = [" ERROR:  ", " FATAL:  "];
            let said = said.iter().find_map(|word| line.split_once(word));
            said.and_then(|(_, error)| error.split_once(": "))
        });
        let (code, message) = error?;
        let detail = printed.split_once("\nDETAIL:  ").map(|(_, detail)| {
            let ends = ["\nHINT:  ", "\nCONTEXT:  ", "\nLOCATION:  "];
            let ends = ends.iter().filter_map(|end| detail.find(end)).min();
            detail[..ends.unwrap_or(detail.len())].trim_end()
        });
        Some(Self {
            code: code.to_owned(),
            message: message.to_owned(),
            detail: detail.unwrap_or_default().to_owned(),
        })
    }
}

impl fmt::Display for Refusal {
    /// As pgx, the library of CNPG, words it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "ERROR: {} (SQLSTATE {})",
            self.message, self.code
        )
    }
}
