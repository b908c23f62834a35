//! A real login: through a port-forward to the primary's pod, as the application would.

use std::time::Duration;

use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use pgdb::declared::DeclaredApp;
use pgdb::live::fact::{Cause, Fact, Unreadable};
use pgdb::live::login::{Grantee, LoginProblem, Refusal, Way};
use pgdb::live::permission::Permission;
use pgdb::repo::object::PRODUCT;
use pgdb::sql::{CURRENT_SCHEMA, ROLLBACK, SEARCH_PATH, WHO_AM_I, WHO_MAY_CONNECT, try_table};
use pgdb::target::Target;
use pgdb::verify::{Attempt, Login};
use rand::RngExt;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_postgres::config::{ChannelBinding, SslMode};
use tokio_postgres::error::DbError;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, Config, SimpleQueryMessage, SimpleQueryRow};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::Session;
use super::objects::{Credential, CredentialWire};
use super::postgres_tls;
use super::way::{PodPort, connect};
use crate::randomness;

/// How long logging in and asking may take, the port-forward included.
const LONGEST: Duration = Duration::from_secs(30);
/// What is said where the connection ends too early.
const BROKE: &str = "the connection broke before PostgreSQL had answered";
/// The longest part of the API server's own words that is shown, in characters.
const LONGEST_QUOTE: usize = 300;

/// The way to log in as an app: with which credential, through which pod, to which database.
#[derive(Clone, Debug)]
pub(crate) struct Door {
    /// The namespace of the Secret with the credential.
    pub(crate) secret_namespace: String,
    /// The Secret's name.
    pub(crate) secret: String,
    /// The way to PostgreSQL.
    pub(crate) way: Way,
    /// The database.
    pub(crate) database: String,
    /// The command that asks: with the program's name the one that the session shows in `pg_stat_activity`.
    pub(crate) command: &'static str,
    /// What is said where the Secret is not there.
    pub(crate) without_secret: String,
}

impl Door {
    /// The way into an app's database with its Secret in the target's namespace, for a command; none where nothing says
    /// with which Secret.
    pub(crate) fn of_app(
        app: &DeclaredApp,
        target: &Target,
        way: &Way,
        command: &'static str,
    ) -> Option<Self> {
        let role = app.role.as_ref();
        let named = role.and_then(|role| role.password_secret.clone());
        let made = app.credential.as_ref();
        let secret = named.or_else(|| made.map(|credential| credential.name.clone()))?;
        let namespace = target.namespace.to_string();
        Some(Self {
            without_secret: format!("the Secret {secret} is not in the namespace {namespace}"),
            secret_namespace: namespace,
            secret,
            way: way.clone(),
            database: app.database.as_ref()?.name.clone(),
            command,
        })
    }

    /// The way of an attempt.
    pub(super) fn of(attempt: &Attempt) -> Self {
        Self {
            secret_namespace: attempt.secret_namespace.clone(),
            secret: attempt.secret.clone(),
            way: attempt.way.clone(),
            database: attempt.database.clone(),
            command: "verify",
            without_secret: "waits for the link Mirror".to_owned(),
        }
    }
}

impl Session {
    /// Logs in as an app and asks PostgreSQL what the app may do; leaves nothing behind.
    ///
    /// # Errors
    /// Why it could not.
    pub(crate) async fn log_in(&self, attempt: &Attempt) -> Result<Login, LoginProblem> {
        let door = Door::of(attempt);
        let asked = self.enter(&door, async |client| ask(client, attempt).await);
        let (login, is_encrypted) = asked.await?;
        Ok(Login {
            is_encrypted,
            ..login
        })
    }

    /// Logs in, asks, and gives the answer with whether the session was encrypted.
    ///
    /// # Errors
    /// Why it could not.
    pub(super) async fn enter<T>(
        &self,
        door: &Door,
        ask: impl AsyncFnOnce(&Client) -> Result<T, LoginProblem>,
    ) -> Result<(T, bool), LoginProblem> {
        let timed = tokio::time::timeout(LONGEST, self.enter_untimed(door, ask)).await;
        timed.unwrap_or_else(|_| {
            Err(LoginProblem::NoWay(Unreadable::new(
                Cause::TimedOut,
                format!(
                    "logging in through {} took longer than {} s",
                    door.way.end(),
                    LONGEST.as_secs()
                ),
                match &door.way {
                    Way::Pod { namespace, name } => {
                        format!("kubectl logs {name} --namespace {namespace}")
                    }
                    Way::Service { .. } | Way::Host(_) => "see whether the server is up".to_owned(),
                },
            )))
        })
    }

