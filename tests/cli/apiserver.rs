//! A Kubernetes API server on loopback, for tests and benches of what talks to a cluster.
//!
//! It speaks HTTPS with an authority of its own and asks for a bearer token. It keeps objects as JSON, in revisions, and
//! answers what kube's client and kubectl ask: discovery, get, lists in pages, watches, writes (also of `status`), access
//! reviews, the proxy of Services, port-forwards. Its refusals are worded as Kubernetes words them.
//!
//! ```text
//! let server = ApiServer::start();
//! server.put(json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a", "namespace": "shop"}}));
//! server.edit("secrets", "shop", "a", |secret| secret["data"]["username"] = json!("eA=="));
//! server.forbid("list", "", "secrets", Reach::ClusterScope);
//! server.fault(Requests::lists("databases").first(2), Fault::retry_after(429, 1));
//! run_with(server.kubeconfig());
//! assert_eq!(server.count(&Requests::lists("secrets")), 1);
//! ```
//!
//! - **Objects** are named by their kind's plural, their namespace (empty where they have none) and their name. What a test
//!   puts or edits is taken as it is, `status` and `metadata.generation` included; what comes over HTTP is treated as
//!   Kubernetes treats it: `status` has its own path, and a changed specification a new generation.
//! - **Faults** hold for the requests that a [`Requests`] selects, the first that fits, until [`ApiServer::heal`] or until
//!   its number is used up.
//! - **Waiting**: [`ApiServer::wait_for`] returns once a request has arrived, so that no test sleeps.
//!
//! A bench includes this file with
//! `#[path = "../tests/cli"] mod cli { pub mod apiserver; }`.

#![allow(
    dead_code,
    missing_docs,
    unused_imports,
    reason = "a bench or a test uses a part of it; what a field holds is said where it needs to be"
)]

mod access;
mod answer;
mod credentials;
mod discovery;
mod fault;
mod kinds;
mod listener;
mod port_forward;
mod proxy;
mod reading;
mod requests;
mod routes;
mod selector;
mod state;
mod status;
mod store;
mod watching;
mod writing;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::oneshot;

pub use access::{Reach, USER};
use credentials::{Certificate, Kubeconfigs, TOKEN};
pub use fault::Fault;
use kinds::{KINDS, Kind};
pub use proxy::Reply;
pub use requests::{Request, Requests};
use state::Shared;
use store::Key;
pub use store::now;

