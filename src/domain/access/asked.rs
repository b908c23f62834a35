//! What is asked for of privileges, in the words of flags and files.

use super::privilege::{Kind, Privilege, is_all};
use super::{Level, Objects};
use crate::domain::kubernetes_name::AppName;
use crate::domain::name::NameError;
use crate::domain::postgres_name::{Identifier, RoleName};

/// Every schema, or every object of a kind.
const ANY: &str = "*";
/// The schema of a table for which none is named.
const PUBLIC: &str = "public";

/// Somebody who is to be allowed something: an app is meant before a role of the same name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Grantee(String);

/// What somebody is to be allowed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Right {
    /// What everybody of a level may do.
    Level(Level),
    /// Privileges on objects.
    Privileges(Vec<(Objects, Vec<Privilege>)>),
}

/// A schema of the app's, as it is called in PostgreSQL; every one where it is `*`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SchemaWord(Option<Identifier>);

/// A table, as it is called in PostgreSQL; every one where it is `*`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TableWord(Option<Identifier>);

/// Privileges, as they are asked for.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Asked {
    /// PostgreSQL's words, in capital or small letters.
    pub privileges: Vec<String>,
    /// The schema; all of them where none is named.
    pub schema: Option<SchemaWord>,
    /// A table of the schema, or all.
    pub table: Option<TableWord>,
    /// Whether all sequences are meant.
    pub sequences: bool,
    /// Whether all functions are meant.
    pub functions: bool,
}

impl Grantee {
    /// The name of an app or a role, as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The app that it may be.
    pub fn app(&self) -> Option<AppName> {
        self.0.parse().ok()
    }
}

impl std::str::FromStr for Grantee {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        if text.eq_ignore_ascii_case("PUBLIC") {
            let help = "name a role: what everybody may do is no access that is declared";
            return Err(NameError::new("the role", text, "is everybody", help));
        }
        match text.parse::<RoleName>() {
            Err(error) if text.parse::<AppName>().is_err() => Err(error),
            // `postgres` could be an app's name; it is the superuser's all the same.
            Err(error) if crate::domain::postgres_name::is_reserved_role(text) => Err(error),
            _ => Ok(Self(text.to_owned())),
        }
    }
}

impl Asked {
    /// The objects that are meant, and the privileges on each.
    ///
    /// Where no kind of object is named, the privileges tell: those that only schemas have, or with a schema those that
    /// schemas have, are on schemas; those that databases have are on the database; all others are on tables.
    ///
    /// # Errors
    /// When a privilege is none of its kind, or none is given.
    pub fn objects(&self) -> Result<Vec<(Objects, Vec<Privilege>)>, NameError> {
        if self.privileges.is_empty() {
            let help = "give at least one, such as SELECT";
            return Err(NameError::new(
                "the list of privileges",
                "",
                "is empty",
                help,
            ));
        }
        let schema = self.schema.as_ref().and_then(|schema| schema.0.clone());
        let mut asked = Vec::new();
        match &self.table {
            None => {}
            Some(TableWord(None)) => asked.push(Objects::All(Kind::Table, schema.clone())),
            Some(TableWord(Some(table))) => {
                let schema = match &schema {
                    Some(schema) => schema.clone(),
                    None => PUBLIC.parse()?,
                };
                asked.push(Objects::Table(schema, table.clone()));
            }
        }
        for (is_asked, kind) in [
            (self.sequences, Kind::Sequence),
            (self.functions, Kind::Function),
        ] {
            if is_asked {
                asked.push(Objects::All(kind, schema.clone()));
            }
        }
        if asked.is_empty() {
            asked.push(self.implied(schema));
        }
        let words = || self.privileges.iter().map(String::as_str);
        let on = |objects: Objects| {
            let privileges = objects.kind().privileges(words())?;
            Ok((objects, privileges))
        };
        asked.into_iter().map(on).collect()
    }

    /// The objects that the privileges imply.
    fn implied(&self, schema: Option<Identifier>) -> Objects {
        let all_are = |kind: Kind| {
            let mut words = self.privileges.iter();
            words.all(|word| !is_all(word) && kind.privilege(word).is_ok())
        };
        if all_are(Kind::Schema) && (self.schema.is_some() || !all_are(Kind::Database)) {
            return Objects::Schema(schema);
        }
        if all_are(Kind::Database) && self.schema.is_none() {
            return Objects::Database;
        }
        Objects::All(Kind::Table, schema)
    }
}

impl std::str::FromStr for SchemaWord {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        if text == ANY {
            return Ok(Self(None));
        }
        if text == "information_schema" || text.starts_with("pg_") {
            let help = "name a schema of the app, or leave it out for all of them";
            let problem = "is PostgreSQL's own";
            return Err(NameError::new("the schema", text, problem, help));
        }
        Ok(Self(Some(text.parse()?)))
    }
}

