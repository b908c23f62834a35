//! The connection of a server's administrator, as libpq takes it: a URI or key=value pairs.
//!
//! Source: PostgreSQL manual, section 34.1.1.

use std::collections::BTreeMap;

use thiserror::Error;
use zeroize::{Zeroize, Zeroizing};

use super::endpoint::{Endpoint, Host, Port};

/// The most bytes that it may have.
const MAX_BYTES: usize = 4096;
/// The modes of TLS that libpq knows (PostgreSQL manual, section 34.1.2).
const SSL_MODES: [&str; 6] = [
    "disable",
    "allow",
    "prefer",
    "require",
    "verify-ca",
    "verify-full",
];

/// The connection of a server's administrator, in memory alone: wiped when dropped, and neither shown, copied nor serialised.
pub struct Dsn {
    text: Zeroizing<String>,
    endpoint: Endpoint,
}

/// Why a text is no such connection; it holds no part of it, since a password with an unescaped character may end up anywhere.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum DsnError {
    /// Nothing.
    #[error("the DSN is empty")]
    Empty,
    /// More than 4 KiB.
    #[error("the DSN has more than {MAX_BYTES} bytes")]
    TooLong,
    /// Not UTF-8, or with a line end or another control character in it.
    #[error("the DSN is not one line of text")]
    NotText,
    /// Neither of the two forms.
    #[error("the DSN is neither a URI nor key=value pairs")]
    Form,
    /// A URI of something else.
    #[error("the DSN's scheme is not postgresql")]
    Scheme,
    /// A `%` without two digits behind it, or what is decoded is no text.
    #[error("the DSN has a % without two digits behind it")]
    Percent,
    /// A user, password or host with a character that has a meaning in a URI.
    #[error("the DSN's user, password or host has a character that a URI escapes")]
    Unescaped,
    /// No host.
    #[error("the DSN has no host")]
    NoHost,
    /// A Unix socket.
    #[error("the DSN's host is the folder of a Unix socket, which no Pod has")]
    Socket,
    /// Several hosts.
    #[error("the DSN has several hosts")]
    SeveralHosts,
    /// A host that is none.
    #[error("the DSN's host is no name and no address")]
    Host,
    /// A port that is none.
    #[error("the DSN's port is none")]
    Port,
    /// No user.
    #[error("the DSN names no user")]
    NoUser,
    /// A mode of TLS that libpq does not know.
    #[error("the DSN's sslmode is none that PostgreSQL knows")]
    SslMode,
    /// No TLS to another host.
    #[error(
        "the DSN says an sslmode that does without TLS: passwords may go over the network in clear"
    )]
    Plaintext,
}

impl DsnError {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Empty | Self::TooLong | Self::NotText => "is the right file on standard input?",
            Self::Form | Self::Scheme | Self::NoHost | Self::NoUser => {
                "write it as postgresql://USER:PASSWORD@HOST:PORT/DATABASE, or as host=HOST user=USER password=PASSWORD"
            }
            Self::Percent | Self::Unescaped | Self::Host | Self::Port => {
                "in a URI, write @ / : ? # and % of user and password as %40 %2F %3A %3F %23 and %25"
            }
            Self::Socket => "name the host as the Pods of the cluster reach it",
            Self::SeveralHosts => "name one of them, or the address in front of them",
            Self::SslMode => "use require, verify-ca or verify-full",
            Self::Plaintext => {
                "use sslmode=require or better; --allow-plaintext lets them go in clear all the same"
            }
        }
    }
}

impl Dsn {
    /// Reads what somebody gave; one final line end is dropped.
    ///
    /// # Errors
    /// When it is no such connection, or one without TLS to another host and that is not allowed.
    pub fn from_bytes(bytes: Zeroizing<Vec<u8>>, allows_plaintext: bool) -> Result<Self, DsnError> {
        if bytes.len() > MAX_BYTES + 2 {
            return Err(DsnError::TooLong);
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| DsnError::NotText)?;
        let text = text.strip_suffix('\n').unwrap_or(text);
        let text = text.strip_suffix('\r').unwrap_or(text).trim();
        if text.is_empty() {
            return Err(DsnError::Empty);
        }
        if text.chars().any(char::is_control) {
            return Err(DsnError::NotText);
        }
        let mut parameters = Parameters::default();
        match text.split_once("://") {
            Some(("postgres" | "postgresql", rest)) => parameters.read_uri(rest)?,
            Some((scheme, _)) if scheme.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
                return Err(DsnError::Scheme);
            }
            _ => parameters.read_pairs(text)?,
        }
        Ok(Self {
            endpoint: parameters.endpoint(allows_plaintext)?,
            text: Zeroizing::new(text.to_owned()),
        })
    }

    /// The whole of it, its password included: to be sealed.
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// Where it leads to.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }
}

