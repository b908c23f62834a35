//! The keys by which an application finds its database: those that CNPG writes into its own application Secret.
//!
//! Source: CloudNativePG `pkg/specs/secrets.go` for the keys and their forms; PostgreSQL manual, sections 34.1.1.2
//! (URIs) and 34.16 (password file).

use zeroize::Zeroizing;

use super::endpoint::{Endpoint, Host};
use super::kubernetes_name::{ClusterName, Namespace, ServiceName};
use super::postgres_name::{DatabaseName, RoleName};

/// What the controller puts in place of the username when it unseals.
const USERNAME: &str = "{{ .username }}";
/// What the controller puts in place of the password when it unseals.
const PASSWORD: &str = "{{ .password }}";

/// Where an app's database is reached.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Connection {
    endpoint: Endpoint,
    /// The host as it stands in a URI.
    uri_host: String,
    port: String,
    database: String,
}

/// A key of the Secret and its value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ConnectionKey {
    /// The key, such as `uri`.
    pub key: &'static str,
    /// The value; with the template's placeholders for username and password.
    pub value: String,
}

impl Connection {
    /// All keys that the product adds to username and password.
    pub const KEYS: [&'static str; 7] = [
        "host", "port", "dbname", "user", "uri", "jdbc-uri", "pgpass",
    ];

    /// The way to a database of the PostgreSQL that listens there.
    pub fn new(endpoint: Endpoint, database: &DatabaseName) -> Self {
        Self::of(endpoint, database.to_string())
    }

    fn of(endpoint: Endpoint, database: String) -> Self {
        Self {
            uri_host: endpoint.host.in_uri(),
            port: endpoint.port.to_string(),
            endpoint,
            database,
        }
    }

    /// The way through a Pooler in the Cluster's namespace, whose Service has its name.
    #[must_use]
    pub fn through(self, pooler: &ServiceName, namespace: &Namespace) -> Self {
        Self::of(Endpoint::of_service(pooler, namespace), self.database)
    }

    /// The Service of a namespace that a host leads to, other than those of the Cluster itself: a Pooler's.
    pub fn pooler(host: &str, cluster: &ClusterName, namespace: &Namespace) -> Option<ServiceName> {
        let host: Host = host.parse().ok()?;
        let (name, found) = host.service()?;
        let suffix = name.strip_prefix(cluster.as_str());
        let is_the_clusters = matches!(suffix, Some("-rw" | "-ro" | "-r"));
        let is_here = found == namespace.as_str();
        name.parse().ok().filter(|_| is_here && !is_the_clusters)
    }

    /// The host's name with the cluster's domain, where it is a Service's, as a Service of type ExternalName needs it.
    pub fn fully_qualified_host(&self) -> String {
        self.endpoint.fully_qualified().host.to_string()
    }

    /// The host's name.
    pub fn host(&self) -> &str {
        self.endpoint.host.as_str()
    }

    /// The keys that hold no secret: host, port, dbname and user.
    pub fn open_keys(&self) -> Vec<ConnectionKey> {
        vec![
            key("host", self.host().to_owned()),
            key("port", self.port.clone()),
            key("dbname", self.database.clone()),
            key("user", USERNAME.to_owned()),
        ]
    }

    /// The keys that hold the password, as templates that the controller fills in when it unseals.
    ///
    /// They come out right only for a password of RFC 3986's unreserved characters.
    pub fn templated_keys(&self) -> Vec<ConnectionKey> {
        vec![
            key("uri", self.uri(USERNAME, PASSWORD)),
            key("jdbc-uri", self.jdbc_uri(USERNAME, PASSWORD)),
            key("pgpass", self.pgpass(USERNAME, PASSWORD)),
        ]
    }

    /// The same keys with this very password in them, encoded as each form needs it: to be sealed.
    pub fn secret_keys(
        &self,
        role: &RoleName,
        password: &str,
    ) -> Vec<(&'static str, Zeroizing<String>)> {
        let encoded = percent_encoded(password);
        let escaped = escaped_for_pgpass(password);
        vec![
            ("uri", Zeroizing::new(self.uri(role.as_str(), &encoded))),
            (
                "jdbc-uri",
                Zeroizing::new(self.jdbc_uri(role.as_str(), &encoded)),
            ),
            (
                "pgpass",
                Zeroizing::new(self.pgpass(role.as_str(), &escaped)),
            ),
        ]
    }

