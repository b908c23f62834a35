//! What may be asked for of a database: extensions, encoding, locale, connection limit.

use std::fmt;
use std::str::FromStr;

use super::name::{NameError, first_outside};

const EXTENSION_HELP: &str = "write an extension as NAME or NAME@VERSION, of letters, digits, `_`, `-` and (in the version) `.`, such as pgcrypto or postgis@3.4.2";
const LOCALE_HELP: &str = "use a locale that the server has, such as C, C.UTF-8 or en_US.UTF-8";
const ENCODING_HELP: &str =
    "use one of PostgreSQL's server encodings, such as UTF8, LATIN1 or SQL_ASCII";
const LIMIT_HELP: &str = "use a whole number from 1 to 2147483647, or -1 for no limit";

/// The encodings that a database can have (PostgreSQL manual, table 24.3, "Server?" yes).
const ENCODINGS: [&str; 36] = [
    "EUC_CN",
    "EUC_JIS_2004",
    "EUC_JP",
    "EUC_KR",
    "EUC_TW",
    "ISO_8859_5",
    "ISO_8859_6",
    "ISO_8859_7",
    "ISO_8859_8",
    "KOI8R",
    "KOI8U",
    "LATIN1",
    "LATIN10",
    "LATIN2",
    "LATIN3",
    "LATIN4",
    "LATIN5",
    "LATIN6",
    "LATIN7",
    "LATIN8",
    "LATIN9",
    "MULE_INTERNAL",
    "SQL_ASCII",
    "UTF8",
    "WIN1250",
    "WIN1251",
    "WIN1252",
    "WIN1253",
    "WIN1254",
    "WIN1255",
    "WIN1256",
    "WIN1257",
    "WIN1258",
    "WIN866",
    "WIN874",
    "UNICODE",
];

/// An extension to create in the database, with its version where one is asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Extension {
    name: String,
    version: Option<String>,
}

/// A server encoding of PostgreSQL.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Encoding(&'static str);

/// A locale's name, as the server's operating system or ICU knows it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Locale(String);

/// How many sessions a database takes at once: 1 or more, or -1 for no limit.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ConnectionLimit(i32);

impl Extension {
    /// The extension's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The version that was asked for.
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }
}

impl Encoding {
    /// The names of all of them.
    pub fn names() -> [&'static str; 36] {
        ENCODINGS
    }

    /// The encoding's name.
    pub fn as_str(&self) -> &str {
        self.0
    }
}

impl Locale {
    /// The locale's name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ConnectionLimit {
    /// The number; -1 is no limit.
    pub fn get(self) -> i32 {
        self.0
    }
}

impl FromStr for Extension {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let refuse =
            |problem: String| NameError::new("the extension", text, problem, EXTENSION_HELP);
        let (name, version) = match text.split_once('@') {
            Some((name, version)) => (name, Some(version)),
            None => (text, None),
        };
        if name.is_empty() || version == Some("") {
            return Err(refuse("has an empty name or version".to_owned()));
        }
        let in_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if let Some(found) = first_outside(name, in_name) {
            return Err(refuse(format!("holds {found}")));
        }
        if let Some(found) =
            version.and_then(|version| first_outside(version, |c| in_name(c) || c == '.'))
        {
            return Err(refuse(format!("holds {found} in its version")));
        }
        if name.starts_with('-') || name.len() > 63 {
            return Err(refuse("begins with `-`, or has over 63 bytes".to_owned()));
        }
        Ok(Self {
            name: name.to_owned(),
            version: version.map(str::to_owned),
        })
    }
}

impl FromStr for Encoding {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        ENCODINGS
            .into_iter()
            .find(|known| known.eq_ignore_ascii_case(text))
            .map(Self)
            .ok_or_else(|| {
                NameError::new(
                    "the encoding",
                    text,
                    "is not one of PostgreSQL's",
                    ENCODING_HELP,
                )
            })
    }
}

impl FromStr for Locale {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let refuse = |problem: String| NameError::new("the locale", text, problem, LOCALE_HELP);
        if text.is_empty() {
            return Err(refuse("is empty".to_owned()));
        }
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '@');
        if let Some(found) = first_outside(text, allowed) {
            return Err(refuse(format!("holds {found}")));
        }
        if text.len() > 63 || !text.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return Err(refuse(
                "does not begin with a letter, or has over 63 bytes".to_owned(),
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

impl FromStr for ConnectionLimit {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        match text.parse() {
            Ok(limit) if limit == -1 || limit >= 1 => Ok(Self(limit)),
            Ok(0) => Err(NameError::new(
                "the connection limit",
                text,
                "would let nobody in",
                LIMIT_HELP,
            )),
            _ => Err(NameError::new(
                "the connection limit",
                text,
                "is not a limit",
                LIMIT_HELP,
            )),
        }
    }
}

impl fmt::Display for Extension {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.version {
            Some(version) => write!(formatter, "{}@{version}", self.name),
            None => formatter.write_str(&self.name),
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for ConnectionLimit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions() {
        let extension: Extension = "uuid-ossp@1.1".parse().unwrap();
        assert_eq!(
            (extension.name(), extension.version()),
            ("uuid-ossp", Some("1.1"))
        );
        assert_eq!(extension.to_string(), "uuid-ossp@1.1");
        for (text, message) in [
            ("", r#"the extension "" has an empty name or version"#),
            (
                "postgis@",
                r#"the extension "postgis@" has an empty name or version"#,
            ),
            ("a b", r#"the extension "a b" holds a space"#),
            (
                "a@1 2",
                r#"the extension "a@1 2" holds a space in its version"#,
            ),
            (
                "-a",
                r#"the extension "-a" begins with `-`, or has over 63 bytes"#,
            ),
        ] {
            assert_eq!(text.parse::<Extension>().unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn the_rest() {
        assert_eq!("utf8".parse::<Encoding>().unwrap().as_str(), "UTF8");
        assert_eq!(
            "UTF-16".parse::<Encoding>().unwrap_err().to_string(),
            r#"the encoding "UTF-16" is not one of PostgreSQL's"#
        );
        assert_eq!(
            "en_US.UTF-8".parse::<Locale>().unwrap().as_str(),
            "en_US.UTF-8"
        );
        assert_eq!(
            "en US".parse::<Locale>().unwrap_err().to_string(),
            r#"the locale "en US" holds a space"#
        );
        assert_eq!("-1".parse::<ConnectionLimit>().unwrap().get(), -1);
        assert_eq!(
            "0".parse::<ConnectionLimit>().unwrap_err().to_string(),
            r#"the connection limit "0" would let nobody in"#
        );
        assert_eq!(
            "-2".parse::<ConnectionLimit>().unwrap_err().to_string(),
            r#"the connection limit "-2" is not a limit"#
        );
    }
}
