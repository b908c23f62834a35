//! A real PostgreSQL for tests: its own data in a temporary folder, on a free port of loopback.
//!
//! ```text
//! if !postgres::is_usable() {
//!     return;
//! }
//! let postgres = Postgres::shared(Tls::Offered);
//! postgres.create_app("my_shop", "my_shop", "the password");
//! server.forward("postgres", "postgres-shared-1", 5432, postgres.address());
//! assert_eq!(postgres.sql("my_shop", "SELECT count(*) FROM pg_class WHERE relname = 'orders'"), "0");
//! ```
//!
//! Who comes over TCP must know a password (SCRAM-SHA-256); [`Postgres::sql`] is the superuser on the Unix socket. A server
//! starts in about a second, so tests share one of each [`Tls`], with a role and database of their own; roles belong to the
//! whole server, so their names should be the test's own. [`Postgres::start`] is for a test that changes or stops it.
//!
//! A shell runs the server and waits for the end of its standard input, which comes however the tests end, by a signal too.
//! It then stops the server and removes the folder, so that nothing is left behind.

#![allow(dead_code, reason = "a bench or a test uses a part of it")]

mod refusal;
mod session;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
pub use refusal::Refusal;
pub use session::Session;

/// Set to skip what needs PostgreSQL, and know it.
const SKIP: &str = "SKIP_POSTGRES_TESTS";

/// Makes the data, runs the server until standard input ends, and removes the folder, the first argument. The second is
/// the folder of PostgreSQL's programs, the others are the words before each of them.
///
/// A server that has just been started does not know SIGQUIT yet, and later does not end by SIGTERM while somebody is
/// connected: so it gets both.
const SUPERVISOR: &str = r#"
folder=$1 programs=$2
shift 2
if "$@" "$programs/initdb" --username=postgres --encoding=UTF8 --locale=C --auth=trust --no-sync --no-instructions \
  -D "$folder/data" </dev/null >"$folder/initdb.log" 2>&1; then
  "$@" "$programs/postgres" -D "$folder/data" -c "config_file=$folder/postgresql.conf" </dev/null 2>&1 &
  server=$!
  while read -r _; do :; done
  kill -TERM "$server" 2>/dev/null
  kill -QUIT "$server" 2>/dev/null
  wait "$server"
else
  cat "$folder/initdb.log"
fi
rm -rf "$folder"
"#;

/// How often another port is tried when somebody else has taken the one that was free.
const ATTEMPTS: usize = 5;

/// What the server does about TLS.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Tls {
    /// It answers that it has none.
    Off,
    /// As CNPG does: it has a certificate, and takes connections without TLS too.
    Offered,
    /// It refuses connections without TLS.
    Required,
}

/// A running server.
pub struct Postgres {
    folder: PathBuf,
    port: u16,
    authority: Option<String>,
    supervisor: Child,
}

/// Whether PostgreSQL's programs are there.
///
/// Without them these tests would prove nothing, so they fail unless `SKIP_POSTGRES_TESTS` is set.
pub fn is_usable() -> bool {
    if std::env::var_os(SKIP).is_some_and(|value| !value.is_empty()) {
        return false;
    }
    assert!(
        programs().is_some(),
        "PostgreSQL is not installed: run scripts/test, which installs what the tests need, or set {SKIP}=1 to do without \
         the tests that log in to a database"
    );
    true
}

