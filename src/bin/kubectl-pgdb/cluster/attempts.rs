//! How long an answer is waited for, and when it is asked for again.
//!
//! An attempt is bounded as a whole, the answer's body included, which is read to its end here: so one that is cut off
//! or hangs is noticed and asked for again like one that never began. What streams, a watch or a port-forward, is
//! only bounded until it begins.

use std::io::ErrorKind;
use std::time::Duration;

use http::header::{HeaderMap, RETRY_AFTER, UPGRADE};
use http::request::Parts;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use kube::Client;
use kube::client::Body;
use pgdb::domain::time_limit::TimeLimit;
use rand::RngExt;
use thiserror::Error;
use tower::service_fn;

use super::error_chain::{causes, find};
use crate::randomness;

/// How often an answer is asked for.
const ATTEMPTS: u32 = 4;
/// How long is waited before the second attempt; twice as long before each further one.
const FIRST_WAIT: Duration = Duration::from_millis(250);
/// A server that asks for a longer wait than this (`Retry-After`) is not asked again.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// No whole answer came in time.
#[derive(Debug, Error)]
#[error("no whole answer within {0}")]
pub(super) struct TimedOut(pub(super) TimeLimit);

/// How large an answer may be, in bytes; a request carries it where it matters.
#[derive(Clone, Copy, Debug)]
pub(super) struct AnswerLimit(pub(super) usize);

/// Carried by a request that may be sent several times though its method does not say so.
#[derive(Clone, Copy, Debug)]
pub(super) struct Repeatable;

/// The client that waits and asks again so.
pub(super) fn persistent(client: Client, limit: TimeLimit) -> Client {
    let namespace = client.default_namespace().to_owned();
    let service = service_fn(move |request| send(client.clone(), request, limit));
    Client::new(service, namespace)
}

async fn send(
    client: Client,
    request: Request<Body>,
    limit: TimeLimit,
) -> Result<Response<Body>, kube::Error> {
    let (parts, body) = request.into_parts();
    let attempts = if is_repeatable(&parts) { ATTEMPTS } else { 1 };
    for attempt in 1..attempts {
        let Some(copy) = body.try_clone() else {
            break;
        };
        let answer = once(&client, Request::from_parts(parts.clone(), copy), limit).await;
        match wait_before_next(&answer, attempt) {
            Some(wait) => tokio::time::sleep(wait).await,
            None => return answer,
        }
    }
    once(&client, Request::from_parts(parts, body), limit).await
}

/// Whether a second copy does no harm. A review of one's rights is a POST that changes nothing.
fn is_repeatable(parts: &Parts) -> bool {
    parts.method == Method::GET
        || parts.extensions.get::<Repeatable>().is_some()
        || parts.uri.path().starts_with("/apis/authorization.k8s.io/")
}

async fn once(
    client: &Client,
    request: Request<Body>,
    limit: TimeLimit,
) -> Result<Response<Body>, kube::Error> {
    let streams = is_stream(&request);
    let size = request.extensions().get::<AnswerLimit>().copied();
    let whole = async {
        let answer = client.send(request).await?;
        let goes_on = streams && answer.status().is_success();
        if goes_on || answer.status() == StatusCode::SWITCHING_PROTOCOLS {
            return Ok(answer);
        }
        let (parts, body) = answer.into_parts();
        let body = match size {
            Some(AnswerLimit(bytes)) => {
                Limited::new(body, bytes).collect().await.map_err(unboxed)?
            }
            None => body.collect().await?,
        };
        Ok(Response::from_parts(parts, Body::from(body.to_bytes())))
    };
    match limit.get() {
        None => whole.await,
        Some(duration) => match tokio::time::timeout(duration, whole).await {
            Ok(answer) => answer,
            Err(_) => Err(kube::Error::Service(Box::new(TimedOut(limit)))),
        },
    }
}

fn unboxed(error: Box<dyn std::error::Error + Send + Sync>) -> kube::Error {
    match error.downcast() {
        Ok(error) => *error,
        Err(other) => kube::Error::Service(other),
    }
}

/// Whether the answer has no end: a watch, or a connection that becomes something else.
fn is_stream(request: &Request<Body>) -> bool {
    let query = request.uri().query().unwrap_or_default();
    request.headers().contains_key(UPGRADE)
        || query
            .split('&')
            .any(|pair| matches!(pair, "watch=true" | "watch=1"))
}

/// How long to wait before the next attempt; none where it would be in vain.
fn wait_before_next(
    answer: &Result<Response<Body>, kube::Error>,
    attempt: u32,
) -> Option<Duration> {
    let wait = jittered(FIRST_WAIT * 2_u32.saturating_pow(attempt.saturating_sub(1)));
    match answer {
        Ok(answer) if is_passing(answer.status()) => match retry_after(answer.headers()) {
            Some(asked) if asked > LONGEST_WAIT => None,
            Some(asked) => Some(asked.max(wait)),
            None => Some(wait),
        },
        Ok(_) => None,
        Err(error) => is_broken(error).then_some(wait),
    }
}

/// Between half of it and all of it, so that many callers do not come back at once.
fn jittered(wait: Duration) -> Duration {
    match randomness::system() {
        Ok(mut random) => wait.mul_f64(random.random_range(0.5..=1.0)),
        Err(_) => wait,
    }
}

