//! What is behind Services, through `services/<name>/proxy`.

use std::collections::BTreeMap;

use super::answer::{self, Answer};
use super::kinds::Kind;
use super::routes::Place;
use super::state::Shared;
use super::status::Status;
use super::store::Key;

/// What a program behind a Service answers.
#[derive(Clone, Debug)]
pub struct Reply {
    pub code: u16,
    pub content_type: &'static str,
    pub body: String,
}

impl Reply {
    /// A plain text.
    pub fn text(code: u16, body: impl Into<String>) -> Self {
        Self {
            code,
            content_type: "text/plain; charset=utf-8",
            body: body.into(),
        }
    }
}

/// Answers a method (`POST`) and a body.
type Handler = Box<dyn Fn(&str, &[u8]) -> Reply + Send>;

/// The paths that are answered, by Service (namespace and name).
#[derive(Default)]
pub struct Services {
    paths: BTreeMap<(String, String), BTreeMap<String, Handler>>,
}

impl Services {
    /// Answers a path such as `/v1/cert.pem`.
    pub fn serve(&mut self, namespace: &str, service: &str, path: &str, handler: Handler) {
        let service = (namespace.to_owned(), service.to_owned());
        let paths = self.paths.entry(service).or_default();
        paths.insert(path.to_owned(), handler);
    }

    /// Takes everything away that answers for a Service: no pod of it is ready.
    pub fn stop(&mut self, namespace: &str, service: &str) {
        self.paths
            .remove(&(namespace.to_owned(), service.to_owned()));
    }
}

/// Passes a request on; see `ResourceLocation` in Kubernetes' `pkg/registry/core/service/storage`.
pub fn answer(shared: &Shared, place: &Place, method: &str, body: &[u8]) -> Answer {
    let verb = match method {
        "POST" => "create",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => "delete",
        _ => "get",
    };
    place.check(shared, verb)?;
    let (name, port) = match *place.name.split(':').collect::<Vec<_>>().as_slice() {
        [name] => (name, ""),
        [name, port] | ["http" | "https" | "", name, port] => (name, port),
        _ => {
            let message = format!("invalid service request {:?}", place.name);
            return Err(Status::bad_request(&message));
        }
    };
    let namespace = place.namespace.clone().unwrap_or_default();
    let state = shared.lock();
    let services = Kind::named("", "services").unwrap();
    let service = state.store.get(&Key::new(services, &namespace, name));
    let service = service.ok_or_else(|| Status::not_found(services, name))?;
    let ports = service.value["spec"]["ports"].as_array();
    let mut ports = ports.map(Vec::as_slice).unwrap_or_default().iter();
    let has_port = match port.parse::<u16>() {
        Ok(number) => ports.any(|known| known["port"] == number),
        Err(_) => ports.any(|known| known["name"].as_str().unwrap_or_default() == port),
    };
    if !has_port && port.parse::<u16>().is_ok() {
        let message = format!("no service port {port} found for service {name:?}");
        return Err(Status::unavailable(&message));
    }
    let paths = state.services.paths.get(&(namespace, name.to_owned()));
    let Some(paths) = paths.filter(|_| has_port) else {
        // The whole name is told where there are pods, but none with this port.
        let named = if has_port { name } else { &place.name };
        let message = format!("no endpoints available for service {named:?}");
        return Err(Status::unavailable(&message));
    };
    let path = if place.rest.is_empty() {
        "/"
    } else {
        &place.rest
    };
    let reply = paths.get(path).map_or_else(
        || Reply::text(404, "404 page not found\n"),
        |handler| handler(method, body),
    );
    Ok(answer::text(reply.code, reply.content_type, reply.body))
}

/// A handler for [`Services::serve`].
pub fn handler(answer: impl Fn(&str, &[u8]) -> Reply + Send + 'static) -> Handler {
    Box::new(answer)
}