    /// One of CNPG's keys with this very password in it, encoded as its form needs it: to be sealed. None for a key that
    /// is no form of the whole connection.
    pub fn secret_key(
        &self,
        key: &str,
        role: &RoleName,
        password: &str,
    ) -> Option<Zeroizing<String>> {
        let (connection, key) = match key.strip_prefix("fqdn-") {
            Some(rest @ ("uri" | "jdbc-uri")) => (&self.fully_qualified(), rest),
            _ => (self, key),
        };
        let keys = connection.secret_keys(role, password).into_iter();
        keys.filter(|(name, _)| *name == key)
            .map(|(_, value)| value)
            .next()
    }

    /// The same way by the host's name with the cluster's domain.
    fn fully_qualified(&self) -> Self {
        Self::of(self.endpoint.fully_qualified(), self.database.clone())
    }

    // `concat` allocates once, so that no shorter copy with a password in it stays behind in memory.

    fn uri(&self, username: &str, password: &str) -> String {
        let Self {
            uri_host,
            port,
            database,
            ..
        } = self;
        [
            "postgresql://",
            username,
            ":",
            password,
            "@",
            uri_host,
            ":",
            port,
            "/",
            database,
        ]
        .concat()
    }

    fn jdbc_uri(&self, username: &str, password: &str) -> String {
        let Self {
            uri_host,
            port,
            database,
            ..
        } = self;
        [
            "jdbc:postgresql://",
            uri_host,
            ":",
            port,
            "/",
            database,
            "?password=",
            password,
            "&user=",
            username,
        ]
        .concat()
    }

    fn pgpass(&self, username: &str, password: &str) -> String {
        // A colon in a host, which an IPv6 address has, is escaped there (PostgreSQL manual, section 34.16).
        let host = self.host().replace(':', "\\:");
        [
            &host,
            ":",
            &self.port,
            ":",
            &self.database,
            ":",
            username,
            ":",
            password,
            "\n",
        ]
        .concat()
    }
}

fn key(key: &'static str, value: String) -> ConnectionKey {
    ConnectionKey { key, value }
}

/// Every byte but RFC 3986's unreserved ones as `%XX` (section 2.3).
fn percent_encoded(text: &str) -> Zeroizing<String> {
    const HEX: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F',
    ];
    let mut encoded = Zeroizing::new(String::with_capacity(text.len() * 3));
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
            continue;
        }
        encoded.push('%');
        for half in [byte >> 4, byte & 15] {
            encoded.extend(HEX.get(usize::from(half)));
        }
    }
    encoded
}