/// A server that stops when it is dropped.
pub struct ApiServer {
    shared: Arc<Shared>,
    address: SocketAddr,
    kubeconfigs: Kubeconfigs,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl ApiServer {
    /// Starts a server that holds nothing and allows everything.
    pub fn start() -> Self {
        let shared = Shared::new(TOKEN);
        let certificate = Certificate::generate();
        let (stop, stopped) = oneshot::channel();
        let (address, thread) = listener::start(&shared, certificate.acceptor(), stopped);
        Self {
            shared,
            address,
            kubeconfigs: Kubeconfigs::new(&format!("https://{address}"), &certificate),
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// The path of a kubeconfig that is accepted; its context's namespace is `default`.
    pub fn kubeconfig(&self) -> PathBuf {
        self.kubeconfigs.path()
    }

    /// The path of a kubeconfig with this token; a kubeconfig without one has an empty token.
    pub fn kubeconfig_with_token(&self, token: &str) -> PathBuf {
        self.kubeconfigs.write("config-token", token)
    }

    /// The path of a kubeconfig whose token comes from a program (an exec plugin).
    pub fn kubeconfig_with_plugin(&self) -> PathBuf {
        self.kubeconfigs.write_plugin()
    }

    /// Accepts this token alone from now on: the others have expired.
    pub fn accept_token(&self, token: &str) {
        self.shared
            .change(|state| token.clone_into(&mut state.token));
    }

    /// Lets the program of [`Self::kubeconfig_with_plugin`] give this token from now on.
    pub fn set_plugin_token(&self, token: &str) {
        self.kubeconfigs.set_plugin_token(token);
    }

    /// How often that program ran.
    pub fn plugin_runs(&self) -> usize {
        self.kubeconfigs.plugin_runs()
    }

    /// Such as `127.0.0.1:41234`.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Says another version at `/version`, such as `v1.29.0`.
    pub fn set_version(&self, version: &str) {
        self.shared
            .change(|state| version.clone_into(&mut state.version));
    }

    /// Creates an object, or puts it in the place of the one with its name; gives it as it is stored, with `uid`,
    /// `resourceVersion`, `creationTimestamp` and, where its kind has one, `generation`.
    pub fn put(&self, object: Value) -> Value {
        self.shared
            .change(|state| state.store.put(object).value.clone())
    }

    /// Writes an object as a request does: its status stays, and a changed specification is a new generation.
    pub fn apply(&self, object: Value) -> Value {
        self.shared
            .change(|state| writing::apply(state, object).value.clone())
    }

    /// Changes an object that is there, and gives it as it is stored.
    pub fn edit(
        &self,
        resource: &str,
        namespace: &str,
        name: &str,
        how: impl FnOnce(&mut Value),
    ) -> Value {
        let mut object = self
            .get(resource, namespace, name)
            .unwrap_or_else(|| panic!("no {resource} {namespace}/{name} to edit"));
        how(&mut object);
        self.put(object)
    }

    /// An object, if it is there.
    pub fn get(&self, resource: &str, namespace: &str, name: &str) -> Option<Value> {
        let key = Key::new(kind(resource), namespace, name);
        let item = self.shared.lock().store.get(&key);
        item.map(|item| item.value.clone())
    }

    /// All objects of a kind.
    pub fn all(&self, resource: &str) -> Vec<Value> {
        let items = self.shared.lock().store.list(kind(resource), None);
        items.iter().map(|item| item.value.clone()).collect()
    }

    /// Removes an object that is there, and gives it.
    pub fn delete(&self, resource: &str, namespace: &str, name: &str) -> Value {
        let key = Key::new(kind(resource), namespace, name);
        let removed = self.shared.change(|state| state.store.delete(&key));
        let removed = removed.unwrap_or_else(|| panic!("no {resource} {namespace}/{name}"));
        removed.value.clone()
    }

    /// Serves a kind no more, as if its CustomResourceDefinition were not installed.
    pub fn uninstall(&self, resource: &str) {
        let kind = kind(resource);
        self.shared.change(|state| {
            state.unserved.insert(kind.resource);
            let definitions = self::kind("customresourcedefinitions");
            let definition = Key::new(definitions, "", &kind.qualified());
            state.store.delete(&definition);
        });
    }

    /// Serves a kind again, without putting its CustomResourceDefinition back.
    pub fn install(&self, resource: &str) {
        self.shared
            .change(|state| state.unserved.remove(kind(resource).resource));
    }

    /// Forbids a verb (`*` for all) on a resource, such as `secrets` or `services/proxy` (`*` for all of the group).
    ///
    /// A namespace's name as `reach` forbids it there, and therefore at the cluster scope too.
    pub fn forbid(&self, verb: &str, group: &str, resource: &str, reach: impl Into<Reach>) {
        let reach = reach.into();
        self.shared
            .change(|state| state.access.forbid(verb, group, resource, reach));
    }

    /// Allows what these Roles and ClusterRoles say that are bound, and nothing else.
    pub fn grant(&self, manifests: &[Value]) {
        self.shared.change(|state| state.access.grant(manifests));
    }

    /// Allows everything again.
    pub fn allow_all(&self) {
        self.shared.change(|state| state.access.allow_all());
    }

    /// Answers a path below a Service, such as `/v1/cert.pem`; the handler gets the method and the body.
    ///
    /// A Service that is there and answers nothing has no endpoints.
    pub fn serve(
        &self,
        namespace: &str,
        service: &str,
        path: &str,
        answer: impl Fn(&str, &[u8]) -> Reply + Send + 'static,
    ) {
        let handler = proxy::handler(answer);
        self.shared
            .change(|state| state.services.serve(namespace, service, path, handler));
    }

    /// Takes the pods behind a Service away.
    pub fn stop_serving(&self, namespace: &str, service: &str) {
        self.shared
            .change(|state| state.services.stop(namespace, service));
    }

    /// Leads port-forwards to a pod's port to this address. What is led nowhere is refused by the kubelet.
    pub fn forward(&self, namespace: &str, pod: &str, port: u16, target: SocketAddr) {
        let place = (namespace.to_owned(), pod.to_owned(), port);
        self.shared
            .change(|state| state.forwards.targets.insert(place, target));
    }

    /// What a pod said: the answer to its log.
    pub fn set_log(&self, namespace: &str, pod: &str, log: &str) {
        let place = (namespace.to_owned(), pod.to_owned());
        self.shared
            .change(|state| state.logs.insert(place, log.to_owned()));
    }

    /// Drops the web socket of each port-forward that begins from now on after this many bytes from the pod.
    pub fn cut_forwards_after(&self, bytes: usize) {
        self.shared
            .change(|state| state.forwards.cut_after = Some(bytes));
    }

    /// Lets requests fail.
    pub fn fault(&self, requests: Requests, fault: Fault) {
        self.shared
            .change(|state| state.faults.push((requests, fault)));
    }

    /// Takes all faults and the latency away; what hangs is answered.
    pub fn heal(&self) {
        self.shared.change(|state| {
            state.faults.clear();
            state.latency = Duration::ZERO;
            state.forwards.cut_after = None;
            state.releases += 1;
        });
    }

    /// Answers all that hangs by [`Fault::Hang`]; what comes later hangs again.
    pub fn release(&self) {
        self.shared.change(|state| state.releases += 1);
    }

    /// Lets each request take at least this long.
    pub fn set_latency(&self, latency: Duration) {
        self.shared.change(|state| state.latency = latency);
    }

    /// Forgets all changes until now: watches from an older revision get `410 Gone`, continue tokens have expired.
    pub fn compact(&self) {
        self.shared.change(|state| state.store.compact());
    }

    /// Lets all continue tokens expire.
    pub fn expire_continue_tokens(&self) {
        self.shared.change(|state| state.store.expire_pages());
    }

    /// Ends all watches, as a server does after some minutes.
    pub fn close_watches(&self) {
        self.shared.change(|state| state.closings += 1);
    }

    /// Sends a bookmark to all watches that allow it.
    pub fn send_bookmarks(&self) {
        self.shared.change(|state| state.bookmarks += 1);
    }

    /// Refuses `sendInitialEvents`, as servers without streaming lists do.
    pub fn refuse_initial_events(&self) {
        self.shared
            .change(|state| state.refuses_initial_events = true);
    }

    /// The revision of the last change.
    pub fn revision(&self) -> u64 {
        self.shared.lock().store.revision()
    }

    /// All requests since the start or since they were forgotten, in the order of their arrival.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.lock().log.clone()
    }

    /// How many of these have arrived.
    pub fn count(&self, requests: &Requests) -> usize {
        let state = self.shared.lock();
        state.log.iter().filter(|one| requests.contain(one)).count()
    }

    /// Forgets the requests until now.
    pub fn forget_requests(&self) {
        self.shared.change(|state| state.log.clear());
    }

    /// Waits until this many of these have arrived. An arrived watch sees every change from then on.
    pub fn wait_for(&self, requests: &Requests, number: usize) {
        self.shared.wait_for(requests, number);
    }
}

impl Drop for ApiServer {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // Nobody listens any more when the thread has failed.
            stop.send(()).ok();
        }
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

fn kind(resource: &str) -> &'static Kind {
    KINDS
        .iter()
        .find(|kind| kind.resource == resource)
        .unwrap_or_else(|| panic!("the test's API server knows no {resource}"))
}