/// What a connection says, by libpq's words.
#[derive(Default)]
struct Parameters(BTreeMap<String, Zeroizing<String>>);

impl Parameters {
    fn get(&self, key: &str) -> Option<&str> {
        let value = self.0.get(key).map(|value| value.as_str());
        value.filter(|value| !value.is_empty())
    }

    fn give(&mut self, key: &str, value: Zeroizing<String>) -> Result<(), DsnError> {
        let is_word = |c: char| c.is_ascii_lowercase() || c == '_';
        if key.is_empty() || !key.chars().all(is_word) {
            return Err(DsnError::Form);
        }
        self.0.insert(key.to_owned(), value);
        Ok(())
    }

    /// Reads what stands behind the scheme.
    fn read_uri(&mut self, text: &str) -> Result<(), DsnError> {
        let end = text.find(['/', '?']).unwrap_or(text.len());
        let (authority, rest) = text.split_at(end);
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        if path.contains('@') || authority.matches('@').count() > 1 {
            return Err(DsnError::Unescaped);
        }
        let (user, hosts) = match authority.split_once('@') {
            Some((user, hosts)) => (Some(user), hosts),
            None => (None, authority),
        };
        if let Some(user) = user {
            let (user, password) = user.split_once(':').unwrap_or((user, ""));
            self.give("user", decoded(user)?)?;
            self.give("password", decoded(password)?)?;
        }
        self.read_host(hosts)?;
        let database = path.strip_prefix('/').unwrap_or(path);
        self.give("dbname", decoded(database)?)?;
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            self.give(&decoded(key)?, decoded(value)?)?;
        }
        Ok(())
    }

    fn read_host(&mut self, text: &str) -> Result<(), DsnError> {
        if text.contains(',') {
            return Err(DsnError::SeveralHosts);
        }
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (host, rest) = rest.split_once(']').ok_or(DsnError::Host)?;
                (host, rest.strip_prefix(':').unwrap_or(rest))
            }
            None => text.split_once(':').unwrap_or((text, "")),
        };
        self.give("host", decoded(host)?)?;
        self.give("port", Zeroizing::new(port.to_owned()))
    }

    /// Reads `key = 'value'` and the like.
    fn read_pairs(&mut self, text: &str) -> Result<(), DsnError> {
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let (key, behind) = rest.split_once('=').ok_or(DsnError::Form)?;
            let (value, behind) = value_of(behind.trim_start())?;
            self.give(key.trim_end(), value)?;
            rest = behind.trim_start();
        }
        Ok(())
    }

    fn endpoint(&self, allows_plaintext: bool) -> Result<Endpoint, DsnError> {
        let host = self.get("host").or_else(|| self.get("hostaddr"));
        let host = host.ok_or(DsnError::NoHost)?;
        if host.starts_with('/') || host.starts_with('@') {
            return Err(DsnError::Socket);
        }
        if host.contains(',') {
            return Err(DsnError::SeveralHosts);
        }
        let host: Host = host.parse().map_err(|_| DsnError::Host)?;
        let port = match self.get("port") {
            Some(port) => port.parse().map_err(|_| DsnError::Port)?,
            None => Port::default(),
        };
        if self.get("user").is_none() {
            return Err(DsnError::NoUser);
        }
        let mode = self.get("sslmode");
        if mode.is_some_and(|mode| !SSL_MODES.contains(&mode)) {
            return Err(DsnError::SslMode);
        }
        let may_be_plain = matches!(mode, Some("disable" | "allow" | "prefer"));
        if may_be_plain && !host.is_loopback() && !allows_plaintext {
            return Err(DsnError::Plaintext);
        }
        Ok(Endpoint { host, port })
    }
}

/// A value of a pair, and what stands behind it.
fn value_of(text: &str) -> Result<(Zeroizing<String>, &str), DsnError> {
    let quoted = text.strip_prefix('\'');
    let mut value = Zeroizing::new(String::with_capacity(text.len()));
    let mut is_escaped = false;
    let text = quoted.unwrap_or(text);
    for (at, c) in text.char_indices() {
        let is_end = match quoted {
            Some(_) => c == '\'',
            None => c.is_whitespace(),
        };
        if std::mem::replace(&mut is_escaped, false) {
            value.push(c);
        } else if c == '\\' {
            is_escaped = true;
        } else if is_end {
            let behind = text.get(at + c.len_utf8()..).unwrap_or_default();
            return Ok((value, behind));
        } else {
            value.push(c);
        }
    }
    match quoted {
        Some(_) => Err(DsnError::Form),
        None => Ok((value, "")),
    }
}