/// `:` and `\` with a backslash before them.
fn escaped_for_pgpass(text: &str) -> Zeroizing<String> {
    let mut escaped = Zeroizing::new(String::with_capacity(text.len() * 2));
    for c in text.chars() {
        if matches!(c, ':' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection() -> Connection {
        let (cluster, namespace) = ("postgres-shared".parse(), "postgres".parse());
        Connection::new(
            Endpoint::read_write(&cluster.unwrap(), &namespace.unwrap()),
            &"my_shop".parse().unwrap(),
        )
    }

    #[test]
    fn templates_are_cnpgs_own_forms() {
        let keys = [connection().open_keys(), connection().templated_keys()].concat();
        let keys: Vec<(&str, &str)> = keys
            .iter()
            .map(|key| (key.key, key.value.as_str()))
            .collect();
        assert_eq!(
            keys,
            [
                ("host", "postgres-shared-rw.postgres.svc"),
                ("port", "5432"),
                ("dbname", "my_shop"),
                ("user", "{{ .username }}"),
                (
                    "uri",
                    "postgresql://{{ .username }}:{{ .password }}@postgres-shared-rw.postgres.svc:5432/my_shop"
                ),
                (
                    "jdbc-uri",
                    "jdbc:postgresql://postgres-shared-rw.postgres.svc:5432/my_shop?password={{ .password }}&user={{ .username }}"
                ),
                (
                    "pgpass",
                    "postgres-shared-rw.postgres.svc:5432:my_shop:{{ .username }}:{{ .password }}\n"
                ),
            ]
        );
    }

    #[test]
    fn an_address_with_colons_is_told_from_the_port() {
        let endpoint = Endpoint {
            host: "fd00::1".parse().unwrap(),
            port: "6432".parse().unwrap(),
        };
        let connection = Connection::new(endpoint, &"my_shop".parse().unwrap());
        let keys = connection.secret_keys(&"my_shop".parse().unwrap(), "p");
        let values: Vec<&str> = keys.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(
            values,
            [
                "postgresql://my_shop:p@[fd00::1]:6432/my_shop",
                "jdbc:postgresql://[fd00::1]:6432/my_shop?password=p&user=my_shop",
                "fd00\\:\\:1:6432:my_shop:my_shop:p\n",
            ]
        );
        assert_eq!(connection.open_keys()[1].value, "6432");
    }

    #[test]
    fn a_password_is_encoded_as_each_form_needs_it() {
        let keys = connection().secret_keys(&"my_shop".parse().unwrap(), "p@:\\ä~");
        let keys: Vec<(&str, &str)> = keys
            .iter()
            .map(|(key, value)| (*key, value.as_str()))
            .collect();
        assert_eq!(
            keys,
            [
                (
                    "uri",
                    "postgresql://my_shop:p%40%3A%5C%C3%A4~@postgres-shared-rw.postgres.svc:5432/my_shop"
                ),
                (
                    "jdbc-uri",
                    "jdbc:postgresql://postgres-shared-rw.postgres.svc:5432/my_shop?password=p%40%3A%5C%C3%A4~&user=my_shop"
                ),
                (
                    "pgpass",
                    "postgres-shared-rw.postgres.svc:5432:my_shop:my_shop:p@\\:\\\\ä~\n"
                ),
            ]
        );
    }

    #[test]
    fn a_pooler_takes_the_place_of_the_host() {
        let (cluster, namespace) = (
            "postgres-shared".parse().unwrap(),
            "postgres".parse().unwrap(),
        );
        let through = connection().through(&"pooler-rw".parse().unwrap(), &namespace);
        assert_eq!(through.host(), "pooler-rw.postgres.svc");
        let pooler = |host| Connection::pooler(host, &cluster, &namespace);
        for (host, found) in [
            ("pooler-rw.postgres.svc", Some("pooler-rw")),
            ("pooler-rw.postgres.svc.cluster.local", Some("pooler-rw")),
            ("postgres-shared-rw.postgres.svc", None),
            ("postgres-shared-r.postgres.svc.cluster.local", None),
            ("pooler.other.svc", None),
            ("db.example.com", None),
            ("a.b.postgres.svc", None),
        ] {
            let found = found.map(|found| found.parse().unwrap());
            assert_eq!(pooler(host), found, "{host}");
        }
    }

    #[test]
    fn each_form_is_known_by_its_key() {
        let of = |key: &str| {
            let value = connection().secret_key(key, &"my_shop".parse().unwrap(), "p@");
            value.map(|value| value.to_string())
        };
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            of("uri"),
            text("postgresql://my_shop:p%40@postgres-shared-rw.postgres.svc:5432/my_shop")
        );
        assert_eq!(
            of("fqdn-uri"),
            text(
                "postgresql://my_shop:p%40@postgres-shared-rw.postgres.svc.cluster.local:5432/my_shop"
            )
        );
        assert_eq!(
            of("fqdn-jdbc-uri"),
            text(
                "jdbc:postgresql://postgres-shared-rw.postgres.svc.cluster.local:5432/my_shop?password=p%40&user=my_shop"
            )
        );
        assert_eq!(
            of("pgpass"),
            text("postgres-shared-rw.postgres.svc:5432:my_shop:my_shop:p@\n")
        );
        for key in ["fqdn-pgpass", "host", "url", ""] {
            assert_eq!(of(key), None, "{key}");
        }
    }
}