    async fn enter_untimed<T>(
        &self,
        door: &Door,
        ask: impl AsyncFnOnce(&Client) -> Result<T, LoginProblem>,
    ) -> Result<(T, bool), LoginProblem> {
        let credential = self.credential(door).await?;
        let end = match (&door.way, self.pod_on(&door.way).await?) {
            (Way::Host(endpoint), _) => {
                let stream = connect(endpoint).await?;
                return ask_through(stream, &credential, door, ask).await;
            }
            (_, Some(end)) => end,
            (_, None) => return Err(LoginProblem::Broken("there is no pod".to_owned())),
        };
        let pods: Api<Pod> = Api::namespaced(self.client(), &end.namespace);
        let forwarded = pods.portforward(&end.pod, &[end.port]).await;
        let mut forwarder = forwarded.map_err(|error| self.no_way(&error, &end))?;
        let streams = (
            forwarder.take_stream(end.port),
            forwarder.take_error(end.port),
        );
        let (stream, refusal) = match streams {
            (Some(stream), Some(refusal)) => (stream, refusal),
            _ => {
                return Err(LoginProblem::Broken(
                    "the port-forward has no stream".to_owned(),
                ));
            }
        };
        let asked = ask_through(stream, &credential, door, ask);
        tokio::select! {
            biased;
            // What the kubelet says is nearer to the cause than the stream that ends with it.
            Some(message) = refusal => Err(not_forwarded(&end, message)),
            asked = asked => asked,
        }
    }

    /// The username and password of the Secret.
    async fn credential(&self, door: &Door) -> Result<Credential, LoginProblem> {
        let secrets: Api<CredentialWire> =
            Api::namespaced_with(self.client(), &door.secret_namespace, &());
        match self.get(&secrets, &door.secret).await {
            Fact::Present(wire) => wire.credential().ok_or_else(|| {
                LoginProblem::NotTried(
                    "the mirrored Secret has no username or password that is text".to_owned(),
                )
            }),
            Fact::Absent => Err(LoginProblem::NotTried(door.without_secret.clone())),
            Fact::Unreadable(why) => Err(LoginProblem::NoWay(why)),
        }
    }

    /// Why no port-forward could be opened.
    fn no_way(&self, error: &kube::Error, end: &PodPort) -> LoginProblem {
        // Web sockets are opened by GET, which newer servers take for `create` all the same.
        let permission = Permission::new("create", "pods/portforward", Some(&end.namespace));
        match error {
            // The resource is served: it is the pod, or its node, that is not there.
            kube::Error::Api(status) if status.code == 404 => {
                let said: String = status.message.chars().take(LONGEST_QUOTE).collect();
                unreachable(end, &said)
            }
            error => LoginProblem::NoWay(self.unreadable(error, &permission)),
        }
    }
}

/// Speaks PostgreSQL's protocol on the stream.
async fn ask_through<S, T>(
    stream: S,
    credential: &Credential,
    door: &Door,
    ask: impl AsyncFnOnce(&Client) -> Result<T, LoginProblem>,
) -> Result<(T, bool), LoginProblem>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut config = Config::new();
    let (ssl_mode, binding) = security(&door.way);
    config
        .user(credential.username.as_str())
        .password(credential.password.as_bytes())
        .dbname(&door.database)
        .application_name(format!("{PRODUCT} {}", door.command))
        .ssl_mode(ssl_mode)
        .channel_binding(binding);
    let is_encrypted = postgres_tls::Noted::default();
    let mut tls = MakeRustlsConnect::new(
        postgres_tls::config(&is_encrypted)
            .map_err(|error| LoginProblem::Broken(error.to_string()))?,
    );
    let tls = MakeTlsConnect::<S>::make_tls_connect(&mut tls, server_name(&door.way))
        .map_err(|error| LoginProblem::Broken(error.to_string()))?;
    let (client, connection) = config
        .connect_raw(stream, tls)
        .await
        .map_err(|error| problem(&error))?;
    // The connection is driven beside the questions, and ends with them.
    tokio::select! {
        asked = ask(&client) => asked.map(|answer| (answer, is_encrypted.get())),
        ended = connection => Err(match ended {
            Ok(()) => LoginProblem::Broken(BROKE.to_owned()),
            Err(error) => problem(&error),
        }),
    }
}

/// Whether TLS has to be on, and the password's proof bound to it.
///
/// Over a network nobody has answered for whom one talks to: there the server has to prove, bound to the very connection,
/// that it knows the password too, and a password in clear is sent to nobody.
fn security(way: &Way) -> (SslMode, ChannelBinding) {
    match way {
        Way::Host(endpoint) if !endpoint.host.is_loopback() => {
            (SslMode::Require, ChannelBinding::Require)
        }
        Way::Host(_) | Way::Pod { .. } | Way::Service { .. } => {
            (SslMode::Prefer, ChannelBinding::Prefer)
        }
    }
}