fn is_passing(status: StatusCode) -> bool {
    matches!(status.as_u16(), 429 | 500 | 502 | 503 | 504)
}

/// The wait that the server asks for, in seconds; a date is not understood, and the own wait is taken.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers
        .get(RETRY_AFTER)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()?;
    Some(Duration::from_secs(seconds))
}

/// Whether the connection was there and broke.
pub(super) fn is_broken(error: &kube::Error) -> bool {
    let is_incomplete = |cause: &hyper::Error| cause.is_incomplete_message() || cause.is_closed();
    let has_broken = causes(error).any(|cause| {
        cause.downcast_ref::<std::io::Error>().is_some_and(|error| {
            matches!(
                error.kind(),
                ErrorKind::ConnectionReset
                    | ErrorKind::ConnectionAborted
                    | ErrorKind::BrokenPipe
                    | ErrorKind::UnexpectedEof
            )
        })
    });
    has_broken || find::<hyper::Error>(error).is_some_and(is_incomplete)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, retry_after: Option<&str>) -> Result<Response<Body>, kube::Error> {
        let mut answer = Response::builder().status(status);
        if let Some(value) = retry_after {
            answer = answer.header(RETRY_AFTER, value);
        }
        Ok(answer.body(Body::empty()).unwrap())
    }

    fn milliseconds(answer: &Result<Response<Body>, kube::Error>, attempt: u32) -> Option<u128> {
        wait_before_next(answer, attempt).map(|wait| wait.as_millis())
    }

    #[test]
    fn waits_longer_each_time() {
        for status in [429, 500, 502, 503, 504] {
            let answer = answered(status, None);
            for (attempt, least, most) in [(1, 125, 250), (2, 250, 500), (3, 500, 1_000)] {
                let wait = milliseconds(&answer, attempt).unwrap();
                assert!((least..=most).contains(&wait), "{status} {attempt}: {wait}");
            }
        }
    }

    #[test]
    fn does_not_ask_again_what_stays_so() {
        for status in [200, 400, 401, 403, 404, 409, 410, 501] {
            assert_eq!(milliseconds(&answered(status, None), 1), None, "{status}");
        }
        let refused = std::io::Error::from(ErrorKind::ConnectionRefused);
        let refused = Err(kube::Error::Service(Box::new(refused)));
        assert_eq!(milliseconds(&refused, 1), None);
        let late = Err(kube::Error::Service(Box::new(TimedOut(
            TimeLimit::seconds(1),
        ))));
        assert_eq!(milliseconds(&late, 1), None);
    }

    #[test]
    fn waits_as_the_server_asks_within_a_limit() {
        assert_eq!(milliseconds(&answered(429, Some("2")), 1), Some(2_000));
        assert_eq!(milliseconds(&answered(503, Some("10")), 1), Some(10_000));
        assert_eq!(milliseconds(&answered(429, Some("11")), 1), None);
        let wait = milliseconds(&answered(429, Some("0")), 1).unwrap();
        assert!((125..=250).contains(&wait));
        let date = answered(503, Some("Wed, 21 Oct 2026 07:28:00 GMT"));
        assert!(milliseconds(&date, 1).unwrap() <= 250);
    }

    #[test]
    fn asks_again_where_the_connection_broke() {
        for kind in [
            ErrorKind::ConnectionReset,
            ErrorKind::ConnectionAborted,
            ErrorKind::BrokenPipe,
            ErrorKind::UnexpectedEof,
        ] {
            let error = std::io::Error::other(std::io::Error::from(kind));
            let broken = Err(kube::Error::Service(Box::new(error)));
            assert!(milliseconds(&broken, 1).is_some(), "{kind}");
        }
    }

    #[test]
    fn sends_twice_what_changes_nothing_alone() {
        let parts = |method: &str, uri: &str| {
            let request = Request::builder().method(method).uri(uri);
            request.body(()).unwrap().into_parts().0
        };
        assert!(is_repeatable(&parts("GET", "/api/v1/pods")));
        let review = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews?";
        assert!(is_repeatable(&parts("POST", review)));
        let mut proxied = parts("POST", "/api/v1/namespaces/a/services/b/proxy/v1/verify");
        assert!(!is_repeatable(&proxied));
        proxied.extensions.insert(Repeatable);
        assert!(is_repeatable(&proxied));
        assert!(!is_repeatable(&parts(
            "DELETE",
            "/api/v1/namespaces/a/pods/b"
        )));
    }

    #[test]
    fn knows_what_streams() {
        let stream = |uri: &str, upgrade: bool| {
            let mut request = Request::builder().uri(uri).body(Body::empty()).unwrap();
            if upgrade {
                let value = http::HeaderValue::from_static("websocket");
                request.headers_mut().insert(UPGRADE, value);
            }
            is_stream(&request)
        };
        assert!(stream("/api/v1/pods?limit=1&watch=true", false));
        assert!(stream("/api/v1/namespaces/a/pods/b/portforward", true));
        assert!(!stream("/api/v1/pods?watch=false", false));
        assert!(!stream("/api/v1/pods", false));
    }
}
