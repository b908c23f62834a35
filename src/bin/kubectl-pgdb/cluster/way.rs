//! The ways to a PostgreSQL: through a pod, through a Service, or straight over the network.

use k8s_openapi::api::discovery::v1::{Endpoint as SliceEndpoint, EndpointSlice};
use kube::Api;
use kube::api::ListParams;
use pgdb::domain::endpoint::Endpoint;
use pgdb::live::fact::{Cause, Fact, Unreadable};
use pgdb::live::login::{LoginProblem, Way};
use tokio::net::TcpStream;

use super::Session;

/// The label by which the slices of a Service are found.
const SERVICE_NAME: &str = "kubernetes.io/service-name";
/// PostgreSQL's port in a primary's pod.
const PORT: u16 = 5432;

/// The end of a port-forward.
#[derive(Clone, Debug)]
pub(super) struct PodPort {
    /// The pod's namespace.
    pub(super) namespace: String,
    /// The pod.
    pub(super) pod: String,
    /// Its port.
    pub(super) port: u16,
}

impl Session {
    /// The pod that a way leads through; none of one that leads through none.
    ///
    /// # Errors
    /// When there is none behind the Service, or it cannot be told.
    pub(super) async fn pod_on(&self, way: &Way) -> Result<Option<PodPort>, LoginProblem> {
        match way {
            Way::Host(_) => Ok(None),
            Way::Pod { namespace, name } => Ok(Some(PodPort {
                namespace: namespace.clone(),
                pod: name.clone(),
                port: PORT,
            })),
            Way::Service {
                namespace,
                name,
                port,
            } => self.pod_behind(namespace, name, *port).await.map(Some),
        }
    }

    /// A ready pod behind a Service's port.
    async fn pod_behind(
        &self,
        namespace: &str,
        service: &str,
        port: u16,
    ) -> Result<PodPort, LoginProblem> {
        let api: Api<EndpointSlice> = Api::namespaced(self.client(), namespace);
        let params = ListParams::default().labels(&format!("{SERVICE_NAME}={service}"));
        let slices = match self.list(&api, &params).await {
            Fact::Present(slices) => slices,
            Fact::Absent => Vec::new(),
            Fact::Unreadable(why) => return Err(LoginProblem::NoWay(why)),
        };
        let found = slices.iter().find_map(|slice| {
            let pod = slice.endpoints.iter().flatten().find_map(ready_pod)?;
            Some(PodPort {
                namespace: namespace.to_owned(),
                pod: pod.to_owned(),
                port: port_of(slice).unwrap_or(port),
            })
        });
        found.ok_or_else(|| {
            LoginProblem::NoWay(Unreadable::new(
                Cause::Unreachable,
                format!("no ready pod is behind the Service {namespace}/{service}"),
                format!("kubectl get endpointslices --namespace {namespace} --selector {SERVICE_NAME}={service}"),
            ))
        })
    }
}

/// The pod of an endpoint, where it is one that is ready.
fn ready_pod(endpoint: &SliceEndpoint) -> Option<&str> {
    let conditions = endpoint.conditions.as_ref();
    // What is not said counts as ready (Kubernetes API, EndpointConditions).
    let is_ready = conditions.and_then(|found| found.ready).unwrap_or(true);
    let target = endpoint.target_ref.as_ref().filter(|_| is_ready)?;
    let is_pod = target.kind.as_deref() == Some("Pod");
    target.name.as_deref().filter(|_| is_pod)
}

/// The port that a slice's pods listen on: the only one, or the one that is called after PostgreSQL.
fn port_of(slice: &EndpointSlice) -> Option<u16> {
    let ports = slice.ports.as_deref().unwrap_or_default();
    let number = |port: Option<i32>| port.and_then(|port| u16::try_from(port).ok());
    match ports {
        [only] => number(only.port),
        several => several
            .iter()
            .find(|port| {
                let name = port.name.as_deref().unwrap_or_default();
                name.contains("postgres") || name == "pg" || name == "sql"
            })
            .and_then(|port| number(port.port)),
    }
}

/// Connects over the network.
///
/// # Errors
/// Why it could not.
pub(super) async fn connect(endpoint: &Endpoint) -> Result<TcpStream, LoginProblem> {
    let address = (endpoint.host.as_str(), endpoint.port.get());
    TcpStream::connect(address).await.map_err(|error| {
        LoginProblem::NoWay(Unreadable::new(
            Cause::Unreachable,
            format!(
                "{}:{} cannot be reached from here: {error}",
                endpoint.host, endpoint.port
            ),
            "the login is tried from this machine: run it where the server can be reached",
        ))
    })
}
