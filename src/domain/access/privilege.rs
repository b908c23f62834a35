//! The privileges that PostgreSQL knows, by the kind of object that has them.

use std::fmt;
use std::str::FromStr;

use crate::domain::name::NameError;

/// A kind of object that privileges are given on.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Kind {
    /// A database.
    Database,
    /// A schema.
    Schema,
    /// A table, view, materialized view or foreign table.
    Table,
    /// A sequence.
    Sequence,
    /// A function, procedure or aggregate.
    Function,
}

/// What may be done with an object of some kind.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Privilege(&'static str);

impl Kind {
    /// All of them, from the outermost.
    pub const ALL: [Self; 5] = [
        Self::Database,
        Self::Schema,
        Self::Table,
        Self::Sequence,
        Self::Function,
    ];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::Schema => "schema",
            Self::Table => "table",
            Self::Sequence => "sequence",
            Self::Function => "function",
        }
    }

    /// The kind that a word means.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// The words of its privileges, in PostgreSQL's order; `MAINTAIN` from version 17 on.
    ///
    /// Source: PostgreSQL manual, table 5.2.
    pub fn words(self) -> &'static [&'static str] {
        match self {
            Self::Database => &["CREATE", "CONNECT", "TEMPORARY"],
            Self::Schema => &["CREATE", "USAGE"],
            Self::Table => &[
                "SELECT",
                "INSERT",
                "UPDATE",
                "DELETE",
                "TRUNCATE",
                "REFERENCES",
                "TRIGGER",
                "MAINTAIN",
            ],
            Self::Sequence => &["USAGE", "SELECT", "UPDATE"],
            Self::Function => &["EXECUTE"],
        }
    }

    /// The privilege of objects of this kind that a word names, in capital or small letters; `TEMP` is `TEMPORARY`.
    ///
    /// # Errors
    /// When objects of this kind have no privilege of that name.
    pub fn privilege(self, word: &str) -> Result<Privilege, NameError> {
        let wanted = if self == Self::Database && word.eq_ignore_ascii_case("TEMP") {
            "TEMPORARY"
        } else {
            word
        };
        let words = self.words().iter();
        let mut known = words.filter(|known| known.eq_ignore_ascii_case(wanted));
        let found = known.next().map(|known| Privilege(known));
        found.ok_or_else(|| NameError::new("the privilege", word, self.problem(), self.help()))
    }

    /// The privileges that words name, each once, in PostgreSQL's order; `ALL` is every one but `MAINTAIN`, which older
    /// versions do not know.
    ///
    /// # Errors
    /// When objects of this kind have no privilege of such a name.
    pub fn privileges<'word>(
        self,
        words: impl IntoIterator<Item = &'word str>,
    ) -> Result<Vec<Privilege>, NameError> {
        let mut found = Vec::new();
        for word in words {
            if is_all(word) {
                let words = self.words().iter().filter(|word| **word != "MAINTAIN");
                found.extend(words.map(|word| Privilege(word)));
            } else {
                found.push(self.privilege(word)?);
            }
        }
        Ok(self.in_order(&found))
    }

    /// Privileges of objects of this kind, each once, in PostgreSQL's order.
    pub fn in_order(self, privileges: &[Privilege]) -> Vec<Privilege> {
        let words = self.words().iter().map(|word| Privilege(word));
        words.filter(|word| privileges.contains(word)).collect()
    }

    fn problem(self) -> &'static str {
        match self {
            Self::Database => "is none that databases have",
            Self::Schema => "is none that schemas have",
            Self::Table => "is none that tables have",
            Self::Sequence => "is none that sequences have",
            Self::Function => "is none that functions have",
        }
    }

    fn help(self) -> &'static str {
        match self {
            Self::Database => "databases have CREATE, CONNECT, TEMPORARY, and ALL",
            Self::Schema => "schemas have CREATE, USAGE, and ALL",
            Self::Table => {
                "tables have SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER, MAINTAIN, and ALL"
            }
            Self::Sequence => "sequences have USAGE, SELECT, UPDATE, and ALL",
            Self::Function => "functions have EXECUTE, and ALL",
        }
    }
}

/// Whether a word means all privileges of an object.
pub fn is_all(word: &str) -> bool {
    word.eq_ignore_ascii_case("ALL") || word.eq_ignore_ascii_case("ALL PRIVILEGES")
}

impl FromStr for Kind {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        Self::of_word(text).ok_or_else(|| {
            let help = "use database, schema, table, sequence or function";
            NameError::new("the kind of object", text, "has no privileges here", help)
        })
    }
}

impl Privilege {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Display for Privilege {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_privileges_of_their_kind() {
        let words = |kind: Kind, words: &[&str]| {
            let found = kind.privileges(words.iter().copied());
            found.map(|found| found.into_iter().map(Privilege::as_str).collect::<Vec<_>>())
        };
        assert_eq!(
            words(Kind::Table, &["update", "SELECT", "Select"]),
            Ok(vec!["SELECT", "UPDATE"])
        );
        assert_eq!(words(Kind::Database, &["temp"]), Ok(vec!["TEMPORARY"]));
        assert_eq!(
            words(Kind::Table, &["all"]),
            Ok(vec![
                "SELECT",
                "INSERT",
                "UPDATE",
                "DELETE",
                "TRUNCATE",
                "REFERENCES",
                "TRIGGER"
            ])
        );
        assert_eq!(
            words(Kind::Sequence, &["ALL PRIVILEGES"]),
            Ok(vec!["USAGE", "SELECT", "UPDATE"])
        );
    }

    #[test]
    fn refuses_what_a_kind_does_not_have() {
        let problem = |kind: Kind, word| {
            let error = kind.privilege(word).unwrap_err();
            format!("{error}; {}", error.help())
        };
        assert_eq!(
            problem(Kind::Sequence, "INSERT"),
            r#"the privilege "INSERT" is none that sequences have; sequences have USAGE, SELECT, UPDATE, and ALL"#
        );
        assert_eq!(
            problem(Kind::Table, "TEMP"),
            r#"the privilege "TEMP" is none that tables have; tables have SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER, MAINTAIN, and ALL"#
        );
        assert_eq!(
            problem(Kind::Function, "SELECT; DROP TABLE x"),
            r#"the privilege "SELECT; DROP TABLE x" is none that functions have; functions have EXECUTE, and ALL"#
        );
    }
}
