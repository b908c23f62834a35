//! Where a PostgreSQL listens: a host and a port.

use core::net::{IpAddr, Ipv6Addr};
use std::fmt;
use std::str::FromStr;

use super::kubernetes_name::{ClusterName, Namespace, ServiceName};
use super::name::{NameError, checked_texts, first_outside};

const HOST_HELP: &str =
    "use a DNS name such as db.example.org or postgres.data.svc, or an IP address without brackets";
const PORT_HELP: &str = "use a whole number from 1 to 65535";
const KEY_HELP: &str = "use at most 253 letters, digits, `-`, `_` and `.`";

/// What Kubernetes puts behind the names of Services, unless the cluster was set up with another domain.
const CLUSTER_DOMAIN: &str = "cluster.local";

/// The name or IP address of a host.
///
/// A name has at most 253 characters, in parts of letters, digits and `-` that are separated by dots (RFC 1123, section
/// 2.1); an IPv6 address stands without brackets.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Host(String);

/// The key of a Secret.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SecretKey(String);

/// A TCP port that is not 0.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Port(u16);

/// Where a PostgreSQL listens.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Endpoint {
    /// The host.
    pub host: Host,
    /// The port.
    pub port: Port,
}

checked_texts!(Host, SecretKey);

impl Endpoint {
    /// A CNPG Cluster's read-write Service, as it is found from every namespace.
    pub fn read_write(cluster: &ClusterName, namespace: &Namespace) -> Self {
        Self {
            host: Host(format!("{cluster}-rw.{namespace}.svc")),
            port: Port::default(),
        }
    }

    /// A Service on PostgreSQL's own port, as it is found from every namespace.
    pub fn of_service(service: &ServiceName, namespace: &Namespace) -> Self {
        Self {
            host: Host(format!("{service}.{namespace}.svc")),
            port: Port::default(),
        }
    }

    /// The same with the cluster's domain behind a Service's name.
    #[must_use]
    pub fn fully_qualified(&self) -> Self {
        let host = &self.host.0;
        let host = if host.ends_with(".svc") {
            format!("{host}.{CLUSTER_DOMAIN}")
        } else {
            host.clone()
        };
        Self {
            host: Host(host),
            port: self.port,
        }
    }
}

impl Host {
    /// The Service and its namespace, where this is the name of one: `NAME.NAMESPACE.svc`, with the cluster's domain or
    /// without.
    pub fn service(&self) -> Option<(&str, &str)> {
        let mut parts = self.0.splitn(4, '.');
        let (name, namespace) = (parts.next()?, parts.next()?);
        (parts.next() == Some("svc")).then_some((name, namespace))
    }

    /// Whether this is an address, and no name.
    pub fn is_address(&self) -> bool {
        self.0.parse::<IpAddr>().is_ok()
    }

    /// Whether this is the machine itself.
    pub fn is_loopback(&self) -> bool {
        self.0 == "localhost" || self.0.starts_with("127.") || self.0 == "::1"
    }

    /// As it stands in a URI: an IPv6 address in brackets.
    pub fn in_uri(&self) -> String {
        if self.0.contains(':') {
            return format!("[{}]", self.0);
        }
        self.0.clone()
    }
}

impl Port {
    /// The number.
    pub fn get(self) -> u16 {
        self.0
    }
}

impl Default for Port {
    /// PostgreSQL's own.
    fn default() -> Self {
        Self(5432)
    }
}

impl fmt::Display for Port {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl FromStr for Host {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        // A whole DSN in its place holds a password.
        let shown = if text.contains("://") || text.contains('@') {
            "..."
        } else {
            text
        };
        let refuse = |problem: &str| NameError::new("the host", shown, problem, HOST_HELP);
        if text.parse::<Ipv6Addr>().is_ok() {
            return Ok(Self(text.to_owned()));
        }
        if text.is_empty() {
            return Err(refuse("is empty"));
        }
        if let Some(found) =
            first_outside(text, |c| c.is_ascii_alphanumeric() || c == '-' || c == '.')
        {
            return Err(refuse(&format!("holds {found}")));
        }
        if text.len() > 253 {
            return Err(refuse(&format!("has {} characters", text.len())));
        }
        let is_bad = |part: &str| {
            part.is_empty() || part.len() > 63 || part.starts_with('-') || part.ends_with('-')
        };
        if text.split('.').any(is_bad) {
            return Err(refuse(
                "has a part that is empty or too long, or begins or ends with `-`",
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

impl FromStr for SecretKey {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let refuse = |problem: &str| NameError::new("the key", text, problem, KEY_HELP);
        if let Some(found) = first_outside(text, |c| c.is_ascii_alphanumeric() || "-_.".contains(c))
        {
            return Err(refuse(&format!("holds {found}")));
        }
        match text {
            "" => Err(refuse("is empty")),
            "." | ".." => Err(refuse("is no name of a file")),
            _ if text.len() > 253 => Err(refuse(&format!("has {} characters", text.len()))),
            _ => Ok(Self(text.to_owned())),
        }
    }
}

impl FromStr for Port {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse() {
            Ok(number) if is_plain && number > 0 => Ok(Self(number)),
            _ => Err(NameError::new("the port", text, "is no port", PORT_HELP)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_names_and_addresses() {
        for text in [
            "localhost",
            "db.example.org",
            "DB-1.example.org",
            "10.0.0.1",
            "fd00::1",
        ] {
            assert_eq!(text.parse::<Host>().unwrap().as_str(), text);
        }
        let problem = |text: &str| text.parse::<Host>().unwrap_err().to_string();
        assert_eq!(problem(""), r#"the host "" is empty"#);
        assert_eq!(
            problem("/var/run"),
            r#"the host "/var/run" holds the character '/'"#
        );
        assert_eq!(problem("a,b"), r#"the host "a,b" holds the character ','"#);
        assert_eq!(
            problem("a..b"),
            r#"the host "a..b" has a part that is empty or too long, or begins or ends with `-`"#
        );
    }

    #[test]
    fn services_are_told_from_other_hosts() {
        let service = |text: &str| {
            let host: Host = text.parse().unwrap();
            let found = host.service();
            found.map(|(name, namespace)| format!("{namespace}/{name}"))
        };
        assert_eq!(service("pg.data.svc"), Some("data/pg".to_owned()));
        assert_eq!(
            service("pg.data.svc.cluster.local"),
            Some("data/pg".to_owned())
        );
        assert_eq!(service("pg.example.org"), None);
        assert_eq!(service("pg.data"), None);
    }

    #[test]
    fn only_a_services_name_gets_the_clusters_domain() {
        let endpoint = |host: &str| Endpoint {
            host: host.parse().unwrap(),
            port: Port::default(),
        };
        let qualified = |host: &str| endpoint(host).fully_qualified().host.to_string();
        assert_eq!(qualified("pg.data.svc"), "pg.data.svc.cluster.local");
        assert_eq!(qualified("db.example.org"), "db.example.org");
    }

    #[test]
    fn ports_and_keys_are_checked() {
        for text in ["0", "65536", "+1", "-1", "", "five"] {
            let problem = text.parse::<Port>().unwrap_err().to_string();
            assert_eq!(problem, format!("the port {text:?} is no port"));
        }
        assert_eq!("6432".parse::<Port>().unwrap().get(), 6432);
        assert_eq!("uri".parse::<SecretKey>().unwrap().as_str(), "uri");
        for text in ["", "..", "a/b", "a b"] {
            assert!(text.parse::<SecretKey>().is_err(), "{text:?}");
        }
    }
}
