//! Names inside PostgreSQL: roles, databases, schemas.
//!
//! All are kept to lower-case letters, digits, `_` and `-`. PostgreSQL itself takes any character in a quoted name;
//! these are the ones that need no encoding in a URI, no escape in a YAML or Go template, and mean the same with and
//! without folding to lower case. At most 63 bytes (PostgreSQL manual, section 4.1.1, `NAMEDATALEN`).

use std::str::FromStr;

use super::kubernetes_name::AppName;
use super::name::{NameError, checked_texts, first_outside};

/// The most bytes that PostgreSQL keeps of a name.
pub const LONGEST: usize = 63;

const HELP: &str =
    "use at most 63 lower-case letters, digits, `_` and `-`, beginning with a letter or `_`";
const ROLE_RESERVED_HELP: &str = "choose another name: CloudNativePG and PostgreSQL keep `postgres`, `streaming_replica`, `public`, `none` \
     and all that begins with `pg_` or `cnpg_` for themselves";
const DATABASE_RESERVED_HELP: &str =
    "choose another name: `postgres`, `template0` and `template1` belong to the server itself";
const SCHEMA_RESERVED_HELP: &str =
    "choose another name: `information_schema` and all that begins with `pg_` belong to PostgreSQL";
const IDENTIFIER_HELP: &str = "use at most 63 bytes of letters, digits, `_`, `$`, `-`, dots and spaces, as the name is in PostgreSQL, without quotes";
const GROUP_HELP: &str =
    "name a role without superuser rights, such as `pg_read_all_data` or a group role of your own";

/// The name of a login role that the product declares: never one that CNPG or PostgreSQL reserves.
///
/// Source: CloudNativePG `pkg/postgres/roles.go`; PostgreSQL `check_rolespec_name`.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct RoleName(String);

/// The name of a role that others become members of; PostgreSQL's predefined `pg_` roles are allowed.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct GroupRoleName(String);

/// The name of a database that the product declares: never one that CNPG refuses.
///
/// Source: CloudNativePG `api/v1/database_types.go`.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct DatabaseName(String);

/// The name of a schema.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SchemaName(String);

/// The name of a schema or table as somebody made it: beside what the product itself takes, capital letters, letters of
/// other scripts, digits at the beginning, `$`, dots and spaces.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Identifier(String);

checked_texts!(
    RoleName,
    GroupRoleName,
    DatabaseName,
    SchemaName,
    Identifier
);

impl RoleName {
    /// The role of an app: its name with `_` for `-`.
    ///
    /// # Errors
    /// When that is no role name, as for an app whose name begins with a digit.
    pub fn of_app(app: &AppName) -> Result<Self, NameError> {
        derived(app).parse()
    }
}

impl DatabaseName {
    /// The database of an app: its name with `_` for `-`.
    ///
    /// # Errors
    /// When that is no database name, as for an app whose name begins with a digit.
    pub fn of_app(app: &AppName) -> Result<Self, NameError> {
        derived(app).parse()
    }
}

