//! What goes back over HTTP.

use std::convert::Infallible;
use std::io;

use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::Response;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use serde_json::Value;

use super::status::Status;

/// A body that may break off.
pub type Body = UnsyncBoxBody<Bytes, io::Error>;

/// What a request gets; an error is a refusal with its `Status`.
pub type Answer = Result<Response<Body>, Status>;

/// A whole text.
pub fn text(code: u16, content_type: &str, text: impl Into<Bytes>) -> Response<Body> {
    let body = Full::new(text.into()).map_err(|never: Infallible| match never {});
    with_body(code, content_type, body.boxed_unsync())
}

/// A JSON object.
pub fn json(code: u16, value: &Value) -> Response<Body> {
    text(code, "application/json", value.to_string())
}

/// A refusal.
pub fn refusal(status: &Status) -> Response<Body> {
    let mut response = json(status.code, &status.body);
    if let Some(seconds) = status.retry_after {
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// What Go's HTTP server says of a path that nobody serves, such as that of a kind that is not installed.
pub fn no_such_path() -> Response<Body> {
    text(
        404,
        "text/plain; charset=utf-8",
        "404 page not found\n".to_owned(),
    )
}

/// A response with any body.
pub fn with_body(code: u16, content_type: &str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = code.try_into().unwrap();
    let content_type = HeaderValue::from_str(content_type).unwrap();
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}