/// A part of a URI with each `%XX` as the byte that it means.
fn decoded(text: &str) -> Result<Zeroizing<String>, DsnError> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16);
        let (high, low) = (digit(), digit());
        let (Some(high), Some(low)) = (high, low) else {
            return Err(DsnError::Percent);
        };
        bytes.push(u8::try_from(high * 16 + low).unwrap_or_default());
    }
    let text = String::from_utf8(bytes.to_vec()).map_err(|error| {
        error.into_bytes().zeroize();
        DsnError::Percent
    });
    text.map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, DsnError> {
        let dsn = Dsn::from_bytes(Zeroizing::new(text.as_bytes().to_vec()), false)?;
        let Endpoint { host, port } = dsn.endpoint();
        assert_eq!(dsn.reveal(), text.trim());
        Ok(format!("{host} {port}"))
    }

    #[test]
    fn both_forms_are_read() {
        for (text, expected) in [
            (
                "postgresql://admin:pw@db.example.org/postgres\n",
                "db.example.org 5432",
            ),
            (
                "postgres://admin:p%40w@db.example.org:6432",
                "db.example.org 6432",
            ),
            (
                "postgresql://admin@[fd00::1]:5433/x?sslmode=verify-full",
                "fd00::1 5433",
            ),
            (
                "postgresql:///postgres?host=db.data.svc&user=admin&port=7",
                "db.data.svc 7",
            ),
            (
                "postgresql://admin:pw@127.0.0.1/x?sslmode=disable",
                "127.0.0.1 5432",
            ),
            (
                "host=db.example.org user=admin password=pw",
                "db.example.org 5432",
            ),
            (
                r"host = db port='6432' user='a \'b\\' password=p\ w sslmode=require",
                "db 6432",
            ),
        ] {
            assert_eq!(read(text), Ok(expected.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_is_no_connection_is_refused() {
        for (text, expected) in [
            ("", DsnError::Empty),
            ("\n", DsnError::Empty),
            ("postgresql://a:b@h\nx", DsnError::NotText),
            ("mysql://a:b@h/x", DsnError::Scheme),
            ("a secret", DsnError::Form),
            ("host=h user='a", DsnError::Form),
            ("postgresql://admin:pw@/x", DsnError::NoHost),
            ("user=admin password=pw", DsnError::NoHost),
            ("host=/var/run/postgresql user=admin", DsnError::Socket),
            ("postgresql://a:b@h1,h2/x", DsnError::SeveralHosts),
            ("host=h1,h2 user=a", DsnError::SeveralHosts),
            ("postgresql://a:p@ss@h/x", DsnError::Unescaped),
            ("postgresql://a:p/w@h/x", DsnError::Unescaped),
            ("postgresql://a:p%4@h/x", DsnError::Percent),
            ("postgresql://a:p%zz@h/x", DsnError::Percent),
            ("postgresql://a:b@h_x/x", DsnError::Host),
            ("postgresql://a:b@h:port/x", DsnError::Port),
            ("postgresql://h/x", DsnError::NoUser),
            ("host=h user=a sslmode=on", DsnError::SslMode),
            ("host=h user=a sslmode=disable", DsnError::Plaintext),
        ] {
            assert_eq!(read(text), Err(expected), "{text:?}");
        }
        let long = format!("host=h user=a password={}", "x".repeat(5000));
        assert_eq!(read(&long), Err(DsnError::TooLong));
    }

    #[test]
    fn no_message_holds_a_part_of_it() {
        let secret = "hunter2";
        for text in [
            format!("postgresql://admin:{secret}@@h/x"),
            format!("postgresql://admin:{secret}/x@h"),
            format!("host={secret}! user=a"),
            secret.to_string(),
            format!("http://{secret}"),
            format!("host=h port={secret} user=a"),
            format!("host=h user=a sslmode={secret}"),
        ] {
            let error = read(&text).unwrap_err();
            let said = format!("{error} {error:?} {}", error.help());
            assert!(!said.contains(secret), "{said}");
        }
    }

    #[test]
    fn no_tls_may_be_allowed() {
        let bytes = || Zeroizing::new(b"host=h user=a sslmode=disable".to_vec());
        assert!(Dsn::from_bytes(bytes(), true).is_ok());
        assert!(Dsn::from_bytes(bytes(), false).is_err());
    }
}