/// The name that TLS asks for; of the end of a tunnel it says nothing.
fn server_name(way: &Way) -> &str {
    match way {
        Way::Host(endpoint) => endpoint.host.as_str(),
        Way::Pod { .. } | Way::Service { .. } => "localhost",
    }
}

/// Asks what is to be known, and tries to make a table in each schema.
async fn ask(client: &Client, attempt: &Attempt) -> Result<Login, LoginProblem> {
    let schema = rows(client, CURRENT_SCHEMA).await?;
    let schema = schema.first().and_then(|row| row.get(0)).map(str::to_owned);
    // From here on nothing that the database's owner made stands in for PostgreSQL's own operators.
    rows(client, SEARCH_PATH).await?;
    let identity = rows(client, WHO_AM_I).await?;
    let [identity] = identity.as_slice() else {
        return Err(LoginProblem::Broken(
            "PostgreSQL did not say who one is".to_owned(),
        ));
    };
    let column = |index| identity.get(index).map(str::to_owned);
    let mut schemas = attempt.schemas.clone();
    if schemas.is_empty() {
        schemas.push(schema.unwrap_or_else(|| "public".to_owned()));
    }
    let mut tried = Vec::new();
    for schema in schemas {
        let refusal = try_in(client, &schema).await?;
        tried.push((schema, refusal));
    }
    let others = rows(client, WHO_MAY_CONNECT).await?;
    Ok(Login {
        user: column(0).unwrap_or_default(),
        owner: column(1).unwrap_or_default(),
        // Packagers add their own after a space.
        server_version: column(2)
            .and_then(|version| version.split(' ').next().map(str::to_owned))
            .unwrap_or_default(),
        is_encrypted: false,
        schemas: tried,
        others: others
            .iter()
            .map(|row| {
                row.get(0)
                    .map_or(Grantee::Public, |role| Grantee::Role(role.to_owned()))
            })
            .collect(),
    })
}

/// Why no table can be made in a schema; the one that is made is gone again.
async fn try_in(client: &Client, schema: &str) -> Result<Option<Refusal>, LoginProblem> {
    let mut random =
        randomness::system().map_err(|failure| LoginProblem::Broken(failure.message))?;
    let table = format!("pgdb_verify_{:016x}", random.random::<u64>());
    let tried = client.batch_execute(&try_table(schema, &table)).await;
    client
        .batch_execute(ROLLBACK)
        .await
        .map_err(|error| problem(&error))?;
    match tried {
        Ok(()) => Ok(None),
        Err(error) => match error.as_db_error() {
            Some(refusal) => Ok(Some(refusal_of(refusal))),
            None => Err(problem(&error)),
        },
    }
}

pub(super) async fn rows(
    client: &Client,
    question: &str,
) -> Result<Vec<SimpleQueryRow>, LoginProblem> {
    let answer = client
        .simple_query(question)
        .await
        .map_err(|error| problem(&error))?;
    let row = |message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    };
    Ok(answer.into_iter().filter_map(row).collect())
}

/// What PostgreSQL refuses with.
fn refusal_of(error: &DbError) -> Refusal {
    Refusal {
        code: error.code().code().to_owned(),
        message: error.message().to_owned(),
    }
}

/// What an error of the protocol means: PostgreSQL refused, or the connection broke.
fn problem(error: &tokio_postgres::Error) -> LoginProblem {
    if let Some(refusal) = error.as_db_error() {
        return LoginProblem::Refused(refusal_of(refusal));
    }
    let text = error.to_string();
    // Which side of the program notices the end first is chance.
    if error.is_closed() || text.starts_with("error communicating with the server") {
        return LoginProblem::Broken(BROKE.to_owned());
    }
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}"));
    LoginProblem::Broken(format!("{text}{}", cause.unwrap_or_default()))
}

/// The kubelet could not connect to the port.
fn not_forwarded(end: &PodPort, message: String) -> LoginProblem {
    if message.contains("connection refused") {
        return LoginProblem::NotListening(message);
    }
    unreachable(end, &message)
}

/// The port cannot be reached, for this reason.
fn unreachable(end: &PodPort, message: &str) -> LoginProblem {
    let PodPort {
        namespace,
        pod,
        port,
    } = end;
    LoginProblem::NoWay(Unreadable::new(
        Cause::Unreachable,
        format!("the port {port} of the pod {pod} cannot be reached: {message}"),
        format!("kubectl describe pod {pod} --namespace {namespace}"),
    ))
}
