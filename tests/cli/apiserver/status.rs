//! `Status` bodies, worded as Kubernetes words them (k8s.io/apimachinery, `pkg/api/errors`).

use serde_json::{Map, Value, json};

use super::kinds::Kind;

/// A refusal: an HTTP status, and the body that explains it.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    /// The HTTP status.
    pub code: u16,
    /// The `Status` object.
    pub body: Value,
    /// The header `Retry-After`, in seconds.
    pub retry_after: Option<u32>,
}

impl Status {
    /// A failure with this message; `details` may be null.
    pub fn new(code: u16, reason: &str, message: &str, details: Value) -> Self {
        let mut body = Map::new();
        body.insert("kind".to_owned(), json!("Status"));
        body.insert("apiVersion".to_owned(), json!("v1"));
        body.insert("metadata".to_owned(), json!({}));
        body.insert("status".to_owned(), json!("Failure"));
        body.insert("message".to_owned(), json!(message));
        if !reason.is_empty() {
            body.insert("reason".to_owned(), json!(reason));
        }
        if !details.is_null() {
            body.insert("details".to_owned(), details);
        }
        body.insert("code".to_owned(), json!(code));
        Self {
            code,
            body: Value::Object(body),
            retry_after: None,
        }
    }

    /// What a server says with this HTTP status when nothing special was wrong with the request.
    pub fn generic(code: u16) -> Self {
        let (reason, message) = match code {
            400 => (
                "BadRequest",
                "the server rejected our request for an unknown reason",
            ),
            401 => ("Unauthorized", "Unauthorized"),
            403 => (
                "Forbidden",
                "the server does not allow access to the requested resource",
            ),
            404 => (
                "NotFound",
                "the server could not find the requested resource",
            ),
            409 => ("Conflict", "the server reported a conflict"),
            410 => (
                "Expired",
                "The resourceVersion for the provided watch is too old.",
            ),
            429 => (
                "TooManyRequests",
                "the server has received too many requests and has asked us to try again later",
            ),
            500 => (
                "InternalError",
                "Internal error occurred: etcdserver: leader changed",
            ),
            503 => (
                "ServiceUnavailable",
                "the server is currently unable to handle the request",
            ),
            504 => (
                "Timeout",
                "Timeout: request did not complete within the allotted timeout",
            ),
            _ => ("", "the server failed"),
        };
        Self::new(code, reason, message, Value::Null)
    }

    /// The same with a `Retry-After`, in seconds.
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.body["details"]["retryAfterSeconds"] = json!(seconds);
        self.retry_after = Some(seconds);
        self
    }

    /// The token is not accepted.
    pub fn unauthorized() -> Self {
        Self::generic(401)
    }

    /// The object is not there.
    pub fn not_found(kind: &Kind, name: &str) -> Self {
        let message = format!("{} {name:?} not found", kind.qualified());
        Self::new(404, "NotFound", &message, details(kind, name))
    }

    /// The object is there already.
    pub fn already_exists(kind: &Kind, name: &str) -> Self {
        let message = format!("{} {name:?} already exists", kind.qualified());
        Self::new(409, "AlreadyExists", &message, details(kind, name))
    }

    /// The object was changed since the version that the request names.
    pub fn conflict(kind: &Kind, name: &str) -> Self {
        let message = format!(
            "Operation cannot be fulfilled on {} {name:?}: the object has been modified; please apply your changes to \
             the latest version and try again",
            kind.qualified()
        );
        Self::new(409, "Conflict", &message, details(kind, name))
    }

    /// The request makes no sense.
    pub fn bad_request(message: &str) -> Self {
        Self::new(400, "BadRequest", message, Value::Null)
    }

    /// The method is not one of this resource's.
    pub fn method_not_allowed() -> Self {
        let message = "the server does not allow this method on the requested resource";
        Self::new(405, "MethodNotAllowed", message, json!({}))
    }

    /// The body is no JSON.
    pub fn unsupported_format() -> Self {
        let message = "the body of the request was in an unknown format - accepted media types include: application/json";
        Self::new(415, "UnsupportedMediaType", message, Value::Null)
    }

    /// The version is not kept any more; a watch says it in an event, a list in its answer.
    pub fn expired(message: &str) -> Self {
        Self::new(410, "Expired", message, Value::Null)
    }

    /// The Service has nothing behind it.
    pub fn unavailable(message: &str) -> Self {
        Self::new(503, "ServiceUnavailable", message, Value::Null)
    }
}

fn details(kind: &Kind, name: &str) -> Value {
    let mut details = Map::new();
    details.insert("name".to_owned(), json!(name));
    if !kind.group.is_empty() {
        details.insert("group".to_owned(), json!(kind.group));
    }
    details.insert("kind".to_owned(), json!(kind.resource));
    Value::Object(details)
}
