//! A path, and what it leads to.

use std::sync::Arc;

use hyper::body::{Bytes, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use hyper::http::request::Parts;
use serde_json::Value;

use super::access::Attributes;
use super::answer::{self, Answer};
use super::discovery;
use super::kinds::Kind;
use super::requests::{Request, decoded};
use super::state::Shared;
use super::status::Status;
use super::{port_forward, proxy, reading, watching, writing};

/// An object, a collection of them, or what is below an object.
pub struct Place {
    pub kind: &'static Kind,
    /// None for all namespaces, and for what lives in none.
    pub namespace: Option<String>,
    /// Empty for a collection.
    pub name: String,
    /// Such as `status`; empty for the object itself.
    pub subresource: String,
    /// What follows the subresource, with its slash; empty but for proxies.
    pub rest: String,
}

impl Place {
    /// Refuses what the user may not do here.
    pub fn check(&self, shared: &Shared, verb: &str) -> Result<(), Status> {
        // Kubernetes takes a Namespace to be in itself.
        let own = (self.kind.resource == "namespaces" && !self.name.is_empty())
            .then_some(self.name.as_str());
        let namespace = self.namespace.as_deref().or(own);
        let asked = Attributes::new(verb, self.kind, &self.subresource, namespace, &self.name);
        shared.lock().access.check(&asked)
    }
}

/// Refuses a request without the token.
pub fn authenticate(shared: &Shared, parts: &Parts) -> Result<(), Status> {
    let given = parts.headers.get(AUTHORIZATION);
    let wanted = format!("Bearer {}", shared.lock().token);
    match given {
        Some(given) if given.as_bytes() == wanted.as_bytes() => Ok(()),
        _ => Err(Status::unauthorized()),
    }
}

/// Answers a request.
pub async fn answer(
    shared: &Arc<Shared>,
    request: &Request,
    parts: Parts,
    body: Incoming,
) -> Answer {
    let segments: Vec<String> = request
        .path
        .trim_matches('/')
        .split('/')
        .map(decoded)
        .collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let (group, version, rest) = match segments.as_slice() {
        ["api", version, rest @ ..] => ("", *version, rest),
        ["apis", group, version, rest @ ..] => (*group, *version, rest),
        _ => return Ok(discovery::answer(shared, &segments)),
    };
    if rest.is_empty() {
        return Ok(discovery::answer(shared, &segments));
    }
    // kubectl sends some objects in a form of Kubernetes' own, which is not read here.
    let format = parts.headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    if format == Some(b"application/vnd.kubernetes.protobuf") {
        return Err(Status::unsupported_format());
    }
    if (group, rest) == ("authorization.k8s.io", &["selfsubjectaccessreviews"]) {
        let review: Value = writing::parse(&whole(body).await?)?;
        return Ok(answer::json(201, &shared.lock().access.review(review)));
    }
    match place(group, version, rest) {
        Some(place) if shared.lock().serves(place.kind) => {
            at_place(shared, request, &place, parts, body).await
        }
        _ => Ok(answer::no_such_path()),
    }
}

fn place(group: &str, version: &str, rest: &[&str]) -> Option<Place> {
    // `namespaces/shop` and `namespaces/shop/status` are a Namespace, `namespaces/shop/secrets` is inside it.
    let (namespace, rest) = match rest {
        ["namespaces", namespace, inner, ..] if *inner != "status" => {
            (Some((*namespace).to_owned()), &rest[2..])
        }
        _ => (None, rest),
    };
    let kind = Kind::named(group, rest.first()?).filter(|kind| kind.version == version)?;
    let part = |number: usize| {
        rest.get(number)
            .map_or_else(String::new, |part| (*part).to_owned())
    };
    if !kind.namespaced && namespace.is_some() {
        return None;
    }
    Some(Place {
        kind,
        namespace,
        name: part(1),
        subresource: part(2),
        rest: rest.iter().skip(3).map(|part| format!("/{part}")).collect(),
    })
}

async fn at_place(
    shared: &Arc<Shared>,
    request: &Request,
    place: &Place,
    parts: Parts,
    body: Incoming,
) -> Answer {
    let method = request.method.as_str();
    match (
        method,
        place.kind.resource,
        place.subresource.as_str(),
        place.name.as_str(),
    ) {
        (_, "services", "proxy", _) => {
            let body = whole(body).await?;
            proxy::answer(shared, place, method, &body)
        }
        ("GET", "pods", "portforward", _) => {
            let request = hyper::Request::from_parts(parts, body);
            port_forward::answer(shared, place, request)
        }
        ("GET", "pods", "log", _) => reading::log(shared, request, place),
        ("GET", _, "", "") if request.is_watch() => watching::answer(shared, request, place),
        ("GET", _, "", "") => reading::list(shared, request, place),
        ("GET", _, "" | "status", _) => reading::get(shared, place),
        ("POST" | "PUT" | "PATCH" | "DELETE", _, "" | "status", _) => {
            let body = whole(body).await?;
            writing::answer(shared, method, place, &body)
        }
        _ => Err(Status::method_not_allowed()),
    }
}

/// The whole body of a request.
async fn whole(body: Incoming) -> Result<Bytes, Status> {
    use http_body_util::BodyExt;
    let collected = body.collect().await;
    let collected = collected.map_err(|error| Status::bad_request(&error.to_string()))?;
    Ok(collected.to_bytes())
}
