//! The live cluster: the one place of the program that talks to a network.
//!
//! - `holdings`: what a role has in PostgreSQL.
//! - `job_logs`: what Jobs said.
//! - `kubeconfig`: which cluster is meant, as kubectl finds it, and with which credential.
//! - `attempts`: how long an answer is waited for, and when it is asked for again.
//! - `audit`: what PostgreSQL says of its roles and databases, and of who was granted what.
//! - `controller`: which Service is the Sealed Secrets controller's.
//! - `examination`: all that `doctor` looks at.
//! - `served`: what the API server is, serves and allows.
//! - `reading`: lists and single objects as facts.
//! - `service_proxy`: what is asked of a Service through the API server.
//! - `unreadable`: what an error of the client means, and what to do about it.
//! - `runs`: Jobs that are made from a CronJob, and how they end.
//! - `runtime`: where asynchronous work is waited for, and Ctrl-C with it.

mod attempts;
mod audit;
mod controller;
mod error_chain;
mod examination;
mod gather;
mod holdings;
mod job_logs;
mod kubeconfig;
mod kubeconfig_failure;
mod login;
mod objects;
mod postgres_tls;
mod proxy_server;
mod reading;
mod runs;
mod runtime;
mod served;
mod service_proxy;
mod timer;
mod trial;
mod unreadable;
mod watching;
mod way;

use std::path::PathBuf;

use clap::{Args, ValueHint};
use kube::client::{ClientBuilder, ConfigExt};
use kube::{Client, Config};
use pgdb::domain::time_limit::{TimeLimit, TimeLimitError};
use tower::{BoxError, service_fn};

use crate::failure::Failure;

pub(crate) use examination::Examination;
pub(crate) use gather::{LOG_LINES, Sight};
pub(crate) use login::Door;
pub(crate) use objects::{ClusterWire, DatabaseRoleWire, DatabaseWire, JobWire};
pub(crate) use runtime::block_on;
pub(crate) use service_proxy::Question;
pub(crate) use timer::{Timer, Woken};
pub(crate) use watching::Changes;

/// Which cluster is meant, and how long it is waited for.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Cluster options")]
pub(crate) struct ClusterFlags {
    /// Read the kubeconfig in this file [default: as kubectl: $KUBECONFIG, else ~/.kube/config].
    #[arg(
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        env = "PGDB_KUBECONFIG",
        hide_env = true
    )]
    pub(crate) kubeconfig: Option<PathBuf>,
    /// Use this context of the kubeconfig [default: its current one].
    #[arg(long, value_name = "NAME", env = "PGDB_CONTEXT", hide_env = true)]
    pub(crate) context: Option<String>,
    /// Wait so long for an answer of the cluster, such as 30s or 1m; 0 waits without end [default: 15s].
    #[arg(
        long,
        value_name = "DURATION",
        env = "PGDB_REQUEST_TIMEOUT",
        hide_env = true
    )]
    pub(crate) request_timeout: Option<String>,
}

/// How long one answer is waited for, unless a flag says otherwise.
const REQUEST_TIMEOUT: TimeLimit = TimeLimit::seconds(15);

impl ClusterFlags {
    fn time_limit(&self) -> Result<TimeLimit, Failure> {
        let Some(text) = &self.request_timeout else {
            return Ok(REQUEST_TIMEOUT);
        };
        text.parse().map_err(|error: TimeLimitError| {
            Failure::usage(format!("--request-timeout: {error}"), error.help())
        })
    }
}

/// A cluster that can be asked. Nothing is sent before the first question.
#[derive(Clone)]
pub(crate) struct Session {
    client: Client,
    /// The API server's address, for messages.
    server: String,
}

impl Session {
    /// Reads the kubeconfig, and runs its credential plugin where it has one.
    ///
    /// # Errors
    /// When a flag names what is not there, the kubeconfig is missing or wrong, or its credential plugin fails.
    pub(crate) async fn connect(flags: &ClusterFlags) -> Result<Self, Failure> {
        let limit = flags.time_limit()?;
        // With a second provider somewhere among the dependencies the first handshake would panic without a choice.
        // An error only says that one is chosen already.
        let _chosen = rustls::crypto::ring::default_provider().install_default();
        let (mut config, origin) = kubeconfig::load(flags).await?;
        config.connect_timeout = limit.get();
        config.write_timeout = limit.get();
        // Answers are asked for again by `attempts`, which knows what may be.
        config.default_retry = false;
        let server = address(&config);
        let client = build(config, &origin).await?;
        Ok(Self {
            client: attempts::persistent(client, limit),
            server,
        })
    }

    /// The client, for what is not asked through this session; time limit and retries hold for it too, and a watch or a
    /// port-forward goes on as long as it wants once it began.
    pub(crate) fn client(&self) -> Client {
        self.client.clone()
    }

    /// The API server's address, without a password.
    pub(crate) fn server(&self) -> &str {
        &self.server
    }
}

/// Makes the client; on a thread of its own, since a credential plugin may take its time.
async fn build(config: Config, origin: &kubeconfig::Origin) -> Result<Client, Failure> {
    let cannot =
        |error| Failure::unknown(format!("the cluster's client cannot be made: {error}"), "");
    let built = tokio::task::spawn_blocking(move || client(config)).await;
    built
        .map_err(cannot)?
        .map_err(|error| origin.failure(&error))
}

/// The client. A credential plugin that gives a token is run once: the builder by itself would run it three times.
fn client(mut config: Config) -> Result<Client, kube::Error> {
    let credential = match config.auth_info.exec {
        Some(_) => config.auth_layer()?,
        None => None,
    };
    match credential {
        Some(credential) => {
            config.auth_info.exec = None;
            let client = ClientBuilder::try_from(config)?.build();
            let namespace = client.default_namespace().to_owned();
            let service = service_fn(move |request| {
                let client = client.clone();
                async move { client.send(request).await.map_err(BoxError::from) }
            });
            let builder = ClientBuilder::new(service, namespace);
            Ok(builder.with_layer(&credential).build())
        }
        None => Ok(ClientBuilder::try_from(config)?.build()),
    }
}

/// The API server's address, without what may stand before an `@`.
fn address(config: &Config) -> String {
    let url = &config.cluster_url;
    let scheme = url.scheme_str().unwrap_or("https");
    let host = url.host().unwrap_or_default();
    match url.port_u16() {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => format!("{scheme}://{host}"),
    }
}