impl FromStr for RoleName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        check("the role name", text)?;
        if is_reserved_role(text) {
            return Err(NameError::new(
                "the role name",
                text,
                "is reserved",
                ROLE_RESERVED_HELP,
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

impl FromStr for GroupRoleName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        check("the group role name", text)?;
        let refused = matches!(text, "postgres" | "streaming_replica" | "public" | "none")
            || text.starts_with("cnpg_");
        if refused {
            let problem = "cannot be given to an app";
            return Err(NameError::new(
                "the group role name",
                text,
                problem,
                GROUP_HELP,
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

impl FromStr for DatabaseName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        check("the database name", text)?;
        if is_reserved_database(text) {
            return Err(NameError::new(
                "the database name",
                text,
                "is reserved",
                DATABASE_RESERVED_HELP,
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

impl FromStr for SchemaName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        check("the schema name", text)?;
        if text == "information_schema" || text.starts_with("pg_") {
            return Err(NameError::new(
                "the schema name",
                text,
                "is reserved",
                SCHEMA_RESERVED_HELP,
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

impl FromStr for Identifier {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let refuse = |problem: String| {
            let what = "the name of a schema or table";
            Err(NameError::new(what, text, problem, IDENTIFIER_HELP))
        };
        let allowed = |c: char| c.is_alphanumeric() || "_$-. ".contains(c);
        match first_outside(text, allowed) {
            _ if text.is_empty() => refuse("is empty".to_owned()),
            Some(found) => refuse(format!("holds {found}")),
            None if text.trim() != text => refuse("begins or ends with a space".to_owned()),
            None if text.len() > LONGEST => refuse(format!("has {} bytes", text.len())),
            None => Ok(Self(text.to_owned())),
        }
    }
}

/// Whether CNPG or PostgreSQL keeps the name of a role for itself.
pub fn is_reserved_role(text: &str) -> bool {
    matches!(text, "postgres" | "streaming_replica" | "public" | "none")
        || text.starts_with("pg_")
        || text.starts_with("cnpg_")
}

/// Whether a database of this name belongs to the server itself.
pub fn is_reserved_database(text: &str) -> bool {
    matches!(text, "postgres" | "template0" | "template1")
}

fn derived(app: &AppName) -> String {
    app.as_str().replace('-', "_")
}

fn check(what: &'static str, text: &str) -> Result<(), NameError> {
    if text.is_empty() {
        return Err(NameError::new(what, text, "is empty", HELP));
    }
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    if let Some(found) = first_outside(text, allowed) {
        return Err(NameError::new(what, text, format!("holds {found}"), HELP));
    }
    if text.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
        return Err(NameError::new(
            what,
            text,
            "begins with a digit or `-`",
            HELP,
        ));
    }
    if text.len() > LONGEST {
        return Err(NameError::new(
            what,
            text,
            format!("has {} bytes", text.len()),
            HELP,
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem<T: FromStr<Err = NameError>>(text: &str) -> String {
        match text.parse::<T>() {
            Ok(_) => panic!("{text:?} was taken"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn derives_from_the_app() {
        let app: AppName = "my-shop".parse().unwrap();
        assert_eq!(RoleName::of_app(&app).unwrap().as_str(), "my_shop");
        assert_eq!(DatabaseName::of_app(&app).unwrap().as_str(), "my_shop");
        let app: AppName = "1st-shop".parse().unwrap();
        assert_eq!(
            RoleName::of_app(&app).unwrap_err().to_string(),
            r#"the role name "1st_shop" begins with a digit or `-`"#
        );
    }

    #[test]
    fn refuses_what_is_reserved() {
        for text in [
            "postgres",
            "streaming_replica",
            "public",
            "none",
            "pg_x",
            "cnpg_pooler_pgbouncer",
        ] {
            assert_eq!(
                problem::<RoleName>(text),
                format!("the role name {text:?} is reserved")
            );
        }
        for text in ["postgres", "template0", "template1"] {
            assert_eq!(
                problem::<DatabaseName>(text),
                format!("the database name {text:?} is reserved")
            );
        }
        for text in ["information_schema", "pg_catalog"] {
            assert_eq!(
                problem::<SchemaName>(text),
                format!("the schema name {text:?} is reserved")
            );
        }
        assert_eq!(
            problem::<GroupRoleName>("postgres"),
            r#"the group role name "postgres" cannot be given to an app"#
        );
        assert_eq!(
            "pg_read_all_data"
                .parse::<GroupRoleName>()
                .unwrap()
                .as_str(),
            "pg_read_all_data"
        );
    }

    #[test]
    fn takes_tables_as_they_are_called() {
        for text in ["User", "größe", "2024-orders", "a.b", "old orders", "x$1"] {
            assert_eq!(text.parse::<Identifier>().unwrap().as_str(), text);
        }
        for (text, found) in [
            ("", "is empty"),
            (" a", "begins or ends with a space"),
            ("a\"b", "holds the character '\"'"),
            ("a'b", "holds the character '\\''"),
            ("a%b", "holds the character '%'"),
            ("a\\b", "holds the character '\\\\'"),
            ("a\nb", "holds a line end"),
            ("a\0b", "holds NUL"),
            ("*", "holds the character '*'"),
        ] {
            let expected = format!("the name of a schema or table {text:?} {found}");
            assert_eq!(problem::<Identifier>(text), expected);
        }
        assert_eq!(
            problem::<Identifier>(&"ä".repeat(32)),
            format!(
                "the name of a schema or table {:?} has 64 bytes",
                "ä".repeat(32)
            )
        );
    }

    #[test]
    fn refuses_what_means_something_elsewhere() {
        for (text, found) in [
            ("my{{shop", "the character '{'"),
            ("my: shop", "the character ':'"),
            ("my#shop", "the character '#'"),
            ("my\"shop", "the character '\"'"),
            ("my'shop", "the character '\\''"),
            ("my\nshop", "a line end"),
            ("my\0shop", "NUL"),
            ("my/shop", "the character '/'"),
            ("MyShop", "the capital letter 'M'"),
            ("my\u{7}shop", "the control character U+0007"),
            ("my\u{202e}shop", "the character U+202E"),
            ("größe", "the character U+00F6"),
        ] {
            let expected = format!("the role name {text:?} holds {found}");
            assert_eq!(problem::<RoleName>(text), expected);
        }
        assert_eq!(
            problem::<RoleName>(&"x".repeat(64)),
            format!("the role name {:?} has 64 bytes", "x".repeat(64))
        );
    }
}