impl Postgres {
    /// The server that all tests share which want the same of TLS.
    pub fn shared(tls: Tls) -> &'static Self {
        static OFF: OnceLock<Postgres> = OnceLock::new();
        static OFFERED: OnceLock<Postgres> = OnceLock::new();
        static REQUIRED: OnceLock<Postgres> = OnceLock::new();
        let server = match tls {
            Tls::Off => &OFF,
            Tls::Offered => &OFFERED,
            Tls::Required => &REQUIRED,
        };
        server.get_or_init(|| Self::start(tls))
    }

    /// Starts a server that stops when it is dropped.
    pub fn start(tls: Tls) -> Self {
        let mut log = String::new();
        for _ in 0..ATTEMPTS {
            let folder = tempfile::Builder::new().prefix("pgdb-postgres-").tempdir();
            let folder = folder.unwrap().keep();
            give(&folder);
            let port = free_port();
            configure(&folder, port, tls);
            let authority = (tls != Tls::Off).then(|| certify(&folder));
            let supervisor = supervisor(&folder);
            let mut this = Self {
                folder,
                port,
                authority,
                supervisor,
            };
            match this.wait_until_ready() {
                Ok(()) => return this,
                Err(text) => log = text,
            }
        }
        panic!("PostgreSQL does not start:\n{log}");
    }

    /// Returns once it takes connections; the log when it does not come so far.
    fn wait_until_ready(&mut self) -> Result<(), String> {
        let mut lines = BufReader::new(self.supervisor.stdout.take().unwrap()).lines();
        let mut log = String::new();
        while let Some(Ok(line)) = lines.next() {
            if line.ends_with("database system is ready to accept connections") {
                // A pipe that nobody reads would stop the server once it is full.
                std::thread::spawn(move || lines.for_each(drop));
                return Ok(());
            }
            log = format!("{log}{line}\n");
            if line.contains("FATAL:") {
                break;
            }
        }
        Err(log)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// The folder of its data and its Unix socket.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The certificate of the authority that signed the server's, as PEM; none without TLS.
    pub fn authority(&self) -> Option<&str> {
        self.authority.as_deref()
    }

    /// Creates a role that can log in, and a database that it owns.
    pub fn create_app(&self, role: &str, database: &str, password: &str) {
        let password = password.replace('\'', "''");
        self.sql(
            "postgres",
            &format!(
                "CREATE ROLE \"{role}\" LOGIN PASSWORD '{password}';\nCREATE DATABASE \"{database}\" OWNER \"{role}\";"
            ),
        );
    }

    /// Runs statements as the superuser, which must succeed; gives the rows, one a line, columns parted by `|`.
    pub fn sql(&self, database: &str, statements: &str) -> String {
        self.try_sql(database, statements)
            .unwrap_or_else(|refusal| panic!("{statements}\n{refusal:?}"))
    }

    /// The same for statements that may fail, up to the first that does.
    pub fn try_sql(&self, database: &str, statements: &str) -> Result<String, Refusal> {
        let output = self.psql(database, statements);
        if output.status.success() {
            let rows = String::from_utf8(output.stdout).unwrap();
            return Ok(rows.trim_end_matches('\n').to_owned());
        }
        let printed = String::from_utf8_lossy(&output.stderr);
        let refusal = Refusal::of(&printed);
        Err(refusal.unwrap_or_else(|| panic!("{statements}\n{printed}")))
    }

    /// Opens a session of the superuser that lasts until it is dropped.
    pub fn session(&self, database: &str) -> Session {
        Session::open(self.start_psql(database, "postgres"))
    }

    /// The same of a role.
    pub fn session_as(&self, role: &str, database: &str) -> Session {
        Session::open(self.start_psql(database, role))
    }

    fn psql(&self, database: &str, statements: &str) -> Output {
        let mut child = self.start_psql(database, "postgres");
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(statements.as_bytes()).unwrap();
        drop(stdin);
        child.wait_with_output().unwrap()
    }

    fn start_psql(&self, database: &str, role: &str) -> Child {
        let mut psql = Command::new(program("psql"));
        psql.args(["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1"])
            .args(["-v", "VERBOSITY=verbose"])
            .args(["-U", role, "-d", database, "-f", "-", "-h"])
            .arg(&self.folder)
            .args(["-p", &self.port.to_string()])
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        psql.spawn().unwrap()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.supervisor.stdin.take());
        self.supervisor.wait().ok();
    }
}

/// The folder with PostgreSQL's programs.
fn programs() -> Option<&'static Path> {
    static PROGRAMS: OnceLock<Option<PathBuf>> = OnceLock::new();
    let found = PROGRAMS.get_or_init(|| {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let named = Command::new("pg_config").arg("--bindir").output();
        let named = named.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
        // Debian keeps them out of the PATH, one folder a version.
        let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
        let debian = versions.filter_map(|entry| Some(entry.ok()?.path().join("bin")));
        let has_all = |folder: &PathBuf| {
            ["initdb", "postgres"]
                .iter()
                .all(|name| folder.join(name).is_file())
        };
        std::env::split_paths(&path)
            .chain(named.map(PathBuf::from))
            .chain(debian)
            .find(has_all)
    });
    found.as_deref()
}

