//! What goes wrong, when a test wants it to.

use std::convert::Infallible;
use std::io;

use futures_util::stream::unfold;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::Response;
use hyper::body::{Bytes, Frame};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use serde_json::{Value, json};

use super::answer::Body;
use super::status::Status;

/// A fault of one kind.
#[derive(Clone, Debug)]
pub enum Fault {
    /// A refusal, from [`Fault::status`].
    Refusal(Status),
    /// No answer until the test releases it.
    Hang,
    /// The connection ends instead of an answer.
    CutBefore,
    /// The connection ends after this many bytes of the body.
    CutAfter(usize),
    /// The connection ends after half of as many bytes as the header says.
    Truncated,
    /// JSON with a mistake in it.
    Malformed,
    /// A page for people, with this HTTP status, such as a login page (200) or a gateway's (502).
    Html(u16),
    /// No body.
    Empty,
    /// An object, or an empty list, of a kind that nobody asked for.
    OtherKind,
    /// A list, or an event, whose first object is `null`.
    NullItem,
    /// A list, or an event, whose first object has no `metadata`.
    ItemWithoutMetadata,
}

impl Fault {
    /// A refusal with this HTTP status and a `Status` as Kubernetes sends it.
    pub fn status(code: u16) -> Self {
        Self::Refusal(Status::generic(code))
    }

    /// The same with a `Retry-After`, in seconds.
    pub fn retry_after(code: u16, seconds: u32) -> Self {
        Self::Refusal(Status::generic(code).retry_after(seconds))
    }

    /// The answer with the fault in it; `is_watch` is for answers without an end.
    pub async fn damage(&self, answer: Response<Body>, is_watch: bool) -> Response<Body> {
        let (mut parts, body) = answer.into_parts();
        if let Self::CutAfter(bytes) = self {
            return Response::from_parts(parts, cut(body, *bytes));
        }
        let text = if is_watch {
            event(self).to_string() + "\n"
        } else {
            let whole = body.collect().await.map(|body| body.to_bytes());
            String::from_utf8_lossy(&whole.unwrap_or_default()).into_owned()
        };
        let text = match self {
            Self::Malformed => text.replacen('{', "{,", 1),
            Self::Html(code) => {
                parts.status = (*code).try_into().unwrap();
                let html = HeaderValue::from_static("text/html; charset=utf-8");
                parts.headers.insert(CONTENT_TYPE, html);
                "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Sign in</body></html>\n"
                    .to_owned()
            }
            Self::Empty => String::new(),
            Self::OtherKind | Self::NullItem | Self::ItemWithoutMetadata if !is_watch => {
                self.damage_object(&text)
            }
            _ => text,
        };
        if matches!(self, Self::Truncated) {
            let length = HeaderValue::from(text.len());
            parts.headers.insert(CONTENT_LENGTH, length);
            let half = text.len() / 2;
            let body = Full::new(Bytes::from(text)).map_err(|never: Infallible| match never {});
            return Response::from_parts(parts, cut(body.boxed_unsync(), half));
        }
        let body = Full::new(Bytes::from(text)).map_err(|never: Infallible| match never {});
        Response::from_parts(parts, body.boxed_unsync())
    }

    /// An object or a list with the fault in it.
    fn damage_object(&self, text: &str) -> String {
        let mut object: Value = serde_json::from_str(text).unwrap_or_default();
        let is_list = object["items"].is_array();
        match self {
            Self::OtherKind if is_list => json!({
                "kind": "ElephantList",
                "apiVersion": "example.com/v1",
                "metadata": object["metadata"],
                "items": [],
            })
            .to_string(),
            Self::OtherKind => elephant().to_string(),
            Self::NullItem if is_list => {
                object["items"][0] = Value::Null;
                object.to_string()
            }
            Self::NullItem => "null".to_owned(),
            _ => {
                let at = if is_list {
                    &mut object["items"][0]
                } else {
                    &mut object
                };
                at.as_object_mut().map(|fields| fields.remove("metadata"));
                object.to_string()
            }
        }
    }
}

/// An event with the fault in it.
fn event(fault: &Fault) -> Value {
    let object = match fault {
        Fault::NullItem => Value::Null,
        Fault::ItemWithoutMetadata => json!({"kind": "Secret", "apiVersion": "v1"}),
        _ => elephant(),
    };
    json!({"type": "MODIFIED", "object": object})
}

fn elephant() -> Value {
    json!({"kind": "Elephant", "apiVersion": "example.com/v1", "metadata": {"name": "jumbo"}})
}

/// The body's first bytes, sent, and then the end of the connection.
fn cut(body: Body, bytes: usize) -> Body {
    let frames = unfold((body, bytes), |(mut body, left)| async move {
        if left == 0 {
            // What was written before goes out while the body waits.
            tokio::task::yield_now().await;
            let error = io::Error::from(io::ErrorKind::ConnectionAborted);
            return Some((Err(error), (body, left)));
        }
        let mut data = body.frame().await?.ok()?.into_data().ok()?;
        data.truncate(left);
        let left = left - data.len();
        Some((Ok(Frame::data(data)), (body, left)))
    });
    StreamBody::new(frames).boxed_unsync()
}
