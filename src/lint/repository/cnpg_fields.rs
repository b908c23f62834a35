//! The fields of CNPG's roles and databases, and what each takes.
//!
//! Source: CloudNativePG 1.30 `api/v1/cluster_types.go` (`RoleConfiguration`), `databaserole_types.go`, `database_types.go`.

use super::word::Word;

/// A field of a role or a Database.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub takes: Takes,
}

/// What a field takes.
#[derive(Clone, Copy, Debug)]
pub enum Takes {
    /// `true` or `false`.
    Flag,
    /// A number of connections; -1 is no limit.
    Limit,
    /// A string.
    Text,
    /// A date and a time, as RFC 3339 has them.
    Time,
    /// One of some words.
    OneOf(&'static [&'static str]),
    /// A mapping or a list.
    More,
}

/// The fields of a managed role, which a DatabaseRole has too.
pub const ROLE: [Field; 15] = [
    field("name", Takes::Text),
    field("comment", Takes::Text),
    field("ensure", Takes::OneOf(&["present", "absent"])),
    field("passwordSecret", Takes::More),
    field("connectionLimit", Takes::Limit),
    field("validUntil", Takes::Time),
    field("inRoles", Takes::More),
    field("inherit", Takes::Flag),
    field("disablePassword", Takes::Flag),
    field("superuser", Takes::Flag),
    field("createdb", Takes::Flag),
    field("createrole", Takes::Flag),
    field("login", Takes::Flag),
    field("replication", Takes::Flag),
    field("bypassrls", Takes::Flag),
];

/// The fields that a DatabaseRole has beside those of a managed role, or that take less there.
pub const DATABASE_ROLE: [Field; 4] = [
    field("cluster", Takes::More),
    field(
        "databaseRoleReclaimPolicy",
        Takes::OneOf(&["retain", "delete"]),
    ),
    field("clientCertificate", Takes::More),
    // To remove the role, the object is deleted.
    field("ensure", Takes::OneOf(&["present"])),
];

/// The fields of a Database.
pub const DATABASE: [Field; 23] = [
    field("cluster", Takes::More),
    field("ensure", Takes::OneOf(&["present", "absent"])),
    field("name", Takes::Text),
    field("owner", Takes::Text),
    field("template", Takes::Text),
    field("encoding", Takes::Text),
    field("locale", Takes::Text),
    field("localeProvider", Takes::Text),
    field("localeCollate", Takes::Text),
    field("localeCType", Takes::Text),
    field("icuLocale", Takes::Text),
    field("icuRules", Takes::Text),
    field("builtinLocale", Takes::Text),
    field("collationVersion", Takes::Text),
    field("isTemplate", Takes::Flag),
    field("allowConnections", Takes::Flag),
    field("connectionLimit", Takes::Limit),
    field("tablespace", Takes::Text),
    field("databaseReclaimPolicy", Takes::OneOf(&["retain", "delete"])),
    field("schemas", Takes::More),
    field("extensions", Takes::More),
    field("fdws", Takes::More),
    field("servers", Takes::More),
];

const fn field(name: &'static str, takes: Takes) -> Field {
    Field { name, takes }
}

impl Takes {
    /// What is wanted instead, where a value is certainly not taken. What readers of YAML disagree on, such as `yes`, is let
    /// through.
    pub fn refusal(self, value: &Word<'_>) -> Option<String> {
        let text = &*value.text;
        let (is_taken, wanted) = match self {
            Self::Flag => (is_flag(value), "true or false, without quotes".to_owned()),
            Self::Limit => (
                is_limit(value),
                "a number from -1 (no limit), without quotes".to_owned(),
            ),
            Self::Text => (is_string(value), "a string: put it into quotes".to_owned()),
            Self::Time => (
                text.contains('T'),
                "date and time, such as \"2030-01-31T00:00:00Z\"".to_owned(),
            ),
            Self::OneOf(words) => (words.contains(&text), words.join(" or ")),
            Self::More => (true, String::new()),
        };
        (!is_taken).then_some(wanted)
    }
}

/// Whether some reader of YAML takes a value for a truth value: YAML 1.1 has more words than YAML 1.2.
fn is_flag(value: &Word<'_>) -> bool {
    const WORDS: [&str; 8] = ["true", "false", "yes", "no", "on", "off", "y", "n"];
    !value.is_quoted
        && WORDS
            .iter()
            .any(|word| value.text.eq_ignore_ascii_case(word))
}

/// Whether a value may be a number of connections; numbers in forms that only some read are.
fn is_limit(value: &Word<'_>) -> bool {
    if value.is_quoted {
        return false;
    }
    match value.text.parse::<i64>() {
        Ok(number) => number >= -1,
        Err(_) => value.text.starts_with(|c: char| c.is_ascii_digit()),
    }
}

/// Whether some reader of YAML takes a value for a string.
pub fn is_string(value: &Word<'_>) -> bool {
    let text = &*value.text;
    let is_flag = ["true", "false"]
        .iter()
        .any(|word| text.eq_ignore_ascii_case(word));
    let is_decimal = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    value.is_quoted || !(is_flag || is_decimal)
}