/// The whole path of one of PostgreSQL's programs, such as `psql`.
pub fn program(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let beside = std::iter::once(programs().unwrap().to_owned());
    let mut found = beside
        .chain(std::env::split_paths(&path))
        .map(|folder| folder.join(name))
        .filter(|program| program.is_file());
    found
        .next()
        .unwrap_or_else(|| panic!("PostgreSQL's {name} is not there"))
}

/// The words before a command that must not run as root, which PostgreSQL refuses. Where there is `setpriv`, the system
/// ends the command with its parent as well.
fn unprivileged() -> Vec<&'static str> {
    let is_root = user_id(&[]) == Some(0);
    let has_setpriv = Command::new("setpriv")
        .arg("--version")
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    match (is_root, has_setpriv) {
        (true, true) => vec![
            "setpriv",
            "--reuid=postgres",
            "--regid=postgres",
            "--init-groups",
            "--pdeathsig=QUIT",
        ],
        (true, false) => vec!["runuser", "-u", "postgres", "--"],
        (false, true) => vec!["setpriv", "--pdeathsig=QUIT"],
        (false, false) => vec![],
    }
}

/// The numeric id that `id` gives for these words.
fn user_id(words: &[&str]) -> Option<u32> {
    let output = Command::new("id").arg("-u").args(words).output().ok()?;
    String::from_utf8_lossy(&output.stdout).trim().parse().ok()
}

/// Gives a file or folder to the user that the server runs as.
fn give(path: &Path) {
    if user_id(&[]) == Some(0) {
        let owner = user_id(&["postgres"]);
        assert!(
            owner.is_some(),
            "root needs a user `postgres` to run PostgreSQL as"
        );
        chown(path, owner, None).unwrap();
    }
}

/// Writes the server's settings, and who may come from where.
fn configure(folder: &Path, port: u16, tls: Tls) {
    let rule = match tls {
        Tls::Off | Tls::Offered => "host all all 127.0.0.1/32 scram-sha-256",
        Tls::Required => "hostssl all all 127.0.0.1/32 scram-sha-256",
    };
    let rules = format!("local all all trust\n{rule}\n");
    write(&folder.join("pg_hba.conf"), &rules);
    let ssl = if tls == Tls::Off { "off" } else { "on" };
    let folder_name = folder.display();
    let settings = format!(
        "listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{folder_name}'
hba_file = '{folder_name}/pg_hba.conf'
ssl = {ssl}
ssl_cert_file = '{folder_name}/server.crt'
ssl_key_file = '{folder_name}/server.key'
password_encryption = 'scram-sha-256'
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
shared_buffers = '16MB'
"
    );
    write(&folder.join("postgresql.conf"), &settings);
}

/// Writes the server's certificate and key, for the names that CNPG's certificates have, and gives the authority's.
fn certify(folder: &Path) -> String {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let name = &mut params.distinguished_name;
    name.push(DnType::CommonName, "postgres-shared");
    let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();

    let service = "postgres-shared-rw";
    let names = ["", ".postgres", ".postgres.svc"].map(|domain| format!("{service}{domain}"));
    let mut params = CertificateParams::new(names).unwrap();
    params.distinguished_name.push(DnType::CommonName, service);
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap();
    write(&folder.join("server.crt"), &certificate.pem());
    write(&folder.join("server.key"), &key.serialize_pem());
    issuer.pem()
}

/// Writes a file that only the server may read.
fn write(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    give(path);
}

/// A port that is free now.
fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

/// Starts the shell that runs the server, in a process group of its own: what ends the tests' group lets it clean up.
fn supervisor(folder: &Path) -> Child {
    Command::new("sh")
        .args(["-c", SUPERVISOR, "sh"])
        .arg(folder)
        .arg(programs().unwrap())
        .args(unprivileged())
        .current_dir(folder)
        .env("LC_ALL", "C")
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}