impl std::str::FromStr for TableWord {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        if text == ANY {
            return Ok(Self(None));
        }
        Ok(Self(Some(text.parse()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(privileges: &[&str], schema: Option<&str>, table: Option<&str>) -> Asked {
        Asked {
            privileges: privileges.iter().map(|word| (*word).to_owned()).collect(),
            schema: schema.map(|schema| schema.parse().unwrap()),
            table: table.map(|table| table.parse().unwrap()),
            ..Asked::default()
        }
    }

    fn shown(asked: &Asked) -> String {
        match asked.objects() {
            Ok(found) => {
                let lines = found.iter().map(|(objects, privileges)| {
                    let words: Vec<&str> = privileges.iter().map(|word| word.as_str()).collect();
                    format!("{} on {objects:?}", words.join(","))
                });
                lines
                    .collect::<Vec<_>>()
                    .join("; ")
                    .replace("Identifier", "")
            }
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn words_tell_what_is_meant() {
        for (given, meant) in [
            (asked(&["select"], None, None), "SELECT on All(Table, None)"),
            (
                asked(&["SELECT"], Some("a"), None),
                r#"SELECT on All(Table, Some(("a")))"#,
            ),
            (
                asked(&["SELECT"], Some("*"), Some("*")),
                "SELECT on All(Table, None)",
            ),
            (
                asked(&["SELECT"], None, Some("User")),
                r#"SELECT on Table(("public"), ("User"))"#,
            ),
            (
                asked(&["ALL"], Some("a"), Some("t")),
                r#"SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER on Table(("a"), ("t"))"#,
            ),
            (asked(&["USAGE"], None, None), "USAGE on Schema(None)"),
            (
                asked(&["USAGE", "create"], Some("a"), None),
                r#"CREATE,USAGE on Schema(Some(("a")))"#,
            ),
            (
                asked(&["CREATE"], Some("a"), None),
                r#"CREATE on Schema(Some(("a")))"#,
            ),
            (asked(&["CREATE"], None, None), "CREATE on Database"),
            (
                asked(&["CONNECT", "TEMP"], None, None),
                "CONNECT,TEMPORARY on Database",
            ),
        ] {
            assert_eq!(shown(&given), meant, "{given:?}");
        }
        let both = Asked {
            sequences: true,
            ..asked(&["SELECT"], None, Some("*"))
        };
        assert_eq!(
            shown(&both),
            "SELECT on All(Table, None); SELECT on All(Sequence, None)"
        );
    }

    #[test]
    fn refuses_what_is_not_known() {
        let functions = |words: &[&str]| Asked {
            functions: true,
            ..asked(words, None, None)
        };
        for (given, problem) in [
            (
                asked(&[], None, None),
                r#"the list of privileges "" is empty"#,
            ),
            (
                asked(&["READ"], None, None),
                r#"the privilege "READ" is none that tables have"#,
            ),
            (
                asked(&["CONNECT"], Some("a"), None),
                r#"the privilege "CONNECT" is none that tables have"#,
            ),
            (
                functions(&["SELECT"]),
                r#"the privilege "SELECT" is none that functions have"#,
            ),
        ] {
            assert_eq!(shown(&given), problem, "{given:?}");
        }
    }

    #[test]
    fn names_are_checked() {
        let schema = |text: &str| text.parse::<SchemaWord>().unwrap_err().to_string();
        let table = |text: &str| text.parse::<TableWord>().unwrap_err().to_string();
        assert_eq!(
            schema("pg_catalog"),
            r#"the schema "pg_catalog" is PostgreSQL's own"#
        );
        assert_eq!(
            schema("a\"b"),
            r#"the name of a schema or table "a\"b" holds the character '"'"#
        );
        assert_eq!(
            table("t%I"),
            r#"the name of a schema or table "t%I" holds the character '%'"#
        );
        let long = "x".repeat(64);
        assert_eq!(
            table(&long),
            format!("the name of a schema or table {long:?} has 64 bytes")
        );
    }

    #[test]
    fn nobody_is_everybody() {
        let problem = |text: &str| text.parse::<Grantee>().unwrap_err().to_string();
        assert_eq!(problem("PUBLIC"), r#"the role "PUBLIC" is everybody"#);
        assert_eq!(
            problem("postgres"),
            r#"the role name "postgres" is reserved"#
        );
        assert_eq!(
            problem("pg_monitor"),
            r#"the role name "pg_monitor" is reserved"#
        );
        assert_eq!(
            "my-report".parse::<Grantee>().unwrap().as_str(),
            "my-report"
        );
        assert_eq!("etl_1".parse::<Grantee>().unwrap().as_str(), "etl_1");
    }
}
