//! What is asked of a Service through the API server.

use std::borrow::Cow;

use http::{Method, Request, header};
use kube::client::Body;
use kube::core::Status;
use pgdb::live::controller::Service;
use pgdb::live::fact::{Cause, Fact, Unreadable};
use pgdb::live::permission::Permission;

use super::Session;
use super::attempts::{AnswerLimit, Repeatable};
use super::unreadable::said;

/// The most that is read of an answer, in bytes.
const LARGEST_ANSWER: usize = 1024 * 1024;

/// What is asked.
#[derive(Clone, Debug)]
pub(crate) enum Question {
    /// Something is read.
    Get,
    /// Something is posted that changes nothing, so that it may be sent several times: the text, and what it is.
    Post {
        /// The media type.
        content_type: &'static str,
        /// The text.
        text: String,
    },
}

/// What the Service answered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Answer {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The body.
    pub(crate) text: String,
}

impl Session {
    /// Asks a Service over HTTP at its first port, through the API server; `path` begins with `/`. Absent where there is no such Service.
    ///
    /// What the Service itself answers is an answer, whatever its status; the API server's own refusals are not.
    pub(crate) async fn ask(
        &self,
        service: &Service,
        path: &str,
        question: Question,
    ) -> Fact<Answer> {
        let verb = match question {
            Question::Get => "get",
            Question::Post { .. } => "create",
        };
        let permission = Permission::new(verb, "services/proxy", Some(&service.namespace));
        let request = match request(service, path, question) {
            Ok(request) => request,
            Err(error) => {
                let error = kube::Error::HttpError(error);
                return Fact::Unreadable(self.unreadable(&error, &permission));
            }
        };
        let unreadable =
            |error: &kube::Error| Fact::Unreadable(self.unreadable(error, &permission));
        let answer = match self.client.send(request).await {
            Ok(answer) => answer,
            Err(error) => return unreadable(&error),
        };
        let status = answer.status().as_u16();
        let body = match answer.into_body().collect_bytes().await {
            Ok(body) => body,
            Err(error) => return unreadable(&error),
        };
        if status >= 400
            && let Some(own) = status_of_api_server(&body, status)
        {
            if own.reason == "NotFound" {
                return Fact::Absent;
            }
            if status >= 500 {
                return Fact::Unreadable(not_reached(service, status, &own));
            }
            return unreadable(&kube::Error::Api(Box::new(own)));
        }
        match String::from_utf8(body.to_vec()) {
            Ok(text) => Fact::Present(Answer { status, text }),
            Err(_) => Fact::Unreadable(Unreadable::new(
                Cause::Malformed,
                format!("the answer of the Service {} is no text", service.place()),
                "is it the right Service?",
            )),
        }
    }
}

fn request(
    service: &Service,
    path: &str,
    question: Question,
) -> Result<Request<Body>, http::Error> {
    let Service {
        namespace, name, ..
    } = service;
    let port = service.first_port();
    let uri = format!("/api/v1/namespaces/{namespace}/services/http:{name}:{port}/proxy{path}");
    let request = Request::builder()
        .uri(uri)
        .extension(AnswerLimit(LARGEST_ANSWER))
        .extension(Repeatable);
    match question {
        Question::Get => request.method(Method::GET).body(Body::empty()),
        Question::Post { content_type, text } => request
            .method(Method::POST)
            .header(header::CONTENT_TYPE, content_type)
            .body(Body::from(text.into_bytes())),
    }
}

/// The API server does not reach the Service, after several attempts.
fn not_reached(service: &Service, status: u16, own: &Status) -> Unreadable {
    Unreadable::new(
        Cause::Unavailable,
        format!(
            "the API server does not reach the Service {} ({status}){}",
            service.place(),
            said(own)
        ),
        format!("kubectl get pods --namespace {}", service.namespace),
    )
}

/// The API server's own refusal: a Service behind it answers with something else.
fn status_of_api_server(body: &[u8], code: u16) -> Option<Status> {
    let value: serde_json::Value = serde_json::from_slice(body).ok()?;
    let text = |key: &str| value.get(key).and_then(|value| value.as_str());
    if text("kind") != Some("Status") || text("apiVersion") != Some("v1") {
        return None;
    }
    let word = |key: &str| Cow::from(text(key).unwrap_or_default());
    Some(Status::failure(&word("message"), &word("reason")).with_code(code))
}
